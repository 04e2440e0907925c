import { describe, expect, it } from 'vitest';
import { acceptReading, associationsMax, type Corrections, instantsMax } from './trend-corrections.ts';

/** Returns for each reading, as [time, boot, seq], whether the reading is written. */
function acceptedFlags(...readings: [number, string, number][]): boolean[] {
  const corrections: Corrections = new Map();
  return readings.map(([timeMs, boot, seq]) => acceptReading(corrections, 'a', timeMs, { boot, seq }));
}

describe('acceptReading', () => {
  it.each<[string, [number, string, number][], boolean[]]>([
    [
      'a correction',
      [
        [1, 'b', 1],
        [1, 'b', 2],
      ],
      [true, true],
    ],
    [
      'a repeated reading, which changes nothing',
      [
        [1, 'b', 1],
        [1, 'b', 1],
      ],
      [true, true],
    ],
    [
      'no reading that is sent again after its correction',
      [
        [1, 'b', 1],
        [1, 'b', 2],
        [1, 'b', 1],
      ],
      [true, true, false],
    ],
    [
      'a correction that is sent again',
      [
        [1, 'b', 1],
        [1, 'b', 2],
        [1, 'b', 2],
      ],
      [true, true, true],
    ],
    [
      'a reading of another start of the device',
      [
        [1, 'b', 5],
        [1, 'c', 1],
      ],
      [true, true],
    ],
    [
      'no repeated reading of an earlier start, if a later start has corrected the reading',
      [
        [1, 'b', 5],
        [1, 'c', 1],
        [1, 'b', 5],
        [1, 'b', 4],
      ],
      [true, true, false, false],
    ],
    [
      'a new reading of an earlier start, and then no repeated reading of the later start',
      [
        [1, 'b', 5],
        [1, 'c', 1],
        [1, 'b', 6],
        [1, 'c', 1],
      ],
      [true, true, true, false],
    ],
    [
      'a reading of another instant with a lower number',
      [
        [2, 'b', 2],
        [1, 'b', 1],
      ],
      [true, true],
    ],
  ])('acceptReading accepts for writing: %s', (_name, readings, expected) => {
    expect(acceptedFlags(...readings)).toEqual(expected);
  });

  it('acceptReading forgets the oldest instants of an association, and the association that was silent longest', () => {
    const corrections: Corrections = new Map();
    for (let timeMs = 0; timeMs <= instantsMax; timeMs += 1)
      acceptReading(corrections, 'a', timeMs, { boot: 'b', seq: 2 });
    expect(acceptReading(corrections, 'a', 1, { boot: 'b', seq: 1 })).toBe(false);
    expect(acceptReading(corrections, 'a', 0, { boot: 'b', seq: 1 })).toBe(true);
    for (let index = 0; index < associationsMax; index += 1)
      acceptReading(corrections, `x${index}`, 0, { boot: 'b', seq: 1 });
    expect([corrections.size, corrections.has('a')]).toEqual([associationsMax, false]);
  });
});
