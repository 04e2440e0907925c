import { expect, it } from 'vitest';
import { newLimits } from '../../../contracts/messages/limits.testing.ts';
import { alarm, bed } from './fixtures.ts';
import { openPoints } from './hand-over.ts';

const nowMs = new Date(2026, 2, 2, 8).getTime();
const at = new Date(nowMs - 60_000).toISOString();
const later = new Date(nowMs + 60_000).toISOString();
const by = { userId: 'n', name: 'Nora', role: 'nurse' } as const;

it('openPoints lists alarms with their state, pauses, standby, own limits and notices', () => {
  const limits = newLimits('a-1');
  const groups = limits.groups.map((group) => (group.group === 'HR' ? { ...group, own: { high: 130 } } : group));
  const handedOver = {
    ...bed('a-1'),
    limits: { ...limits, groups },
    standby: { reason: 'Imaging', since: at, until: later, by },
    notices: [{ code: 'held-back', text: 'Readings come late', since: at }],
  };
  const alarms = [
    alarm('a', { text: 'HR 134 > 120', priority: 'high', signal: 'on', audioPausedUntil: later }),
    alarm('a', { text: 'SpO2 84 < 90', priority: 'medium', signal: 'latched', audioPausedUntil: at }),
  ];
  expect(openPoints(handedOver, alarms, nowMs)).toEqual([
    '*** HR 134 > 120: nobody has acknowledged it',
    '** SpO2 84 < 90: over, nobody has acknowledged it',
    'Sound of HR 134 > 120 paused until 08:01',
    'Standby: Imaging until 08:01 (Nora)',
    'Own limits of the patient: HR',
    'Readings come late',
  ]);
});

it('openPoints is empty if nothing is open', () => {
  expect(openPoints({ ...bed('a-1'), notices: [] }, [], nowMs)).toEqual([]);
});
