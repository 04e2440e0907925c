/**
 * Turns sealed records into points. A record that does not open or does not fit is counted, logged by its position, and skipped. It never
 * delays the others.
 */
import type { Logger } from 'pino';
import type { AnyRecord } from '../../contracts/messages/check.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { Opened } from '../../log/envelope/header.ts';
import type { LogRecord } from '../../log/kafka/log-record.ts';
import type { RecordBatch } from '../../log/kafka/reader.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { createSealedReading, type ReadRecord } from '../../log/sealed-reading.ts';
import { type Corrections, isLatest } from './core/corrections.ts';
import { type Point, pointsOf } from './core/points.ts';
import { scorePointsOf } from './core/score-points.ts';
import type { TrendCounters } from './counters.ts';

export type Intake = {
  /**
   * Returns the points of a batch, in its order. A record whose data key is missing is skipped at once. If Kafka does not answer, it waits.
   */
  points(batch: RecordBatch): Promise<Point[]>;
};

/** What a topic contains for the trends. */
export type TrendSource = {
  readonly topic: 'observations' | 'alarms';
  /** Returns whether a record is opened at all, by the content type in its header. */
  readonly wants: (contentType: string) => boolean;
  /** Returns the points of an opened record; undefined if its time is not valid. */
  readonly points: (opened: Opened, record: AnyRecord, counters: TrendCounters) => Point[] | undefined;
};

/** The measurements of devices. Statuses and notices are in the same topic. */
export function readingSource(): TrendSource {
  const corrections: Corrections = new Map();
  return {
    topic: 'observations',
    wants: () => true,
    points({ place }, { contentType, body }, counters) {
      if (contentType !== contentTypes.observation) return [];
      const points = pointsOf(place.key, body);
      if (!points) return undefined;
      counters.readings += 1;
      const [first] = points;
      return first === undefined || isLatest(corrections, first.associationId, first.timeMs, place) ? points : [];
    },
  };
}

/**
 * The scores that the alarm processor publishes. Other records of `alarms` are not opened: a trend does not need to know who acknowledged
 * which alarm.
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
    of: 'the trends',
    wants: source.wants,
    missingKeys: 'remember',
    onLeftOut: () => {
      counters.poison += 1;
    },
  });

  function pointsOfOne(batch: RecordBatch, at: LogRecord, read: ReadRecord | undefined): Point[] {
    if (read === undefined) return [];
    const { opened, record } = read;
    const points = reading.attempt(batch, at, () => {
      const found = source.points(opened, record, counters);
      return found ?? reading.leave(batch, at, 'time-invalid', 'Its time is none.');
    });
    return points ?? [];
  }

  return {
    async points(batch) {
      counters.records += batch.records.length;
      const found = await Promise.all(batch.records.map((record) => reading.take(batch, record)));
      // In the order of the log, whichever was opened first: the order decides which of two readings is the later one.
      return batch.records.flatMap((record, at) => pointsOfOne(batch, record, found[at]));
    },
  };
}
