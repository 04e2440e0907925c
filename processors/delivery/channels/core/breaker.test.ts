import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Breaker, beginTry, closedBreaker, endTry, failuresMax, type HostSign } from './breaker.ts';

const afterSigns = (breaker: Breaker, sign: HostSign, times = 1, nowMs = 0) => {
  let next = breaker;
  for (let count = 0; count < times; count += 1) next = endTry(next, sign, false, nowMs);
  return next;
};
const opened = afterSigns(closedBreaker, 'fails', failuresMax);
const trialOf = (breaker: Breaker, nowMs: number) => {
  const answer = beginTry(breaker, nowMs);
  if (!answer.begins) throw new Error('no try may begin');
  return answer.breaker;
};

describe('a breaker', () => {
  it('a breaker opens after the maximum number of failures in a row, and not after fewer failures', () => {
    expect(afterSigns(closedBreaker, 'fails', failuresMax - 1).kind).toBe('closed');
    expect(opened.kind).toBe('open');
  });

  it('a breaker counts failures from zero again after the host has worked', () => {
    const almost = afterSigns(closedBreaker, 'fails', failuresMax - 1);
    expect(afterSigns(afterSigns(almost, 'works'), 'fails', failuresMax - 1).kind).toBe('closed');
  });

  it('a breaker does not count a try without a result', () => {
    const almost = afterSigns(closedBreaker, 'fails', failuresMax - 1);
    expect(afterSigns(almost, 'unknown', 100)).toEqual(almost);
  });

  it.each([
    [0, false],
    [4_999, false],
    [5_000, true],
  ])('a breaker that opened at 0 lets a try begin at %i ms: %s', (nowMs, begins) => {
    expect(beginTry(opened, nowMs).begins).toBe(begins);
  });

  it('a breaker lets exactly one trial begin', () => {
    const trial = trialOf(opened, 5_000);
    expect(beginTry(trial, 5_000)).toEqual({ begins: false });
    expect(beginTry(trial, 1e9)).toEqual({ begins: false });
  });

  it('a breaker waits longer after each failed trial, and at most 60 s', () => {
    let breaker: Breaker = opened;
    const waits: number[] = [];
    for (let nowMs = 5_000, count = 0; count < 6; count += 1) {
      breaker = endTry(trialOf(breaker, nowMs), 'fails', true, nowMs);
      if (breaker.kind !== 'open') throw new Error('not open');
      waits.push(breaker.untilMs - nowMs);
      nowMs = breaker.untilMs;
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  });

  it('a breaker closes after a trial that worked', () => {
    expect(endTry(trialOf(opened, 5_000), 'works', true, 5_100)).toEqual(closedBreaker);
  });

  it('a breaker lets a new trial begin at once after a trial that was ended early', () => {
    const ended = endTry(trialOf(opened, 5_000), 'unknown', true, 5_100);
    expect(beginTry(ended, 5_100).begins).toBe(true);
  });

  it('a breaker stays as it is if an older try fails during a trial', () => {
    const trial = trialOf(opened, 5_000);
    expect(endTry(trial, 'fails', false, 5_100)).toEqual(trial);
    expect(endTry(trial, 'unknown', false, 5_100)).toEqual(trial);
  });

  it('after any random history, a breaker lets a try begin at most 60 s after the end of the last try', () => {
    const signs = fc.constantFrom<HostSign>('works', 'fails', 'unknown');
    fc.assert(
      fc.property(fc.array(fc.tuple(signs, fc.integer({ min: 0, max: 100_000 })), { maxLength: 60 }), (steps) => {
        let breaker: Breaker = closedBreaker;
        let nowMs = 0;
        for (const [sign, waitMs] of steps) {
          nowMs += waitMs;
          const answer = beginTry(breaker, nowMs);
          if (answer.begins) breaker = endTry(answer.breaker, sign, answer.breaker.kind === 'trial', nowMs);
        }
        expect(beginTry(breaker, nowMs + 60_000).begins).toBe(true);
      }),
    );
  });
});
