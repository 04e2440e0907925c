/**
 * The state of the delivery of alarms: one part for each alarm, and one part for the messages that wait. Only events
 * change the state.
 */
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
  /** 0 for a call in the order of the chain. A repeated call has one more than the call that it repeats. */
  readonly repeat: number;
  readonly sent: readonly DeliveryChannel[];
  readonly failed: readonly DeliveryChannel[];
  /**
   * Until when a channel must confirm the message of the call, ms. A push service that has taken the message confirms
   * it, even if the phone has not answered. Null before the first message that can be answered, and after the call is
   * confirmed, answered or over.
   */
  readonly confirmDueAtMs: number | null;
  readonly outcome: CallOutcome;
};

/**
 * Maximum number of calls that a round remembers (ours). Without a maximum, a round could grow for days: an alarm that
 * comes and goes repeats its last call each minute.
 */
export const callsMax = 200;

/** One pass through a chain. */
export type Round = {
  readonly round: number;
  readonly priority: Priority;
  readonly policyVersion: string;
  /**
   * The chain that was in force when the round started. A changed policy counts from the next round on. If the policy
   * sends nothing any more, an alarm that calls already keeps its chain.
   */
  readonly chain: CallChain;
  readonly phase: DeliveryPhase;
  /** At most `callsMax`. */
  readonly calls: readonly Call[];
  /** Number of calls so far. The id of the next call is made from this number. */
  readonly callCount: number;
  /**
   * The end of the present wait, ms; null if the round does not wait. A stopped round keeps the value, because the
   * round may go on.
   */
  readonly dueAtMs: number | null;
  /** Length of the present wait, ms. If `dueAtMs` is further away than this, the clock was set back. */
  readonly waitMs: number;
  readonly notice: WardNotice | null;
  readonly acceptedBy: readonly string[];
  /** The first round whose calls may still be answered. */
  readonly answersFrom: number;
  /**
   * The persons of calls that may still be answered and are not in `calls`: the calls of the rounds from `answersFrom`
   * to the previous round, and calls of this round that were dropped above `callsMax`.
   */
  readonly calledBefore: readonly string[];
  /**
   * The persons who accepted in the rounds from `answersFrom` to the previous round, and the persons who took an
   * acceptance back in this round. A person who accepted twice is in the list twice.
   */
  readonly acceptedBefore: readonly string[];
  /**
   * The persons who rejected the alarm in this round, and are not called again in this round. Absent in a snapshot of
   * an earlier version.
   */
  readonly rejectedBy?: readonly string[];
  /**
   * The persons who were informed in earlier rounds, each with the channel: `paul mail`. They do not get the same
   * message again. Only a round that starts because persons rejected the alarm has this field.
   */
  readonly informedBefore?: readonly string[];
  /** The phase of the round before it was stopped, and the time of the stop. */
  readonly stopped: { readonly atMs: number; readonly phase: DeliveryPhase; readonly why: StopReason } | null;
};

export type AlarmDelivery = {
  readonly alarmId: string;
  readonly associationId: string;
  readonly rev: number;
  readonly kind: AlertKind;
  readonly priority: Priority;
  readonly onsets: number;
  /** Null while the alarm calls; otherwise the reason why it does not call. */
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
  /** The time at which the full number of messages is allowed again, ms (core/rate.ts). */
  readonly wholeAtMs: number;
};

export type State = {
  readonly alarms: ReadonlyMap<string, AlarmDelivery>;
  /**
   * Alarms that are over, the oldest first, and when they ended, ms. Such an alarm may begin again with the same id.
   * Then its state continues from this entry, so that no call gets the id of an earlier call.
   */
  readonly over: ReadonlyMap<string, { readonly alarm: AlarmDelivery; readonly atMs: number }>;
  readonly slots: ReadonlyMap<string, Slot>;
};

export const initialState: State = { alarms: new Map(), over: new Map(), slots: new Map() };

/** Returns the technical alarm that the ward now has about a round; null if the ward has no such alarm. */
export function shownNotice(round: Round | null): WardNotice | null {
  return round === null || round.phase === 'stopped' || round.phase === 'accepted' ? null : round.notice;
}
