/**
 * A profile's rules for early warning scores: the alarm value, the priority and the delay of each score, and how old
 * its inputs may be. A profile cannot change the points of a score (news2.ts, qsofa.ts, shock-index.ts). Pure.
 */
import type { Priority } from '../../../../contracts/messages/alarms.ts';
import type { ScoreName } from './names.ts';

/** The rule by which one score alarms. */
export type ScoreCall = {
  /** The lowest score that alarms. For `NEWS2.low-medium`: the points of one parameter, always 3. */
  readonly from: number;
  readonly priority: Priority;
  /** How long the score must be at least `from` before it alarms, ms of device time. */
  readonly delayMs: number;
};

/** The maximum age of an input that is scored, ms. */
export type InputAges = {
  /** The maximum age of a value of a continuous parameter. */
  readonly continuousMs: number;
  /**
   * Added to the expected interval of a single measurement, because the intervals of a cuff vary. The maximum age is
   * the sum, but at least `continuousMs`.
   */
  readonly singleGraceMs: number;
  /** The maximum age of a nurse's entry: consciousness or oxygen. */
  readonly enteredMs: number;
};

export type ScoreRules = {
  /** `off`: why this score does not alarm. The screen still shows the score. */
  readonly calls: Readonly<Record<ScoreName, ScoreCall | { readonly off: string }>>;
  /** How long a score must be below its alarm value to end its alarm, ms. */
  readonly offDelayMs: number;
  /** An acknowledged score calls again after this time while it is at its alarm value, ms. */
  readonly realarmMs: number;
  readonly ages: InputAges;
};

const minute = 60_000;
const hour = 60 * minute;

/**
 * The rules if a hospital configures none. The alarm values come from CLINICAL, "NEWS2" and "Deterioration". The
 * priorities are low and medium, because a score asks for an assessment and not for immediate help (ours). For a NEWS2
 * of 5 or more, observations are due at least each hour, so an acknowledged score calls again after an hour. 6 h is the
 * longest interval for a NEWS2 of 1 to 4. The other times are ours.
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
