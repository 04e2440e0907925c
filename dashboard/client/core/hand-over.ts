/** Lists what is open at a bed, so that the next person knows this before accepting the bed. */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Bed } from '../../protocol/rest.ts';
import { priorityMarks } from './alarm-order.ts';
import { shortTime } from './duty-words.ts';
import { noticesText } from './notice-words.ts';
import { standbyText } from './standby-words.ts';

const signalTexts: Readonly<Record<Alarm['signal'], string>> = {
  on: 'nobody has acknowledged it',
  off: 'no sound',
  latched: 'over, nobody has acknowledged it',
  acknowledged: 'acknowledged',
};

/** Returns one sentence for each open point: alarms, pauses of the sound, standby, changed limits, notices. */
export function openPoints(bed: Bed, alarms: readonly Alarm[], nowMs: number): string[] {
  const points = alarms.map((alarm) => `${priorityMarks[alarm.priority]} ${alarm.text}: ${signalTexts[alarm.signal]}`);
  for (const { audioPausedUntil, text } of alarms)
    if (audioPausedUntil !== undefined && Date.parse(audioPausedUntil) > nowMs)
      points.push(`Sound of ${text} paused until ${shortTime(audioPausedUntil, nowMs)}`);
  if (bed.standby) points.push(standbyText(bed.standby, nowMs));
  const ownGroups = (bed.limits?.groups ?? []).filter(({ own }) => own !== undefined);
  if (ownGroups.length > 0) points.push(`Own limits of the patient: ${ownGroups.map(({ group }) => group).join(', ')}`);
  if (bed.notices.length > 0) points.push(noticesText(bed.notices, nowMs));
  return points;
}
