/**
 * Works out what other limits would have done, beside the live screens: one question at a time, values in small pieces,
 * and at most a few ms before other work gets its turn.
 */
import { setImmediate as otherWork } from 'node:timers/promises';
import { VigilError } from '../../contracts/errors.ts';
import type { LimitGroup } from '../../contracts/parameters.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { WhatIf } from '../protocol/what-if.ts';
import { createSlots } from './core/slots.ts';
import { codesOfGroup, type Judges, type Replay, readingsOf, type StoredReading, startReplay } from './core/what-if.ts';
import { spansOf } from './core/what-if-spans.ts';
import type { TrendStore } from './trend-store.ts';

type Store = Pick<TrendStore, 'counts' | 'values'>;

export type Question = {
  readonly associationId: string;
  readonly group: LimitGroup;
  readonly judges: Judges;
  /** Which values, ms since 1970; the end is excluded. */
  readonly fromMs: number;
  readonly toMs: number;
  /** How often the device said that it sends; undefined if it did not say. */
  readonly intervalMs: number | undefined;
};

export type WhatIfDesk = {
  /**
   * @param asker a newer question of the same dialog takes the place of an older one; accounts come in turn
   * @param left aborted when nobody waits for the answer any more
   * @throws VigilError `trends-unavailable`; `rate-limited` if too many wait; `conflict` if a newer question took its
   *   place
   */
  ask(asker: Asker, question: Question, left: AbortSignal): Promise<WhatIf>;
};

export type Asker = { readonly account: string; readonly dialog: string };

/** Questions that wait for their turn (ours): of all, and of one account. */
export const waitingMax = 16;
export const waitingPerAccountMax = 3;
/**
 * Judging goes on for this long before other work gets its turn: far less than the 60 ms in which a breach is to be
 * shown.
 */
export const turnMsMax = 8;
const answerMsMax = 20_000;

const superseded = () => new VigilError('conflict', 'Other limits were asked about meanwhile.');
const tooLate = () =>
  new VigilError('trends-unavailable', 'It takes too long now to work out what these limits would have done.');

const tooMany = () => new VigilError('trends-unavailable', 'Too many values are stored to work this out.');

/** @param elapsedMs monotonic clock, by which judging gives other work its turn */
export function createWhatIf(store: Store, elapsedMs = () => performance.now()): WhatIfDesk {
  const asking = new Map<string, AbortController>();
  const tooManyAsk = () => new VigilError('rate-limited', 'Too many ask this now: try again shortly.');
  const bounds = { atOnceMax: 1, atOncePerKeyMax: 1, waitingMax, waitingPerKeyMax: waitingPerAccountMax };
  const slots = createSlots(bounds, tooManyAsk);

  return {
    async ask({ account, dialog }, question, left) {
      asking.get(dialog)?.abort(superseded());
      const own = new AbortController();
      asking.set(dialog, own);
      const late = setTimeout(() => own.abort(tooLate()), answerMsMax);
      const onLeft = () => own.abort(superseded());
      left.addEventListener('abort', onLeft);
      if (left.aborted) onLeft();
      try {
        return await slots.run(account, () => answer({ ...question, store, elapsedMs, stop: own.signal }));
      } finally {
        clearTimeout(late);
        left.removeEventListener('abort', onLeft);
        if (asking.get(dialog) === own) asking.delete(dialog);
      }
    },
  };
}

type Work = Question & { readonly store: Store; readonly elapsedMs: () => number; readonly stop: AbortSignal };

async function answer(work: Work): Promise<WhatIf> {
  const { associationId, group, judges, intervalMs, store, stop, ...asked } = work;
  stop.throwIfAborted();
  const codes = codesOfGroup(group);
  const counts = await store.counts({ ...asked, codes }, associationId);
  const { fromMs, spans } = spansOf(counts, asked.fromMs, asked.toMs);
  if (spans.length === 0 && counts.some(({ values }) => values > 0)) throw tooMany();
  const replayOf = (own: Judges['inForce']) => startReplay(judges.profile, own, group, intervalMs);
  const inForce = replayOf(judges.inForce);
  const entered = judges.entered && replayOf(judges.entered);
  const replays = entered ? [inForce, entered] : [inForce];
  const seen: Seen = { firstMs: undefined, times: 0 };
  for (const span of spans) {
    stop.throwIfAborted();
    await judge(readingsOf(await store.values({ codes, ...span }, associationId)), replays, seen, work);
  }
  for (const replay of replays) replay.endAt(asked.toMs);
  const silentMs = seen.firstMs === undefined ? 0 : inForce.silentMs();
  return {
    from: formatInstant(fromMs),
    to: formatInstant(asked.toMs),
    since: seen.firstMs === undefined ? null : formatInstant(seen.firstMs),
    everyMs: everyMsOf(seen, asked.toMs, silentMs),
    silentMs,
    inForce: inForce.counts(),
    entered: entered?.counts() ?? null,
  };
}

type Seen = { firstMs: number | undefined; times: number };

async function judge(
  readings: readonly StoredReading[],
  replays: readonly Replay[],
  seen: Seen,
  { elapsedMs, stop }: Work,
): Promise<void> {
  await otherWork();
  let sinceMs = elapsedMs();
  for (const reading of readings) {
    seen.firstMs ??= reading.timeMs;
    seen.times += 1;
    for (const replay of replays) replay.take(reading);
    if (elapsedMs() - sinceMs < turnMsMax) continue;
    await otherWork();
    stop.throwIfAborted();
    sinceMs = elapsedMs();
  }
}

/** Returns the usual time between two readings: how fine the judged values are. */
function everyMsOf({ firstMs, times }: Seen, toMs: number, silentMs: number): number | null {
  if (firstMs === undefined || times < 2) return null;
  return Math.max(1, Math.round((toMs - firstMs - silentMs) / times));
}
