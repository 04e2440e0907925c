/** Finds the NEWS2 scores of a patient now and at the beginning of a shift. Pure. */
import { hourMs } from '../../../contracts/durations.ts';
import type { Scores } from '../../../contracts/messages/scores.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { NewsAt, NoNewsReason } from '../../protocol/shift-summary.ts';
import type { StoredQuery } from './trend-query.ts';
import type { StoredValue } from './what-if.ts';

/**
 * A score this long before or after the beginning of a shift counts as the score at the beginning (ours). The summary
 * shows its time.
 */
export const nearStartMs = hourMs;

const total = 'VIGIL_NEWS2';
const atLeast = 'VIGIL_NEWS2_AT_LEAST';

/** Returns the query for the stored scores near the beginning of a shift. */
export function newsQuery(startMs: number, nowMs: number): StoredQuery {
  return { codes: [total, atLeast], fromMs: startMs - nearStartMs, toMs: Math.min(startMs + nearStartMs, nowMs) };
}

/**
 * Returns the last score before the beginning of a shift; otherwise the first score after the beginning; null if no
 * score is near the beginning.
 */
export function newsAtStart(stored: readonly StoredValue[], startMs: number): NewsAt | null {
  const inOrder = stored
    .filter(({ code, timeMs }) => (code === total || code === atLeast) && Math.abs(timeMs - startMs) <= nearStartMs)
    .sort((a, b) => a.timeMs - b.timeMs);
  const found = inOrder.findLast(({ timeMs }) => timeMs <= startMs) ?? inOrder[0];
  if (found === undefined) return null;
  const points = Math.round(found.value);
  return { total: found.code === total ? points : null, atLeast: points, atMs: found.timeMs };
}

/** Returns the present score of a device's patient, or why the patient has no score. */
export function newsNow(scores: Scores | undefined, nowMs: number): NewsAt | NoNewsReason {
  const atMs = parseInstant(scores?.at ?? '');
  if (scores === undefined || atMs === undefined) return 'not-scored';
  const { news2, validUntil } = scores;
  if (news2.parts.every(({ value }) => value === undefined)) return 'no-input';
  if ((parseInstant(validUntil ?? '') ?? 0) <= nowMs) return 'too-old';
  if (news2.parts.every(({ points }) => points === undefined)) return 'no-input';
  return { total: news2.total ?? null, atLeast: news2.total ?? news2.atLeast, atMs, missing: [...news2.missing] };
}

/** The reasons, the most helpful reason first. The devices of a patient may have different reasons. */
const reasonsInOrder = ['not-adult', 'too-old', 'no-input', 'not-scored'] as const satisfies readonly NoNewsReason[];

/**
 * Returns the score of a patient. Several devices of a patient have separate scores: the score with the most points is
 * used. Without any score, returns the most helpful reason.
 */
export function highestNews(scores: readonly (NewsAt | NoNewsReason)[]): NewsAt | NoNewsReason {
  const scored = scores.filter((score) => typeof score !== 'string');
  if (scored.length > 0) return scored.reduce((highest, score) => (score.atLeast > highest.atLeast ? score : highest));
  return reasonsInOrder.find((reason) => scores.includes(reason)) ?? 'not-scored';
}
