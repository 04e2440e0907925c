/** Tests that unused messages are counted for each device and reason, and that no message is counted twice. */
import { expect, it } from 'vitest';
import { checkRecord } from '../../contracts/messages/check.ts';
import { refusalReasonsMax, unusedRangesMax } from '../../contracts/messages/device-events.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { countedDevicesMax, countUnused, newRefusalCounts, takeRecords, type Unused } from './refusal-counts.ts';

const atMs = Date.UTC(2026, 0, 1, 12);
const minute = 60_000;

function unused(fields: Partial<Unused> = {}): Unused {
  return { deviceId: 'bed-07', kind: 'refused', code: 'payload-not-json', number: undefined, atMs, ...fields };
}

/** Returns the counts after these messages. */
function after(...messages: Partial<Unused>[]) {
  const counts = newRefusalCounts();
  for (const message of messages) countUnused(counts, unused(message));
  return counts;
}

it('a record has the reasons, the readings kept apart, the times and the numbers, and fits its schema', () => {
  const counts = after(
    {},
    { code: 'time-invalid', number: { boot: 'b', seq: 5 }, atMs: atMs + 1_000 },
    { kind: 'apart', code: 'association-unclear', number: { boot: 'b', seq: 6 }, atMs: atMs + 2_000 },
  );
  const [record, ...others] = takeRecords(counts, 0, 10);
  expect(others).toEqual([]);
  expect(record).toEqual({
    deviceId: 'bed-07',
    receivedAt: '2026-01-01T12:00:02.000Z',
    from: '2026-01-01T12:00:00.000Z',
    count: 1,
    refused: { 'payload-not-json': 1, 'time-invalid': 1 },
    apart: 1,
    numbers: [{ boot: 'b', from: 5, to: 6 }],
  });
  expect(checkRecord(contentTypes.refusals, Buffer.from(JSON.stringify(record))).ok).toBe(true);
});

it.each([
  [0, 0],
  [minute - 1, 0],
  [minute, 1],
])(
  'a device that sends refused messages all the time gets a record once a minute: %i ms after the last record, %i records are due',
  (afterMs, expected) => {
    const counts = after({});
    expect(takeRecords(counts, 0, 10)).toHaveLength(1);
    for (let n = 0; n < 1_000; n += 1) countUnused(counts, unused());
    const records = takeRecords(counts, afterMs, 10);
    expect(records).toHaveLength(expected);
    // The record has all messages of the count, and not only the new messages.
    for (const record of records) expect(record).toMatchObject({ count: 1, refused: { 'payload-not-json': 1_001 } });
  },
);

it('nothing is written without a new message, and at the end of the process every count with new messages is written', () => {
  const counts = after({});
  takeRecords(counts, 0, 10);
  expect(takeRecords(counts, 10 * minute, 10)).toEqual([]);
  countUnused(counts, unused());
  expect(takeRecords(counts, 1, 10)).toEqual([]);
  expect(takeRecords(counts, 1, 10, true)).toHaveLength(1);
});

it.each([
  [60 * minute - 1, 1],
  [60 * minute, 2],
  // The clock was set back.
  [-60 * minute, 2],
])('a message %i ms after the first message of a written count is in count %i', (afterMs, expected) => {
  const counts = after({});
  takeRecords(counts, 0, 10);
  countUnused(counts, unused({ atMs: atMs + afterMs }));
  expect(takeRecords(counts, 2 * minute, 10)).toEqual([expect.objectContaining({ count: expected })]);
});

it('a count that is not written yet is not replaced, so none of its messages is lost', () => {
  const counts = after({}, { atMs: atMs + 90 * minute });
  expect(takeRecords(counts, 0, 10)).toEqual([
    expect.objectContaining({ count: 1, refused: { 'payload-not-json': 2 } }),
  ]);
});

it('a record has at most the maximum of reasons and ranges, even if a device is hostile', () => {
  const counts = newRefusalCounts();
  for (let n = 1; n <= 1_000; n += 1)
    countUnused(counts, unused({ code: `code-${n}` as Unused['code'], number: { boot: 'b', seq: 2 * n } }));
  const [record] = takeRecords(counts, 0, 10);
  expect(Object.keys(record!.refused)).toHaveLength(refusalReasonsMax);
  expect(record!.refused.other).toBe(1_000 - (refusalReasonsMax - 1));
  expect(record!.numbers).toHaveLength(unusedRangesMax);
  expect(checkRecord(contentTypes.refusals, Buffer.from(JSON.stringify(record))).ok).toBe(true);
});

it('if there are too many devices, the device with the oldest message is forgotten; takeRecords returns at most `max` records', () => {
  const counts = newRefusalCounts();
  for (let n = 0; n <= countedDevicesMax; n += 1) countUnused(counts, unused({ deviceId: `d-${n}` }));
  expect(counts.devices.size).toBe(countedDevicesMax);
  expect(counts.devices.has('d-0')).toBe(false);
  expect(takeRecords(counts, 0, 3).map(({ deviceId }) => deviceId)).toEqual(['d-1', 'd-2', 'd-3']);
  expect(takeRecords(counts, 0, 1).map(({ deviceId }) => deviceId)).toEqual(['d-4']);
});
