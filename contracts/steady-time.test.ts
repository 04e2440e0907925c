import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClockReading, clockStepMsMin, followClock, startSteadyTime, wallAheadOf } from './steady-time.ts';

const started: ClockReading = { wallMs: 1_800_000_000_000, monotonicMs: 5_000, uptimeMs: 90_000 };
const later = (from: ClockReading, passedMs: number, byMs = 0, sleptMs = 0): ClockReading => ({
  wallMs: from.wallMs + passedMs + sleptMs + byMs,
  monotonicMs: from.monotonicMs + passedMs,
  uptimeMs: from.uptimeMs + passedMs + sleptMs,
});
const steadyAt = (time: { last: ClockReading; baseMs: number }) => time.baseMs + time.last.monotonicMs;

describe('the steady time of a process', () => {
  it.each([
    ['is not set', 0, 0],
    ['is set back by the smallest step', -(clockStepMsMin + 1), -(clockStepMsMin + 1)],
    ['is slewed by the most that is no step', -clockStepMsMin, 0],
    ['is set back by 10 s', -10_000, -10_000],
    ['is set back by 10 min', -600_000, -600_000],
    ['is set back by 10 days', -864_000_000, -864_000_000],
    ['is set forward by 10 s', 10_000, 10_000],
    ['is set forward by 10 min', 600_000, 600_000],
    ['is set forward by 10 days', 864_000_000, 864_000_000],
  ])('passes by one second while the machine’s clock %s', (_what, byMs, stepMs) => {
    const { time, stepMs: noticed } = followClock(startSteadyTime(started), later(started, 1_000, byMs));
    expect(noticed).toBe(stepMs);
    expect(wallAheadOf(time)).toBe(stepMs);
    expect(steadyAt(time)).toBe(started.wallMs + 1_000 + (stepMs === 0 ? byMs : 0));
  });

  it('moves on by the time that the machine slept, which is no step', () => {
    const { time, stepMs } = followClock(startSteadyTime(started), later(started, 1_000, 0, 3_600_000));
    expect(stepMs).toBe(0);
    expect(steadyAt(time)).toBe(started.wallMs + 3_601_000);
  });

  it('tells sleep and a set clock apart where both happen at once', () => {
    const { time, stepMs } = followClock(startSteadyTime(started), later(started, 1_000, -600_000, 3_600_000));
    expect(stepMs).toBe(-600_000);
    expect(steadyAt(time)).toBe(started.wallMs + 3_601_000);
  });

  it('agrees with the machine’s clock again once that is set to the right time', () => {
    const back = followClock(startSteadyTime(started), later(started, 1_000, -600_000)).time;
    const { time, stepMs } = followClock(back, later(back.last, 1_000, 600_000));
    expect(stepMs).toBe(600_000);
    expect(wallAheadOf(time)).toBe(0);
  });

  it('does not follow a wrong clock that is slewed back to the right time', () => {
    let { time } = followClock(startSteadyTime(started), later(started, 1_000, 2_000));
    for (let i = 0; i < 20; i += 1) ({ time } = followClock(time, later(time.last, 1_000, -100)));
    expect(wallAheadOf(time)).toBe(0);
    expect(Math.abs(steadyAt(time) - started.wallMs - 21_000)).toBeLessThanOrEqual(clockStepMsMin);
  });

  it('goes on at the time of the processes that it joins', () => {
    const time = startSteadyTime(started, -600_000);
    expect(wallAheadOf(time)).toBe(-600_000);
    expect(steadyAt(time)).toBe(started.wallMs + 600_000);
  });

  it('never runs faster or slower than real time by more than slewing, whatever is done to the clock', () => {
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
          ({ time } = followClock(time, later(time.last, passedMs, byMs, sleptMs)));
          expect(Math.abs(steadyAt(time) - before - passedMs - sleptMs)).toBeLessThanOrEqual(clockStepMsMin);
        }
      }),
    );
  });
});
