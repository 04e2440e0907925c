/** Makes the scores in the form for the screens, and decides when the scores are published. Pure. */
import type { ScorePart, Scores } from '../../../../contracts/messages/scores.ts';
import { newsParameters } from '../../../../contracts/score-names.ts';
import { scoresKey, scoresRepeatMs, urgentKey } from '../../../../contracts/scores-key.ts';
import { formatInstant } from '../../../../contracts/time.ts';
import type { Environment } from '../environment.ts';
import { isScored, scoreRulesIn } from '../judging.ts';
import type { State } from '../state.ts';
import { news2 } from './news2.ts';
import { qsofa } from './qsofa.ts';
import { roundHalfUp } from './round.ts';
import { type Entered, type Entries, inputsAt, nextStaleMs, valuesToScoreAt } from './score-inputs.ts';
import type { ScoreRules } from './score-rules.ts';
import { shockIndex } from './shock-index.ts';

/**
 * Returns the instant for which the scores are computed. For a silent device, this is the present time, so that the
 * device's values become too old.
 */
const instantOf = ({ scores: { head } }: State, now: number) => Math.max(head.at ?? now, now);

/** Returns the scores of a patient; undefined if the patient is not scored, or if no input is known yet. */
export function scoresOf(env: Environment, state: State, now: number): Scores | undefined {
  const { known, at: judgedAt } = state.scores.head;
  if (judgedAt === null || !isScored(state)) return undefined;
  const at = instantOf(state, now);
  const { ages } = scoreRulesIn(env, state);
  const set = valuesToScoreAt(known, at, ages);
  const { points, missing, atLeast, total, risk, response } = news2(set);
  const inputs = inputsAt(known, at, ages);
  const parts = newsParameters.map((parameter): ScorePart => {
    const input = inputs[parameter];
    const scored = points[parameter];
    return {
      parameter,
      ...(input && { value: input.value, at: formatInstant(input.at) }),
      ...(scored !== undefined && { points: scored }),
    };
  });
  const staleMs = nextStaleMs(known, at, ages);
  const index = shockIndex(set.pulse, set.BPsys);
  return {
    associationId: state.associationId,
    at: formatInstant(now),
    ...(Number.isFinite(staleMs) && { validUntil: formatInstant(staleMs) }),
    news2: {
      scale: set.scale,
      parts,
      missing: [...missing],
      atLeast,
      ...(total !== undefined && { total, risk: risk!, response: response! }),
    },
    ...(index !== undefined && { shockIndex: index }),
    qsofa: qsofaOf(qsofa(set)),
    assessment: assessmentOf(known.entries),
  };
}

const qsofaOf = ({ met, missing, total }: ReturnType<typeof qsofa>): Scores['qsofa'] => ({
  met: [...met],
  missing: [...missing],
  ...(total !== undefined && { total }),
});

function assessmentOf({ consciousness, oxygen, spo2Scale }: Entries): Scores['assessment'] {
  const entered = <T>({ value, at, by }: Entered<T>) => ({ value, at: formatInstant(at), by });
  return {
    ...(consciousness && { consciousness: entered(consciousness) }),
    ...(oxygen && { oxygen: entered(oxygen) }),
    ...(spo2Scale && { spo2Scale: entered(spo2Scale) }),
  };
}

/** The last check of one patient's scores. */
export type ScoresCheck = {
  /** The last published scores; undefined before the first publication. */
  readonly published: Published | undefined;
  /** The state and the rules of the check. If neither has changed, the scores have not changed either. */
  readonly checked:
    | { readonly state: Pick<State, 'scores' | 'association'>; readonly scoreRules: ScoreRules }
    | undefined;
  /** Wall-clock time at which the scores must be checked again, even if no input comes. */
  readonly dueMs: number;
};

/** Published scores, in the form for the comparison with the next scores. */
type Published = {
  readonly key: string;
  readonly urgentKey: string;
  readonly index: number | undefined;
  readonly atMs: number;
};

const publishedOf = (scores: Scores, atMs: number): Published => ({
  key: scoresKey(scores),
  urgentKey: urgentKey(scores),
  index: scores.shockIndex,
  atMs,
});

/**
 * Returns the check of the scores from which a process continues after a restart.
 * @param scores the last published scores, from the snapshot
 */
export function checkFromSnapshot(scores: Scores | undefined): ScoresCheck | undefined {
  if (scores === undefined) return undefined;
  return { published: publishedOf(scores, Date.parse(scores.at)), checked: undefined, dueMs: 0 };
}

/** The shortest time between two publications, except for urgent changes (contracts/scores-key.ts; ours). */
const publishMs = 10_000;
/** A change of the shock index by this much is published. Smaller changes wait for the next publication (ours). */
const indexStep = 0.1;

/** Checks whether the scores have changed. @returns the check, and the scores if they must be published now */
export function checkScores(
  env: Environment,
  state: State,
  before: ScoresCheck | undefined,
  now: number,
): { readonly check: ScoresCheck; readonly scores?: Scores } {
  const { scores: part, association } = state;
  const scoreRules = scoreRulesIn(env, state);
  const isSame =
    before?.checked?.scoreRules === scoreRules &&
    before.checked.state.scores === part &&
    before.checked.state.association === association;
  if (isSame && now < before.dueMs) return { check: before };
  const published = before?.published;
  const checked = { state: { scores: part, association }, scoreRules };
  const scores = scoresOf(env, state, now);
  if (scores === undefined) return { check: { published, checked, dueMs: Number.POSITIVE_INFINITY } };
  const staleMs = nextStaleMs(part.head.known, instantOf(state, now), scoreRules.ages);
  const next = publishedOf(scores, now);
  const dueMs = Math.min(staleMs, repeatAt(scores, now));
  if (published === undefined) return { check: { published: next, checked, dueMs }, scores };
  const repeatMs = repeatAt(scores, Math.min(published.atMs, now));
  if (isNearlyEqual(published, next) && now < repeatMs)
    return { check: { published, checked, dueMs: Math.min(staleMs, repeatMs) } };
  const earliestMs = published.atMs + publishMs;
  const isTooEarly = now >= published.atMs && now < earliestMs;
  if (isTooEarly && next.urgentKey === published.urgentKey)
    return { check: { published, checked, dueMs: Math.min(staleMs, earliestMs) } };
  return { check: { published: next, checked, dueMs }, scores };
}

/** Returns whether the difference between two publications is too small for a person to notice. */
function isNearlyEqual(published: Published, next: Published): boolean {
  if (published.key !== next.key || published.index === undefined || next.index === undefined)
    return published.key === next.key && published.index === next.index;
  return roundHalfUp(Math.abs(published.index - next.index), 2) < indexStep;
}

/**
 * Returns the time at which unchanged scores are published again, so that a trend shows a lasting score and not a gap.
 * Scores without any known input are not published again.
 */
function repeatAt({ news2: { parts } }: Scores, publishedMs: number): number {
  return parts.some(({ points }) => points !== undefined) ? publishedMs + scoresRepeatMs : Number.POSITIVE_INFINITY;
}
