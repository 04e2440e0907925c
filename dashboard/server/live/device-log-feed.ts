/**
 * Reads the devices' events of the last days, for the page of the devices. The reading starts when the screens have
 * their alarms, and pauses for the other work of the process. So the reading never delays an alarm.
 */
import { setImmediate as letOtherWorkRun } from 'node:timers/promises';
import type { Logger } from 'pino';
import { deviceLogKeptMs } from '../../../contracts/device-event-groups.ts';
import { hourMs } from '../../../contracts/durations.ts';
import { contentTypes } from '../../../contracts/messages/records.ts';
import { createReader, type Reader, type RecordBatch } from '../../../log/kafka/reader.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import { createSealedReading, type ReadRecord } from '../../../log/sealed-reading.ts';
import { runEvery } from '../../../process/timer-tasks.ts';
import { foldDeviceEvent, foldRefusals, forgetOldDeviceLog } from '../core/device-log.ts';
import type { LiveState } from '../core/state.ts';

/** Longest time of work without a pause for the other work of the process, ms. */
const workMsMax = 8;
/** Pause before the next try to open the reader. */
const retryMs = 10_000;

export type DeviceLogFeed = {
  /** Returns the number of records that could not be decrypted or did not match their schema. */
  unreadable(): number;
  close(): Promise<void>;
};

export function openDeviceLogFeed(
  sealedLog: Pick<SealedLog, 'kafka' | 'open' | 'boot'>,
  options: {
    readonly state: LiveState;
    /** Resolves when the screens have everything that was in the log at the start. */
    readonly after: Promise<void>;
    readonly now: () => number;
    readonly logger: Logger;
  },
): DeviceLogFeed {
  const { state, after, now, logger } = options;
  const sealedReading = createSealedReading({
    open: sealedLog.open,
    log: logger,
    leftOutOf: 'the events of the devices',
  });
  let openedReader: Reader | undefined;
  let isClosed = false;

  function fold({ record, opened }: ReadRecord): void {
    if (record.contentType === contentTypes.deviceEvent) foldDeviceEvent(state.deviceLog, record.body, now());
    else if (record.contentType === contentTypes.refusals) foldRefusals(state, record.body, opened.origin.boot, now());
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
      group: `dashboard-${sealedLog.boot}-device-log`,
      topics: ['device-events'],
      start: { sinceMs: now() - deviceLogKeptMs },
      log: logger,
      onRecords: foldBatch,
    });
    if (isClosed) return reader.close();
    openedReader = reader;
    await reader.caughtUp;
    state.deviceLog.isRead = true;
  }

  function tryOpen(): void {
    open().catch((error) => {
      logger.error({ error: error.message }, 'the events of the devices cannot be read from Kafka; their page says so');
      if (!isClosed && !openedReader) setTimeout(tryOpen, retryMs).unref();
    });
  }
  tryOpen();
  const timer = runEvery('forget-events', hourMs, () => forgetOldDeviceLog(state.deviceLog, now())).unref();

  return {
    unreadable: sealedReading.leftOutCount,
    async close() {
      isClosed = true;
      clearInterval(timer);
      await openedReader?.close();
    },
  };
}
