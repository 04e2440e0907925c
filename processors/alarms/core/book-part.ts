/** The book: the part of the state with the alarms of one patient. */
import type { Alarm, Command, Priority } from '../../../contracts/messages/alarms.ts';
import type { Live } from './alarm.ts';

/**
 * An alarm that has left the screens. If its readings come again, they raise no alarm. A condition that returns soon continues this alarm.
 */
export type Closed = {
  readonly key: string;
  readonly alarmId: string;
  readonly rev: number;
  readonly from: number;
  readonly to: number;
  /** The last state of the alarm. Only the last alarm of each key has this field, because only that alarm may begin again. */
  readonly last?: { readonly alarm: Alarm; readonly acknowledged: boolean };
};

/** An acknowledgement that waits for its alarm. */
export type Held = {
  readonly alarmId: string;
  readonly by: Command['by'];
  readonly at: string;
  readonly heldAt: number;
};

export type BookPart = {
  /** The alarms on the screens, by the key of the condition. The tables of conditions limit their number. */
  readonly live: Readonly<Record<string, Live>>;
  readonly closed: readonly Closed[];
  /** Acknowledgements of alarms that are not raised yet. A replay may deliver an acknowledgement before the readings of its alarm. */
  readonly held: readonly Held[];
  /** The audio pause. `over` is the gravest priority that the pause silences. */
  readonly pause: { readonly until: number; readonly over: Priority } | null;
  /** Keys of conditions that hold but were never raised as alarms, because a more serious condition called instead. */
  readonly hidden: readonly string[];
};
