import type { AlarmEvent, CommandAnswer } from '../../../contracts/messages/alarms.ts';
import type { Episode } from './condition.ts';
import type { Counts } from './counts.ts';
import type { State } from './state.ts';

/** The result of the detectors for one input. */
export type EngineResult = {
  readonly state: State;
  /**
   * Time of the end of conditions that no longer hold: device time after a reading or a list of alarms, or else the
   * time by the clock of the gateway or of the engine.
   */
  readonly endAt: number;
  readonly episodes?: readonly Episode[];
  readonly events?: readonly AlarmEvent[];
  readonly answer?: CommandAnswer;
  readonly counts?: Counts;
};
