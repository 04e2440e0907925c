/**
 * Reads the topics `deliveries` and `reach`, and the signs of life and the canaries of the delivery process. This file
 * is separate from feed.ts, so that a fault here cannot delay an alarm on its way to the screens.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { VigilError } from '../../../contracts/errors.ts';
import { contentTypes } from '../../../contracts/messages/records.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { KafkaTopic } from '../../../contracts/topics.ts';
import type { LogRecord } from '../../../log/kafka/log-record.ts';
import { createReader, type Reader, type RecordBatch } from '../../../log/kafka/reader.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import { createSealedReading, type ReadRecord } from '../../../log/sealed-reading.ts';
import { runAfter } from '../../../process/timer-tasks.ts';
import {
  type DeliveryBoard,
  emptyDeliveryBoard,
  foldDelivery,
  foldReachEntry,
  noteAskedPages,
} from '../core/delivery-board.ts';
import { type DeliverySigns, newDeliverySigns, noteDeliverySign } from '../core/delivery-health.ts';

/**
 * At its start, the server reads the deliveries of the last 24 hours; feed.ts reads the alarms of the same time. A
 * delivery whose last change is older is not shown, but its alarm is shown.
 */
const lookBackMs = 24 * 60 * 60_000;
/** At its start, the server looks for signs of life and canaries of the delivery process that are at most this old. */
const signsBackMs = 30_000;
/** Time between two checks whether the server has read the deliveries to their end, and longest time of one check. */
const checkEveryMs = 2_000;
const checkMsMax = 5_000;
/** Pause before the next try to open the readers. */
const retryMs = 10_000;

export type DeliveriesFeed = {
  readonly board: DeliveryBoard;
  readonly signs: DeliverySigns;
  /**
   * Calls `look` now and after each later batch of deliveries or entries, until `look` returns a value. Resolves with
   * this value, or after `waitMs` with undefined.
   */
  waitFor<T>(look: () => T | undefined, waitMs: number): Promise<T | undefined>;
  /**
   * Resolves when everything that is in the topic `reach` now has been read.
   * @throws VigilError `log-unavailable` after 5 s, or at once if the topic was not yet read to its end at the start
   */
  readReach(): Promise<void>;
  /** Returns the number of records that could not be decrypted or did not match their schema. */
  unreadable(): number;
  close(): Promise<void>;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function openDeliveriesFeed(
  sealedLog: Pick<SealedLog, 'kafka' | 'open' | 'boot'>,
  options: {
    readonly now: () => number;
    readonly logger: Logger;
    /** Called after each batch of records that may change what screens show. */
    readonly onChange: () => void;
  },
): DeliveriesFeed {
  const { now, logger, onChange } = options;
  const board = emptyDeliveryBoard();
  const signs = newDeliverySigns(now());
  const sealedReading = createSealedReading({
    open: sealedLog.open,
    log: logger,
    leftOutOf: 'the deliveries on the screens',
  });
  const readers: Reader[] = [];
  let reachReader: Reader | undefined;
  const lookers = new Set<() => void>();
  /** Whether the server has read the signs of life that were in the log at the start. */
  let areSignsRead = false;
  let isClosed = false;

  function fold({ key }: LogRecord, { record }: ReadRecord): void {
    if (record.contentType === contentTypes.delivery) foldDelivery(board, record.body);
    else if (record.contentType === contentTypes.reach) foldReachEntry(board, key, record.body);
    else if (record.contentType === contentTypes.deliverySign && record.body.state === 'active')
      noteDeliverySign(signs, now(), areSignsRead ? undefined : (parseInstant(record.body.at) ?? 0));
    else if (record.contentType === contentTypes.askedPages && noteAskedPages(board, record.body.asked)) onChange();
  }

  async function foldBatch(batch: RecordBatch): Promise<void> {
    for (const record of batch.records) {
      if (record.value === null) {
        if (batch.topic === 'reach') foldReachEntry(board, record.key, null);
        continue;
      }
      const read = await sealedReading.read(batch, record);
      if (read) sealedReading.attempt(batch, record, () => fold(record, read));
    }
    if (batch.topic === 'presence' || batch.topic === 'canary') return;
    for (const look of [...lookers]) look();
    onChange();
  }

  async function openReader(topic: KafkaTopic, backMs?: number): Promise<Reader> {
    const reader = await createReader(sealedLog.kafka, {
      group: `dashboard-${sealedLog.boot}-${topic}-of-calls`,
      topics: [topic],
      start: backMs === undefined ? 'beginning' : { sinceMs: now() - backMs },
      log: logger,
      onRecords: foldBatch,
    });
    if (isClosed) await reader.close();
    else readers.push(reader);
    return reader;
  }

  async function openSigns(): Promise<void> {
    const reader = await openReader('presence', signsBackMs);
    void reader.caughtUp.then(() => {
      areSignsRead = true;
      signs.signsSinceMs = now();
    });
  }

  /** Notes regularly that the server has read the deliveries to their end. */
  async function keepChecking(reader: Reader): Promise<void> {
    while (!isClosed) {
      const reached = reader.reachEnd().then(() => true);
      const isReached = await Promise.race([reached.catch(() => false), sleep(checkMsMax, false, { ref: false })]);
      if (isReached) signs.readAtMs = now();
      await sleep(checkEveryMs, undefined, { ref: false });
    }
  }

  async function open(): Promise<void> {
    const [deliveries, reach] = await Promise.all([
      openReader('deliveries', lookBackMs),
      openReader('reach'),
      openSigns(),
      openReader('canary', signsBackMs),
    ]);
    await Promise.all([deliveries.caughtUp, reach.caughtUp]);
    reachReader = reach;
    board.isRead = true;
    onChange();
    void keepChecking(deliveries);
  }

  function tryOpen(): void {
    open().catch((error) => {
      logger.error(
        { error: error.message },
        'the deliveries of alarms cannot be read from Kafka; the screens show none',
      );
      // If a reader cannot be closed, the deliveries must still be read again.
      if (!isClosed) runAfter('deliveries', retryMs, () => closeReaders().finally(tryOpen)).unref();
    });
  }

  async function closeReaders(): Promise<void> {
    areSignsRead = false;
    reachReader = undefined;
    await Promise.all(readers.splice(0).map((reader) => reader.close()));
  }
  tryOpen();

  return {
    board,
    signs,
    waitFor<T>(look: () => T | undefined, waitMs: number): Promise<T | undefined> {
      const { promise, resolve } = Promise.withResolvers<T | undefined>();
      const check = () => {
        const value = look();
        if (value !== undefined) resolve(value);
      };
      const timer = setTimeout(() => resolve(undefined), waitMs);
      lookers.add(check);
      check();
      return promise.finally(() => {
        clearTimeout(timer);
        lookers.delete(check);
      });
    },
    async readReach() {
      const signal = AbortSignal.timeout(checkMsMax);
      await reachReader?.reachEnd(signal);
      if (reachReader === undefined || signal.aborted) throw notRead();
    },
    unreadable: sealedReading.leftOutCount,
    async close() {
      isClosed = true;
      await closeReaders();
    },
  };
}

/** @throws VigilError `log-unavailable` until everything that was in the topics at the start has been read */
export function requireRead({ isRead }: Pick<DeliveryBoard, 'isRead'>): void {
  if (!isRead) throw notRead();
}

const notRead = () =>
  new VigilError('log-unavailable', 'This server has not read the deliveries yet. Try again shortly.');
