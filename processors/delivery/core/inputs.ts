/** The inputs of the delivery rules, and the questions that the rules ask about the present. */
import type { Responsible } from '../../../contracts/duties.ts';
import type { AlarmEvent } from '../../../contracts/messages/alarms.ts';
import type { Duty } from '../../../contracts/messages/assignments.ts';
import type { ReceiptStage } from '../../../contracts/messages/deliveries.ts';
import type { DeliveryChannel, DeliveryPolicy } from '../../../contracts/messages/delivery-policy.ts';

/** What a channel reports about a message. After a transient failure, the channel tries again by itself. */
export type Receipt =
  | { readonly kind: 'reached'; readonly stage: ReceiptStage }
  | { readonly kind: 'failed'; readonly class: 'transient' | 'permanent' };

export type Input =
  | { readonly type: 'alarm'; readonly event: AlarmEvent }
  /** Assignments, absences, the place of a patient, the state of a channel or the policy have changed. */
  | { readonly type: 'changed' }
  | {
      readonly type: 'receipt';
      readonly alarmId: string;
      readonly callId: string;
      readonly channel: DeliveryChannel;
      readonly receipt: Receipt;
    }
  /**
   * The answer of a person. `accepted` means "I go"; it does not acknowledge the alarm (IEC 60601-1-8:2020, 6.11.2.4).
   */
  | {
      readonly type: 'answer';
      readonly alarmId: string;
      readonly round: number;
      readonly userId: string;
      readonly answer: 'accepted' | 'rejected';
    }
  /**
   * Time has passed. The process gives this input when it starts, at the end of a wait, and every few seconds. At this
   * time, the process has read the log up to `untilMs`. If the log cannot be read for 3 s, `untilMs` is the present
   * (time-gate.ts). A wait with a later end is not over yet, because its answer may be in the log after `untilMs`.
   * Without `untilMs`, every wait that has ended is over.
   */
  | { readonly type: 'timer'; readonly untilMs?: number };

export type Place = { readonly ward: string | null; readonly bed: string | null };

/**
 * What the rules ask about the present. During one call of `decide`, each function must return the same for the same
 * arguments.
 */
export type Context = {
  readonly policy: DeliveryPolicy;
  readonly placeOf: (associationId: string) => Place;
  /**
   * Returns the persons with a duty at a place, in the order in which to call them. Undefined if the ward is not known,
   * or has never had assignments. Then the alarms of this place call nobody.
   */
  readonly personsOf: (place: Place, duty: Duty, atMs: number) => readonly Responsible[] | undefined;
  /** Returns whether a channel cannot reach a person now. */
  readonly isDown: (userId: string, channel: DeliveryChannel) => boolean;
};
