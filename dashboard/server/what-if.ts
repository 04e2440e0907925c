/**
 * Computes how many alarms other limits would have raised, without a delay for the live screens. Only one question is
 * computed at a time. After each few ms of work, the other work of the process is done first.
 */
import { setImmediate as letOtherWorkRun } from 'node:timers/promises';
import { VigilError } from '../../contracts/errors.ts';
import type { LimitGroup } from '../../contracts/parameters.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { WhatIf } from '../protocol/what-if.ts';
import { createSlots } from './core/slots.ts';
import {
  codesOfGroup,
  type LimitsToCompare,
  type Replay,
  readingsOf,
  type StoredReading,
  startReplay,
} from './core/what-if.ts';
import { spansOf } from './core/what-if-spans.ts';
import type { TrendStore } from './trend-store.ts';

type Store = Pick<TrendStore, 'counts' | 'values'>;

export type Question = {
  readonly associationId: string;
  readonly group: LimitGroup;
  readonly limitsToCompare: LimitsToCompare;
  /** The examined time, ms since 1970; `toMs` is excluded. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The interval that the device declared; undefined if the device declared no interval. */
  readonly intervalMs: number | undefined;
};

export type WhatIfDesk = {
  /**
   * Answers a question. Accounts are served in rotation.
   * @param asker the account and the dialog that ask; a new question of a dialog replaces the dialog's former question
   * @param closed a signal that is aborted when nobody waits for the answer any more
   * @throws VigilError `trends-unavailable` if the values cannot be read or the answer takes too long; `rate-limited`
   *   if too many questions wait; `conflict` if a newer question replaced this question or the dialog was closed
   */
  ask(asker: Asker, question: Question, closed: AbortSignal): Promise<WhatIf>;
};

export type Asker = { readonly account: string; readonly dialog: string };

/** Maximum number of waiting questions (ours) of all accounts, and of one account. */
export const waitingMax = 16;
export const waitingPerAccountMax = 3;
/**
 * After this time of work, other work of the process is done first, because the server must show a breach of a limit
 * within 60 ms.
 */
export const workMsMax = 8;
const answerMsMax = 20_000;

const replacedError = () =>
  new VigilError('conflict', 'This question was replaced by a newer question about other limits.');
const dialogClosedError = () => new VigilError('conflict', 'The dialog that asked this question was closed.');
const tooLateError = () =>
  new VigilError(
    'trends-unavailable',
    'The server is too busy to compute what these limits would have done. Try again later.',
  );

const tooManyValuesError = () =>
  new VigilError(
    'trends-unavailable',
    'There are too many stored values to compute what these limits would have done.',
  );

/** @param elapsedMs returns the time of a monotonic clock, ms */
export function createWhatIf(store: Store, elapsedMs = () => performance.now()): WhatIfDesk {
  const controllers = new Map<string, AbortController>();
  const tooManyQuestions = () => new VigilError('rate-limited', 'Too many such questions wait: try again shortly.');
  const bounds = { atOnceMax: 1, atOncePerKeyMax: 1, waitingMax, waitingPerKeyMax: waitingPerAccountMax };
  const slots = createSlots(bounds, tooManyQuestions);

  return {
    async ask({ account, dialog }, question, closed) {
      controllers.get(dialog)?.abort(replacedError());
      const controller = new AbortController();
      controllers.set(dialog, controller);
      const timer = setTimeout(() => controller.abort(tooLateError()), answerMsMax);
      const onClosed = () => controller.abort(dialogClosedError());
      closed.addEventListener('abort', onClosed);
      if (closed.aborted) onClosed();
      try {
        return await slots.run(account, () =>
          computeAnswer({ ...question, store, elapsedMs, stop: controller.signal }),
        );
      } finally {
        clearTimeout(timer);
        closed.removeEventListener('abort', onClosed);
        if (controllers.get(dialog) === controller) controllers.delete(dialog);
      }
    },
  };
}

type Work = Question & { readonly store: Store; readonly elapsedMs: () => number; readonly stop: AbortSignal };

async function computeAnswer(work: Work): Promise<WhatIf> {
  const { associationId, group, limitsToCompare, intervalMs, store, stop, ...query } = work;
  stop.throwIfAborted();
  const codes = codesOfGroup(group);
  const counts = await store.counts({ ...query, codes }, associationId);
  const { fromMs, spans } = spansOf(counts, query.fromMs, query.toMs);
  if (spans.length === 0 && counts.some(({ valueCount }) => valueCount > 0)) throw tooManyValuesError();
  const replayOf = (own: LimitsToCompare['inForce']) => startReplay(limitsToCompare.profile, own, group, intervalMs);
  const inForce = replayOf(limitsToCompare.inForce);
  const entered = limitsToCompare.entered && replayOf(limitsToCompare.entered);
  const replays = entered ? [inForce, entered] : [inForce];
  const readingStats: ReadingStats = { firstMs: undefined, count: 0 };
  for (const span of spans) {
    stop.throwIfAborted();
    await judgeReadings(readingsOf(await store.values({ codes, ...span }, associationId)), replays, readingStats, work);
  }
  for (const replay of replays) replay.endAt(query.toMs);
  const silentMs = readingStats.firstMs === undefined ? 0 : inForce.silentMs();
  return {
    from: formatInstant(fromMs),
    to: formatInstant(query.toMs),
    since: readingStats.firstMs === undefined ? null : formatInstant(readingStats.firstMs),
    everyMs: meanIntervalMs(readingStats, query.toMs, silentMs),
    silentMs,
    inForce: inForce.counts(),
    entered: entered?.counts() ?? null,
  };
}

/** The time of the first judged reading, and the number of judged readings. */
type ReadingStats = { firstMs: number | undefined; count: number };

async function judgeReadings(
  readings: readonly StoredReading[],
  replays: readonly Replay[],
  readingStats: ReadingStats,
  { elapsedMs, stop }: Work,
): Promise<void> {
  await letOtherWorkRun();
  let sinceMs = elapsedMs();
  for (const reading of readings) {
    readingStats.firstMs ??= reading.timeMs;
    readingStats.count += 1;
    for (const replay of replays) replay.take(reading);
    if (elapsedMs() - sinceMs < workMsMax) continue;
    await letOtherWorkRun();
    stop.throwIfAborted();
    sinceMs = elapsedMs();
  }
}

/** Returns the mean time between two readings, ms; null if there are fewer than two readings. */
function meanIntervalMs({ firstMs, count }: ReadingStats, toMs: number, silentMs: number): number | null {
  if (firstMs === undefined || count < 2) return null;
  return Math.max(1, Math.round((toMs - firstMs - silentMs) / count));
}
