/**
 * What each channel offers to the delivery process. A channel sends a message to one address of a person, tries again
 * by itself, and reports how far the message came. A channel never answers a call in the place of a person.
 */
import type { Priority } from '../../../contracts/messages/alarms.ts';
import type { ReceiptStage } from '../../../contracts/messages/deliveries.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import type { DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';

/** One alarm in a message, without the name of a patient. */
export type NamedAlarm = {
  readonly alarmId: string;
  readonly callId: string;
  readonly ward: string | null;
  readonly bed: string | null;
  readonly priority: Priority;
  /**
   * Text of the alarm for people: `HR 134 > 120`. A channel sends this text only if the hospital allows values outside
   * Vigil's own pages.
   */
  readonly text: string;
  readonly onsetAt: string;
  /** The value at the onset, such as `HR 130`, if `text` has another value. It needs the same permission as `text`. */
  readonly onsetValue?: string;
  /** Time zone of the ward; undefined if it is not known. */
  readonly zone: string | undefined;
  /** The time at which Vigil stops waiting for the person's answer, ms since 1970. */
  readonly dueAtMs: number;
};

export type OutgoingMessage = {
  /** Each try has the same id, so that the receiver can drop a repeated message. */
  readonly messageId: string;
  readonly userId: string;
  readonly name: string;
  /** The most urgent alarms, the most urgent first. `onlyCounted` is the number of further alarms. */
  readonly alarms: readonly NamedAlarm[];
  readonly onlyCounted: number;
  /** The message must not leave after this time, ms since 1970. */
  readonly uselessAfterMs: number;
};

/**
 * A canary: a silent message that shows whether a person can be reached. Some channels cannot hide the canary from the
 * person.
 */
export type CheckMessage = { readonly checkId: string; readonly userId: string; readonly name: string };

/**
 * How far a message came. `ended`: the service says that the address does not exist any more, so Vigil must send
 * nothing to it from now on. `transient`: the channel has given up for now; the same message may be tried later.
 * `asksToWait`: the service works and asks for fewer messages, so the canary has no result.
 */
export type SendResult =
  | { readonly kind: 'reached'; readonly stage: ReceiptStage }
  | {
      readonly kind: 'failed';
      readonly class: 'transient' | 'permanent';
      readonly reason: string;
      readonly asksToWait?: true;
    }
  | { readonly kind: 'ended'; readonly reason: string };

export type Channel<Entry extends ReachEntry = ReachEntry> = {
  readonly name: Exclude<DeliveryChannel, 'screen'>;
  /** The furthest stage that this channel can confirm by itself. Pages show which stage was confirmed. */
  readonly confirms: ReceiptStage;
  /**
   * Sends a message. Never rejects.
   * @param signal aborts tries that are not needed any more, for instance because the alarm was acknowledged
   */
  send(entry: Entry, message: OutgoingMessage, signal: AbortSignal): Promise<SendResult>;
  /** Sends a canary to the address. Never rejects. */
  check(entry: Entry, check: CheckMessage, signal: AbortSignal): Promise<SendResult>;
  /**
   * Returns whether the service of this address has failed or asks to wait. Then nothing is sent for some seconds. A
   * channel without this function never reports a failed service.
   */
  isDown?(entry: Entry): boolean;
  close(): Promise<void>;
};
