import { describe, expect, it } from 'vitest';
import { closeCodes, serverLostMs } from '../../protocol/pace.ts';
import { afterClose, closeText, createSteadyClock, isLost, retryDelayMs } from './connection.ts';

describe('isLost', () => {
  it.each([
    [0, false],
    [serverLostMs, false],
    [serverLostMs + 1, true],
    [-1, false],
  ])('%d ms after the last heartbeat the server counts as lost: %s', (silentMs, lost) => {
    expect(isLost(1_000_000, 1_000_000 + silentMs)).toBe(lost);
  });
});

describe('retryDelayMs and afterClose', () => {
  it('the longest possible wait grows with each try; each wait is random, at least 250 ms and at most 10 s', () => {
    for (let attempt = 0; attempt < 40; attempt++) {
      expect(retryDelayMs(attempt, 0)).toBe(250);
      expect(retryDelayMs(attempt, 0.999999)).toBeLessThanOrEqual(10_000);
      expect(retryDelayMs(attempt + 1, 0.5)).toBeGreaterThanOrEqual(retryDelayMs(attempt, 0.5));
    }
    expect(retryDelayMs(0, 0.999999)).toBe(500);
    expect(retryDelayMs(20, 0.999999)).toBe(10_000);
  });

  it.each([
    [closeCodes.sessionEnded, 'log-in'],
    [closeCodes.notAllowed, 'forbidden'],
    [closeCodes.resync, 'retry-now'],
    [closeCodes.unavailable, 'retry'],
    [closeCodes.tooMany, 'retry-late'],
    [closeCodes.badMessage, 'retry'],
    [1006, 'retry'],
    [1001, 'retry'],
  ] as const)('after the close code %d the screen does "%s"', (code, next) => {
    expect(afterClose(code)).toBe(next);
  });
});

it.each(Object.entries(closeCodes))('the text for the close code %s contains no number', (_name, code) => {
  expect(closeText(code) ?? '').not.toMatch(/\d/);
});

describe('createSteadyClock', () => {
  it('the steady clock follows the monotonic clock, counts the sleep of the machine, and never runs backward', () => {
    let wall = 1000;
    let monotonic = 0;
    const clock = createSteadyClock(
      () => wall,
      () => monotonic,
    );
    wall += 500;
    monotonic += 500;
    expect(clock()).toBe(1500);
    wall += 60_000; // the machine slept: the monotonic clock stood still
    monotonic += 1;
    expect(clock()).toBe(61_500);
    wall -= 3_600_000; // somebody set the clock back
    monotonic += 10;
    expect(clock()).toBe(61_510);
    wall += 11; // the wall clock runs a little fast: this is not a sleep
    monotonic += 10;
    expect(clock()).toBe(61_520);
  });
});
