/**
 * A circuit breaker for one host. After several failures in a row, nothing is sent to this host for some time. Then one
 * trial decides whether the host works again. So a dead host takes neither slots nor time from other messages. Pure:
 * the time is the monotonic clock, ms, which nobody can set.
 */
import { secondMs } from '../../../../contracts/durations.ts';

/** Number of failures in a row that open the breaker (ours). */
export const failuresMax = 3;
/**
 * Nothing is sent for this time after the breaker opened, ms (ours). The time doubles with each failed trial, up to
 * `openMsMax`.
 */
const openMs = 5 * secondMs;
const openMsMax = 60 * secondMs;

/** `trial`: one try runs, and no other try may begin. `trials` counts the failed trials in a row. */
export type Breaker =
  | { readonly kind: 'closed'; readonly failures: number }
  | { readonly kind: 'open'; readonly untilMs: number; readonly trials: number }
  | { readonly kind: 'trial'; readonly trials: number };

export const closedBreaker: Breaker = { kind: 'closed', failures: 0 };

/**
 * What a try shows about the host. `works`: the host has answered, perhaps with a refusal. `fails`: the host has not
 * answered, or has answered that it is broken. `unknown`: the try was ended before the host could answer.
 */
export type HostSign = 'works' | 'fails' | 'unknown';

/** Returns whether a try may begin now, and the breaker with this try. */
export function beginTry(
  breaker: Breaker,
  nowMs: number,
): { readonly begins: true; readonly breaker: Breaker } | { readonly begins: false } {
  switch (breaker.kind) {
    case 'closed':
      return { begins: true, breaker };
    case 'open':
      return nowMs < breaker.untilMs
        ? { begins: false }
        : { begins: true, breaker: { kind: 'trial', trials: breaker.trials } };
    case 'trial':
      return { begins: false };
  }
}

/** Returns the breaker after a try has ended. @param wasTrial whether this try was the trial */
export function endTry(breaker: Breaker, sign: HostSign, wasTrial: boolean, nowMs: number): Breaker {
  switch (breaker.kind) {
    case 'closed': {
      if (sign !== 'fails') return sign === 'works' ? closedBreaker : breaker;
      const failures = breaker.failures + 1;
      return failures < failuresMax ? { kind: 'closed', failures } : opened(0, nowMs);
    }
    case 'open':
      // A try that began before the breaker opened may still show that the host works.
      return sign === 'works' ? closedBreaker : breaker;
    case 'trial':
      if (sign === 'works') return closedBreaker;
      if (!wasTrial) return breaker;
      // After a trial without a result, the next try is a trial again.
      return sign === 'fails'
        ? opened(breaker.trials + 1, nowMs)
        : { kind: 'open', untilMs: nowMs, trials: breaker.trials };
  }
}

function opened(trials: number, nowMs: number): Breaker {
  return { kind: 'open', untilMs: nowMs + Math.min(openMs * 2 ** trials, openMsMax), trials };
}
