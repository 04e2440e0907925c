/** Chooses the scores that belong to the steps of a trend, with their parts. Pure. */
import type { Scores } from '../../../contracts/messages/scores.ts';
import { parseInstant } from '../../../contracts/time.ts';
import type { ScoredPart, ScoreOfStep, ScorePick, TrendScores } from '../../protocol/trend-scores.ts';

/** A published NEWS2, reduced to save memory. `atMs`: when the score was made, by the clock of the alarm processor. */
export type LoggedScore = Pick<ScoreOfStep, 'atMs' | 'scale' | 'total' | 'atLeast' | 'parts'>;

/** Returns the NEWS2 of published scores; undefined if their time is invalid. */
export function loggedScore({ at, news2: { scale, parts, total, atLeast } }: Scores): LoggedScore | undefined {
  const atMs = parseInstant(at);
  if (atMs === undefined) return undefined;
  const scored = parts.map(({ parameter, value, at: partAt, points }): ScoredPart => {
    const partMs = partAt === undefined ? undefined : parseInstant(partAt);
    return {
      parameter,
      ...(value !== undefined && { value }),
      // If the clock of a device is a little ahead, the age is 0 and not negative.
      ...(partMs !== undefined && { ageMs: Math.max(0, atMs - partMs) }),
      ...(points !== undefined && { points }),
    };
  });
  return { atMs, scale, total: total ?? null, atLeast, parts: scored };
}

export type StepsPlan = {
  /** By the clock of the server. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly pick: ScorePick;
  /** The time that the trend adds to the times of its scores, a whole number of steps (`splitPlan`). */
  readonly shiftMs: number;
  /** How far the clock of the device is ahead of the server's clock. */
  readonly clockErrorMs: number;
};

export type LoggedScores = {
  readonly scores: readonly LoggedScore[];
  /** By the clock of the server. */
  readonly knownFromMs: number;
  readonly knownToMs: number;
  readonly isWhole: boolean;
};

/**
 * Returns the chosen scores of each step: at most one score with a total, and one score without a total
 * (contracts/score-trends.ts). A step that was not read completely has no score, because another score of the step
 * could be the right one.
 */
export function scoresOfSteps(logged: LoggedScores, plan: StepsPlan): TrendScores {
  const { fromMs, toMs, stepMs, pick, shiftMs, clockErrorMs } = plan;
  const stepOf = (ms: number) => Math.floor(ms / stepMs) * stepMs;
  const firstStepMs = Math.max(stepOf(fromMs), Math.ceil(logged.knownFromMs / stepMs) * stepMs);
  const chosen = new Map<string, LoggedScore>();
  for (const score of logged.scores.toSorted((a, b) => a.atMs - b.atMs)) {
    if (score.atMs < firstStepMs || score.atMs >= toMs) continue;
    const key = `${stepOf(score.atMs)} ${score.total === null}`;
    const former = chosen.get(key);
    if (former === undefined || pick === 'last' || pointsOf(score) >= pointsOf(former)) chosen.set(key, score);
  }
  const scores = [...chosen.values()]
    .sort((a, b) => a.atMs - b.atMs)
    .map((score) => ({ ...score, stepAtMs: stepOf(score.atMs) + shiftMs, atMs: score.atMs + clockErrorMs }));
  const { knownToMs, isWhole } = logged;
  return { scores, knownFromMs: firstStepMs + shiftMs, knownToMs: knownToMs + shiftMs, isWhole };
}

const pointsOf = ({ total, atLeast }: LoggedScore) => total ?? atLeast;
