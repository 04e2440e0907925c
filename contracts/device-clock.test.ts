import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assess,
  type DeviceClock,
  finerGrain,
  grainMsMax,
  initialClock,
  measuredOffsetMs,
  sampledMs,
  wasSetBack,
} from './device-clock.ts';

const t0 = Date.UTC(2026, 0, 1, 12);

/** A reading: measured at `at` s, received `delay` s later, by a device whose clock is `behind` s behind then. */
type Sent = { readonly at: number; readonly behind: number; readonly delay: number };

/** Feeds readings in the order of receipt. */
function feed(sent: readonly Sent[], clock: DeviceClock = initialClock): DeviceClock {
  const inOrder = [...sent].sort((a, b) => a.at + a.delay - (b.at + b.delay));
  for (const { at, behind, delay } of inOrder)
    clock = assess(clock, t0 + (at - behind) * 1000, t0 + (at + delay) * 1000).clock;
  return clock;
}

/** A reading each second from `from` to `to`, both included. */
function live(from: number, to: number, behind: number | ((s: number) => number), delay = 0.05): Sent[] {
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const at = from + i;
    return { at, behind: typeof behind === 'number' ? behind : behind(at), delay };
  });
}

/** The readings from `from` to `to` come after `to`, `factor` times as fast as they were measured. */
function backlog(from: number, to: number, behind: number, factor: number): Sent[] {
  return live(from, to, behind).map((one) => ({ ...one, delay: to - one.at + (one.at - from) / factor }));
}

const measuredS = (clock: DeviceClock) => Math.round(measuredOffsetMs(clock) / 100) / 10;

describe('the measured error of a device clock', () => {
  it.each([
    ['right', 0],
    ['4.5 s behind', 4.5],
    ['10 s behind', 10],
    ['60 s behind', 60],
    ['10 h behind', 36_000],
    ['7 s ahead', -7],
    ['60 s ahead', -60],
    ['10 h ahead', -36_000],
  ])('is measured after 10 s: %s', (_, behind) => {
    expect(measuredOffsetMs(feed(live(0, 9, behind)))).toBe(0);
    expect(measuredS(feed(live(0, 10, behind)))).toBeCloseTo(behind + 0.05, 0);
  });

  it.each([0.2, 5, 15, 300])('is measured with a reading each %d s, after three of them at the earliest', (stepS) => {
    const sent = live(0, 40, 7).map((one, i) => ({ ...one, at: i * stepS }));
    expect(measuredOffsetMs(feed(sent.slice(0, 2)))).toBe(0);
    expect(measuredS(feed(stepS < 1 ? live(0, 60, 7) : sent.slice(0, 4)))).toBeCloseTo(7, 0);
  });

  it('follows a clock that drifts by a second in an hour', () => {
    expect(measuredS(feed(live(0, 7200, (s) => 3 + s / 3600)))).toBeCloseTo(5, 0);
    expect(measuredS(feed(live(0, 7200, (s) => 3 - s / 3600)))).toBeCloseTo(1, 0);
  });

  it('is the smallest difference if delays vary', () => {
    const sent = live(0, 120, 6).map((one) => ({ ...one, delay: 0.02 + ((one.at * 7) % 10) / 5 }));
    expect(measuredS(feed(sent))).toBeCloseTo(6, 0);
  });

  it.each([1.2, 1.5, 2, 10, 1000])('is not learned from a backlog that comes %d times as fast', (factor) => {
    for (const outageS of [8, 60, 600]) {
      const known = feed(live(0, 60, 0));
      let clock = known;
      for (const one of backlog(61, 61 + outageS, 0, factor).sort((a, b) => a.at + a.delay - b.at - b.delay)) {
        clock = assess(clock, t0 + one.at * 1000, t0 + (one.at + one.delay) * 1000).clock;
        expect(measuredOffsetMs(clock)).toBeLessThan(100);
      }
      // Nor if nothing was known before it.
      expect(Math.abs(measuredOffsetMs(feed(backlog(0, outageS, 0, factor))))).toBeLessThan(100);
    }
  });

  it('is kept over an outage and its backlog', () => {
    for (const behind of [0, 7, 60, -60]) {
      const sent = [...live(0, 60, behind), ...backlog(61, 400, behind, 50), ...live(408, 500, behind)];
      expect(measuredS(feed(sent))).toBeCloseTo(behind, 0);
    }
  });

  it('drops the measure at once when the clock was set forward, and takes a step back when it is proven', () => {
    const before = feed(live(0, 60, 60));
    expect(measuredS(before)).toBeCloseTo(60, 0);
    expect(measuredOffsetMs(feed(live(61, 61, 0), before))).toBe(0);
    expect(measuredS(feed(live(61, 72, 0), before))).toBeCloseTo(0, 0);
    const right = feed(live(0, 60, 0));
    expect(measuredS(feed(live(61, 69, 60), right))).toBeCloseTo(0, 0);
    expect(measuredS(feed(live(61, 80, 60), right))).toBeCloseTo(60, 0);
  });

  it('learns nothing from a clock that stands still', () => {
    const sent = live(0, 60, (s) => s);
    expect(Math.abs(measuredOffsetMs(feed(sent)))).toBeLessThan(100);
  });
});

describe('the age of a value', () => {
  it('is that of the corrected time, and a value is never younger than its receipt', () => {
    expect(sampledMs(t0, t0 + 7000, 0)).toBe(t0);
    expect(sampledMs(t0, t0 + 7000, 6900)).toBe(t0 + 6900);
    expect(sampledMs(t0, t0 + 5000, 6900)).toBe(t0 + 5000);
    expect(sampledMs(t0 + 60_000, t0 + 30_000, -60_000)).toBe(t0);
  });

  it('makes no value younger than it is, whatever the error, the outages and the speed of the backlog', () => {
    const outage = fc.record({ liveS: fc.integer({ min: 25, max: 90 }), outageS: fc.integer({ min: 3, max: 900 }) });
    fc.assert(
      fc.property(
        fc.double({ min: -3600, max: 3600, noNaN: true }),
        fc.array(outage, { minLength: 1, maxLength: 4 }),
        fc.double({ min: 1.25, max: 1000, noNaN: true }),
        (behind, outages, factor) => {
          const sent: Sent[] = [];
          let at = 0;
          for (const { liveS, outageS } of outages) {
            sent.push(
              ...live(at, at + liveS, behind),
              ...backlog(at + liveS + 1, at + liveS + outageS, behind, factor),
            );
            at += liveS + outageS + Math.ceil(outageS / factor) + 1;
          }
          let clock: DeviceClock = initialClock;
          for (const one of sent.sort((a, b) => a.at + a.delay - b.at - b.delay)) {
            const [time, receivedAt] = [t0 + (one.at - one.behind) * 1000, t0 + (one.at + one.delay) * 1000];
            clock = assess(clock, time, receivedAt).clock;
            const offsetMs = measuredOffsetMs(clock);
            if (offsetMs !== 0)
              expect(sampledMs(time, receivedAt, offsetMs)).toBeLessThanOrEqual(t0 + one.at * 1000 + 100);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a clock that was set back', () => {
  const newest = { seq: 7, timeMs: t0 };
  it.each([
    ['a later number with a time more than 2 s earlier', 8, -2001, true],
    ['a later number with a time 2 s earlier', 8, -2000, false],
    ['a later number with a later time', 8, 1, false],
    ['the same number again', 7, -3_600_000, false],
    ['an earlier number, which comes late', 6, -3_600_000, false],
  ])('is shown, or not, by %s', (_, seq, byMs, isSet) => {
    expect(wasSetBack(newest, { seq, timeMs: t0 + byMs })).toBe(isSet);
  });
});

it.each([
  ['milliseconds', [1_767_268_800_123, 1_767_268_801_124], 1],
  ['whole seconds', [1_767_268_801_000, 1_767_268_802_000], 1_000],
  ['whole minutes', [1_767_268_800_000, 1_767_268_860_000, 1_767_268_860_000], 60_000],
  ['one time alone that may be a whole minute', [1_767_268_860_000], 60_000],
  ['none', [], 300_000],
])('times in %s are so coarse', (_, times, expected) => {
  expect(times.reduce(finerGrain, grainMsMax)).toBe(expected);
});
