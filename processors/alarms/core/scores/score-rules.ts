/**
 * What a profile says of early warning scores: from what they alarm, with which priority, after how long, and how old their inputs may be.
 * The points themselves are the published scores (news2.ts, qsofa.ts, shock-index.ts) and in no profile. Pure.
 */
import type { Priority } from '../../../../contracts/messages/alarms.ts';
import type { ScoreName } from './names.ts';

/** When one score alarms. */
export type ScoreCall = {
  /** The least score that alarms. Of `NEWS2.low-medium` the points of one parameter: 3 by the score's own definition. */
  readonly from: number;
  readonly priority: Priority;
  /** How long it must be there, ms of device time. */
  readonly delayMs: number;
};

/** How long an input is young enough to be scored, ms. */
export type InputAges = {
  readonly continuousMs: number;
  /** A single measurement: its expected interval and so much, since no cuff comes to the second. */
  readonly singleGraceMs: number;
  /** What a nurse entered: consciousness, oxygen. */
  readonly enteredMs: number;
};

export type ScoreRules = {
  /** `off`: why this score does not alarm here. It is shown all the same. */
  readonly calls: Readonly<Record<ScoreName, ScoreCall | { readonly off: string }>>;
  /** A score must be below for so long to end its alarm. */
  readonly offDelayMs: number;
  /** An answered score calls again after so long, while it lasts. */
  readonly realarmMs: number;
  readonly ages: InputAges;
};

const minute = 60_000;
const hour = 60 * minute;

/**
 * What holds where a hospital says nothing. Scores: CLINICAL, "NEWS2" and "Deterioration". Low and medium, since a score calls for an
 * assessment, not for a hand at once, and must not flood a ward (ours). From 5 on NEWS2 asks for a set at least each hour: so often an
 * answered one calls. 6 h is the longest interval for a NEWS2 of 1 to 4. The other times are ours.
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
