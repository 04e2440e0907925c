/**
 * Remembers what a row of the alarm list has shown in the last seconds. If the row then shows something more serious, its
 * button acts on something new, which the person may not have seen. If an alarm comes and goes, or its value falls and
 * rises again, the person has already seen it.
 */
import { hasNewContent, newOnsetMs } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';

/** A person remembers what a row showed within this time. */
const seenMs = 5_000;

export type Sight = {
  /** Identifies what the button acts on; changes whenever the row shows something more serious than before. */
  readonly about: string;
  /** The gravest state of the alarm that the row has shown in the last seconds. */
  readonly gravest: Alarm;
  /** When the row last showed `gravest`, ms. */
  readonly atMs: number;
  /** Since when the row shows that the alarm has ended, ms; absent while the alarm is present. */
  readonly endedAtMs?: number;
};

/** Returns the state of a row after it shows `alarm` at `nowMs`. */
export function sightOf(before: Sight | undefined, alarm: Alarm, nowMs: number): Sight {
  const ended = alarm.present ? {} : { endedAtMs: before?.endedAtMs ?? nowMs };
  const fresh = { about: `${alarm.alarmId} ${alarm.rev}`, gravest: alarm, atMs: nowMs, ...ended };
  if (!before) return fresh;
  const beganAnew = alarm.present && before.endedAtMs !== undefined && nowMs - before.endedAtMs >= newOnsetMs;
  if (beganAnew || hasNewContent(before.gravest, alarm)) return fresh;
  const { about } = before;
  if (alarm.text === before.gravest.text || nowMs - before.atMs >= seenMs)
    return { about, gravest: alarm, atMs: nowMs, ...ended };
  return { about, gravest: before.gravest, atMs: before.atMs, ...ended };
}
