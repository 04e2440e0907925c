/**
 * A profile's rules for early warning scores: the value from which each alarms, its priority, its delay, and how old the inputs may be. The
 * points are those of the published scores (news2.ts, qsofa.ts, shock-index.ts); no profile changes them. Pure.
 */
import type { Priority } from '../../../../contracts/messages/alarms.ts';
import type { ScoreName } from './names.ts';

/** When one score alarms. */
export type ScoreCall = {
  /** The least score that alarms. For `NEWS2.low-medium`: the points of one parameter, 3 by the score's own definition. */
  readonly from: number;
  readonly priority: Priority;
  /** How long the score must last, ms of device time. */
  readonly delayMs: number;
};

/** How long an input is recent enough to be scored, ms. */
export type InputAges = {
  readonly continuousMs: number;
  /** A single measurement: its expected interval plus this, because no cuff measures to the second. */
  readonly singleGraceMs: number;
  /** A nurse's entries: consciousness, oxygen. */
  readonly enteredMs: number;
};

export type ScoreRules = {
  /** `off`: why this score does not alarm here. The screen shows it anyway. */
  readonly calls: Readonly<Record<ScoreName, ScoreCall | { readonly off: string }>>;
  /** A score must be below its alarm value for this long to end its alarm. */
  readonly offDelayMs: number;
  /** An acknowledged score calls again after this time while it lasts. */
  readonly realarmMs: number;
  readonly ages: InputAges;
};

const minute = 60_000;
const hour = 60 * minute;

/**
 * The rules if a hospital configures none. Scores: CLINICAL, "NEWS2" and "Deterioration". The priorities are low and medium: a score calls
 * for an assessment, not for immediate help, and it must not flood a ward (ours). From 5 on NEWS2 asks for a set at least each hour, so an
 * acknowledged one calls again each hour. 6 h is the longest interval for a NEWS2 of 1 to 4. The other times are ours.
 */
export const builtInScores: ScoreRules = {
  calls: {
    'NEWS2.high': { from: 7, priority: 'medium', delayMs: minute },
    'NEWS2.medium': { from: 5, priority: 'low', delayMs: minute },
    'NEWS2.low-medium': { from: 3, priority: 'low', delayMs: minute },
    qSOFA: { from: 2, priority: 'low', delayMs: minute },
    'shock-index': { from: 0.9, priority: 'low', delayMs: 5 * minute },
  },
  offDelayMs: 5 * minute,
  realarmMs: hour,
  ages: { continuousMs: 5 * minute, singleGraceMs: minute, enteredMs: 6 * hour },
};
