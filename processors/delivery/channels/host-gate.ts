/**
 * The gate in front of one host. The gate limits how many tries run at once and how many messages wait. The gate also
 * asks the breaker of the host. So a dead or slow host delays only its own messages. While the breaker is open, nothing
 * waits: each message fails at once and is tried again later.
 */
import { minuteMs } from '../../../contracts/durations.ts';
import { type Breaker, beginTry, closedBreaker, endTry, type HostSign } from './core/breaker.ts';

/** Maximum number of tries that run at once at one host (ours). */
export const runningMax = 8;
/** Maximum number of messages that wait for one host (ours). */
export const waitingMax = 1_000;

/**
 * A host without a try for this time is not counted as failing, ms (ours). The canaries of persons on duty try each
 * host every 10 min.
 */
const quietMsMax = 15 * minuteMs;

/** A try that may begin. Its owner must call `end` exactly once. */
export type Try = { end(sign: HostSign): void };

export type HostGate = {
  /**
   * Waits for the right to try. `down`: the host has failed. `full`: too many messages wait. `aborted`: the signal
   * ended the wait.
   */
  enter(signal: AbortSignal): Promise<Try | 'down' | 'full' | 'aborted'>;
  /** Returns whether the host has failed. Nothing is sent to a failed host now. */
  isDown(): boolean;
  /** Returns how long the host has not worked, ms; 0 if it works, or if nothing was sent to it for `quietMsMax`. */
  failingMs(): number;
  /** Returns the number of messages that wait for the host. */
  waitingCount(): number;
  /** Returns whether nothing runs or waits, and the breaker has seen no failure of the host. */
  isIdle(): boolean;
};

type Answer = Try | 'down' | 'aborted';

/** @param monotonicMs a clock that nobody can set, ms */
export function createHostGate(monotonicMs: () => number): HostGate {
  let breaker: Breaker = closedBreaker;
  /** When the breaker opened; undefined while it is closed. */
  let failingSinceMs: number | undefined;
  let lastTryMs = Number.NEGATIVE_INFINITY;
  let runningCount = 0;
  const waiting = new Set<(answer: Answer) => void>();

  const admitWaiting = () => {
    for (const admit of waiting) {
      if (runningCount >= runningMax) return;
      const answer = beginTry(breaker, monotonicMs());
      waiting.delete(admit);
      if (!answer.begins) admit('down');
      else {
        breaker = answer.breaker;
        admit(newTry(breaker.kind === 'trial'));
      }
    }
  };

  const newTry = (isTrial: boolean): Try => {
    runningCount += 1;
    lastTryMs = monotonicMs();
    return {
      end(sign) {
        runningCount -= 1;
        breaker = endTry(breaker, sign, isTrial, monotonicMs());
        failingSinceMs = breaker.kind === 'closed' ? undefined : (failingSinceMs ?? monotonicMs());
        admitWaiting();
      },
    };
  };

  return {
    enter(signal) {
      if (signal.aborted) return Promise.resolve('aborted');
      if (waiting.size >= waitingMax) return Promise.resolve('full');
      return new Promise((resolve) => {
        const admit = (answer: Answer) => {
          signal.removeEventListener('abort', onAbort);
          resolve(answer);
        };
        const onAbort = () => {
          waiting.delete(admit);
          resolve('aborted');
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.add(admit);
        admitWaiting();
      });
    },
    isDown: () => !beginTry(breaker, monotonicMs()).begins,
    failingMs() {
      const nowMs = monotonicMs();
      return failingSinceMs === undefined || nowMs - lastTryMs > quietMsMax ? 0 : nowMs - failingSinceMs;
    },
    waitingCount: () => waiting.size,
    isIdle: () => runningCount === 0 && waiting.size === 0 && breaker.kind === 'closed' && breaker.failures === 0,
  };
}
