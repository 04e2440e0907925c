import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { addRecord, compareEnd, markAnchored, newProgress, nextAnchorContent, offsetsOf } from './progress.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('base64url');
const record = (offset: number, value = `v${offset}`) => ({ offset, key: 'k', value });

it('the witness anchors an empty partition once, and then only partitions that grew', () => {
  const progress = newProgress([]);
  for (const partition of [0, 1]) compareEnd(progress, partition, 0, 0);
  expect(nextAnchorContent(progress)?.places.map(({ partition, offset }) => [partition, offset])).toEqual([
    [0, 0],
    [1, 0],
  ]);
  markAnchored(progress);
  expect(nextAnchorContent(progress)).toBeUndefined();
  addRecord(progress, 1, record(0), hash);
  compareEnd(progress, 0, 0, 0);
  compareEnd(progress, 1, 1, 1);
  expect(nextAnchorContent(progress)?.places).toEqual([
    { partition: 1, from: 0, offset: 1, digest: expect.any(String) },
  ]);
});

it('the witness computes the same digest after a restart as without a restart', () => {
  const whole = newProgress([]);
  for (let offset = 0; offset < 10; offset += 1) addRecord(whole, 0, record(offset), hash);
  const before = newProgress([]);
  for (let offset = 0; offset < 4; offset += 1) addRecord(before, 0, record(offset), hash);
  const after = newProgress(nextAnchorContent(before)!.places);
  for (let offset = 4; offset < 10; offset += 1) addRecord(after, 0, record(offset), hash);
  expect(after.anchorByPartition.get(0)).toEqual(whole.anchorByPartition.get(0));
});

it('the witness does not report a record as cut off if the record was written after Kafka was asked for the end', () => {
  const progress = newProgress([]);
  for (let offset = 0; offset < 3; offset += 1) addRecord(progress, 0, record(offset), hash);
  const before = offsetsOf(progress).get(0)!;
  addRecord(progress, 0, record(3), hash);
  compareEnd(progress, 0, 3, before);
  expect(nextAnchorContent(progress)).toMatchObject({ faults: [], places: [{ from: 0, offset: 4 }] });
});

it('the content of the next anchor stays the same until the anchor is marked as written', () => {
  const progress = newProgress([]);
  addRecord(progress, 0, record(0), hash);
  expect(nextAnchorContent(progress)).toEqual(nextAnchorContent(progress));
});

it.each([
  [
    'ends earlier than before',
    (progress: ReturnType<typeof newProgress>) => compareEnd(progress, 0, 2, 5),
    /offset 2 to 4 were read earlier and are now missing/,
  ],
  [
    'begins again at offset 0',
    (progress: ReturnType<typeof newProgress>) => addRecord(progress, 0, record(0), hash),
    /offset 0 to 4 were read earlier/,
  ],
  [
    'skips offsets',
    (progress: ReturnType<typeof newProgress>) => addRecord(progress, 0, record(8), hash),
    /offset 5 to 7 are missing/,
  ],
] as const)('the witness reports once that a log %s, and begins a new digest there', (_, change, text) => {
  const progress = newProgress([]);
  for (let offset = 0; offset < 5; offset += 1) addRecord(progress, 0, record(offset), hash);
  change(progress);
  const next = nextAnchorContent(progress)!;
  expect(next.faults).toEqual([expect.stringMatching(text)]);
  expect(next.places[0]!.offset).toBeGreaterThanOrEqual(next.places[0]!.from);
  markAnchored(progress);
  const end = progress.anchorByPartition.get(0)!.offset;
  compareEnd(progress, 0, end, end);
  expect(nextAnchorContent(progress)).toBeUndefined();
});
