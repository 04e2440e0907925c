/**
 * Decides whether an alarm calls people. The delivery process and the explanation of an alarm use the same rule. Pure.
 */
import type { Alarm } from './messages/alarms.ts';
import type { StopReason } from './messages/deliveries.ts';

/**
 * Returns why an alarm calls nobody; null if the alarm calls people. A pause of the sound is not an answer, so an alarm
 * with a paused sound calls.
 */
export function quietReason({ present, signal, late, under }: Alarm): StopReason | null {
  if (signal === 'acknowledged') return 'acknowledged';
  if (!present || signal !== 'on') return 'ended';
  if (late) return 'late';
  return under === undefined ? null : 'other-alarm-calls';
}
