/** From sealed records to points. What does not open or fit is counted, logged by its position, and skipped: it never holds up the rest. */
import type { Logger } from 'pino';
import { type Opened, parseHeader, type SealedHeader } from '../../contracts/envelope/header.ts';
import { type ErrorCode, VigilError } from '../../contracts/errors.ts';
import type { LogRecord, RecordBatch } from '../../contracts/kafka/reader.ts';
import { type AnyRecord, checkRecord } from '../../contracts/messages/check.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { SealedLog } from '../../contracts/sealed-log.ts';
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

/** Ids of data keys that are missing (a forgotten patient's): not looked for again. Past it the oldest goes. */
const missingKeysMax = 10_000;

export function createIntake(
  source: TrendSource,
  log: Logger,
  open: SealedLog['open'],
  counters: TrendCounters,
): Intake {
  const missingKeys = bounded(missingKeysMax);
  /** Keys that were not wrapped for us, as those of before the trends could read this topic: said once each. */
  const foreignKeys = bounded(missingKeysMax);

  function skip(batch: RecordBatch, record: LogRecord, code: ErrorCode): Point[] {
    counters.poison += 1;
    const kid = code === 'key-not-for-us' ? headerOf(record)?.kid : undefined;
    if (kid === undefined || foreignKeys.add(kid))
      log.error({ topic: batch.topic, partition: batch.partition, offset: record.offset, code }, 'record skipped');
    return [];
  }

  /** Undefined: it is none that is wanted. */
  async function openOne(batch: RecordBatch, record: LogRecord): Promise<Opened | ErrorCode | undefined> {
    if (record.value === null) return 'sealed-malformed';
    const { value } = record;
    const header = headerOf(record);
    if (header !== undefined && !source.wants(header.contentType)) return undefined;
    const kid = header?.kid;
    if (kid !== undefined && missingKeys.has(kid)) return 'key-unknown';
    try {
      return await open({ topic: batch.topic, key: record.key, value, fetchedMs: record.fetchedMs });
    } catch (error) {
      if (!(error instanceof VigilError)) return 'sealed-malformed';
      if (error.code === 'key-unknown' && kid !== undefined) missingKeys.add(kid);
      return error.code;
    }
  }

  function pointsOfOne(batch: RecordBatch, record: LogRecord, opened: Opened | ErrorCode | undefined): Point[] {
    if (opened === undefined) return [];
    if (typeof opened === 'string') return skip(batch, record, opened);
    const checked = checkRecord(opened.contentType, opened.plaintext);
    if (!checked.ok) return skip(batch, record, checked.fault.code);
    return source.points(opened, checked, counters) ?? skip(batch, record, 'time-invalid');
  }

  return {
    async points(batch) {
      counters.records += batch.records.length;
      const opened = await Promise.all(batch.records.map((record) => openOne(batch, record)));
      // In the order of the log, whichever was opened first: which of two readings is the later one depends on it.
      return batch.records.flatMap((record, at) => pointsOfOne(batch, record, opened[at]));
    },
  };
}

/** Ids, of which the oldest goes past `max`. `add` says whether an id is new. */
function bounded(max: number) {
  const ids = new Set<string>();
  return {
    has: (id: string) => ids.has(id),
    add(id: string): boolean {
      if (ids.has(id)) return false;
      ids.add(id);
      const oldest = ids.size > max ? ids.values().next().value : undefined;
      if (oldest !== undefined) ids.delete(oldest);
      return true;
    },
  };
}

function headerOf({ value }: LogRecord): SealedHeader | undefined {
  try {
    return value === null ? undefined : parseHeader(value.toString('latin1').split('.', 1)[0]!);
  } catch {
    return undefined;
  }
}
