/**
 * Decides whether an acknowledgement is valid for the newest revision of an alarm. A person acknowledges the revision
 * that the screen showed. The acknowledgement is also valid for a newer revision without new content, for example after
 * an escalation, a pause of the sound, or the end of the alarm. An alarm that starts and ends each second has no new
 * content, either. The acknowledgement is not valid if the alarm became more serious.
 */
import type { Alarm } from './messages/alarms.ts';

/** Minimum time from the end of an alarm to a new start that counts as new content, ms (our choice). */
export const newOnsetMs = 5_000;

/**
 * When the current content of an alarm began. The engine and the server keep this value with the newest revision of the
 * alarm (field `said`).
 */
export type ContentRevision = {
  /**
   * The revision with which the current content began. A person who saw this or a later revision has seen the current
   * content.
   */
  readonly rev: number;
  /** Time of the alarm event that ended the condition, ms since 1970; absent while the condition is present. */
  readonly endedAtMs?: number;
};

/**
 * Returns the content revision of `alarm`. `before` is the previous revision, and `atMs` is the time of the alarm
 * event. If `before` is unknown, or if a revision between `before` and `alarm` is missing, all content is new.
 */
export function contentRevisionAfter(
  before: { readonly alarm: Alarm; readonly said: ContentRevision | undefined } | undefined,
  alarm: Alarm,
  atMs: number,
): ContentRevision {
  const ended = alarm.present ? {} : { endedAtMs: before?.said?.endedAtMs ?? atMs };
  if (!before?.said || alarm.rev !== before.alarm.rev + 1) return { rev: alarm.rev, ...ended };
  const { endedAtMs } = before.said;
  const isNewOnset = alarm.present && endedAtMs !== undefined && atMs - endedAtMs >= newOnsetMs;
  return { rev: isNewOnset || hasNewContent(before.alarm, alarm) ? alarm.rev : before.said.rev, ...ended };
}

/**
 * Returns whether `after` has content that `before` did not have: another condition, a more serious value, or a sound
 * that begins again.
 */
export function hasNewContent(before: Alarm, after: Alarm): boolean {
  if (isAnotherAlarm(before, after) || (before.late && !after.late) || (isUnanswered(after) && !isUnanswered(before)))
    return true;
  if (before.text === after.text) return false;
  const [excessBefore, excessAfter] = [excessOf(before), excessOf(after)];
  // A changed text is new content, unless only the value in the text changed.
  if (excessBefore === undefined || excessAfter === undefined || before.value === after.value) return true;
  return excessAfter > excessBefore;
}

function isAnotherAlarm(a: Alarm, b: Alarm): boolean {
  return (
    a.alarmId !== b.alarmId ||
    a.condition !== b.condition ||
    a.priority !== b.priority ||
    a.code !== b.code ||
    a.limit !== b.limit ||
    a.unit !== b.unit
  );
}

/**
 * Returns whether the alarm waits for an acknowledgement. Screens let such an alarm flash and sound. If an acknowledged
 * alarm sounds again, its signal is `on` again, so the alarm waits again.
 */
export function isUnanswered({ signal }: Pick<Alarm, 'signal'>): boolean {
  return signal === 'on' || signal === 'latched';
}

/** Returns how far the value is from its limit. */
function excessOf({ value, limit }: Alarm): number | undefined {
  return value === undefined || limit === undefined ? undefined : Math.abs(value - limit);
}
