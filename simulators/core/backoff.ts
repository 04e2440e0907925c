/**
 * Decides when a device connects again. The wait is short after a good connection and grows with each failure. A part
 * of the wait is random, so that devices do not connect at the same time.
 */
import { nextRandom, type RandomState } from './random.ts';

export type BackoffState = {
  /** Time of the next attempt, monotonic ms. */
  readonly connectAtMs: number;
  /** Failures in a row. */
  readonly failures: number;
  readonly random: RandomState;
};

const backoffFirstMs = 250;
export const backoffMsMax = 8_000;
/** A connection that lasted at least this long counts as good. */
export const goodConnectionMs = 5_000;

export function initialBackoff(random: RandomState, nowMs: number): BackoffState {
  return { connectAtMs: nowMs, failures: 0, random };
}

/**
 * Returns the state after a connection has ended or could not be opened. The longest wait is 250 ms × 2^failures, but
 * at most 8 s; the shortest wait is half as long.
 * @param upMs how long the connection was open; 0 if it could not be opened
 */
export function nextAttempt(state: BackoffState, upMs: number, nowMs: number): BackoffState {
  const failures = upMs >= goodConnectionMs ? 0 : state.failures;
  const fullMs = Math.min(backoffMsMax, backoffFirstMs * 2 ** failures);
  const drawn = nextRandom(state.random);
  return {
    connectAtMs: nowMs + fullMs * (0.5 + drawn.value / 2),
    failures: Math.min(failures + 1, 10),
    random: drawn.state,
  };
}
