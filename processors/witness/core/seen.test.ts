import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { forgetAnchored, newSeen, nextAnchored, offsetsOf, takeEnd, takeRecord } from './seen.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('base64url');
const record = (offset: number, value = `v${offset}`) => ({ offset, key: 'k', value });

it('anchors an empty partition once, and then only partitions that grew', () => {
  const seen = newSeen([]);
  for (const partition of [0, 1]) takeEnd(seen, partition, 0, 0);
  expect(nextAnchored(seen)?.places.map(({ partition, offset }) => [partition, offset])).toEqual([
    [0, 0],
    [1, 0],
  ]);
  forgetAnchored(seen);
  expect(nextAnchored(seen)).toBeUndefined();
  takeRecord(seen, 1, record(0), hash);
  takeEnd(seen, 0, 0, 0);
  takeEnd(seen, 1, 1, 1);
  expect(nextAnchored(seen)?.places).toEqual([{ partition: 1, from: 0, offset: 1, digest: expect.any(String) }]);
});

it('says the same digest after a restart as without one', () => {
  const whole = newSeen([]);
  for (let offset = 0; offset < 10; offset += 1) takeRecord(whole, 0, record(offset), hash);
  const before = newSeen([]);
  for (let offset = 0; offset < 4; offset += 1) takeRecord(before, 0, record(offset), hash);
  const after = newSeen(nextAnchored(before)!.places);
  for (let offset = 4; offset < 10; offset += 1) takeRecord(after, 0, record(offset), hash);
  expect(after.places.get(0)).toEqual(whole.places.get(0));
});

it('does not count as cut off what was written after the end was asked for', () => {
  const seen = newSeen([]);
  for (let offset = 0; offset < 3; offset += 1) takeRecord(seen, 0, record(offset), hash);
  const before = offsetsOf(seen).get(0)!;
  takeRecord(seen, 0, record(3), hash);
  takeEnd(seen, 0, 3, before);
  expect(nextAnchored(seen)).toMatchObject({ faults: [], places: [{ from: 0, offset: 4 }] });
});

it('keeps the content of an anchor until it is written', () => {
  const seen = newSeen([]);
  takeRecord(seen, 0, record(0), hash);
  expect(nextAnchored(seen)).toEqual(nextAnchored(seen));
});

it.each([
  [
    'ends earlier',
    (seen: ReturnType<typeof newSeen>) => takeEnd(seen, 0, 2, 5),
    /offset 2 to 4 were seen and are gone/,
  ],
  [
    'begins anew',
    (seen: ReturnType<typeof newSeen>) => takeRecord(seen, 0, record(0), hash),
    /offset 0 to 4 were seen/,
  ],
  [
    'goes on later',
    (seen: ReturnType<typeof newSeen>) => takeRecord(seen, 0, record(8), hash),
    /offset 5 to 7 are gone/,
  ],
] as const)('reports once that a log %s, and witnesses it anew from there', (_, change, text) => {
  const seen = newSeen([]);
  for (let offset = 0; offset < 5; offset += 1) takeRecord(seen, 0, record(offset), hash);
  change(seen);
  const next = nextAnchored(seen)!;
  expect(next.faults).toEqual([expect.stringMatching(text)]);
  expect(next.places[0]!.offset).toBeGreaterThanOrEqual(next.places[0]!.from);
  forgetAnchored(seen);
  const end = seen.places.get(0)!.offset;
  takeEnd(seen, 0, end, end);
  expect(nextAnchored(seen)).toBeUndefined();
});
