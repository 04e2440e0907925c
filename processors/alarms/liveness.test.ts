import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startLiveness } from './liveness.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Checks every half second for `ms` milliseconds. @returns whether silence may be judged at the last check */
function checkFor(liveness: ReturnType<typeof startLiveness>, ms: number): boolean {
  let mayJudge = liveness.mayJudge();
  for (let passedMs = 0; passedMs < ms; passedMs += 500) {
    vi.advanceTimersByTime(500);
    mayJudge = liveness.mayJudge();
  }
  return mayJudge;
}
const failed = () => Promise.reject(new Error('Kafka is away'));

describe('liveness', () => {
  it('silence may be judged while Kafka answers', async () => {
    const liveness = startLiveness(Date.now);
    await liveness.askKafka(() => Promise.resolve());
    expect(checkFor(liveness, 10_000)).toBe(true);
  });

  it('silence must not be judged from 2.5 s after an unanswered request to Kafka until 3 s after the answer', async () => {
    const liveness = startLiveness(Date.now);
    const answer = Promise.withResolvers<void>();
    const asked = liveness.askKafka(() => answer.promise);
    expect(checkFor(liveness, 2_500)).toBe(true);
    expect(checkFor(liveness, 500)).toBe(false);
    answer.resolve();
    await asked;
    expect(checkFor(liveness, 2_500)).toBe(false);
    expect(checkFor(liveness, 500)).toBe(true);
  });

  it('if several requests to Kafka fail, the time without an answer counts from the first request, and each call of askKafka rejects with its own error', async () => {
    const liveness = startLiveness(Date.now);
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(liveness.askKafka(failed)).rejects.toThrow('Kafka is away');
      expect(checkFor(liveness, 1_000)).toBe(attempt < 2);
    }
  });

  it('silence must not be judged for 3 s after a pause of more than 1.5 s between two checks', () => {
    const liveness = startLiveness(Date.now);
    vi.advanceTimersByTime(1_501);
    expect(checkFor(liveness, 2_500)).toBe(false);
    expect(checkFor(liveness, 500)).toBe(true);
  });
});
