/**
 * The kinds of findings, and their order. The first finding should be the cause. So the order is: reasons why nobody
 * was called, delays, who was on duty, the channels, what persons did, the screens, and last the consequences of all
 * these.
 */
import type { DeliveryChannel } from '../messages/delivery-policy.ts';
import { clocksApartMsMax } from '../steady-time.ts';
import { type Said, type Sentence, withEnglish } from './said.ts';

/** In the order in which they are shown. */
export const findingKinds = [
  // Nobody was called.
  'policy-not-sent',
  'quiet-hours',
  'standby',
  'under',
  'signal-off',
  'judged-late',
  // Something was late.
  'clock-set',
  'late-reading',
  'gateway-behind',
  'judged-slowly',
  'engine-behind',
  'delivery-behind',
  'no-delivery',
  'too-old',
  // Who was on duty.
  'nobody-assigned',
  'away-without-cover',
  'not-accepted',
  'shift-over',
  // The channels.
  'subscription-ended',
  'channel-failed',
  'channel-silent',
  'channel-down',
  'not-on-device',
  'unconfirmed',
  'undelivered',
  'message-waited',
  // What persons did.
  'rejected',
  'accepted-then-gone',
  'duty-ended',
  'refused',
  'accepted-not-acknowledged',
  'answer-without-effect',
  'unanswered',
  'last-called-again',
  'nobody-answered',
  'nobody-to-call',
  'ward-without-assignments',
  'acknowledged-before-message',
  // The screens and the device.
  'painted-late',
  'no-painted-report',
  'began-with-change',
  'limits-off',
  'audio-paused',
  'connection-ended',
  // Consequences of the findings above.
  'calls-expired',
  'not-acknowledged',
  'no-look',
] as const;
export type FindingKind = (typeof findingKinds)[number];

/** A finding with its English text, and with its sentence for a page in another language. */
export type WrittenFinding = Omit<Finding, 'text'> & { readonly text: string; readonly sentence?: Sentence };

export type Finding = {
  readonly kind: FindingKind;
  readonly text: Said;
  /** The person that the finding is about. */
  readonly userId?: string;
  readonly channel?: DeliveryChannel;
};

/**
 * A step inside Vigil that takes longer than this is a finding (CLINICAL, "Delivery": 5 s from the engine to the
 * screen). The clocks of two processes may differ by this much, so a shorter time would prove nothing.
 */
export const slowMs = clocksApartMsMax;

/**
 * Returns the findings in the order of `findingKinds`, without repeated texts. Findings of one kind keep their order.
 */
export function inOrder(findings: readonly Finding[]): WrittenFinding[] {
  const rank = new Map(findingKinds.map((kind, index) => [kind, index]));
  const ofText = new Map(findings.map(withEnglish).map((finding) => [finding.text, finding]));
  return [...ofText.values()].sort((a, b) => rank.get(a.kind)! - rank.get(b.kind)!);
}
