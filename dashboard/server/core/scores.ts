/** Folds the early warning scores, which the alarm processor publishes. */
import type { Scores } from '../../../contracts/messages/scores.ts';
import { scoresKey } from '../../../contracts/scores-key.ts';
import { parseInstant } from '../../../contracts/time.ts';
import { type LiveState, scoresMax, stampHead } from './state.ts';

/** Scores that differ only in the age of their values are sent to the screens at most this often (ours). */
const sameMs = 60_000;

/**
 * Folds scores from the topics `alarms` and `alarm-state`, in any order. The newest scores count.
 * @returns whether a screen changes
 */
export function foldScores(state: LiveState, scores: Scores, nowMs: number): boolean {
  const { associationId } = scores;
  const before = state.scores.get(associationId);
  if (before !== undefined && !isNews(before, scores, nowMs)) return false;
  state.scores.delete(associationId);
  state.scores.set(associationId, scores);
  if (state.scores.size > scoresMax) state.scores.delete(state.scores.keys().next().value!);
  const bed = state.beds.get(associationId);
  if (bed) stampHead(state, bed);
  return bed !== undefined;
}

function isNews(before: Scores, scores: Scores, nowMs: number): boolean {
  const [beforeMs, atMs] = [parseInstant(before.at) ?? 0, parseInstant(scores.at) ?? 0];
  // If `before` is later than now, it was published before a clock was set back, and the new scores replace it.
  if (atMs <= beforeMs && beforeMs <= nowMs) return false;
  return scoresKey(before) !== scoresKey(scores) || Math.abs(atMs - beforeMs) >= sameMs;
}
