/**
 * Says whether silence may be judged now. It keeps the state of hearing.ts, and when Kafka was asked and when it answered.
 *
 * Guarantee: silence is not judged while Kafka leaves a question unanswered for too long, nor after this process stood still, nor
 * until what was sent meanwhile has had the time to be read (hearing.ts has the times).
 */
import { listen, mayJudge, startHearing } from './hearing.ts';

export type Liveness = {
  /** Looks at the clocks and at Kafka once more. @returns whether silence may be judged now */
  hear(): boolean;
  /** Runs a task that Kafka answers. A task that fails was not answered: Kafka counts as asked since the first try. */
  ask(task: () => Promise<void>): Promise<void>;
};

/** @param now the wall clock, ms since 1970 */
export function startLiveness(now: () => number): Liveness {
  let answeredAt = performance.now();
  let askedAt: number | undefined;
  let hearing = startHearing(performance.now(), now());
  return {
    hear() {
      hearing = listen(hearing, { at: performance.now(), wallMs: now(), askedAt, answeredAt });
      return mayJudge(hearing);
    },
    async ask(task) {
      askedAt ??= performance.now();
      await task();
      answeredAt = performance.now();
      askedAt = undefined;
    },
  };
}
