/**
 * Decides whether silence may be judged now. Keeps the state of reception.ts, the times of requests to Kafka, and the
 * times of Kafka's answers.
 *
 * Guarantee: silence is not judged while Kafka leaves a request unanswered for too long, or while this process is
 * paused. After such a time, the process waits 3 s more (`catchUpMs` in reception.ts) before it judges silence. In
 * these 3 s it reads the records that waited.
 */
import { mayJudge, startReception, updateReception } from './reception.ts';

export type Liveness = {
  /** Checks the clocks and Kafka's answers. @returns whether silence may be judged now */
  mayJudge(): boolean;
  /**
   * Sends a request to Kafka. If the request fails, Kafka has not answered: the time without an answer counts from the
   * first failed request.
   * @throws the error of the request
   */
  askKafka(request: () => Promise<void>): Promise<void>;
};

/** @param now the wall clock, ms since 1970 */
export function startLiveness(now: () => number): Liveness {
  let answeredAt = performance.now();
  let askedAt: number | undefined;
  let reception = startReception(performance.now(), now());
  return {
    mayJudge() {
      reception = updateReception(reception, { at: performance.now(), wallMs: now(), askedAt, answeredAt });
      return mayJudge(reception);
    },
    async askKafka(request) {
      askedAt ??= performance.now();
      await request();
      answeredAt = performance.now();
      askedAt = undefined;
    },
  };
}
