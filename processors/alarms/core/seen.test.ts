/** Which readings came before: a repeat has the same number and time (DESIGN, "Identities"). */
import { describe, expect, it } from 'vitest';
import { note, type Seen } from './seen.ts';

/** Readings as `boot`, number, second. */
type Reading = readonly [boot: string, seq: number, s: number];

function noted(readings: readonly Reading[]): { readonly seen: Seen; readonly repeats: readonly boolean[] } {
  let seen: Seen = [];
  const repeats: boolean[] = [];
  for (const [boot, seq, s] of readings) {
    const next = note(seen, boot, seq, s * 1000);
    seen = next.seen;
    repeats.push(next.repeat);
  }
  return { seen, repeats };
}
const isRepeat = (before: readonly Reading[], ...reading: Reading) => noted([...before, reading]).repeats.at(-1);
const range = (from: number, to: number, fromS = from, toS = to) => ({
  from,
  to,
  fromAt: fromS * 1000,
  toAt: toS * 1000,
});
const each = (from: number, to: number, boot = 'a'): Reading[] =>
  Array.from({ length: to - from + 1 }, (_, i) => [boot, from + i, from + i]);

describe('the known readings', () => {
  it('are one range if their numbers and times follow each other, in whatever order they came', () => {
    const whole = [{ boot: 'a', ranges: [range(1, 5)] }];
    expect(noted(each(1, 5)).seen).toEqual(whole);
    expect(noted([...each(1, 2), ['a', 4, 4], ['a', 5, 5], ['a', 3, 3]]).seen).toEqual(whole);
    expect(noted(each(1, 5).reverse()).seen).toEqual(whole);
  });

  it('are several ranges, the highest last, if numbers between are missing', () => {
    const seen = noted([...each(5, 6), ['a', 9, 9], ['a', 1, 1]]).seen;
    expect(seen).toEqual([{ boot: 'a', ranges: [range(1, 1), range(5, 6), range(9, 9)] }]);
  });

  it('begin another range if the device had paused for more than a second beside its pace', () => {
    const paused = (s: number) => noted([...each(1, 3), ['a', 4, s]]).seen[0]?.ranges;
    expect(paused(5)).toEqual([range(1, 4, 1, 5)]);
    expect(paused(5.001)).toEqual([range(1, 3), range(4, 4, 5.001, 5.001)]);
    // The same before a range.
    expect(noted([...each(4, 6), ['a', 3, 2]]).seen[0]?.ranges).toEqual([range(3, 6, 2, 6)]);
    expect(noted([...each(4, 6), ['a', 3, 1.999]]).seen[0]?.ranges).toEqual([range(3, 3, 1.999, 1.999), range(4, 6)]);
  });

  it('are kept separately for each boot, the last used at the end', () => {
    const seen = noted([
      ['a', 1, 1],
      ['b', 1, 1],
      ['c', 1, 1],
      ['a', 2, 2],
      ['a', 3, 3],
    ]).seen;
    expect(seen).toEqual([
      { boot: 'b', ranges: [range(1, 1)] },
      { boot: 'c', ranges: [range(1, 1)] },
      { boot: 'a', ranges: [range(1, 3)] },
    ]);
  });

  it('are forgotten if the device numbers anew under the same boot', () => {
    const seen = noted([...each(1, 9), ['a', 12, 12], ['a', 2, 60]]).seen;
    expect(seen).toEqual([{ boot: 'a', ranges: [range(2, 2, 60, 60)] }]);
  });

  it('are at most 8 boots and 32 ranges, the newest', () => {
    const boots = Array.from({ length: 9 }, (_, i): Reading => [`b${i}`, 1, 1]);
    expect(noted(boots).seen.map(({ boot }) => boot)).toEqual(['b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7', 'b8']);
    const apart = Array.from({ length: 33 }, (_, i): Reading => ['a', 10 * i, 10 * i]);
    const ranges = noted(apart).seen[0]!.ranges;
    expect([ranges.length, ranges[0]?.from, ranges.at(-1)?.from]).toEqual([32, 10, 320]);
  });
});

describe('a repeat', () => {
  it('changes nothing', () => {
    const { seen } = noted(each(1, 5));
    const again = note(seen, 'a', 3, 3_000);
    expect(again).toEqual({ seen, repeat: true });
    expect(again.seen).toBe(seen);
  });

  it.each<[string, Reading, boolean]>([
    ['the first at its time', ['a', 1, 1], true],
    ['the first at another time', ['a', 1, 1.001], false],
    ['the last at its time', ['a', 21, 21], true],
    ['the last at another time', ['a', 21, 20.999], false],
    ['one between at its time', ['a', 11, 11], true],
    ['one between, 5 s late', ['a', 11, 16], true],
    ['one between, more than 5 s late', ['a', 11, 16.001], false],
    ['one between, 5 s early', ['a', 11, 6], true],
    ['one between, more than 5 s early', ['a', 11, 5.999], false],
    ['one between, before the first', ['a', 2, 0.999], false],
    ['one between, at the time of the first', ['a', 2, 1], true],
    ['one between, at the time of the last', ['a', 20, 21], true],
    ['one between, after the last', ['a', 20, 21.001], false],
    ['one of another boot', ['b', 11, 11], false],
    ['the number after the last', ['a', 22, 21], false],
    ['the number before the first', ['a', 0, 1], false],
  ])('of 21 readings each second: %s', (_name, reading, repeat) => {
    expect(isRepeat(each(1, 21), ...reading)).toBe(repeat);
  });

  it('is found in a boot that was used before another', () => {
    expect(isRepeat([...each(1, 5), ['b', 1, 6]], 'a', 3, 3)).toBe(true);
  });
});
