import type { AlarmEvent, CommandAnswer } from '../../../contracts/messages/alarms.ts';
import type { Episode } from './condition.ts';
import type { Counts } from './counts.ts';
import type { State } from './state.ts';

/** The result of the detectors for one input. */
export type EngineResult = {
  readonly state: State;
  /** Device time of the end of conditions that no longer hold. */
  readonly endAt: number;
  readonly episodes?: readonly Episode[];
  readonly events?: readonly AlarmEvent[];
  readonly answer?: CommandAnswer;
  readonly counts?: Counts;
};
