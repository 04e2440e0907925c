/** Decides which value an alarm names as the value at its onset (`atOnset`). Pure. */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Condition } from './condition.ts';

/**
 * Returns the alarm with the present `atOnset`. Like `onsetAt`, the value belongs to the first onset. This value stays
 * if the condition ends and begins again. One change is possible: during the first onset, the device may correct the
 * reading. If the corrected value is beyond the limit, the alarm names the corrected value. If the corrected value is
 * inside the limit, the alarm names the next value beyond the limit. So no screen shows a value that the device has
 * withdrawn.
 */
export function withOnsetValue(alarm: Alarm, condition: Condition): Alarm {
  return isOnsetCorrected(alarm, condition) ? { ...alarm, atOnset: condition.atOnset! } : alarm;
}

/**
 * Returns whether the device has corrected the value at the onset of an alarm. Two changes are no correction by the
 * device. The onset has moved to an earlier time: an older reading came later, or the device's clock was set back. The
 * limit has changed: other values are beyond the new limit.
 */
export function isOnsetCorrected({ atOnset, onsets, onsetAt }: Alarm, condition: Condition): boolean {
  const now = condition.atOnset;
  if (atOnset === undefined || now === undefined || onsets > 1 || condition.onset < Date.parse(onsetAt)) return false;
  const isOther = now.value !== atOnset.value || now.text !== atOnset.text;
  return now.code === atOnset.code && now.limit === atOnset.limit && isOther;
}
