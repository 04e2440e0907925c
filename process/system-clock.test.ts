import { afterEach, expect, it } from 'vitest';
import { logAheadMs, type SystemClock, startSteadyClock, wallAheadMs } from './system-clock.ts';

/**
 * Two clocks are read one after the other. On a busy machine, they differ by at most this time. The steps of the tests
 * are larger.
 */
const apartMsMax = 5_000;

const silentLog = { warn: () => {}, info: () => {} };
let clock: SystemClock | undefined;
afterEach(() => {
  clock?.close();
});

it('the clock starts at the time of the machine’s clock, and restores Date.now when it is closed', () => {
  const before = Date.now;
  clock = startSteadyClock({ log: silentLog });
  expect(Date.now).not.toBe(before);
  expect(Math.abs(wallAheadMs())).toBeLessThan(apartMsMax);
  expect(clock.currentStep()).toBeUndefined();
  clock.close();
  expect(Date.now).toBe(before);
});

it.each([-864_000_000, -10_000, 10_000, 864_000_000])(
  'if other processes noticed a step of %i ms, the clock starts at their time',
  (aheadMs) => {
    const wall = Date.now();
    clock = startSteadyClock({ log: silentLog, aheadMs });
    expect(Math.abs(Date.now() - (wall - aheadMs))).toBeLessThan(apartMsMax);
    expect(Math.abs(wallAheadMs() - aheadMs)).toBeLessThan(apartMsMax);
    expect(clock.currentStep()?.aheadMs).toBe(aheadMs);
    // The timestamp of a record in Kafka is the later of two times: the steady time and the machine's clock.
    expect(Math.abs(logAheadMs() - Math.max(0, aheadMs))).toBeLessThan(apartMsMax);
  },
);

it('if `replace` is false, Date.now is not replaced, and the machine’s clock is only watched', () => {
  const before = Date.now;
  clock = startSteadyClock({ log: silentLog, replace: false });
  expect(Date.now).toBe(before);
});
