import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformNumber } from '../tests/uniform-number.ts';
import {
  assessReading,
  clockErrorText,
  type DeviceClock,
  grainMsMax,
  initialClock,
  isLateReading,
  lateMsMax,
  measuredOffsetMs,
  nextGrainMs,
  sampledMs,
  wasSetBack,
} from './device-clock.ts';

const t0 = Date.UTC(2026, 0, 1, 12);

/**
 * A reading that was measured at second `atS` and received `delayS` s later. The device's clock was `behindS` s behind.
 */
type SentReading = { readonly atS: number; readonly behindS: number; readonly delayS: number };

/** Returns the clock after all readings, in the order of receipt. */
function feed(sent: readonly SentReading[], clock: DeviceClock = initialClock): DeviceClock {
  const inOrder = [...sent].sort((a, b) => a.atS + a.delayS - (b.atS + b.delayS));
  for (const { atS, behindS, delayS } of inOrder)
    clock = assessReading(clock, t0 + (atS - behindS) * 1000, t0 + (atS + delayS) * 1000).clock;
  return clock;
}

/** Returns a reading for each second from `from` to `to`, both included. */
function live(from: number, to: number, behindS: number | ((s: number) => number), delayS = 0.05): SentReading[] {
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const atS = from + i;
    return { atS, behindS: typeof behindS === 'number' ? behindS : behindS(atS), delayS };
  });
}

/**
 * Returns the readings of an outage from `from` to `to`: all are received after `to`, `factor` times as fast as they
 * were measured.
 */
function backlog(from: number, to: number, behindS: number, factor: number): SentReading[] {
  return live(from, to, behindS).map((sent) => ({ ...sent, delayS: to - sent.atS + (sent.atS - from) / factor }));
}

const measuredS = (clock: DeviceClock) => Math.round(measuredOffsetMs(clock) / 100) / 10;

describe('measuredOffsetMs', () => {
  it.each([
    ['right', 0],
    ['4.5 s behind', 4.5],
    ['10 s behind', 10],
    ['60 s behind', 60],
    ['10 h behind', 36_000],
    ['7 s ahead', -7],
    ['60 s ahead', -60],
    ['10 h ahead', -36_000],
  ])('the error of a clock that is %s is known after 10 s', (_, behindS) => {
    expect(measuredOffsetMs(feed(live(0, 9, behindS)))).toBe(0);
    expect(measuredS(feed(live(0, 10, behindS)))).toBeCloseTo(behindS + 0.05, 0);
  });

  it.each([0.2, 5, 15, 300])(
    'if a device sends a reading every %d s, its clock error is not known before the third reading',
    (stepS) => {
      const sent = live(0, 40, 7).map((reading, i) => ({ ...reading, atS: i * stepS }));
      expect(measuredOffsetMs(feed(sent.slice(0, 2)))).toBe(0);
      expect(measuredS(feed(stepS < 1 ? live(0, 60, 7) : sent.slice(0, 4)))).toBeCloseTo(7, 0);
    },
  );

  it('the measured error follows a clock that drifts by a second in an hour', () => {
    expect(measuredS(feed(live(0, 7200, (s) => 3 + s / 3600)))).toBeCloseTo(5, 0);
    expect(measuredS(feed(live(0, 7200, (s) => 3 - s / 3600)))).toBeCloseTo(1, 0);
  });

  it('if delays vary, the measured error is the smallest difference between receive time and device time', () => {
    const sent = live(0, 120, 6).map((reading) => ({ ...reading, delayS: 0.02 + ((reading.atS * 7) % 10) / 5 }));
    expect(measuredS(feed(sent))).toBeCloseTo(6, 0);
  });

  it.each([1.2, 1.5, 2, 10, 1000])(
    'a backlog that arrives %d times as fast as it was measured does not change the measured error',
    (factor) => {
      for (const outageS of [8, 60, 600]) {
        let clock = feed(live(0, 60, 0));
        for (const { atS, delayS } of backlog(61, 61 + outageS, 0, factor).sort(
          (a, b) => a.atS + a.delayS - b.atS - b.delayS,
        )) {
          clock = assessReading(clock, t0 + atS * 1000, t0 + (atS + delayS) * 1000).clock;
          expect(measuredOffsetMs(clock)).toBeLessThan(100);
        }
        // A backlog with the first readings of the device does not change the error, either.
        expect(Math.abs(measuredOffsetMs(feed(backlog(0, outageS, 0, factor))))).toBeLessThan(100);
      }
    },
  );

  it('the measured error stays the same during an outage and its backlog', () => {
    for (const behindS of [0, 7, 60, -60]) {
      const sent = [...live(0, 60, behindS), ...backlog(61, 400, behindS, 50), ...live(408, 500, behindS)];
      expect(measuredS(feed(sent))).toBeCloseTo(behindS, 0);
    }
  });

  it('if a device’s clock is set forward, the measured error is void at once; if it is set back, the error is right after 10 s', () => {
    const slowClock = feed(live(0, 60, 60));
    expect(measuredS(slowClock)).toBeCloseTo(60, 0);
    expect(measuredOffsetMs(feed(live(61, 61, 0), slowClock))).toBe(0);
    expect(measuredS(feed(live(61, 72, 0), slowClock))).toBeCloseTo(0, 0);
    const rightClock = feed(live(0, 60, 0));
    expect(measuredS(feed(live(61, 69, 60), rightClock))).toBeCloseTo(0, 0);
    expect(measuredS(feed(live(61, 80, 60), rightClock))).toBeCloseTo(60, 0);
  });

  it('the measured error stays 0 if the device’s clock stands still', () => {
    const sent = live(0, 60, (s) => s);
    expect(Math.abs(measuredOffsetMs(feed(sent)))).toBeLessThan(100);
  });
});

describe('isLateReading', () => {
  const clockOf = (steadyMs: number | null): DeviceClock => ({
    offsetMs: 0,
    pace: { sinceMs: t0, readings: 1, leastMs: 0, beforeMs: null, steadyMs },
  });
  it.each([
    [0, lateMsMax, false],
    [0, lateMsMax + 1, true],
    [null, lateMsMax, false],
    [null, lateMsMax + 1, true],
    [30_000, lateMsMax + 30_000, false],
    [30_000, lateMsMax + 30_001, true],
    [-30_000, lateMsMax - 30_000, false],
    [-30_000, lateMsMax - 29_999, true],
  ])(
    'with a measured error of %s ms, for a reading that came %d ms after its time, isLateReading is %s',
    (steadyMs, tookMs, late) => {
      expect(isLateReading(clockOf(steadyMs), t0, t0 + tookMs)).toBe(late);
    },
  );
});

describe('clockErrorText', () => {
  it.each([
    [30_000, '30 s behind'],
    [-30_000, '30 s ahead'],
    [1_499, '1 s behind'],
    [1_500, '2 s behind'],
  ])('clockErrorText writes an error of %d ms as %s', (offsetMs, text) => {
    expect(clockErrorText(offsetMs)).toBe(text);
  });
});

describe('sampledMs', () => {
  it('sampledMs returns the corrected device time, but never a time after the receipt', () => {
    expect(sampledMs(t0, t0 + 7000, 0)).toBe(t0);
    expect(sampledMs(t0, t0 + 7000, 6900)).toBe(t0 + 6900);
    expect(sampledMs(t0, t0 + 5000, 6900)).toBe(t0 + 5000);
    expect(sampledMs(t0 + 60_000, t0 + 30_000, -60_000)).toBe(t0);
  });

  it('sampledMs never makes a value look newer than it is, for any clock error, outages and speed of the backlog', () => {
    const outage = fc.record({ liveS: fc.integer({ min: 25, max: 90 }), outageS: fc.integer({ min: 3, max: 900 }) });
    fc.assert(
      fc.property(
        uniformNumber(-3600, 3600),
        fc.array(outage, { minLength: 1, maxLength: 4 }),
        uniformNumber(1.25, 1000),
        (behindS, outages, factor) => {
          const sent: SentReading[] = [];
          let atS = 0;
          for (const { liveS, outageS } of outages) {
            sent.push(
              ...live(atS, atS + liveS, behindS),
              ...backlog(atS + liveS + 1, atS + liveS + outageS, behindS, factor),
            );
            atS += liveS + outageS + Math.ceil(outageS / factor) + 1;
          }
          let clock: DeviceClock = initialClock;
          for (const { atS, behindS, delayS } of sent.sort((a, b) => a.atS + a.delayS - b.atS - b.delayS)) {
            const [time, receivedAt] = [t0 + (atS - behindS) * 1000, t0 + (atS + delayS) * 1000];
            clock = assessReading(clock, time, receivedAt).clock;
            const offsetMs = measuredOffsetMs(clock);
            if (offsetMs !== 0)
              expect(sampledMs(time, receivedAt, offsetMs)).toBeLessThanOrEqual(t0 + atS * 1000 + 100);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('wasSetBack', () => {
  const newest = { seq: 7, timeMs: t0 };
  it.each([
    ['true for a greater number with a time more than 2 s earlier', 8, -2001, true],
    ['false for a greater number with a time 2 s earlier', 8, -2000, false],
    ['false for a greater number with a later time', 8, 1, false],
    ['false for the same number again', 7, -3_600_000, false],
    ['false for a smaller number, which arrives late', 6, -3_600_000, false],
  ])('wasSetBack is %s', (_, seq, byMs, isSet) => {
    expect(wasSetBack(newest, { seq, timeMs: t0 + byMs })).toBe(isSet);
  });
});

it.each([
  ['milliseconds', [1_767_268_800_123, 1_767_268_801_124], 1],
  ['whole seconds', [1_767_268_801_000, 1_767_268_802_000], 1_000],
  ['whole minutes', [1_767_268_800_000, 1_767_268_860_000, 1_767_268_860_000], 60_000],
  ['a single time that may be in whole minutes', [1_767_268_860_000], 60_000],
  ['no times', [], 300_000],
])('nextGrainMs returns the rounding of times: %s', (_, times, expected) => {
  expect(times.reduce(nextGrainMs, grainMsMax)).toBe(expected);
});
