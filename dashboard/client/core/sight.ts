/**
 * Remembers what a row of the alarm list has shown in the last seconds. If the row then shows something more serious,
 * the button of the row acts on something new, which the person has perhaps not seen. If an alarm ends and soon begins
 * again, or its value falls and rises again, the person has already seen the alarm.
 */
import { hasNewContent, newOnsetMs } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';

/** How long a person remembers what a row has shown. */
const rememberedMs = 5_000;

export type Sight = {
  /** Identifies what the button acts on. Changes each time the row shows something more serious than before. */
  readonly actsOn: string;
  /** The most serious state of the alarm that the row has shown in the last seconds. */
  readonly mostSerious: Alarm;
  /** When the row last showed `mostSerious`, ms. */
  readonly atMs: number;
  /** The time since which the row shows that the alarm has ended, ms; absent while the alarm is present. */
  readonly endedAtMs?: number;
};

/** Returns the state of a row after it shows `alarm` at `nowMs`. */
export function sightOf(before: Sight | undefined, alarm: Alarm, nowMs: number): Sight {
  const endFields = alarm.present ? {} : { endedAtMs: before?.endedAtMs ?? nowMs };
  const newSight = { actsOn: `${alarm.alarmId} ${alarm.rev}`, mostSerious: alarm, atMs: nowMs, ...endFields };
  if (!before) return newSight;
  const startedAgain = alarm.present && before.endedAtMs !== undefined && nowMs - before.endedAtMs >= newOnsetMs;
  if (startedAgain || hasNewContent(before.mostSerious, alarm)) return newSight;
  const { actsOn } = before;
  if (alarm.text === before.mostSerious.text || nowMs - before.atMs >= rememberedMs)
    return { actsOn, mostSerious: alarm, atMs: nowMs, ...endFields };
  return { actsOn, mostSerious: before.mostSerious, atMs: before.atMs, ...endFields };
}
