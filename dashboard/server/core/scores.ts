/** Folds the early warning scores into the state. The alarm processor publishes them. */
import type { Scores } from '../../../contracts/messages/scores.ts';
import { scoresKey } from '../../../contracts/scores-key.ts';
import { parseInstant } from '../../../contracts/time.ts';
import { type LiveState, markHeaderChanged, scoresMax } from './state.ts';

/** Scores that differ from the shown scores only in the age of their values are sent after this time (ours). */
const sameScoresEveryMs = 60_000;

/**
 * Folds scores into the state, from the topics `alarms` and `alarm-state`, in any order. The newest scores count.
 * @returns whether a screen changes
 */
export function foldScores(state: LiveState, scores: Scores, nowMs: number): boolean {
  const { associationId } = scores;
  const formerScores = state.scores.get(associationId);
  if (formerScores !== undefined && !mustBeSent(formerScores, scores, nowMs)) return false;
  state.scores.delete(associationId);
  state.scores.set(associationId, scores);
  if (state.scores.size > scoresMax) state.scores.delete(state.scores.keys().next().value!);
  const bed = state.beds.get(associationId);
  if (bed) markHeaderChanged(state, bed);
  return bed !== undefined;
}

function mustBeSent(formerScores: Scores, scores: Scores, nowMs: number): boolean {
  const [formerAtMs, atMs] = [parseInstant(formerScores.at) ?? 0, parseInstant(scores.at) ?? 0];
  // If the time of `formerScores` is later than now, they were published before a clock was set back, and the new
  // scores replace them.
  if (atMs <= formerAtMs && formerAtMs <= nowMs) return false;
  return scoresKey(formerScores) !== scoresKey(scores) || Math.abs(atMs - formerAtMs) >= sameScoresEveryMs;
}
