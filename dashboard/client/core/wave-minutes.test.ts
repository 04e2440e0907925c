import { describe, expect, it } from 'vitest';
import { hasOpenMinute, minutesToForget, nextRequest } from './wave-minutes.ts';

const minute = 60_000;
const loadedOf = (...minutes: number[]) =>
  new Map(
    minutes.map((n) => {
      const fromMs = n * minute;
      return [fromMs, { fromMs, knownToMs: fromMs + minute, answeredMs: fromMs + 2 * minute }] as const;
    }),
  );
/** The minute 11, loaded up to its half at 11:45. */
const half = { fromMs: 11 * minute, knownToMs: 11.5 * minute, answeredMs: 11.75 * minute };
const withHalf = () => new Map([...loadedOf(9, 10, 12), [half.fromMs, half] as const]);
const ask = (from: number, to: number, loaded: ReturnType<typeof loadedOf>, now = 1_000) => {
  const span = nextRequest({ fromMs: from * minute, toMs: to * minute }, loaded, now * minute);
  return span && [span.fromMs / minute, span.toMs / minute];
};

describe('the minutes to load', () => {
  it.each([
    ['the minutes of the view first', 10.5, 11.5, loadedOf(), [10, 12]],
    ['only the missing minutes', 10.5, 12.5, loadedOf(10, 12), [11, 12]],
    ['the minute before the view, if the view is loaded', 10.5, 11.5, loadedOf(10, 11), [9, 10]],
    ['the minute after the view, if the minute before it is loaded, too', 10.5, 11.5, loadedOf(9, 10, 11), [12, 13]],
    ['at most five minutes at once', 10, 20, loadedOf(), [10, 15]],
    ['nothing if all these minutes are loaded', 10.5, 11.5, loadedOf(9, 10, 11, 12), undefined],
  ])('nextRequest asks for %s', (_, from, to, loaded, expected) => {
    expect(ask(from, to, loaded)).toEqual(expected);
  });

  it('nextRequest asks for no minute in the future', () => {
    expect(ask(10.5, 11.5, loadedOf(9, 10), 10.9)).toBeUndefined();
  });

  it.each([
    ['again after 5 s, because more of its samples have come', 10.5, 11.4, 11.75 + 5 / 60, [11, 12]],
    ['not before', 10.5, 11.4, 11.75 + 4.9 / 60, undefined],
    ['not if it is only beside the view', 10.2, 10.8, 20, undefined],
  ])('a minute that was loaded before its end is asked for: %s', (_, from, to, now, expected) => {
    expect(ask(from, to, withHalf(), now)).toEqual(expected);
  });

  it.each([
    ['all minutes are whole', 9.5, 10.5, false],
    ['a minute is loaded in part', 10.5, 11.2, true],
    ['a minute is not loaded', 12.5, 13.5, true],
  ])('hasOpenMinute is true only if samples of the view are missing: %s', (_, from, to, expected) => {
    expect(hasOpenMinute({ fromMs: from * minute, toMs: to * minute }, withHalf())).toBe(expected);
  });

  it('minutesToForget returns the minutes above the maximum that are furthest from the view', () => {
    const loaded = loadedOf(1, 9, 10, 11, 30);
    expect(minutesToForget({ fromMs: 10 * minute, toMs: 11 * minute }, loaded, 3).map((ms) => ms / minute)).toEqual([
      30, 1,
    ]);
    expect(minutesToForget({ fromMs: 0, toMs: minute }, loaded, 5)).toEqual([]);
  });
});
