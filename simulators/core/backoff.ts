/** When a device connects again: soon after a good connection, later and later after bad ones, and at another time than its neighbours. */
import { nextRandom, type RandomState } from './random.ts';

export type BackoffState = {
  /** Monotonic ms. */
  readonly connectAtMs: number;
  /** Failures in a row. */
  readonly failures: number;
  readonly random: RandomState;
};

const backoffFirstMs = 250;
export const backoffMsMax = 8_000;
/** A connection that lasted this long was a good one. */
export const goodConnectionMs = 5_000;

export function initialBackoff(random: RandomState, nowMs: number): BackoffState {
  return { connectAtMs: nowMs, failures: 0, random };
}

/**
 * Called when a connection ended or could not be made.
 * @param heldMs how long it was up, 0 if it never was
 * @returns the next attempt: half to the whole of 250 ms × 2^failures, 8 s at most
 */
export function nextAttempt(state: BackoffState, heldMs: number, nowMs: number): BackoffState {
  const failures = heldMs >= goodConnectionMs ? 0 : state.failures;
  const fullMs = Math.min(backoffMsMax, backoffFirstMs * 2 ** failures);
  const drawn = nextRandom(state.random);
  return {
    connectAtMs: nowMs + fullMs * (0.5 + drawn.value / 2),
    failures: Math.min(failures + 1, 10),
    random: drawn.state,
  };
}
