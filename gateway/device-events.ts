/**
 * Writes records about the devices into the topic `device-events`: events, and counts of unused messages. No other work
 * waits for these records. While Kafka is away, they wait in a queue of limited length.
 */
import type { Logger } from 'pino';
import type { DeviceEventRecord, RefusalsRecord } from '../contracts/messages/device-events.ts';
import { type ContentType, contentTypes } from '../contracts/messages/records.ts';
import { formatInstant } from '../contracts/time.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { runEvery } from '../process/timer-tasks.ts';
import { type DeviceLog, isClockWrong, type LoggedEvent, recordOfEvent } from './core/device-log.ts';
import { countUnused, newRefusalCounts, takeRecords, type Unused } from './core/refusal-counts.ts';
import type { Counters } from './counters.ts';
import type { Source } from './source.ts';

/**
 * Maximum number of records that wait for Kafka. Above this number the oldest record is dropped and counted.
 */
export const waitingMax = 5_000;
/**
 * Maximum number of records that are written each second, for all devices together. Further records wait for the next
 * second.
 */
const recordsMax = 100;
const writeEveryMs = 1_000;
/** Maximum number of counts that are written each second. */
const countsMax = 50;
const closeMsMax = 1_000;
/** Pause before Kafka is asked again whether it has the topic. */
const askAgainMs = 60_000;

export type DeviceEvents = {
  /** Notes an event of a device at `atMs` of the gateway's clock. */
  note(source: Source, atMs: number, event: Omit<LoggedEvent, 'deviceId' | 'receivedAt'>): void;
  /**
   * Notes the measured error of a device's clock. Called for each observation after the error is measured. The first
   * call of a device is an event; a later call is one only if the clock becomes wrong or right.
   */
  noteClock(source: Source, atMs: number, offsetMs: number): void;
  /** Counts a message that is not used. */
  countUnused(unused: Unused): void;
  /**
   * Writes the events and counts that are not in the log yet. Waits for the log at most a second. Writes nothing if
   * Kafka does not have the topic.
   */
  close(): Promise<void>;
};

type Waiting = { readonly contentType: ContentType; readonly body: DeviceEventRecord | RefusalsRecord };

export function openDeviceEvents(options: {
  readonly sealedLog: Pick<SealedLog, 'append' | 'boot'>;
  /**
   * Returns whether Kafka has the topic. Until Kafka has the topic, nothing is written: a record for a missing topic
   * would stop the readings (log/kafka/has-topic.ts).
   */
  readonly hasTopic: () => Promise<boolean>;
  readonly counters: Counters;
  readonly log: Logger;
  readonly monotonicMs: () => number;
}): DeviceEvents {
  const { sealedLog, hasTopic, counters, log, monotonicMs } = options;
  const deviceLog: DeviceLog = new Map();
  const counts = newRefusalCounts();
  let waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let wasRefused = false;
  let canWrite = false;
  let askTimer: NodeJS.Timeout | undefined;
  const timer = runEvery('device-events', writeEveryMs, () => {
    writing ??= write(false).finally(() => {
      writing = undefined;
    });
    return writing;
  }).unref();

  /**
   * Begins to write when Kafka has the topic. An update of Vigil makes the topic. A Kafka that the hospital runs itself
   * may not have the topic yet. If Kafka does not answer, this asks again later.
   */
  async function ask(): Promise<void> {
    const isThere = await hasTopic().catch(() => undefined);
    canWrite = isThere === true;
    if (isThere === false)
      log.warn('Kafka has no topic "device-events": run setup. Until then the page Devices gets no events');
    if (!canWrite) askTimer = setTimeout(() => void ask(), askAgainMs).unref();
  }
  void ask();

  /** Replaces the queue. Drops and counts its oldest records if there are too many. */
  function setWaiting(records: Waiting[]): void {
    waiting = records.slice(-waitingMax);
    counters.deviceEventsDropped += records.length - waiting.length;
  }

  /**
   * Writes the waiting records. A record whose append failed waits again. Kafka may have it already, but a reader
   * recognises a record that comes twice.
   */
  async function write(isLast: boolean): Promise<void> {
    if (!canWrite) return;
    const records = takeRecords(counts, monotonicMs(), isLast ? waitingMax : countsMax, isLast);
    setWaiting([...waiting, ...records.map((body) => ({ contentType: contentTypes.refusals, body }))]);
    const batch = waiting.slice(0, isLast ? waitingMax : recordsMax);
    waiting = waiting.slice(batch.length);
    const outcomes = await Promise.allSettled(
      batch.map(({ contentType, body }) => sealedLog.append('device-events', sealedLog.boot, contentType, body)),
    );
    const failed = outcomes.flatMap((outcome, at) => (outcome.status === 'rejected' ? [{ outcome, at }] : []));
    setWaiting([...failed.map(({ at }) => batch[at]!), ...waiting]);
    counters.deviceEventsWritten += batch.length - failed.length;
    if (failed.length > 0 && !wasRefused)
      log.warn({ error: String(failed[0]?.outcome.reason) }, 'events of devices wait: Kafka does not take them');
    wasRefused = failed.length > 0;
  }

  function note(source: Source, atMs: number, event: Omit<LoggedEvent, 'deviceId' | 'receivedAt'>): void {
    const { deviceId } = source;
    const body = recordOfEvent(deviceLog, { deviceId, receivedAt: formatInstant(atMs), ...event }, monotonicMs());
    if (body) setWaiting([...waiting, { contentType: contentTypes.deviceEvent, body }]);
  }

  return {
    note,
    noteClock(source, atMs, offsetMs) {
      const { clockSign } = source;
      const isWrong = isClockWrong(offsetMs, clockSign.isWrong === true);
      if (isWrong === clockSign.isWrong) return;
      clockSign.isWrong = isWrong;
      // The first judgement is always an event. If the clock was wrong before the start of this gateway and is right
      // now, this event reports the change.
      const clockErrorMs = Math.round(offsetMs);
      note(source, atMs, isWrong ? { kind: 'clock-wrong', clockErrorMs } : { kind: 'clock-right' });
    },
    countUnused(unused) {
      countUnused(counts, unused);
    },
    async close() {
      clearInterval(timer);
      clearTimeout(askTimer);
      const { promise, resolve } = Promise.withResolvers<void>();
      const timeLimit = setTimeout(resolve, closeMsMax);
      await Promise.race([(writing ?? Promise.resolve()).then(() => write(true)), promise]);
      clearTimeout(timeLimit);
    },
  };
}
