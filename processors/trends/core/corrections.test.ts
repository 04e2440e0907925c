import { describe, expect, it } from 'vitest';
import { associationsMax, type Corrections, instantsMax, isLatest } from './corrections.ts';

/** Which readings, given as [time, boot, seq], are written. */
function written(...readings: [number, string, number][]): boolean[] {
  const corrections: Corrections = new Map();
  return readings.map(([timeMs, boot, seq]) => isLatest(corrections, 'a', timeMs, { boot, seq }));
}

describe('of readings of one instant', () => {
  it.each<[string, [number, string, number][], boolean[]]>([
    [
      'a correction is written',
      [
        [1, 'b', 1],
        [1, 'b', 2],
      ],
      [true, true],
    ],
    [
      'a repeat is written again, which changes nothing',
      [
        [1, 'b', 1],
        [1, 'b', 1],
      ],
      [true, true],
    ],
    [
      'the first, sent again after its correction, is not',
      [
        [1, 'b', 1],
        [1, 'b', 2],
        [1, 'b', 1],
      ],
      [true, true, false],
    ],
    [
      'the correction, sent again, is',
      [
        [1, 'b', 1],
        [1, 'b', 2],
        [1, 'b', 2],
      ],
      [true, true, true],
    ],
    [
      'one of another start of the device is',
      [
        [1, 'b', 5],
        [1, 'c', 1],
      ],
      [true, true],
    ],
    [
      'one of an earlier start, sent again after a later start corrected it, is not',
      [
        [1, 'b', 5],
        [1, 'c', 1],
        [1, 'b', 5],
        [1, 'b', 4],
      ],
      [true, true, false, false],
    ],
    [
      'a new word of that earlier start is, and then the later start’s, sent again, is not',
      [
        [1, 'b', 5],
        [1, 'c', 1],
        [1, 'b', 6],
        [1, 'c', 1],
      ],
      [true, true, true, false],
    ],
    [
      'one of another instant is, whatever its number',
      [
        [2, 'b', 2],
        [1, 'b', 1],
      ],
      [true, true],
    ],
  ])('%s', (_name, readings, expected) => {
    expect(written(...readings)).toEqual(expected);
  });

  it('remembers the newest instants and associations only', () => {
    const corrections: Corrections = new Map();
    for (let at = 0; at <= instantsMax; at += 1) isLatest(corrections, 'a', at, { boot: 'b', seq: 2 });
    expect(isLatest(corrections, 'a', 1, { boot: 'b', seq: 1 })).toBe(false);
    expect(isLatest(corrections, 'a', 0, { boot: 'b', seq: 1 })).toBe(true);
    for (let at = 0; at < associationsMax; at += 1) isLatest(corrections, `x${at}`, 0, { boot: 'b', seq: 1 });
    expect([corrections.size, corrections.has('a')]).toEqual([associationsMax, false]);
  });
});
