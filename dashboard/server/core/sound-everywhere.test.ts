import { expect, it } from 'vitest';
import type { AnyAuditRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { createSoundEverywhere, everywhereMs, toDisplayDetail } from './sound-everywhere.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const record = (atMs: number, fields: object = {}) =>
  ({
    action: 'sound-given-back',
    ward: 'icu',
    at: formatInstant(atMs),
    detail: 'from the screen of Wall',
    ...fields,
  }) as AnyAuditRecord;
const allowed = { detail: toDisplayDetail };

it.each<[string, AnyAuditRecord[], number]>([
  ['nothing', [], 0],
  ['a wish', [record(t0)], t0 + everywhereMs],
  ['a wish that is over', [record(t0 - everywhereMs)], 0],
  ['a wish that ends in 1 ms', [record(t0 - everywhereMs + 1)], t0 + 1],
  ['a wish of another ward', [record(t0, { ward: 'step' })], 0],
  ['another action', [record(t0, { action: 'sound-taken' })], 0],
  ['a wish, and then its end', [record(t0 - 2), record(t0 - 1, allowed)], 0],
  [
    'the end before the wish, because the partitions are read one after the other',
    [record(t0 - 1, allowed), record(t0 - 2)],
    0,
  ],
  ['a wish after an end', [record(t0 - 2, allowed), record(t0 - 1)], t0 - 1 + everywhereMs],
])('untilMs returns the expected time if the audit trail has %s', (_, records, untilMs) => {
  const everywhere = createSoundEverywhere();
  for (const each of records) everywhere.note(each);
  expect(everywhere.untilMs('icu', t0)).toBe(untilMs);
});

it('a person at this server ends a wish at once, even if the clock of another dashboard is ahead', () => {
  const everywhere = createSoundEverywhere();
  everywhere.note(record(t0 + 60_000));
  everywhere.end('icu', t0);
  expect(everywhere.untilMs('icu', t0)).toBe(0);
  everywhere.begin('icu', t0);
  everywhere.note(record(t0 - 5, allowed));
  expect(everywhere.untilMs('icu', t0)).toBe(t0 + everywhereMs);
});

it('the wishes of at most 200 wards are remembered, and the oldest wish is forgotten first', () => {
  const everywhere = createSoundEverywhere();
  for (let n = 0; n <= 200; n += 1) everywhere.begin(`ward ${n}`, t0 + n);
  expect([everywhere.untilMs('ward 0', t0), everywhere.untilMs('ward 1', t0) > 0]).toEqual([0, true]);
});
