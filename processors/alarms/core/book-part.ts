/** What the book of alarms remembers about a patient. */
import type { Alarm, Command, Priority } from '../../../contracts/messages/alarms.ts';
import type { Live } from './alarm.ts';

/** An alarm that has left. Its readings raise nothing when they come again. A condition that begins soon after it is the same alarm. */
export type Closed = {
  readonly key: string;
  readonly alarmId: string;
  readonly rev: number;
  readonly from: number;
  readonly to: number;
  /** The alarm as it left. Only the last alarm of each key has it, because that alarm may begin again. */
  readonly last?: { readonly alarm: Alarm; readonly acknowledged: boolean };
};

export type Held = {
  readonly alarmId: string;
  readonly by: Command['by'];
  readonly at: string;
  readonly heldAt: number;
};

export type BookPart = {
  /** By condition. The tables of conditions bound its size. */
  readonly live: Readonly<Record<string, Live>>;
  readonly closed: readonly Closed[];
  /** Acknowledgements of alarms that are not raised yet: a replay may deliver the two in another order. */
  readonly held: readonly Held[];
  /** `over`: the gravest priority that the pause silences. */
  readonly pause: { readonly until: number; readonly over: Priority } | null;
  /** Conditions that hold but were never raised, because a graver one called instead. */
  readonly hidden: readonly string[];
};
