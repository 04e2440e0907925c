/**
 * Sends the events and screen records of one partition to Kafka, in order. A record that Kafka does not accept is sent
 * again until Kafka accepts it. The later records of its batch are then sent again too, so that the order in `alarms`
 * is right. A record that can never be sent, because Vigil's own code refuses it or fails about it, is left out.
 * Otherwise one record would hold up the alarms of all patients of the partition.
 */
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { thrownAtText } from '../../process/thrown-at.ts';
import { attempt } from '../../process/timer-tasks.ts';

/** If more events than this wait, `waitForRoom` does not resolve, and no more records are read. */
const waitingMax = 2_000;
const batchMax = 200;
const retryMs = 500;
/** If the code fails about the first waiting record this many times, the record is left out (ours). */
const codeTriesMax = 3;

export type Outbox<Event> = {
  put(event: Event): void;
  /** Resolves when at most 2,000 events wait. */
  waitForRoom(): Promise<void>;
  /**
   * Resolves to true when all events from before the call are in the log or left out, or to false when the outbox is
   * closed first.
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
  /** Called for a record that is left out. */
  readonly onLeftOut?: (event: Event, error: unknown) => void;
}): Outbox<Event> {
  const { append, log } = options;
  /** How often the code has failed about the first waiting record. */
  let codeTries = 0;
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
      if (inLog > 0) codeTries = 0;
      if (failed !== -1 && !isClosed) await leaveOutOrPause((results[failed] as PromiseRejectedResult).reason);
    }
    isSending = false;
  }

  /** Handles the failure of the first waiting record. */
  async function leaveOutOrPause(error: unknown): Promise<void> {
    if (isFaultOfCode(error)) codeTries += 1;
    if (!isRefused(error) && codeTries < codeTriesMax) return pauseAfter(error);
    codeTries = 0;
    const [first] = queue;
    queue = queue.slice(1);
    sentCount += 1;
    log.error({ reason: reasonOf(error) }, 'a fault of Vigil: an alarm event cannot be written');
    attempt('outbox', () => options.onLeftOut?.(first!.event, error));
    resolveDue();
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

/** Returns whether a record was refused because of its content. */
const isRefused = (error: unknown): boolean =>
  error instanceof VigilError && (error.code === 'payload-too-large' || error.code === 'payload-schema');

/** Returns whether Vigil's own code failed. Errors of kafkajs may come when Kafka is away. */
const isFaultOfCode = (error: unknown): boolean =>
  !(error instanceof VigilError) && !(error instanceof Error && error.name.startsWith('KafkaJS'));

const reasonOf = (error: unknown): string =>
  error instanceof VigilError ? error.code : `The code failed${thrownAtText(error)}.`;
