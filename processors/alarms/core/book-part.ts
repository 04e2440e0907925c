/** What the book of alarms remembers of a patient. */
import type { Alarm, Command, Priority } from '../../../contracts/messages/alarms.ts';
import type { Live } from './alarm.ts';

/** An alarm that has left: its readings, when they come again, raise nothing, and what comes soon after is the same alarm. */
export type Closed = {
  readonly key: string;
  readonly alarmId: string;
  readonly rev: number;
  readonly from: number;
  readonly to: number;
  /** As it left: of the last one of its key, which may begin again. */
  readonly last?: { readonly alarm: Alarm; readonly acknowledged: boolean };
};

export type Held = {
  readonly alarmId: string;
  readonly by: Command['by'];
  readonly at: string;
  readonly heldAt: number;
};

export type BookPart = {
  /** By condition: bounded by the tables. */
  readonly live: Readonly<Record<string, Live>>;
  readonly closed: readonly Closed[];
  /** Acknowledgements of alarms not known yet: a replay may meet the two in another order. */
  readonly held: readonly Held[];
  /** `over`: the gravest priority that it silences. */
  readonly pause: { readonly until: number; readonly over: Priority } | null;
  /** Conditions that hold and were never raised, since a graver one stood for them. */
  readonly hidden: readonly string[];
};
