/**
 * Reads the values of one association from the log, for trends whose values InfluxDB does not have. The log of a day
 * has many records of other beds. So the newest part is read first, and the reading goes back as far as its time
 * allows. The values stay in memory for some minutes, because a page asks again every 30 s.
 */
import type { Logger } from 'pino';
import { hourMs, minuteMs } from '../../contracts/durations.ts';
import { VigilError } from '../../contracts/errors.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { acceptReading, type Corrections } from '../../contracts/trend-corrections.ts';
import { type Point, pointsOf } from '../../contracts/trend-points.ts';
import { scorePointsOf } from '../../contracts/trend-score-points.ts';
import type { ReadRecord } from '../../log/sealed-reading.ts';
import { createReadFailures } from './core/read-failures.ts';
import { createSlots } from './core/slots.ts';
import {
  overlapMs,
  pieceAgesMs,
  pieceReader,
  type ReadLog,
  type ReadPiece,
  readMsMax,
  unavailable,
  withSignal,
} from './log-pieces.ts';
import { createScoreLogOf, type ScoreLog } from './score-log.ts';

/** Maximum number of readings at the same time, for all accounts and for one account (ours). */
const bounds = { atOnceMax: 2, atOncePerKeyMax: 1, waitingMax: 16, waitingPerKeyMax: 4 } as const;
/**
 * Maximum number of values of one association in memory (ours), about 50 MB. If there are more, no older part is read,
 * and the oldest part is forgotten.
 */
const pointsOfOneMax = 800_000;
/**
 * Maximum number of values of all associations in memory (ours). If there are more, the values of the association that
 * was not used for the longest time are forgotten.
 */
const pointsOfAllMax = 2 * pointsOfOneMax;
/** Maximum number of associations whose values are in memory, and how long they stay there (ours). */
const keptMax = 20;
/** When the newest part has become this long, newer values begin a new part (ours). */
const partMs = hourMs;
const keptMs = 10 * minuteMs;

export type LogPoint = Pick<Point, 'code' | 'timeMs' | 'value' | 'questionable'>;

export type LogValues = {
  /** There may be hundreds of thousands of points, so the caller must let other work run in between. */
  readonly points: Iterable<LogPoint>;
  /** Every record that Kafka got from this time on was read, ms since 1970. */
  readonly knownFromMs: number;
  /** False if a record could not be opened, or if the log does not reach back so far. */
  readonly isWhole: boolean;
};

export type TrendLog = {
  /**
   * Returns the values of records that Kafka got since `sinceMs`, or only the newest if older parts cannot be read.
   * @throws VigilError `rate-limited` if too many requests wait; `log-unavailable` if even the newest part cannot be
   *   read
   */
  values(account: string, associationId: string, sinceMs: number): Promise<LogValues>;
};

/** The values of a part of the log, by code and time. So a value that was read twice is kept once. */
type Part = {
  readonly fromMs: number;
  readonly values: Map<string, Map<number, number>>;
  /** The times of the questionable values. Few values are questionable. */
  readonly questionable: Map<string, Set<number>>;
  size: number;
  /** The earliest time of a value. */
  leastMs: number;
};

/** What was read of one association. */
type Kept = {
  fromMs: number;
  untilMs: number;
  isWhole: boolean;
  /** Whether values were left out because of `pointsMax`. Then no older part is read. */
  isFull: boolean;
  usedMs: number;
  /** From the newest to the oldest. A value of a newer part replaces the value of the same time in an older part. */
  readonly parts: Part[];
  readonly corrections: Corrections;
};

export function createTrendLog(
  log: ReadLog,
  { now, logger }: { readonly now: () => number; readonly logger: Logger },
): TrendLog & ScoreLog {
  const readPiece = pieceReader(log, logger);
  return { ...createTrendLogOf(readPiece, { now, logger }), ...createScoreLogOf(readPiece, { now, logger }) };
}

/**
 * Creates the trend log, as `createTrendLog` does.
 * @param readPiece reads a part of a topic; tests imitate this function
 */
export function createTrendLogOf(
  readPiece: ReadPiece,
  {
    now,
    logger,
    pointsMax = pointsOfOneMax,
  }: { readonly now: () => number; readonly logger: Pick<Logger, 'warn'>; readonly pointsMax?: number },
): TrendLog {
  const kept = new Map<string, Kept>();
  const failures = createReadFailures();
  const slots = createSlots(
    bounds,
    () => new VigilError('rate-limited', 'Too many trends are being read from the log: try again shortly.'),
  );

  /** Reads the values since the former reading, and then older parts, until everything is read or the time is over. */
  async function complete(associationId: string, sinceMs: number, signal: AbortSignal): Promise<Kept> {
    const nowMs = now();
    // Values of hours ago must not make the newest part so long that it cannot be read in time.
    forgetOld(nowMs);
    const former = kept.get(associationId);
    const entry = former ?? newEntry(nowMs);
    const newestFromMs = former === undefined ? Math.max(sinceMs, nowMs - pieceAgesMs[0]!) : former.untilMs - overlapMs;
    const newest = entry.parts[0];
    const part = newest !== undefined && nowMs - newest.fromMs <= partMs ? newest : newPart(newestFromMs);
    await withSignal(readInto(readPiece, associationId, [newestFromMs, nowMs], { entry, part }, signal), signal);
    if (!entry.parts.includes(part)) entry.parts.unshift(part);
    entry.fromMs = Math.min(entry.fromMs, newestFromMs);
    entry.untilMs = nowMs;
    entry.usedMs = nowMs;
    kept.delete(associationId);
    kept.set(associationId, entry);
    for (const ageMs of pieceAgesMs) {
      const fromMs = Math.max(sinceMs, nowMs - ageMs);
      if (fromMs >= entry.fromMs) continue;
      if (entry.isFull || signal.aborted) break;
      const untilMs = entry.fromMs;
      const older = newPart(fromMs);
      const olderEntry = newEntry(nowMs);
      const tooMany = new AbortController();
      const both = AbortSignal.any([signal, tooMany.signal]);
      const room = { pointsMax: pointsMax - sizeOf(entry), onFull: () => tooMany.abort(unavailable()) };
      try {
        const into = { entry: olderEntry, part: older, room };
        await withSignal(readInto(readPiece, associationId, [fromMs, untilMs], into, both), both);
      } catch (error) {
        entry.isFull = entry.isFull || tooMany.signal.aborted;
        logger.warn({ error: (error as Error).message }, 'an older part of the log was not read for a trend');
        break;
      }
      // Another request may have read the same part meanwhile.
      if (entry.fromMs !== untilMs) continue;
      entry.parts.push(older);
      entry.isWhole = entry.isWhole && olderEntry.isWhole;
      entry.fromMs = fromMs;
    }
    forgetOldParts(entry, pointsMax);
    forgetOld(nowMs);
    return entry;
  }

  function forgetOld(nowMs: number): void {
    let size = [...kept.values()].reduce((sum, entry) => sum + sizeOf(entry), 0);
    for (const [associationId, entry] of kept) {
      if (kept.size <= keptMax && size <= pointsOfAllMax && nowMs - entry.usedMs <= keptMs) continue;
      kept.delete(associationId);
      size -= sizeOf(entry);
    }
  }

  return {
    async values(account, associationId, sinceMs) {
      return slots.run(account, async () => {
        if (failures.isRefused(associationId, now())) throw unavailable();
        const controller = new AbortController();
        const timer = setTimeout(() => controller.abort(unavailable()), readMsMax);
        try {
          const { parts, fromMs, isWhole } = await complete(associationId, sinceMs, controller.signal);
          failures.noteRead(associationId);
          return { points: pointsIn([...parts]), knownFromMs: fromMs, isWhole };
        } catch (cause) {
          failures.noteFailed(associationId, now());
          throw cause instanceof VigilError ? cause : unavailable(cause);
        } finally {
          clearTimeout(timer);
        }
      });
    },
  };
}

/** Removes the oldest parts if there are too many values. */
function forgetOldParts(entry: Kept, pointsMax: number): void {
  while (sizeOf(entry) > pointsMax && entry.parts.length > 1) {
    entry.parts.pop();
    entry.fromMs = entry.parts.at(-1)!.fromMs;
    entry.isFull = true;
  }
}

const sizeOf = ({ parts }: Kept) => parts.reduce((sum, { size }) => sum + size, 0);

/** Returns each value once. */
function* pointsIn(parts: readonly Part[]): Generator<LogPoint> {
  for (const [index, part] of parts.entries())
    for (const [code, values] of part.values) {
      const newer = parts.slice(0, index);
      for (const [timeMs, value] of values)
        if (!newer.some((each) => timeMs >= each.leastMs && each.values.get(code)?.has(timeMs)))
          yield { code, timeMs, value, questionable: part.questionable.get(code)?.has(timeMs) ?? false };
    }
}

type Into = {
  readonly entry: Pick<Kept, 'corrections' | 'isWhole'>;
  readonly part: Part;
  /** `onFull` is called if more than `pointsMax` values come. */
  readonly room?: { readonly pointsMax: number; readonly onFull: () => void };
};

/** Reads one part of both topics into `part`. */
async function readInto(
  readPiece: ReadPiece,
  associationId: string,
  [fromMs, untilMs]: readonly [number, number],
  { entry, part, room }: Into,
  signal: AbortSignal,
): Promise<void> {
  const span = { key: associationId, sinceMs: fromMs, untilMs: () => untilMs };
  const take = ({ opened, record }: ReadRecord) => {
    if (opened.origin.key !== associationId) return;
    const points =
      record.contentType === contentTypes.observation
        ? pointsOf(associationId, record.body)
        : record.contentType === contentTypes.scores
          ? scorePointsOf(record.body)
          : undefined;
    const [first] = points ?? [];
    if (points === undefined || first === undefined) return;
    const isReading = record.contentType === contentTypes.observation;
    if (isReading && !acceptReading(entry.corrections, associationId, first.timeMs, opened.origin)) return;
    for (const { code, timeMs, value, questionable } of points) {
      noteQuestionable(part, code, timeMs, questionable);
      const values = part.values.get(code) ?? new Map<number, number>();
      part.values.set(code, values);
      if (!values.has(timeMs)) part.size += 1;
      part.leastMs = Math.min(part.leastMs, timeMs);
      values.set(timeMs, value);
    }
    if (room !== undefined && part.size > room.pointsMax) room.onFull();
  };
  const wants = (type: string) => (contentType: string) => contentType === type;
  const areWhole = await Promise.all([
    readPiece({ ...span, topic: 'observations', isWantedType: wants(contentTypes.observation) }, take, signal),
    readPiece({ ...span, topic: 'alarms', isWantedType: wants(contentTypes.scores) }, take, signal),
  ]);
  entry.isWhole = entry.isWhole && areWhole.every(Boolean);
}

/** Notes whether the newest value of a time is questionable: a correction may change this. */
function noteQuestionable({ questionable }: Part, code: string, timeMs: number, isQuestionable: boolean): void {
  const times = questionable.get(code) ?? new Set<number>();
  if (isQuestionable) questionable.set(code, times.add(timeMs));
  else times.delete(timeMs);
}

function newEntry(nowMs: number): Kept {
  return {
    fromMs: Number.POSITIVE_INFINITY,
    untilMs: nowMs,
    isWhole: true,
    isFull: false,
    usedMs: nowMs,
    parts: [],
    corrections: new Map(),
  };
}

const newPart = (fromMs: number): Part => ({
  ...{ fromMs, values: new Map(), questionable: new Map(), size: 0, leastMs: Number.POSITIVE_INFINITY },
});
