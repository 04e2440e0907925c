/** From sealed records to points. What does not open or fit is counted, logged by its position, and skipped: it never holds up the rest. */
import type { Logger } from 'pino';
import type { Opened } from '../../contracts/envelope/header.ts';
import { parseHeader } from '../../contracts/envelope/header.ts';
import { type ErrorCode, VigilError } from '../../contracts/errors.ts';
import type { LogRecord, RecordBatch } from '../../contracts/kafka/reader.ts';
import { checkRecord } from '../../contracts/messages/check.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { SealedLog } from '../../contracts/sealed-log.ts';
import { type Corrections, isLatest } from './core/corrections.ts';
import { type Point, pointsOf } from './core/points.ts';
import type { TrendCounters } from './counters.ts';

export type Intake = {
  /** The points of a batch, in its order. Takes at most some 10 s: so long a data key that has not come yet is waited for. */
  points(batch: RecordBatch): Promise<Point[]>;
};

/** Ids of data keys that were waited for in vain (a forgotten patient's): not waited for again. Past it the oldest goes. */
const missingKeysMax = 10_000;

export function createIntake(log: Logger, open: SealedLog['open'], counters: TrendCounters): Intake {
  const missingKeys = new Set<string>();
  const corrections: Corrections = new Map();

  function skip(batch: RecordBatch, record: LogRecord, code: ErrorCode): Point[] {
    counters.poison += 1;
    log.error({ topic: batch.topic, partition: batch.partition, offset: record.offset, code }, 'record skipped');
    return [];
  }

  async function openOne(batch: RecordBatch, record: LogRecord): Promise<Opened | ErrorCode> {
    if (record.value === null) return 'sealed-malformed';
    const { value } = record;
    const kid = keyIdOf(value);
    if (kid !== undefined && missingKeys.has(kid)) return 'key-unknown';
    try {
      return await open({ topic: batch.topic, key: record.key, value });
    } catch (error) {
      if (!(error instanceof VigilError)) return 'sealed-malformed';
      if (error.code === 'key-unknown' && kid !== undefined) remember(kid);
      return error.code;
    }
  }

  function remember(kid: string): void {
    missingKeys.add(kid);
    const oldest = missingKeys.size > missingKeysMax ? missingKeys.values().next().value : undefined;
    if (oldest !== undefined) missingKeys.delete(oldest);
  }

  function pointsOfOne(batch: RecordBatch, record: LogRecord, opened: Opened | ErrorCode): Point[] {
    if (typeof opened === 'string') return skip(batch, record, opened);
    const checked = checkRecord(opened.contentType, opened.plaintext);
    if (!checked.ok) return skip(batch, record, checked.fault.code);
    if (checked.contentType !== contentTypes.observation) return [];
    const points = pointsOf(opened.place.key, checked.body);
    if (!points) return skip(batch, record, 'time-invalid');
    counters.readings += 1;
    const [first] = points;
    return first === undefined || isLatest(corrections, first.associationId, first.timeMs, opened.place) ? points : [];
  }

  return {
    async points(batch) {
      counters.records += batch.records.length;
      const opened = await Promise.all(batch.records.map((record) => openOne(batch, record)));
      // In the order of the log, whichever was opened first: which of two readings is the later one depends on it.
      return batch.records.flatMap((record, at) => pointsOfOne(batch, record, opened[at]!));
    },
  };
}

function keyIdOf(value: Buffer): string | undefined {
  try {
    return parseHeader(value.toString('latin1').split('.', 1)[0]!).kid;
  } catch {
    return undefined;
  }
}
