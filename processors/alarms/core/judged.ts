import type { AlarmEvent, CommandAnswer } from '../../../contracts/messages/alarms.ts';
import type { Episode } from './condition.ts';
import type { Counts } from './counts.ts';
import type { State } from './state.ts';

/** What the detectors found in an input. */
export type Judged = {
  readonly state: State;
  /** Device time at which a condition that no longer holds ended. */
  readonly endAt: number;
  readonly episodes?: readonly Episode[];
  readonly events?: readonly AlarmEvent[];
  readonly answer?: CommandAnswer;
  readonly counts?: Counts;
};
