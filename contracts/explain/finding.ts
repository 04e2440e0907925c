/**
 * The kinds of findings, and their order. The first finding shall be the cause. So what kept everybody from being called comes first, then
 * delays, then who was on duty, then the channels, then what persons did, then the screens, and last what only follows from these.
 */
import type { DeliveryChannel } from '../messages/delivery-policy.ts';
import { clocksApartMsMax } from '../steady-time.ts';

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
  // What follows from the others.
  'calls-expired',
  'not-acknowledged',
  'no-look',
] as const;
export type FindingKind = (typeof findingKinds)[number];

export type Finding = {
  readonly kind: FindingKind;
  readonly text: string;
  /** The person whom the finding is about. */
  readonly userId?: string;
  readonly channel?: DeliveryChannel;
};

/**
 * A step inside Vigil that takes longer than this is a finding (CLINICAL, "Delivery": 5 s from the engine to the screen). The clocks of two
 * processes may differ by as much, so a shorter difference would prove nothing.
 */
export const slowMs = clocksApartMsMax;

/** Returns the findings in the order of `findingKinds`, each text once. Findings of one kind keep their order. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const rank = new Map(findingKinds.map((kind, index) => [kind, index]));
  const ofText = new Map(findings.map((finding) => [finding.text, finding]));
  return [...ofText.values()].sort((a, b) => rank.get(a.kind)! - rank.get(b.kind)!);
}
