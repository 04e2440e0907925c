import { describe, expect, it } from 'vitest';
import { begunAtMs, begunBeforeMs, currentPeriod, endedAtMs } from './periods.ts';

const nowMs = Date.UTC(2026, 2, 1, 12, 0);
const at = (minute: number) => new Date(nowMs + minute * 60_000).toISOString();
const period = (id: string, from: number, to: number | null) => ({
  id,
  from: at(from),
  to: to === null ? null : at(to),
});

describe('the current period', () => {
  it.each([
    ['none where there are none', [], undefined],
    ['none after an end', [period('a', -9, -5)], undefined],
    ['none at the very end', [period('a', -9, 0)], undefined],
    ['one that ends later', [period('a', -9, 5)], 'a'],
    ['the one without an end', [period('a', -9, -5), period('b', -5, null)], 'b'],
    ['the later of two', [period('b', -2, null), period('a', -5, null)], 'b'],
    ['the one that began before the clock was set back by 10 s', [period('a', 0.1, null)], 'a'],
    ['the one that began before the clock was set back by 10 days', [period('a', 14_400, null)], 'a'],
    ['the one after a change of patients that the clock puts ahead', [period('a', -90, 8), period('b', 8, null)], 'b'],
    ['none where an ended one is ahead of the clock', [period('a', 4, 8)], undefined],
  ])('is %s', (_what, periods, expected) => {
    expect(currentPeriod(periods, nowMs)?.id).toBe(expected);
  });
});

describe('the end of a period', () => {
  it.each([
    ['is null while it lasts', period('a', -9, null), [], null],
    ['is null before it', period('a', -9, 5), [], null],
    ['is itself once it is reached', period('a', -9, 0), [], 0],
    [
      'has passed where the next period began, ahead of a clock set back',
      period('a', -9, 8),
      [period('b', 8, null)],
      0,
    ],
    ['is not told by a period before it', period('a', -9, 5), [period('b', -99, null)], null],
  ])('%s', (_what, of, others, expectedMs) => {
    expect(endedAtMs(of, [of, ...others], nowMs)).toBe(expectedMs === null ? null : nowMs + expectedMs);
  });
});

describe('the start of a period without an end', () => {
  it.each([
    ['that lies behind is itself', -1, -1],
    ['that is now is itself', 0, 0],
    ['that is 1 ms ahead was before the clock was set back', 1, -begunBeforeMs],
    ['that is 10 days ahead was before the clock was set back', 864_000_000, -begunBeforeMs],
  ])('%s', (_what, fromNowMs, expectedMs) => {
    expect(begunAtMs(nowMs + fromNowMs, nowMs)).toBe(nowMs + expectedMs);
  });
});
