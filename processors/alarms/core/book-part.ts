/** The book: the part of the state with the alarms of one patient. */
import type { Alarm, Command, Priority } from '../../../contracts/messages/alarms.ts';
import type { LiveAlarm } from './alarm.ts';

/**
 * An alarm that has left the screens. If its readings come again, they raise no alarm. A condition that returns soon
 * continues this alarm.
 */
export type ClosedAlarm = {
  readonly key: string;
  readonly alarmId: string;
  readonly rev: number;
  readonly from: number;
  readonly to: number;
  /**
   * The last state of the alarm. Only the last alarm of each key has this field, because only that alarm may begin
   * again.
   */
  readonly last?: { readonly alarm: Alarm; readonly acknowledged: boolean };
};

/** An acknowledgement that waits for its alarm. */
export type WaitingAcknowledgement = {
  readonly alarmId: string;
  readonly by: Command['by'];
  readonly at: string;
  readonly heldAt: number;
};

export type BookPart = {
  /** The alarms on the screens, by the key of the condition. The tables of conditions limit their number. */
  readonly live: Readonly<Record<string, LiveAlarm>>;
  readonly closed: readonly ClosedAlarm[];
  /**
   * Acknowledgements of alarms that are not raised yet. A replay may deliver an acknowledgement before the readings of
   * its alarm.
   */
  readonly held: readonly WaitingAcknowledgement[];
  /** The audio pause. `over` is the most serious priority that the pause silences. */
  readonly pause: { readonly until: number; readonly over: Priority } | null;
  /**
   * Keys of conditions that hold without a present alarm, because a more serious condition called instead or the bed
   * was on standby.
   */
  readonly hidden: readonly string[];
};
