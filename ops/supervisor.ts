/** Keeps a process running: clinicians depend on it, so it is started again when it ends by itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child, ChildExit } from './platform/child.ts';

export type Supervised = {
  readonly name: string;
  /** Pid of the running process. */
  pid(): number;
  /** Ends the process and starts it anew; resolves when it is ready again. If it does not start, the usual attempts go on. */
  restart(): Promise<void>;
  /** Ends the process for good. */
  close(): Promise<void>;
};

export type SuperviseOptions = {
  readonly name: string;
  /**
   * Starts the process. Resolves when it is ready; rejects or throws if that fails. `signal` aborts a start in progress: then it rejects in
   * bounded time and leaves nothing running.
   */
  readonly start: (signal: AbortSignal) => Promise<Child>;
  /** Everything is being stopped: from then on nothing is started again. */
  readonly signal?: AbortSignal;
  /** Called with one sentence about each event. */
  readonly report: (line: string) => void;
  readonly graceMs?: number;
  /** For tests. */
  readonly firstDelayMs?: number;
  readonly lastDelayMs?: number;
  readonly healthyAfterMs?: number;
};

/**
 * Delay before the first new start. Each start that fails soon doubles it, up to `lastDelayMs`; attempts then go on at that pace without
 * limit.
 */
const firstDelayMs = 500;
const lastDelayMs = 30_000;
/** A process that lived this long counts as healthy. */
const healthyAfterMs = 60_000;

/**
 * Starts a process and, once it has been ready, starts it again whenever it ends by itself.
 * @throws what `start` throws, the first time
 */
export async function supervise(options: SuperviseOptions): Promise<Supervised> {
  const { name, report } = options;
  const first = options.firstDelayMs ?? firstDelayMs;
  const last = options.lastDelayMs ?? lastDelayMs;
  const healthy = options.healthyAfterMs ?? healthyAfterMs;
  const ending = new AbortController();
  const signal = options.signal === undefined ? ending.signal : AbortSignal.any([ending.signal, options.signal]);
  let asked: (() => void) | undefined;
  let child = await options.start(signal);
  const loop = keepRunning();

  async function keepRunning(): Promise<void> {
    let delayMs = first;
    while (!signal.aborted) {
      const sinceMs = performance.now();
      const exit = await child.exited;
      if (signal.aborted) break;
      if (performance.now() - sinceMs >= healthy) delayMs = first;
      if (asked === undefined) report(endOf(child, exit));
      else delayMs = 0;
      for (let started = false; !started && !signal.aborted; ) {
        if (delayMs > 0) report(`${name} is started again in ${(delayMs / 1000).toFixed(1)} s`);
        await sleep(delayMs, undefined, { signal }).catch(() => undefined);
        delayMs = Math.min(Math.max(delayMs * 2, first), last);
        started = await startAgain();
      }
      asked?.();
      asked = undefined;
    }
    asked?.();
  }

  async function startAgain(): Promise<boolean> {
    if (signal.aborted) return false;
    try {
      child = await options.start(signal);
      if (!signal.aborted) report(`${name} runs again`);
      return true;
    } catch (error) {
      if (!signal.aborted) report((error as Error).message);
      return false;
    }
  }

  return {
    name,
    pid: () => child.pid,
    async restart() {
      if (signal.aborted) return;
      const again = Promise.withResolvers<void>();
      asked = again.resolve;
      await child.stop(options.graceMs);
      await again.promise;
    },
    async close() {
      ending.abort();
      await child.stop(options.graceMs);
      await loop;
      // It may have become ready while it was being ended.
      await child.stop(options.graceMs);
    },
  };
}

/** A killed process writes nothing about it. Its last line is older and would be mistaken for the reason. */
function endOf(child: Child, { code, signal }: ChildExit): string {
  const lastLine = signal === 'SIGKILL' ? '' : child.lastWords();
  return `${child.name} ended by itself (${signal ?? `exit code ${code}`})${lastLine === '' ? '' : `: ${lastLine}`}`;
}
