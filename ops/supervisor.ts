/** Keeps a process running: starts the process again if it ends by itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child, ChildExit } from './platform/child.ts';

export type Supervised = {
  readonly name: string;
  /** Pid of the running process. */
  pid(): number;
  /**
   * Ends the process and starts a new one. Resolves when a process is ready that was started after this call; attempts
   * are repeated until a start succeeds. Restarts that are requested at the same time happen one after the other.
   */
  restart(): Promise<void>;
  /** Ends the process. It is not started again. */
  close(): Promise<void>;
};

export type SuperviseOptions = {
  readonly name: string;
  /**
   * Starts the process. Resolves when the process is ready; rejects or throws if the start fails. After `signal` is
   * aborted, a start in progress rejects within bounded time, and its process has ended.
   */
  readonly start: (signal: AbortSignal) => Promise<Child>;
  /** Aborted when the whole system stops. After that the process is not started again. */
  readonly signal?: AbortSignal;
  /** Called with one sentence about each event. */
  readonly report: (line: string) => void;
  readonly graceMs?: number;
  /** Tests give shorter times than the constants `firstDelayMs`, `lastDelayMs` and `healthyAfterMs`. */
  readonly firstDelayMs?: number;
  readonly lastDelayMs?: number;
  readonly healthyAfterMs?: number;
};

/**
 * Delay before the first restart. The delay doubles with each further restart, up to `lastDelayMs`. The number of
 * attempts has no limit.
 */
const firstDelayMs = 500;
const lastDelayMs = 30_000;
/** After a process ran this long, the next delay is `firstDelayMs` again. */
const healthyAfterMs = 60_000;

/**
 * Starts a process, and starts it again each time it ends by itself.
 * @throws the error of `start`, if the first start fails
 */
export async function supervise(options: SuperviseOptions): Promise<Supervised> {
  const { name, report } = options;
  const delayMinMs = options.firstDelayMs ?? firstDelayMs;
  const delayMaxMs = options.lastDelayMs ?? lastDelayMs;
  const healthyMs = options.healthyAfterMs ?? healthyAfterMs;
  const closing = new AbortController();
  const signal = options.signal === undefined ? closing.signal : AbortSignal.any([closing.signal, options.signal]);
  /** Resolves the promise of `restart`, while a restart is requested. */
  let onRestarted: (() => void) | undefined;
  let isStarting = false;
  let lastRestart: Promise<void> = Promise.resolve();
  let child = await options.start(signal);
  const loop = keepRunning();

  async function keepRunning(): Promise<void> {
    let delayMs = delayMinMs;
    while (!signal.aborted) {
      const sinceMs = performance.now();
      const exit = await child.exited;
      if (signal.aborted) break;
      if (performance.now() - sinceMs >= healthyMs) delayMs = delayMinMs;
      if (onRestarted === undefined) report(exitText(child, exit));
      else delayMs = 0;
      for (let isStarted = false; !isStarted && !signal.aborted; ) {
        if (delayMs > 0) report(`${name} is started again in ${(delayMs / 1000).toFixed(1)} s`);
        await sleep(delayMs, undefined, { signal }).catch(() => undefined);
        delayMs = Math.min(Math.max(delayMs * 2, delayMinMs), delayMaxMs);
        isStarted = await startAgain();
      }
      onRestarted?.();
      onRestarted = undefined;
    }
    onRestarted?.();
  }

  async function startAgain(): Promise<boolean> {
    if (signal.aborted) return false;
    isStarting = true;
    try {
      child = await options.start(signal);
      if (!signal.aborted) report(`${name} runs again`);
      return true;
    } catch (error) {
      if (!signal.aborted) report((error as Error).message);
      return false;
    } finally {
      isStarting = false;
    }
  }

  async function restartOnce(): Promise<void> {
    if (signal.aborted) return;
    // A start that is in progress may already have read the files because of which this restart was requested.
    const mustStartAgain = isStarting;
    const restarted = Promise.withResolvers<void>();
    onRestarted = restarted.resolve;
    await child.stop(options.graceMs);
    await restarted.promise;
    if (mustStartAgain) await restartOnce();
  }

  return {
    name,
    pid: () => child.pid,
    restart() {
      lastRestart = lastRestart.catch(() => undefined).then(restartOnce);
      return lastRestart;
    },
    async close() {
      closing.abort();
      await child.stop(options.graceMs);
      await loop;
      // A start in progress may have succeeded in the meantime, so `child` may be a new process.
      await child.stop(options.graceMs);
    },
  };
}

/**
 * Returns a sentence about the end of a process. After SIGKILL, leaves out the last line of output, because this line
 * cannot be the reason.
 */
function exitText(child: Child, { code, signal }: ChildExit): string {
  const lastLine = signal === 'SIGKILL' ? '' : child.lastLine();
  return `${child.name} ended by itself (${signal ?? `exit code ${code}`})${lastLine === '' ? '' : `: ${lastLine}`}`;
}
