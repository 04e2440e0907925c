/**
 * Turns sealed records into points. A record that cannot be decrypted or does not match its schema is skipped and
 * counted, and its position is logged. Such a record does not delay the records after it.
 */
import type { Logger } from 'pino';
import type { AnyRecord } from '../../contracts/messages/check.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { acceptReading, type Corrections } from '../../contracts/trend-corrections.ts';
import { type Point, pointsOf } from '../../contracts/trend-points.ts';
import { scorePointsOf } from '../../contracts/trend-score-points.ts';
import type { OpenedRecord } from '../../log/envelope/header.ts';
import type { LogRecord } from '../../log/kafka/log-record.ts';
import type { RecordBatch } from '../../log/kafka/reader.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { createSealedReading, type ReadRecord } from '../../log/sealed-reading.ts';
import type { TrendCounters } from './counters.ts';

export type Intake = {
  /**
   * Returns the points of a batch in the order of its records. Skips records whose data key is missing. Waits while
   * Kafka does not answer.
   */
  points(batch: RecordBatch): Promise<Point[]>;
};

/** A topic from which trends are made. */
export type TrendSource = {
  readonly topic: 'observations' | 'alarms';
  /**
   * Returns whether records of this content type are opened. The content type comes from the header of the sealed
   * record.
   */
  readonly wants: (contentType: string) => boolean;
  /** Returns the points of an opened record; undefined if the time of the record is invalid. */
  readonly points: (opened: OpenedRecord, record: AnyRecord, counters: TrendCounters) => Point[] | undefined;
};

/** Returns the source of device readings. Statuses and notices, which are in the same topic, give no points. */
export function readingSource(): TrendSource {
  const corrections: Corrections = new Map();
  return {
    topic: 'observations',
    wants: () => true,
    points({ origin }, { contentType, body }, counters) {
      if (contentType !== contentTypes.observation) return [];
      const points = pointsOf(origin.key, body);
      if (!points) return undefined;
      counters.readings += 1;
      const [first] = points;
      return first === undefined || acceptReading(corrections, first.associationId, first.timeMs, origin) ? points : [];
    },
  };
}

/**
 * The source of scores, which the alarm processor publishes. Other records of `alarms` are not opened, because the
 * trend writer does not need to know who acknowledged which alarm.
 */
export const scoreSource: TrendSource = {
  topic: 'alarms',
  wants: (contentType) => contentType === contentTypes.scores,
  points(_opened, { contentType, body }, counters) {
    if (contentType !== contentTypes.scores) return [];
    counters.scores += 1;
    return scorePointsOf(body);
  },
};

export function createIntake(
  source: TrendSource,
  log: Logger,
  open: SealedLog['open'],
  counters: TrendCounters,
): Intake {
  const reading = createSealedReading({
    open,
    log,
    leftOutOf: 'the trends',
    wants: source.wants,
    missingKeys: 'remember',
    onLeftOut: () => {
      counters.skipped += 1;
    },
  });

  function pointsOfRecord(batch: RecordBatch, at: LogRecord, read: ReadRecord | undefined): Point[] {
    if (read === undefined) return [];
    const { opened, record } = read;
    const points = reading.attempt(
      batch,
      at,
      () =>
        source.points(opened, record, counters) ??
        reading.leaveOut(batch, at, 'time-invalid', 'The time of the record is invalid.'),
    );
    return points ?? [];
  }

  return {
    async points(batch) {
      counters.records += batch.records.length;
      const opened = await Promise.all(batch.records.map((record) => reading.read(batch, record)));
      // The order of the log decides which of two readings is a correction. So the points must be made in this order.
      return batch.records.flatMap((record, at) => pointsOfRecord(batch, record, opened[at]));
    },
  };
}
