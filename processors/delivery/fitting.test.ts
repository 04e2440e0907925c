import { describe, expect, it } from 'vitest';
import { builtInPolicy } from '../../contracts/delivery-policy.ts';
import type { DeliveryRecord } from '../../contracts/messages/deliveries.ts';
import { emptyBook } from './core/book.ts';
import { alarmOf, eventOf, everybody } from './core/delivery.testing.ts';
import { take } from './core/take.ts';
import { viewOf } from './core/view.ts';
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

it('fittingOf does not change records that fit', () => {
  const records = [cleared(alarmId), message(3, 'Anna')];
  expect(fittingOf(records, nowMs)).toEqual({ records, faults: [] });
});

it.each([
  ['a message with an empty name', message(2, ''), 'message', ['alarm-000000000000', 'alarm-000000000001']],
  ['a message about too many alarms', message(201, ''), 'message', []],
  ['a decision whose alarm id is too long', cleared('a'.repeat(65)), 'alarm-cleared', []],
])(
  'fittingOf replaces %s by a record that says what kind of record is missing, and which alarms it was about',
  (_title, record, missing, alarmIds) => {
    const { records, faults } = fittingOf([cleared(alarmId), record], nowMs);
    expect(records).toEqual([cleared(alarmId), { event: { type: 'not-written', atMs: nowMs, missing, alarmIds } }]);
    expect(faults).toHaveLength(1);
    expect(faults[0]).not.toContain('a'.repeat(65));
  },
);

describe('records with views of one alarm', () => {
  const context = {
    policy: builtInPolicy,
    placeOf: () => ({ ward: 'icu', bed: 'ICU-1' }),
    personsOf: (_: unknown, duty: keyof typeof everybody) => everybody[duty] ?? [],
    isDown: () => false,
  };
  const { book } = take(
    emptyBook,
    { type: 'alarm', event: eventOf('raised', alarmOf(alarmId), nowMs) },
    context,
    nowMs,
  );
  const view = viewOf(book, alarmId, context.placeOf)!;
  const seen = (bed: string): DeliveryRecord => ({
    event: { type: 'wait-restarted', alarmId, atMs: nowMs, dueAtMs: nowMs },
    after: { ...view, bed },
  });
  const unfit = seen('B'.repeat(1_000));

  it('if the record with the last view of an alarm does not fit, the records keep the last view that fits', () => {
    const { records, faults } = fittingOf([seen('1'), seen('2'), unfit], nowMs);
    expect(records.map((record) => ('after' in record ? record.after?.bed : record.event.type))).toEqual([
      ...['wait-restarted', '2', 'not-written'],
    ]);
    expect(faults).toHaveLength(1);
  });

  it('if a view of an alarm does not fit and a later record replaces this view, the record is written without the view', () => {
    const { records, faults } = fittingOf([unfit, seen('2')], nowMs);
    expect(records).toEqual([{ event: unfit.event }, seen('2')]);
    expect(faults).toEqual([]);
  });
});
