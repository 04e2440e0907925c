/** Keeps a process running: clinicians depend on it, so one that ends by itself is started again. */
import type { Child } from './platform/child.ts';

export type Supervised = {
  readonly name: string;
  /** Of the process that runs now. */
  pid(): number;
  /** Ends it and starts it anew; resolves when it is ready again. Where it does not start, the usual tries go on. */
  restart(): Promise<void>;
  /** Ends it for good. */
  close(): Promise<void>;
};

export type SuperviseOptions = {
  readonly name: string;
  /** Starts the process; rejects or throws where that fails. Resolves when it is ready. */
  readonly start: () => Promise<Child>;
  /** Told in one sentence what happened. */
  readonly report: (line: string) => void;
  readonly graceMs?: number;
  /** For tests. */
  readonly firstDelayMs?: number;
  readonly lastDelayMs?: number;
  readonly healthyAfterMs?: number;
};

/** Before the first new start; doubled by each that fails soon, up to the last, and tried at that pace for ever. */
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
  let closing = false;
  let wake: (() => void) | undefined;
  let asked: (() => void) | undefined;
  let child = await options.start();
  const loop = keepRunning();

  async function keepRunning(): Promise<void> {
    let delayMs = first;
    while (!closing) {
      const sinceMs = performance.now();
      const { code, signal } = await child.exited;
      if (closing) return;
      if (performance.now() - sinceMs >= healthy) delayMs = first;
      if (asked === undefined) report(endOf(child, code, signal));
      else delayMs = 0;
      for (let started = false; !started && !closing; ) {
        if (delayMs > 0) report(`${name} is started again in ${(delayMs / 1000).toFixed(1)} s`);
        await pause(delayMs);
        delayMs = Math.min(Math.max(delayMs * 2, first), last);
        if (closing) return;
        try {
          child = await options.start();
          started = true;
          report(`${name} runs again`);
        } catch (error) {
          report((error as Error).message);
        }
      }
      asked?.();
      asked = undefined;
    }
  }

  function pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }

  return {
    name,
    pid: () => child.pid,
    async restart() {
      if (closing) return;
      const again = Promise.withResolvers<void>();
      asked = again.resolve;
      await child.stop(options.graceMs);
      await again.promise;
    },
    async close() {
      closing = true;
      wake?.();
      asked?.();
      await child.stop(options.graceMs);
      await loop;
      // It may have been started once more while we asked it to stop.
      await child.stop(options.graceMs);
    },
  };
}

function endOf(child: Child, code: number | null, signal: NodeJS.Signals | null): string {
  const words = child.lastWords();
  return `${child.name} ended by itself (${signal ?? `exit code ${code}`})${words === '' ? '' : `: ${words}`}`;
}
