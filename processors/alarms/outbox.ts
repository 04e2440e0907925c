/**
 * Alarm events, answers and limits of one partition on their way to Kafka, in their order. What Kafka does not take is tried until it does;
 * nothing that comes after a failed one goes out before it went out again.
 */
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';

/** Events that wait; past it `room` does not resolve, and nothing more is read. */
const waitingMax = 2_000;
const batchMax = 200;
const retryMs = 500;

export type Outbox<Event> = {
  put(event: Event): void;
  /** Resolves when there is room for more. */
  room(): Promise<void>;
  /** Resolves when all that was put before is in the log; false where the outbox was closed meanwhile. */
  sent(): Promise<boolean>;
  /** Offset after the last event that is in the log. */
  next(): bigint;
  waiting(): number;
  /** Since when the oldest waits, by the monotonic clock; undefined where none does. */
  waitingSince(): number | undefined;
  close(): void;
};

export function createOutbox<Event>(options: {
  readonly append: (event: Event) => Promise<{ readonly offset: bigint }>;
  readonly start: bigint;
  readonly log: Logger;
}): Outbox<Event> {
  const { append, log } = options;
  let queue: { readonly event: Event; readonly atMs: number }[] = [];
  let next = options.start;
  let put = 0;
  let out = 0;
  let busy = false;
  let closed = false;
  let watchers: { readonly until: () => boolean; readonly resolve: () => void }[] = [];

  async function drain(): Promise<void> {
    busy = true;
    while (queue.length > 0 && !closed) {
      const batch = queue.slice(0, batchMax);
      const results = await Promise.allSettled(batch.map(({ event }) => append(event)));
      const failed = results.findIndex((result) => result.status === 'rejected');
      for (const result of results)
        if (result.status === 'fulfilled' && result.value.offset >= next) next = result.value.offset + 1n;
      const gone = failed === -1 ? batch.length : failed;
      queue = queue.slice(gone);
      out += gone;
      wake();
      if (failed !== -1 && !closed) await pauseAfter((results[failed] as PromiseRejectedResult).reason);
    }
    busy = false;
  }

  async function pauseAfter(error: unknown): Promise<void> {
    const code = error instanceof VigilError ? error.code : 'unknown';
    log.warn({ code, waiting: queue.length }, 'alarm events are not in the log yet, trying again');
    await new Promise((done) => setTimeout(done, retryMs));
  }

  function wake(): void {
    const ready = watchers.filter(({ until }) => closed || until());
    watchers = watchers.filter((one) => !ready.includes(one));
    for (const { resolve } of ready) resolve();
  }

  function when(until: () => boolean): Promise<void> {
    if (closed || until()) return Promise.resolve();
    return new Promise((resolve) => watchers.push({ until, resolve }));
  }

  return {
    put(event) {
      put += 1;
      queue.push({ event, atMs: performance.now() });
      if (!busy) void drain();
    },
    room: () => when(() => queue.length <= waitingMax),
    async sent() {
      const goal = put;
      await when(() => out >= goal);
      return out >= goal;
    },
    next: () => next,
    waiting: () => queue.length,
    waitingSince: () => queue[0]?.atMs,
    close() {
      closed = true;
      queue = [];
      wake();
    },
  };
}
