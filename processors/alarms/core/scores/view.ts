/** The scores in the form for the screens, and when they are published. Pure. */
import type { ScorePart, Scores } from '../../../../contracts/messages/scores.ts';
import { newsParameters } from '../../../../contracts/score-names.ts';
import { scoresKey, scoresRepeatMs, urgentKey } from '../../../../contracts/scores-key.ts';
import { formatInstant } from '../../../../contracts/time.ts';
import type { Environment } from '../environment.ts';
import { isScored, scoreRulesIn } from '../judging.ts';
import type { State } from '../state.ts';
import { type Entered, type Entries, inputsAt, nextStaleMs, setAt } from './known.ts';
import { news2 } from './news2.ts';
import { qsofa } from './qsofa.ts';
import { roundHalfUp } from './round.ts';
import type { ScoreRules } from './score-rules.ts';
import { shockIndex } from './shock-index.ts';

/** The instant that is scored. If the device is silent it is the present, so that its values become too old. */
const instantOf = ({ scores: { head } }: State, now: number) => Math.max(head.at ?? now, now);

/** @returns undefined if the patient is not scored, or if nothing is known yet */
export function scoresOf(env: Environment, state: State, now: number): Scores | undefined {
  const { known, at: judgedAt } = state.scores.head;
  if (judgedAt === null || !isScored(state)) return undefined;
  const at = instantOf(state, now);
  const { ages } = scoreRulesIn(env, state);
  const set = setAt(known, at, ages);
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

/** For one association: what was published last, which state was checked, and the wall clock of the next check if nothing comes. */
export type ScoresLook = {
  readonly told: Told | undefined;
  readonly of: { readonly state: Pick<State, 'scores' | 'association'>; readonly by: ScoreRules } | undefined;
  readonly dueMs: number;
};

type Told = {
  readonly key: string;
  readonly urgentKey: string;
  readonly index: number | undefined;
  readonly atMs: number;
};

const toldOf = (scores: Scores, atMs: number): Told => ({
  key: scoresKey(scores),
  urgentKey: urgentKey(scores),
  index: scores.shockIndex,
  atMs,
});

/** After a restart: takes the last published scores from the snapshot. */
export function lookedAtBefore(scores: Scores | undefined): ScoresLook | undefined {
  if (scores === undefined) return undefined;
  return { told: toldOf(scores, Date.parse(scores.at)), of: undefined, dueMs: 0 };
}

/** The shortest time between two publications, except for urgent changes (contracts/scores-key.ts; ours). */
const publishMs = 10_000;
/** A change of the shock index by this much is published. Smaller changes wait for the next publication (ours). */
const indexStep = 0.1;

/** Checks whether the scores have changed. @returns also the scores to be published now */
export function lookAtScores(
  env: Environment,
  state: State,
  before: ScoresLook | undefined,
  now: number,
): { readonly look: ScoresLook; readonly scores?: Scores } {
  const { scores: part, association } = state;
  const by = scoreRulesIn(env, state);
  const isSame =
    before?.of?.by === by && before.of.state.scores === part && before.of.state.association === association;
  if (isSame && now < before.dueMs) return { look: before };
  const told = before?.told;
  const of = { state: { scores: part, association }, by };
  const scores = scoresOf(env, state, now);
  if (scores === undefined) return { look: { told, of, dueMs: Number.POSITIVE_INFINITY } };
  const staleMs = nextStaleMs(part.head.known, instantOf(state, now), by.ages);
  const next = toldOf(scores, now);
  const dueMs = Math.min(staleMs, repeatAt(scores, now));
  if (told === undefined) return { look: { told: next, of, dueMs }, scores };
  const againMs = repeatAt(scores, Math.min(told.atMs, now));
  if (isAlike(told, next) && now < againMs) return { look: { told, of, dueMs: Math.min(staleMs, againMs) } };
  const soonMs = told.atMs + publishMs;
  const isSoon = now >= told.atMs && now < soonMs;
  if (isSoon && next.urgentKey === told.urgentKey) return { look: { told, of, dueMs: Math.min(staleMs, soonMs) } };
  return { look: { told: next, of, dueMs }, scores };
}

/** Returns whether both read the same for a person. */
function isAlike(told: Told, next: Told): boolean {
  if (told.key !== next.key || told.index === undefined || next.index === undefined)
    return told.key === next.key && told.index === next.index;
  return roundHalfUp(Math.abs(told.index - next.index), 2) < indexStep;
}

/**
 * Returns when unchanged scores are published again, so that a trend can tell a lasting score from a gap. Scores without any known input
 * are not published again.
 */
function repeatAt({ news2: { parts } }: Scores, toldMs: number): number {
  return parts.some(({ points }) => points !== undefined) ? toldMs + scoresRepeatMs : Number.POSITIVE_INFINITY;
}
