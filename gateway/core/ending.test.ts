import { expect, it } from 'vitest';
import { earliestEnd, endingSoon, endingSoonMs } from './ending.ts';

const nowMs = Date.UTC(2026, 0, 1);
const device = (deviceId: string, leftMs: number) => ({ deviceId, endMs: nowMs + leftMs });

it.each([
  ['30 days left', endingSoonMs, []],
  ['a millisecond less', endingSoonMs - 1, ['bed-01']],
  ['the end', 0, ['bed-01']],
  ['past its end', -1, ['bed-01']],
])('a device with %s', (_case, leftMs, names) => {
  expect(endingSoon([device('bed-01', leftMs)], nowMs).map(({ deviceId }) => deviceId)).toEqual(names);
});

it('the one that ends first is named first', () => {
  const all = [device('late', 3_000), device('long', endingSoonMs * 2), device('soon', 1_000)];
  expect(endingSoon(all, nowMs).map(({ deviceId }) => deviceId)).toEqual(['soon', 'late']);
  expect(earliestEnd(all)).toBe(nowMs + 1_000);
});

it('a device that is connected also with its renewed certificate is renewed', () => {
  const both = [device('bed-01', 1_000), device('bed-01', endingSoonMs * 2), device('bed-01', 2_000)];
  expect(endingSoon(both, nowMs)).toEqual([]);
  expect(earliestEnd(both)).toBe(nowMs + endingSoonMs * 2);
});

it('no device has no end', () => {
  expect(earliestEnd([])).toBeUndefined();
  expect(endingSoon([], nowMs)).toEqual([]);
});
