import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startLiveness } from './liveness.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Looks every half second for so long. @returns whether silence may be judged at the last look */
function lookFor(liveness: ReturnType<typeof startLiveness>, ms: number): boolean {
  let may = liveness.hear();
  for (let at = 0; at < ms; at += 500) {
    vi.advanceTimersByTime(500);
    may = liveness.hear();
  }
  return may;
}
const failed = () => Promise.reject(new Error('Kafka is away'));

describe('liveness', () => {
  it('lets silence be judged while Kafka answers', async () => {
    const liveness = startLiveness(Date.now);
    await liveness.ask(() => Promise.resolve());
    expect(lookFor(liveness, 10_000)).toBe(true);
  });

  it('forbids it once Kafka has left a question unanswered for more than 2.5 s, until 3 s after the answer', async () => {
    const liveness = startLiveness(Date.now);
    const answer = Promise.withResolvers<void>();
    const asked = liveness.ask(() => answer.promise);
    expect(lookFor(liveness, 2_500)).toBe(true);
    expect(lookFor(liveness, 500)).toBe(false);
    answer.resolve();
    await asked;
    expect(lookFor(liveness, 2_500)).toBe(false);
    expect(lookFor(liveness, 500)).toBe(true);
  });

  it('counts Kafka as asked since the first of several tries that failed, and rejects as each try did', async () => {
    const liveness = startLiveness(Date.now);
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(liveness.ask(failed)).rejects.toThrow('Kafka is away');
      expect(lookFor(liveness, 1_000)).toBe(attempt < 2);
    }
  });

  it('forbids it for 3 s after nobody looked for more than 1.5 s', () => {
    const liveness = startLiveness(Date.now);
    vi.advanceTimersByTime(1_501);
    expect(lookFor(liveness, 2_500)).toBe(false);
    expect(lookFor(liveness, 500)).toBe(true);
  });
});
