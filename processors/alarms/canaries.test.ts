import { expect, it } from 'vitest';
import { formatInstant } from '../../contracts/time.ts';
import { valueCountOf } from '../../process/histogram.ts';
import { createCanaries } from './canaries.ts';

const t0 = Date.parse('2026-11-28T10:00:00.000Z');

it('report() returns the newest canary of each owned partition, and undefined before the first canary', () => {
  const canaries = createCanaries();
  canaries.setPartitions([3, 5], t0);
  expect(canaries.report()).toBeUndefined();
  canaries.receive(3, t0 + 1_000, t0 + 1_010);
  canaries.receive(3, t0 + 900, t0 + 1_020);
  canaries.receive(4, t0 + 1_000, t0 + 1_010);
  expect(canaries.report()).toEqual({ judged: [{ partition: 3, receivedAt: formatInstant(t0 + 1_000) }] });
  expect([valueCountOf(canaries.tookMs), canaries.tookMs.sum]).toEqual([1, 10]);
});

it('agesMs() returns the age of the newest canary, or the time since the partition is owned if no canary has come', () => {
  const canaries = createCanaries();
  canaries.setPartitions([3, 5], t0);
  canaries.receive(3, t0 + 1_000, t0 + 1_010);
  expect(canaries.agesMs(t0 + 30_000)).toEqual([
    ['3', 29_000],
    ['5', 30_000],
  ]);
});

it('the canaries of a partition that is no longer owned are forgotten', () => {
  const canaries = createCanaries();
  canaries.setPartitions([3], t0);
  canaries.receive(3, t0, t0);
  canaries.setPartitions([], t0);
  expect([canaries.report(), canaries.agesMs(t0)]).toEqual([undefined, []]);
  canaries.setPartitions([3], t0 + 5_000);
  expect(canaries.report()).toBeUndefined();
});

it('a receive time that is later than now counts as now, because the clock was set back', () => {
  const canaries = createCanaries();
  canaries.setPartitions([3], t0);
  canaries.receive(3, t0 + 3_600_000, t0 + 10);
  expect(canaries.report()).toEqual({ judged: [{ partition: 3, receivedAt: formatInstant(t0 + 10) }] });
  canaries.receive(3, t0 + 5_000, t0 + 5_010);
  expect(canaries.report()).toEqual({ judged: [{ partition: 3, receivedAt: formatInstant(t0 + 5_000) }] });
});
