/** Tests of repeated readings (DESIGN, "Identities"). */
import { describe, expect, it } from 'vitest';
import { noteSeen, type Seen } from './seen.ts';

/** A reading: boot, number, second. */
type Reading = readonly [boot: string, seq: number, s: number];

function noteAll(readings: readonly Reading[]): { readonly seen: Seen; readonly repeats: readonly boolean[] } {
  let seen: Seen = [];
  const repeats: boolean[] = [];
  for (const [boot, seq, s] of readings) {
    const next = noteSeen(seen, boot, seq, s * 1000);
    seen = next.seen;
    repeats.push(next.repeat);
  }
  return { seen, repeats };
}
const isRepeat = (before: readonly Reading[], ...reading: Reading) => noteAll([...before, reading]).repeats.at(-1);
const range = (from: number, to: number, fromS = from, toS = to) => ({
  from,
  to,
  fromAt: fromS * 1000,
  toAt: toS * 1000,
});
const readingsInOrder = (from: number, to: number, boot = 'a'): Reading[] =>
  Array.from({ length: to - from + 1 }, (_, i) => [boot, from + i, from + i]);

describe('the ranges of readings', () => {
  it('readings with consecutive numbers at an even pace are one range, in any order of receipt', () => {
    const whole = [{ boot: 'a', ranges: [range(1, 5)] }];
    expect(noteAll(readingsInOrder(1, 5)).seen).toEqual(whole);
    expect(noteAll([...readingsInOrder(1, 2), ['a', 4, 4], ['a', 5, 5], ['a', 3, 3]]).seen).toEqual(whole);
    expect(noteAll(readingsInOrder(1, 5).reverse()).seen).toEqual(whole);
  });

  it('readings with missing numbers in between are several ranges, the highest last', () => {
    const seen = noteAll([...readingsInOrder(5, 6), ['a', 9, 9], ['a', 1, 1]]).seen;
    expect(seen).toEqual([{ boot: 'a', ranges: [range(1, 1), range(5, 6), range(9, 9)] }]);
  });

  it('a number whose time differs from the pace by more than a second begins another range', () => {
    const paused = (s: number) => noteAll([...readingsInOrder(1, 3), ['a', 4, s]]).seen[0]?.ranges;
    expect(paused(5)).toEqual([range(1, 4, 1, 5)]);
    expect(paused(5.001)).toEqual([range(1, 3), range(4, 4, 5.001, 5.001)]);
    // The same rule applies to a number before a range.
    expect(noteAll([...readingsInOrder(4, 6), ['a', 3, 2]]).seen[0]?.ranges).toEqual([range(3, 6, 2, 6)]);
    expect(noteAll([...readingsInOrder(4, 6), ['a', 3, 1.999]]).seen[0]?.ranges).toEqual([
      range(3, 3, 1.999, 1.999),
      range(4, 6),
    ]);
  });

  it('each boot has its own ranges, and the boot that was used last is at the end', () => {
    const seen = noteAll([
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

  it('the ranges of a boot are dropped if the device starts to count again', () => {
    const seen = noteAll([...readingsInOrder(1, 9), ['a', 12, 12], ['a', 2, 60]]).seen;
    expect(seen).toEqual([{ boot: 'a', ranges: [range(2, 2, 60, 60)] }]);
  });

  it('noteSeen keeps only the newest 8 boots and 32 ranges', () => {
    const boots = Array.from({ length: 9 }, (_, i): Reading => [`b${i}`, 1, 1]);
    expect(noteAll(boots).seen.map(({ boot }) => boot)).toEqual(['b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7', 'b8']);
    const apart = Array.from({ length: 33 }, (_, i): Reading => ['a', 10 * i, 10 * i]);
    const ranges = noteAll(apart).seen[0]!.ranges;
    expect([ranges.length, ranges[0]?.from, ranges.at(-1)?.from]).toEqual([32, 10, 320]);
  });
});

describe('a repeat', () => {
  it('after a repeated reading, noteSeen returns the same object as before', () => {
    const { seen } = noteAll(readingsInOrder(1, 5));
    const again = noteSeen(seen, 'a', 3, 3_000);
    expect(again).toEqual({ seen, repeat: true });
    expect(again.seen).toBe(seen);
  });

  it.each<[string, Reading, boolean]>([
    ['the first reading at its time', ['a', 1, 1], true],
    ['the first reading at another time', ['a', 1, 1.001], false],
    ['the last reading at its time', ['a', 21, 21], true],
    ['the last reading at another time', ['a', 21, 20.999], false],
    ['a middle number with its time', ['a', 11, 11], true],
    ['a middle number with a time that is 5 s too late', ['a', 11, 16], true],
    ['a middle number with a time that is more than 5 s too late', ['a', 11, 16.001], false],
    ['a middle number with a time that is 5 s too early', ['a', 11, 6], true],
    ['a middle number with a time that is more than 5 s too early', ['a', 11, 5.999], false],
    ['a middle number with a time before the first reading', ['a', 2, 0.999], false],
    ['a middle number with the time of the first reading', ['a', 2, 1], true],
    ['a middle number with the time of the last reading', ['a', 20, 21], true],
    ['a middle number with a time after the last reading', ['a', 20, 21.001], false],
    ['a reading of another boot', ['b', 11, 11], false],
    ['the number after the last number', ['a', 22, 21], false],
    ['the number before the first number', ['a', 0, 1], false],
  ])(
    'a reading is a repeat of one of 21 readings only if it has the number and about the time of that reading: %s',
    (_name, reading, repeat) => {
      expect(isRepeat(readingsInOrder(1, 21), ...reading)).toBe(repeat);
    },
  );

  it('a repeat is recognized although another boot came in between', () => {
    expect(isRepeat([...readingsInOrder(1, 5), ['b', 1, 6]], 'a', 3, 3)).toBe(true);
  });
});
