/**
 * Reads the alarms and deliveries of the last days for the page "Alarm history". The reading is separate from feed.ts:
 * it starts when the screens have their alarms, and pauses for the other work of the process. So the reading never
 * delays an alarm.
 */
import { setImmediate as letOtherWorkRun } from 'node:timers/promises';
import type { Logger } from 'pino';
import { hourMs } from '../../../contracts/durations.ts';
import { contentTypes } from '../../../contracts/messages/records.ts';
import { reviewKeptMs } from '../../../contracts/review-span.ts';
import { createReader, type Reader, type RecordBatch } from '../../../log/kafka/reader.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import { createSealedReading, type ReadRecord } from '../../../log/sealed-reading.ts';
import { runEvery } from '../../../process/timer-tasks.ts';
import {
  foldReviewedAlarm,
  foldReviewedDelivery,
  foldReviewedLimits,
  forgetOldAlarms,
  newReviewBook,
  type ReviewBook,
} from '../core/alarm-review.ts';
import { foldLimitAnswer } from '../core/limit-answers.ts';

/** Longest time of work without a pause for the other work of the process, ms. */
const workMsMax = 8;
/** Pause before the next try to open the reader. */
const retryMs = 10_000;
const wantedTypes: readonly string[] = [
  contentTypes.alarmEvent,
  contentTypes.commandAnswer,
  contentTypes.limitsInForce,
  contentTypes.delivery,
];

export type ReviewFeed = {
  readonly book: ReviewBook;
  /** Returns the number of records that could not be decrypted or did not match their schema. */
  unreadable(): number;
  close(): Promise<void>;
};

export function openReviewFeed(
  sealedLog: Pick<SealedLog, 'kafka' | 'open' | 'boot'>,
  options: {
    /** Resolves when the screens have everything that was in the log at the start. */
    readonly after: Promise<void>;
    readonly now: () => number;
    readonly logger: Logger;
  },
): ReviewFeed {
  const { after, now, logger } = options;
  const book = newReviewBook(now());
  const sealedReading = createSealedReading({
    open: sealedLog.open,
    log: logger,
    leftOutOf: 'the alarm history',
    wants: (contentType) => wantedTypes.includes(contentType),
  });
  let openedReader: Reader | undefined;
  let isClosed = false;

  function fold({ record }: ReadRecord): void {
    if (record.contentType === contentTypes.alarmEvent) foldReviewedAlarm(book, record.body);
    else if (record.contentType === contentTypes.commandAnswer) foldLimitAnswer(book.limitAnswers, record.body);
    else if (record.contentType === contentTypes.limitsInForce) foldReviewedLimits(book, record.body);
    else if (record.contentType === contentTypes.delivery) foldReviewedDelivery(book, record.body);
  }

  async function foldBatch(batch: RecordBatch): Promise<void> {
    let sinceMs = performance.now();
    for (const record of batch.records) {
      if (record.value === null) continue;
      const read = await sealedReading.read(batch, record);
      if (read) sealedReading.attempt(batch, record, () => fold(read));
      if (performance.now() - sinceMs < workMsMax) continue;
      await letOtherWorkRun();
      sinceMs = performance.now();
    }
  }

  async function open(): Promise<void> {
    await after;
    if (isClosed) return;
    const reader = await createReader(sealedLog.kafka, {
      group: `dashboard-${sealedLog.boot}-alarm-review`,
      topics: ['alarms', 'deliveries'],
      start: { sinceMs: now() - reviewKeptMs },
      log: logger,
      onRecords: foldBatch,
    });
    if (isClosed) return reader.close();
    openedReader = reader;
    await reader.caughtUp;
    book.isRead = true;
  }

  function tryOpen(): void {
    open().catch((error) => {
      logger.error({ error: error.message }, 'the alarm history cannot be read from Kafka; its page says so');
      if (!isClosed && !openedReader) setTimeout(tryOpen, retryMs).unref();
    });
  }
  tryOpen();
  const timer = runEvery('forget-alarms', hourMs, () => forgetOldAlarms(book, now()));

  return {
    book,
    unreadable: sealedReading.leftOutCount,
    async close() {
      isClosed = true;
      clearInterval(timer);
      await openedReader?.close();
    },
  };
}
