import type { AlarmEvent, CommandAnswer } from '../../../contracts/messages/alarms.ts';
import type { Episode } from './condition.ts';
import type { Counts } from './counts.ts';
import type { State } from './state.ts';

/** What the detectors make of an input. */
export type Judged = {
  readonly state: State;
  /** Device time from which on what no longer holds is over. */
  readonly endAt: number;
  readonly episodes?: readonly Episode[];
  readonly events?: readonly AlarmEvent[];
  readonly answer?: CommandAnswer;
  readonly counts?: Counts;
};
