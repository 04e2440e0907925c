import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClockReading, clockStepMsMin, followClock, startSteadyTime, wallAheadOf } from './steady-time.ts';

const started: ClockReading = { wallMs: 1_800_000_000_000, monotonicMs: 5_000, uptimeMs: 90_000 };
const readingAfter = (from: ClockReading, passedMs: number, byMs = 0, sleptMs = 0): ClockReading => ({
  wallMs: from.wallMs + passedMs + sleptMs + byMs,
  monotonicMs: from.monotonicMs + passedMs,
  uptimeMs: from.uptimeMs + passedMs + sleptMs,
});
const steadyAt = (time: { last: ClockReading; baseMs: number }) => time.baseMs + time.last.monotonicMs;

describe('steady time', () => {
  it.each([
    ['is right', 0, 0],
    ['is set back by the smallest step', -(clockStepMsMin + 1), -(clockStepMsMin + 1)],
    ['is slewed by the largest difference that is not a step', -clockStepMsMin, 0],
    ['is set back by 10 s', -10_000, -10_000],
    ['is set back by 10 min', -600_000, -600_000],
    ['is set back by 10 days', -864_000_000, -864_000_000],
    ['is set forward by 10 s', 10_000, 10_000],
    ['is set forward by 10 min', 600_000, 600_000],
    ['is set forward by 10 days', 864_000_000, 864_000_000],
  ])('steady time advances by one second while the machine’s clock %s', (_what, byMs, stepMs) => {
    const { time, stepMs: noticed } = followClock(startSteadyTime(started), readingAfter(started, 1_000, byMs));
    expect(noticed).toBe(stepMs);
    expect(wallAheadOf(time)).toBe(stepMs);
    expect(steadyAt(time)).toBe(started.wallMs + 1_000 + (stepMs === 0 ? byMs : 0));
  });

  it('steady time advances by the time that the machine slept, and reports no step', () => {
    const { time, stepMs } = followClock(startSteadyTime(started), readingAfter(started, 1_000, 0, 3_600_000));
    expect(stepMs).toBe(0);
    expect(steadyAt(time)).toBe(started.wallMs + 3_601_000);
  });

  it('steady time reports only the step if the machine slept and its clock was set at the same time', () => {
    const { time, stepMs } = followClock(startSteadyTime(started), readingAfter(started, 1_000, -600_000, 3_600_000));
    expect(stepMs).toBe(-600_000);
    expect(steadyAt(time)).toBe(started.wallMs + 3_601_000);
  });

  it('steady time agrees with the machine’s clock again after that clock is set to the right time', () => {
    const setBackTime = followClock(startSteadyTime(started), readingAfter(started, 1_000, -600_000)).time;
    const { time, stepMs } = followClock(setBackTime, readingAfter(setBackTime.last, 1_000, 600_000));
    expect(stepMs).toBe(600_000);
    expect(wallAheadOf(time)).toBe(0);
  });

  it('steady time does not follow a wrong clock that is slewed to the right time', () => {
    let { time } = followClock(startSteadyTime(started), readingAfter(started, 1_000, 2_000));
    for (let i = 0; i < 20; i += 1) ({ time } = followClock(time, readingAfter(time.last, 1_000, -100)));
    expect(wallAheadOf(time)).toBe(0);
    expect(Math.abs(steadyAt(time) - started.wallMs - 21_000)).toBeLessThanOrEqual(clockStepMsMin);
  });

  it('steady time begins at the time of the other processes if the machine’s clock is wrong', () => {
    const time = startSteadyTime(started, -600_000);
    expect(wallAheadOf(time)).toBe(-600_000);
    expect(steadyAt(time)).toBe(started.wallMs + 600_000);
  });

  it('steady time advances as real time does, apart from slewing, for any steps of the clock and any sleep', () => {
    const step = fc.record({
      passedMs: fc.integer({ min: 1, max: 5_000 }),
      byMs: fc.oneof(fc.constant(0), fc.integer({ min: -1e10, max: 1e10 })),
      sleptMs: fc.oneof(fc.constant(0), fc.integer({ min: 1_000, max: 1e8 })),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let time = startSteadyTime(started);
        for (const { passedMs, byMs, sleptMs } of steps) {
          const before = steadyAt(time);
          ({ time } = followClock(time, readingAfter(time.last, passedMs, byMs, sleptMs)));
          expect(Math.abs(steadyAt(time) - before - passedMs - sleptMs)).toBeLessThanOrEqual(clockStepMsMin);
        }
      }),
    );
  });
});
