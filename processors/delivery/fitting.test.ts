import { expect, it } from 'vitest';
import type { DeliveryRecord } from '../../contracts/messages/deliveries.ts';
import { fittingOf } from './fitting.ts';

const nowMs = Date.UTC(2026, 2, 1, 3);
const alarmId = 'alarm-000000000001';
const cleared = (id: string): DeliveryRecord => ({
  event: { type: 'alarm-cleared', alarmId: id, atMs: nowMs },
  after: null,
});
const message = (count: number, name: string): DeliveryRecord => ({
  event: {
    ...{ type: 'message', messageId: 'push/1', atMs: nowMs, userId: 'anna', name, channel: 'push', onlyCounted: 0 },
    ...{ confirmDueAtMs: nowMs },
    calls: Array.from({ length: count }, (_, n) => ({
      ...{ alarmId: `alarm-${String(n).padStart(12, '0')}`, callId: `${n}/1/1`, dueAtMs: nowMs },
    })),
  },
});

it('leaves records that fit as they are', () => {
  const records = [cleared(alarmId), message(3, 'Anna')];
  expect(fittingOf(records, nowMs)).toEqual({ records, faults: [] });
});

it.each([
  ['a message with an empty name', message(2, ''), 'message', ['alarm-000000000000', 'alarm-000000000001']],
  ['a message about too many alarms', message(201, ''), 'message', []],
  ['a decision whose alarm id is too long', cleared('a'.repeat(65)), 'alarm-cleared', []],
])('replaces %s, and names what is missing and its alarms', (_title, record, missing, alarmIds) => {
  const { records, faults } = fittingOf([cleared(alarmId), record], nowMs);
  expect(records).toEqual([cleared(alarmId), { event: { type: 'not-written', atMs: nowMs, missing, alarmIds } }]);
  expect(faults).toHaveLength(1);
  expect(faults[0]).not.toContain('a'.repeat(65));
});
