import { expect, it } from 'vitest';
import { earliestEnd, endingSoon, endingSoonMs } from './ending.ts';

const nowMs = Date.UTC(2026, 0, 1);
const device = (deviceId: string, leftMs: number) => ({ deviceId, endMs: nowMs + leftMs });

it.each([
  ['leaves out', 'in exactly 30 days', endingSoonMs, []],
  ['returns', 'in a millisecond less than 30 days', endingSoonMs - 1, ['bed-01']],
  ['returns', 'now', 0, ['bed-01']],
  ['returns', 'a millisecond ago', -1, ['bed-01']],
])('endingSoon %s a device whose certificate ends or ended %s', (_verb, _when, leftMs, names) => {
  expect(endingSoon([device('bed-01', leftMs)], nowMs).map(({ deviceId }) => deviceId)).toEqual(names);
});

it('endingSoon returns the certificate that ends first as the first', () => {
  const all = [device('late', 3_000), device('long', endingSoonMs * 2), device('soon', 1_000)];
  expect(endingSoon(all, nowMs).map(({ deviceId }) => deviceId)).toEqual(['soon', 'late']);
  expect(earliestEnd(all)).toBe(nowMs + 1_000);
});

it('endingSoon leaves out a device that is also connected with its renewed certificate', () => {
  const both = [device('bed-01', 1_000), device('bed-01', endingSoonMs * 2), device('bed-01', 2_000)];
  expect(endingSoon(both, nowMs)).toEqual([]);
  expect(earliestEnd(both)).toBe(nowMs + endingSoonMs * 2);
});

it('earliestEnd returns undefined if no device is connected', () => {
  expect(earliestEnd([])).toBeUndefined();
  expect(endingSoon([], nowMs)).toEqual([]);
});
