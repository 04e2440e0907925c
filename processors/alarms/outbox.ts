/**
 * Sends the events and screen records of one partition to Kafka, in order. A record that Kafka does not accept is sent
 * again until Kafka accepts it. The later records are then sent again too, so that the order in `alarms` is right.
 */
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';

/** If more events than this wait, `waitForRoom` does not resolve, and no more records are read. */
const waitingMax = 2_000;
const batchMax = 200;
const retryMs = 500;

export type Outbox<Event> = {
  put(event: Event): void;
  /** Resolves when at most 2,000 events wait. */
  waitForRoom(): Promise<void>;
  /**
   * Resolves to true when all events from before the call are in the log, or to false when the outbox is closed first.
   */
  waitUntilSent(): Promise<boolean>;
  /** Returns the offset after the last event that is in the log. */
  nextOffset(): bigint;
  /** Returns the number of events that wait. */
  waitingCount(): number;
  /**
   * Returns the monotonic time at which the oldest waiting event was put into the outbox; undefined if no event waits.
   */
  waitingSince(): number | undefined;
  /** Drops the waiting events. */
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
  let putCount = 0;
  let sentCount = 0;
  let isSending = false;
  let isClosed = false;
  let watchers: { readonly isDue: () => boolean; readonly resolve: () => void }[] = [];

  async function sendAll(): Promise<void> {
    isSending = true;
    while (queue.length > 0 && !isClosed) {
      const batch = queue.slice(0, batchMax);
      const results = await Promise.allSettled(batch.map(({ event }) => append(event)));
      const failed = results.findIndex((result) => result.status === 'rejected');
      for (const result of results)
        if (result.status === 'fulfilled' && result.value.offset >= next) next = result.value.offset + 1n;
      const inLog = failed === -1 ? batch.length : failed;
      queue = queue.slice(inLog);
      sentCount += inLog;
      resolveDue();
      if (failed !== -1 && !isClosed) await pauseAfter((results[failed] as PromiseRejectedResult).reason);
    }
    isSending = false;
  }

  async function pauseAfter(error: unknown): Promise<void> {
    const code = error instanceof VigilError ? error.code : 'unknown';
    log.warn({ code, waiting: queue.length }, 'alarm events are not in the log yet, trying again');
    await new Promise((done) => setTimeout(done, retryMs));
  }

  function resolveDue(): void {
    const due = watchers.filter(({ isDue }) => isClosed || isDue());
    watchers = watchers.filter((watcher) => !due.includes(watcher));
    for (const { resolve } of due) resolve();
  }

  function waitUntil(isDue: () => boolean): Promise<void> {
    if (isClosed || isDue()) return Promise.resolve();
    return new Promise((resolve) => watchers.push({ isDue, resolve }));
  }

  return {
    put(event) {
      putCount += 1;
      queue.push({ event, atMs: performance.now() });
      if (!isSending) void sendAll();
    },
    waitForRoom: () => waitUntil(() => queue.length <= waitingMax),
    async waitUntilSent() {
      const goal = putCount;
      await waitUntil(() => sentCount >= goal);
      return sentCount >= goal;
    },
    nextOffset: () => next,
    waitingCount: () => queue.length,
    waitingSince: () => queue[0]?.atMs,
    close() {
      isClosed = true;
      queue = [];
      resolveDue();
    },
  };
}
