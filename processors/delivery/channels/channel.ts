/**
 * What each channel offers to the delivery process. A channel sends a message to one address of a person, tries again by itself, and says how
 * far the message came. It never answers for a person.
 */
import type { Priority } from '../../../contracts/messages/alarms.ts';
import type { ReceiptStage } from '../../../contracts/messages/deliveries.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import type { DeliveryChannel } from '../../../contracts/messages/delivery-policy.ts';

/** One alarm in a message. It has no name of a patient. */
export type NamedAlarm = {
  readonly alarmId: string;
  readonly callId: string;
  readonly ward: string | null;
  readonly bed: string | null;
  readonly priority: Priority;
  /** Text of the alarm for people: `HR 134 > 120`. A channel sends it only if the hospital allows values outside Vigil's own pages. */
  readonly text: string;
  readonly onsetAt: string;
  /** Until when the person's answer is waited for, ms since 1970. */
  readonly dueAtMs: number;
};

export type OutgoingMessage = {
  /** The same id for each try, so that the receiver can drop a repetition. */
  readonly messageId: string;
  readonly userId: string;
  readonly name: string;
  /** The most urgent alarm first. Of many alarms only the first are here; `onlyCounted` is the number of the others. */
  readonly alarms: readonly NamedAlarm[];
  readonly onlyCounted: number;
  /** After this time the message must not leave any more, ms since 1970. */
  readonly uselessAfterMs: number;
};

/** A silent message that shows whether a person can be reached. The person does not notice it, where the channel allows that. */
export type CheckMessage = { readonly checkId: string; readonly userId: string; readonly name: string };

/**
 * How far a message came. `ended`: the service says that the address does not exist any more, so nothing must be sent to it from now on.
 * `transient`: the channel has given up for now; the same message may be tried later. `asksToWait`: the service works and asks to send less, so a
 * canary has found nothing out.
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
  /** The furthest stage that this channel can confirm by itself. Pages show less confirmation as less. */
  readonly confirms: ReceiptStage;
  /**
   * Sends a message. Never rejects.
   * @param signal aborts tries that are not needed any more, for instance because the alarm was acknowledged
   */
  send(entry: Entry, message: OutgoingMessage, signal: AbortSignal): Promise<SendResult>;
  /** Sends a canary to the address. Never rejects. */
  check(entry: Entry, check: CheckMessage, signal: AbortSignal): Promise<SendResult>;
  /** Whether the service of this address has failed, so that nothing is sent to it for some seconds. Absent: never. */
  isDown?(entry: Entry): boolean;
  close(): Promise<void>;
};
