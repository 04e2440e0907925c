/** From sealed records to points. What does not open or fit is counted, logged by its position, and skipped: it never holds up the rest. */
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
  /** The points of a batch, in its order. A record whose data key is missing is skipped at once; while Kafka does not say, it waits. */
  points(batch: RecordBatch): Promise<Point[]>;
};

/** What a topic holds for the trends. */
export type TrendSource = {
  readonly topic: 'observations' | 'alarms';
  /** Whether a record is opened at all, by the content type in its header. */
  readonly wants: (contentType: string) => boolean;
  /** Points of an opened record; undefined where its time is none. */
  readonly points: (opened: Opened, record: AnyRecord, counters: TrendCounters) => Point[] | undefined;
};

/** What devices measured. Statuses and notices lie among them. */
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
 * The scores that the alarm processor publishes. What else lies in `alarms` is not opened: who answered which alarm is nothing that a
 * trend needs.
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
      // In the order of the log, whichever was opened first: which of two readings is the later one depends on it.
      return batch.records.flatMap((record, at) => pointsOfOne(batch, record, found[at]));
    },
  };
}
