import { expect, it } from 'vitest';
import { type CatchUp, catchUpAfterBirth, catchUpAfterReading, earliestIfSetForward } from './catch-up.ts';

/** Device time and receive time of each reading, s. The birth message has the device time 100 s and comes at 100 s. */
type Readings = readonly (readonly [timeS: number, receivedS: number])[];

function catchUpAfter(readings: Readings, lowerMs?: number): CatchUp | null {
  let catchUp: CatchUp | null = catchUpAfterBirth(100_000, 100_000, lowerMs);
  for (const [timeS, receivedS] of readings)
    if (catchUp !== null) catchUp = catchUpAfterReading(catchUp, timeS * 1000, receivedS * 1000);
  return catchUp;
}

/** 40 readings with the device times 60 s to 99 s. The gateway receives ten of them each second, from 100 s. */
const backlog: Readings = Array.from({ length: 40 }, (_, i) => [60 + i, 100 + i / 10]);
const live = (fromS: number, toS: number): Readings =>
  Array.from({ length: toS - fromS + 1 }, (_, i) => [fromS + i, fromS + i]);

it.each<[string, Readings, timeS: number, receivedS: number, earliestS: number]>([
  ['a reading that was measured after the birth message, in a backlog', backlog, 101, 104.1, 100],
  ['a reading from the time of the birth message', backlog, 100, 104.1, Infinity],
  ['a stored reading', backlog, 99, 104.1, Infinity],
  ['the first reading, with no backlog', [], 101, 101, Infinity],
  ['a reading after live readings, with no backlog', live(101, 103), 104, 104, Infinity],
  ['a reading 5 s after the last reading', backlog, 108, 108.9, 100],
  ['a reading more than 5 s after the last reading', backlog, 108, 108.901, Infinity],
  ['a reading soon after the backlog', [...backlog, ...live(104, 108)], 109, 109, 100],
  ['a reading after readings have come evenly for 10 s', [...backlog, ...live(104, 120)], 121, 121, Infinity],
])('earliestIfSetForward returns the right time for %s', (_, readings, timeS, receivedS, earliestS) => {
  expect(earliestIfSetForward(catchUpAfter(readings), timeS * 1000, receivedS * 1000)).toBe(earliestS * 1000);
});

it('birthSentMs is before the receipt of the birth message if the lower limit of the error shows that it came late', () => {
  expect(catchUpAfter([], -3000)?.birthSentMs).toBe(97_000);
  expect(catchUpAfter([], 3000)?.birthSentMs).toBe(100_000);
});
