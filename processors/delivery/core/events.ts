/**
 * The events that the delivery of alarms decides. The state is computed only from these events, so the state is the
 * same after a restart. A stored snapshot of the state only replaces the reading of older events. Every time in an
 * event was computed together with the event, so a restart changes no wait.
 */
import type { AlertKind, Priority } from '../../../contracts/messages/alarms.ts';
import type { CallOutcome, RoundCause, StopReason, WardNotice } from '../../../contracts/messages/deliveries.ts';
import type { CallChain, DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';
import type { Call } from './state.ts';

/** The events of one alarm. */
export type AlarmDecision = { readonly alarmId: string; readonly atMs: number } & (
  | {
      readonly type: 'alarm-seen';
      readonly associationId: string;
      readonly rev: number;
      readonly kind: AlertKind;
      readonly priority: Priority;
      readonly onsets: number;
      readonly quiet: StopReason | null;
      readonly freshAtMs: number;
    }
  /** The alarm is over. Its state moves from `alarms` to `over`. */
  | { readonly type: 'alarm-cleared' }
  | { readonly type: 'not-sent'; readonly reason: string }
  | {
      readonly type: 'round-started';
      readonly round: number;
      readonly cause: RoundCause;
      readonly priority: Priority;
      readonly policyVersion: string;
      readonly chain: CallChain;
      /** The earliest time of the first call; null: immediately. */
      readonly dueAtMs: number | null;
    }
  | {
      readonly type: 'called';
      readonly round: number;
      readonly call: Omit<Call, 'sent' | 'failed' | 'confirmDueAtMs' | 'outcome'>;
      readonly associationId: string;
      readonly priority: Priority;
      readonly dueAtMs: number;
    }
  | { readonly type: 'confirmed'; readonly callId: string; readonly channel: DeliveryChannel }
  | { readonly type: 'channel-failed'; readonly callId: string; readonly channel: DeliveryChannel }
  | {
      readonly type: 'call-ended';
      readonly callId: string;
      readonly outcome: Exclude<CallOutcome, 'waiting' | 'accepted' | 'rejected' | 'informed'>;
    }
  | { readonly type: 'accepted'; readonly round: number; readonly userId: string; readonly dueAtMs: number }
  | { readonly type: 'rejected'; readonly round: number; readonly userId: string }
  /**
   * Nobody is left to call, so the ward has a technical alarm. The last person is called again at once. If nobody can
   * be called again, the next try is at `dueAtMs`.
   */
  | { readonly type: 'chain-ended'; readonly notice: WardNotice; readonly dueAtMs: number }
  /** Nobody can be called again now. */
  | { readonly type: 'repeat-skipped'; readonly dueAtMs: number }
  | { readonly type: 'expired' }
  | { readonly type: 'stopped'; readonly why: StopReason }
  | { readonly type: 'resumed' }
  /** The clock was set back, so the present wait starts again. */
  | { readonly type: 'wait-restarted'; readonly dueAtMs: number }
);

/** A call in a message. `dueAtMs` is the end of the person's wait, counted from the message. */
export type MessageCall = { readonly alarmId: string; readonly callId: string; readonly dueAtMs: number };

/** One message to one person. A repeated message has the same id. */
export type MessageDecision = {
  readonly type: 'message';
  readonly messageId: string;
  readonly atMs: number;
  readonly userId: string;
  readonly name: string;
  readonly channel: DeliveryChannel;
  /** All calls of the message, the most urgent first. */
  readonly calls: readonly MessageCall[];
  /** Number of calls that the text of the message counts but does not name. */
  readonly onlyCounted: number;
  /** The latest time for the confirmation of a channel, ms. */
  readonly confirmDueAtMs: number;
};

export type DeliveryEvent = AlarmDecision | MessageDecision;
