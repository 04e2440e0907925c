/**
 * Reads the log of one association in pieces, from the newest to the oldest. The time limit of a request decides how
 * far back the reading goes.
 */
import type { Logger } from 'pino';
import { dayMs, hourMs, minuteMs } from '../../contracts/durations.ts';
import { VigilError } from '../../contracts/errors.ts';
import { readSpan, type Span } from '../../log/explain/span.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import type { ReadRecord } from '../../log/sealed-reading.ts';
import { createWorkPause } from '../../process/work-pause.ts';

/** Longest time of reading for one request; older parts of the log are then left out (ours). */
export const readMsMax = 12_000;
/** The log is read back to these ages, one after the other (ours). */
export const pieceAgesMs = [15 * minuteMs, hourMs, 3 * hourMs, 8 * hourMs, dayMs, 3 * dayMs, 7 * dayMs] as const;
/**
 * The records of a partition may be out of order by this much. So the next reading overlaps the former reading by this
 * much.
 */
export const overlapMs = minuteMs;
/** The append time of a record may be this much before the record's own time, because clocks differ (ours). */
export const clockMarginMs = 2 * minuteMs;

export type ReadLog = Pick<SealedLog, 'kafka' | 'open' | 'service'>;
/**
 * Reads a part of a topic. Returns whether the log still had the whole part, and whether all its records could be
 * opened.
 */
export type ReadPiece = (span: Span, onRecord: (read: ReadRecord) => void, signal: AbortSignal) => Promise<boolean>;

export function pieceReader(log: ReadLog, logger: Logger): ReadPiece {
  return (span, onRecord, signal) =>
    readSpan({ log: log as SealedLog, logger, signal, pause: createWorkPause(), onBatch() {} }, span, onRecord);
}

export const unavailable = (cause?: unknown) =>
  new VigilError('log-unavailable', 'The log cannot be read now.', cause === undefined ? {} : { cause });

/** Rejects when the signal is aborted, even if Kafka does not answer at all. */
export function withSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
  ]);
}
