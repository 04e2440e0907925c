/**
 * Reads the published NEWS2 of one association from the log, with its parts. InfluxDB has only the totals. The scores
 * stay in memory for some minutes, because a page that shows them asks again every 30 s.
 */
import type { Logger } from 'pino';
import { minuteMs } from '../../contracts/durations.ts';
import { VigilError } from '../../contracts/errors.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { createReadFailures } from './core/read-failures.ts';
import { type LoggedScore, type LoggedScores, loggedScore } from './core/score-steps.ts';
import { createSlots } from './core/slots.ts';
import {
  clockMarginMs,
  overlapMs,
  pieceAgesMs,
  type ReadPiece,
  readMsMax,
  unavailable,
  withSignal,
} from './log-pieces.ts';

/** Maximum number of readings at the same time, for all accounts and for one account (ours). */
const bounds = { atOnceMax: 2, atOncePerKeyMax: 1, waitingMax: 16, waitingPerKeyMax: 4 } as const;
/**
 * Maximum number of scores of one association in memory (ours): about 12 MB. A patient usually has some hundred a day.
 */
const scoresOfOneMax = 20_000;
/**
 * Maximum number of scores in memory (ours). If there are more, the association that was not used for the longest time
 * is forgotten.
 */
const scoresOfAllMax = 3 * scoresOfOneMax;
/** Maximum number of associations in memory, and how long they stay there (ours). */
const keptMax = 20;
const keptMs = 10 * minuteMs;

export type ScoreLog = {
  /**
   * Returns the scores since `sinceMs`, or only the newest of them if older parts cannot be read.
   * @throws VigilError `rate-limited` if too many requests wait; `log-unavailable` if even the newest part cannot be
   *   read
   */
  scores(account: string, associationId: string, sinceMs: number): Promise<LoggedScores>;
};

/**
 * The scores of one association by their times. A repeated score replaces the first copy, so each score is kept once.
 */
type Kept = {
  readonly scores: Map<number, LoggedScore>;
  fromMs: number;
  untilMs: number;
  isWhole: boolean;
  isFull: boolean;
  usedMs: number;
};

type Options = { readonly now: () => number; readonly logger: Pick<Logger, 'warn'>; readonly scoresMax?: number };

/**
 * @param readPiece reads a part of a topic; tests imitate this function
 */
export function createScoreLogOf(readPiece: ReadPiece, { now, logger, scoresMax = scoresOfOneMax }: Options): ScoreLog {
  const kept = new Map<string, Kept>();
  const failures = createReadFailures();
  const slots = createSlots(
    bounds,
    () => new VigilError('rate-limited', 'Too many scores are being read from the log: try again shortly.'),
  );

  async function complete(associationId: string, sinceMs: number, signal: AbortSignal): Promise<Kept> {
    const nowMs = now();
    forgetOld(nowMs);
    const former = kept.get(associationId);
    const entry = former ?? newEntry(nowMs);
    const newestFromMs = former === undefined ? Math.max(sinceMs, nowMs - pieceAgesMs[0]) : former.untilMs - overlapMs;
    const newest = await readScores(readPiece, associationId, [newestFromMs, nowMs], scoresMax, signal);
    for (const [atMs, score] of newest.scores) entry.scores.set(atMs, score);
    entry.isWhole &&= newest.isWhole;
    entry.fromMs = Math.min(entry.fromMs, newestFromMs);
    entry.untilMs = Math.max(entry.untilMs, nowMs);
    entry.usedMs = nowMs;
    kept.delete(associationId);
    kept.set(associationId, entry);
    for (const ageMs of pieceAgesMs) {
      const [fromMs, untilMs] = [Math.max(sinceMs, nowMs - ageMs), entry.fromMs];
      if (fromMs >= untilMs) continue;
      if (entry.isFull || signal.aborted) break;
      try {
        const older = await readScores(
          readPiece,
          associationId,
          [fromMs, untilMs],
          scoresMax - entry.scores.size,
          signal,
        );
        for (const [atMs, score] of older.scores) if (!entry.scores.has(atMs)) entry.scores.set(atMs, score);
        entry.isWhole &&= older.isWhole;
        entry.fromMs = Math.min(entry.fromMs, fromMs);
      } catch (error) {
        entry.isFull ||= error === tooManyScores;
        logger.warn({ error: (error as Error).message }, 'an older part of the log was not read for scores');
        break;
      }
    }
    if (entry.scores.size > scoresMax) kept.delete(associationId);
    forgetOld(nowMs);
    return entry;
  }

  function forgetOld(nowMs: number): void {
    let size = [...kept.values()].reduce((sum, { scores }) => sum + scores.size, 0);
    for (const [associationId, { scores, usedMs }] of kept) {
      if (kept.size <= keptMax && size <= scoresOfAllMax && nowMs - usedMs <= keptMs) continue;
      kept.delete(associationId);
      size -= scores.size;
    }
  }

  return {
    async scores(account, associationId, sinceMs) {
      return slots.run(account, async () => {
        if (failures.isRefused(associationId, now())) throw unavailable();
        const controller = new AbortController();
        const timer = setTimeout(() => controller.abort(unavailable()), readMsMax);
        const askedMs = sinceMs - clockMarginMs;
        try {
          const { scores, fromMs, untilMs, isWhole } = await complete(associationId, askedMs, controller.signal);
          failures.noteRead(associationId);
          // Clocks may differ, so scores are known only from `clockMarginMs` after the beginning of the part that was
          // read.
          const knownFromMs = fromMs <= askedMs ? sinceMs : fromMs + clockMarginMs;
          return { scores: [...scores.values()], knownFromMs, knownToMs: untilMs, isWhole };
        } catch (cause) {
          // Too many scores of one patient are no sign that Kafka is away.
          if (cause !== tooManyScores) failures.noteFailed(associationId, now());
          throw cause instanceof VigilError ? cause : unavailable(cause);
        } finally {
          clearTimeout(timer);
        }
      });
    },
  };
}

const tooManyScores = unavailable();

/**
 * Reads the scores that Kafka got between two times.
 * @throws `tooManyScores` if there are more than `scoresMax`
 */
async function readScores(
  readPiece: ReadPiece,
  associationId: string,
  [fromMs, untilMs]: readonly [number, number],
  scoresMax: number,
  signal: AbortSignal,
) {
  const scores = new Map<number, LoggedScore>();
  const tooMany = new AbortController();
  const either = AbortSignal.any([signal, tooMany.signal]);
  const span = { key: associationId, sinceMs: fromMs, untilMs: () => untilMs, topic: 'alarms' } as const;
  const work = readPiece(
    { ...span, isWantedType: (type) => type === contentTypes.scores },
    ({ opened, record }) => {
      if (opened.origin.key !== associationId || record.contentType !== contentTypes.scores) return;
      const score = loggedScore(record.body);
      if (score !== undefined) scores.set(score.atMs, score);
      if (scores.size > scoresMax) tooMany.abort(tooManyScores);
    },
    either,
  );
  const isWhole = await withSignal(work, either);
  either.throwIfAborted();
  return { scores, isWhole };
}

function newEntry(nowMs: number): Kept {
  const empty = { scores: new Map<number, LoggedScore>(), isWhole: true, isFull: false };
  return { ...empty, fromMs: Number.POSITIVE_INFINITY, untilMs: nowMs, usedMs: nowMs };
}
