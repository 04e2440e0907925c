import { expect, it } from 'vitest';
import type { GroupInForce } from '../../../contracts/messages/alarms.ts';
import { newLimits } from '../../../contracts/messages/limits.testing.ts';
import { german } from '../german/german.ts';
import { alarm, bed } from './fixtures.ts';
import { bedsOfWard, listChange, type OpenLine, openAtBed, seenListAfter } from './hand-over.ts';
import { setTexts } from './texts.ts';

const nowMs = new Date(2026, 2, 2, 8).getTime();
const at = new Date(nowMs - 60_000).toISOString();
const later = new Date(nowMs + 60_000).toISOString();
const by = { userId: 'n', name: 'Nora', role: 'nurse' } as const;
const noCalls = new Map();
const bedWith = (fields: Partial<GroupInForce>) => {
  const limits = newLimits('a-1');
  const groups = limits.groups.map((group) => (group.group === 'HR' ? { ...group, ...fields } : group));
  return { ...bed('a-1'), limits: { ...limits, groups } };
};
const texts = (lines: readonly OpenLine[]) => lines.map(({ text }) => text);

it('openAtBed lists alarms with their state, pauses, standby, own limits and notices', () => {
  const handedOver = {
    ...bedWith({
      own: { high: 130 },
      limits: { low: 50, high: 130 },
      base: { low: 50, high: 120 },
      changed: { by, at },
    }),
    standby: { reason: 'Imaging', since: at, until: later, by },
    notices: [
      { code: 'held-back', text: 'Readings come late', since: at },
      { code: 'no-nurse', text: 'No nurse is responsible', since: at },
    ],
  };
  const alarms = [
    alarm('a', { text: 'HR 134 > 120', priority: 'high', signal: 'on', audioPausedUntil: later }),
    alarm('b', { text: 'SpO2 84 < 90', priority: 'medium', signal: 'latched', audioPausedUntil: at }),
  ];
  const { lines, seen } = openAtBed([{ bed: handedOver, alarms }], noCalls, nowMs);
  expect(texts(lines)).toEqual([
    '*** HR 134 > 120: nobody has acknowledged it',
    '** SpO2 84 < 90: over, nobody has acknowledged it',
    'Sound of HR 134 > 120 paused until 08:01',
    'Standby: Imaging until 08:01 (Nora)',
    'Limits HR: high 130, ward 120 (Nora, 07:59)',
    'Readings come late',
  ]);
  // Each alarm that nobody acknowledged has two keys. The notice has no key.
  expect(seen).toHaveLength(7);
});

it('openAtBed has German texts, names the breathing rate AF, and marks an alarm of the device', () => {
  const open = bedWith({ own: { high: 130 }, limits: { high: 130 }, base: { high: 120 }, changed: { by, at } });
  const alarms = [
    alarm('a', { text: 'RR 34 > 30', priority: 'high', signal: 'on' }),
    alarm('b', { text: 'RR 180 > 160', origin: 'device', priority: 'high', signal: 'on' }),
  ];
  const reset = setTexts(
    () => 'de',
    () => german,
  );
  const { lines } = openAtBed([{ bed: open, alarms }], noCalls, nowMs);
  reset();
  expect(lines.map(({ point }) => point?.name)).toEqual([
    'AF 34 > 30',
    'Monitor: RR 180 > 160',
    'eigene Grenzwerte für HF',
  ]);
  expect(texts(lines)).toEqual([
    expect.stringContaining('*** AF 34 > 30: '),
    expect.stringContaining('*** Monitor: RR 180 > 160: '),
    expect.stringContaining('Grenzwerte HF: '),
  ]);
});

it('openAtBed says who goes to an alarm', () => {
  const called = new Map([['a', { phase: 'accepted', notice: null, dueAtMs: null, acceptedBy: [by], calls: [] }]]);
  const devices = [{ bed: bed('a-1'), alarms: [alarm('a', { priority: 'high', signal: 'on' })] }];
  expect(texts(openAtBed(devices, called as never, nowMs).lines)).toEqual([
    '*** HR 134 > 120: nobody has acknowledged it. Nora goes (accepted)',
  ]);
});

it.each<[string, Partial<GroupInForce>, string]>([
  [
    'limits that are off',
    { own: { off: { reason: 'Palliative', until: later } }, off: { reason: 'Palliative', until: later } },
    'Limits HR off until 08:01: Palliative',
  ],
  [
    'a limit that the ward does not have',
    { own: { extremeLow: 30 }, limits: { extremeLow: 30 }, base: {} },
    'Limits HR: extreme low 30, ward none',
  ],
])('openAtBed names %s', (_, fields, text) => {
  expect(texts(openAtBed([{ bed: bedWith(fields), alarms: [] }], noCalls, nowMs).lines)).toEqual([text]);
});

it('openAtBed is empty if nothing is open', () => {
  expect(openAtBed([{ bed: bed('a-1'), alarms: [] }], noCalls, nowMs)).toEqual({ lines: [], seen: [] });
});

it('bedsOfWard also has a bed that is in use but not in the wards file, and has no bed of another ward', () => {
  const live = [
    { ward: 'icu', bed: '1' },
    { ward: 'icu', bed: '9-old' },
    { ward: 'icu', bed: '9-old' },
    { ward: 'icu', bed: null },
    { ward: 'other', bed: '7' },
  ];
  expect(bedsOfWard(['1', '2'], live, 'icu')).toEqual(['1', '2', '9-old']);
});

it('listChange names the points that came and the points that ended since the page was opened', () => {
  const line = (key: string): OpenLine => ({ point: { key, name: `name of ${key}` }, text: key });
  const first = seenListAfter(undefined, [line('a'), { text: 'a notice' }]);
  expect(listChange(first, [line('a')])).toEqual({ added: new Set(), gone: [] });
  const second = seenListAfter(first, [line('b')]);
  expect(listChange(second, [line('b')])).toEqual({ added: new Set(['b']), gone: ['name of a'] });
  // The list also names a point that came and ended while the page was open.
  expect(listChange(seenListAfter(second, []), [])).toEqual({ added: new Set(), gone: ['name of a', 'name of b'] });
});

it('listChange adds an alarm that became more urgent, does not add an alarm that became less urgent, and names neither alarm as gone', () => {
  const line = (key: string): OpenLine => ({ point: { key, name: 'HR 134 > 120' }, text: key });
  const first = seenListAfter(undefined, [line('hr.2')]);
  expect(listChange(seenListAfter(first, [line('hr.1')]), [line('hr.1')])).toEqual({ added: new Set(), gone: [] });
  const higher = [line('hr.3')];
  expect(listChange(seenListAfter(first, higher), higher)).toEqual({ added: new Set(['hr.3']), gone: [] });
});
