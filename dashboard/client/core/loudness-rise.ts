/** How the sound of an unanswered high alarm gets louder with each burst. */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { LoudnessRise } from './sound-table.ts';

/**
 * Returns the gain of each burst from `firstBurst` to the first burst at full loudness; at least one gain. Burst 0 is
 * the first burst after a time without unanswered high alarms. The gains rise in equal steps in dB. Full loudness has
 * the gain 1.
 * @param loudnessMin the loudness of a medium alarm. No burst is softer, even if `rise` has a lower loudness
 */
export function gainsFrom(firstBurst: number, rise: LoudnessRise, fullLoudness: number, loudnessMin: number): number[] {
  const start = Math.min(1, Math.max(rise.startLoudness, loudnessMin) / fullLoudness);
  const steps = Math.max(0, rise.fullAtBurst - 1);
  const gains: number[] = [];
  for (let burst = firstBurst; burst < steps; burst++) gains.push(start ** (1 - burst / steps));
  return [...gains, 1];
}

/**
 * Returns whether any high alarm is unanswered. A pause of the sound is no answer, so after the pause the alarm is as
 * loud as before. A late alarm does not count, because it has the sound `low`.
 */
export function hasUnansweredHigh(alarms: Iterable<Alarm>): boolean {
  for (const alarm of alarms) if (alarm.priority === 'high' && !alarm.late && isUnanswered(alarm)) return true;
  return false;
}
