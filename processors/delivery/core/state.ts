/** The state of the delivery of alarms: one part for each alarm, and one part for the messages that wait. It is made only by events. */
import type { AlertKind, Priority } from '../../../contracts/messages/alarms.ts';
import type { Duty } from '../../../contracts/messages/assignments.ts';
import type { CallOutcome, DeliveryPhase, StopReason, WardNotice } from '../../../contracts/messages/deliveries.ts';
import type { CallChain, DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';

/** A call of a person about one alarm. */
export type Call = {
  readonly callId: string;
  readonly step: number;
  readonly duty: Duty;
  readonly userId: string;
  readonly name: string;
  readonly channels: readonly DeliveryChannel[];
  readonly waitMs: number;
  /** How often the person was called before in this round. */
  readonly repeat: number;
  readonly sent: readonly DeliveryChannel[];
  readonly failed: readonly DeliveryChannel[];
  /** When a confirmation of a channel must be there, ms; null before the first message and after a confirmation. */
  readonly confirmDueAtMs: number | null;
  readonly outcome: CallOutcome;
};

/** Maximum number of calls that a round remembers (ours). An alarm that comes and goes for days repeats its last call each minute. */
export const callsMax = 200;

/** One pass through a chain. */
export type Round = {
  readonly round: number;
  readonly priority: Priority;
  readonly policyVersion: string;
  /** The chain at the begin of the round. A changed policy is used from the next round on. */
  readonly chain: CallChain;
  readonly phase: DeliveryPhase;
  /** At most `callsMax`. */
  readonly calls: readonly Call[];
  /** Number of calls so far, from which the id of the next call is made. */
  readonly callCount: number;
  /** The end of the present wait, ms; null if nothing is waited for. */
  readonly dueAtMs: number | null;
  /** Length of the present wait, ms: if `dueAtMs` is further away than this, the clock was set back. */
  readonly waitMs: number;
  readonly notice: WardNotice | null;
  readonly acceptedBy: readonly string[];
  /** The first round whose calls may still be answered, and the persons whom the rounds since then have called. */
  readonly answersFrom: number;
  readonly calledBefore: readonly string[];
  /** Who accepted in those rounds without an acknowledgement of the alarm: one entry for each acceptance. */
  readonly acceptedBefore: readonly string[];
  /** Who rejected the alarm in this round: nobody of them is called again in it. Absent in a snapshot of an earlier version. */
  readonly rejectedBy?: readonly string[];
  /** What the round did when it was stopped, and when it was stopped. */
  readonly stopped: { readonly atMs: number; readonly phase: DeliveryPhase; readonly why: StopReason } | null;
};

export type AlarmDelivery = {
  readonly alarmId: string;
  readonly associationId: string;
  readonly rev: number;
  readonly kind: AlertKind;
  readonly priority: Priority;
  readonly onsets: number;
  /** Null while the alarm calls, otherwise why it does not call. */
  readonly quiet: StopReason | null;
  /** When the alarm last began, escalated or called again, by the clock of the engine, ms. */
  readonly freshAtMs: number;
  readonly round: Round | null;
  /** Why the policy sends nothing about this alarm. */
  readonly notSent: string | null;
};

/** A call that waits to be sent through one channel. */
export type PendingCall = {
  readonly alarmId: string;
  readonly associationId: string;
  readonly callId: string;
  readonly priority: Priority;
};

/** What was sent to one person through one channel, and what waits to be sent. */
export type Slot = {
  readonly userId: string;
  readonly name: string;
  readonly channel: DeliveryChannel;
  readonly pending: readonly PendingCall[];
  readonly recent: readonly { readonly associationId: string; readonly atMs: number; readonly priority: Priority }[];
  /** The time at which the allowance of the channel would be whole again, ms (core/rate.ts). */
  readonly wholeAtMs: number;
};

export type State = {
  readonly alarms: ReadonlyMap<string, AlarmDelivery>;
  /**
   * Alarms that are over, the oldest first, and when they ended, ms. The engine may begin such an alarm again with the same id. It then goes on
   * from here, so that no call gets the id of an earlier call.
   */
  readonly over: ReadonlyMap<string, { readonly alarm: AlarmDelivery; readonly atMs: number }>;
  readonly slots: ReadonlyMap<string, Slot>;
};

export const initialState: State = { alarms: new Map(), over: new Map(), slots: new Map() };

/** Returns whether the ward now has the technical alarm of a round. */
export function shownNotice(round: Round | null): WardNotice | null {
  return round === null || round.phase === 'stopped' || round.phase === 'accepted' ? null : round.notice;
}
