/**
 * What a row of an alarm has shown to a person. Its button is about something new when the row shows more than it has
 * shown during the last seconds. An alarm that comes and goes, or whose value falls and rises again, is still the alarm
 * that the person sees.
 */
import { hasNewContent, newOnsetMs } from '../../../contracts/acknowledgement.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';

/** A person has seen what a row showed within this time. */
const seenMs = 5_000;

export type Sight = {
  /** Changes whenever the row shows more than before. */
  readonly about: string;
  /** The gravest state that the row has shown lately, and when it last showed it, ms. */
  readonly gravest: Alarm;
  readonly atMs: number;
  /** Since when the row shows that the alarm has ended, ms; absent while it is present. */
  readonly endedAtMs?: number;
};

/** Returns what the row has shown once it shows `alarm` at `nowMs`. */
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
