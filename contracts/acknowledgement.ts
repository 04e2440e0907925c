/**
 * Decides whether an acknowledgement counts for the newest revision of an alarm. A person acknowledges the revision that the screen showed.
 * The acknowledgement also counts for a newer revision that has no new content: the alarm was escalated, its sound was paused, the alarm
 * ended, or the alarm starts and ends each second. The acknowledgement does not count if the alarm became more serious.
 */
import type { Alarm } from './messages/alarms.ts';

/** If an alarm starts again at least this time after its end, the start is a new onset. An earlier start is not new content (our choice). */
export const newOnsetMs = 5_000;

/** When the current content of an alarm began. The engine and the server keep it with the newest revision of the alarm (field `said`). */
export type ContentRevision = {
  /** The revision with which the current content began. A person who saw this or a later revision has seen the current content. */
  readonly rev: number;
  /** When the alarm event said that the condition had ended, ms since 1970; absent while the condition is present. */
  readonly endedAtMs?: number;
};

/**
 * Returns the content revision after the alarm event of `atMs` with `alarm`. If `before` is unknown, or if a revision between the two is missing,
 * the content counts as new.
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

/** Returns whether `after` has content that `before` did not have: another condition, a more serious value, or a sound that begins again. */
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
 * Returns whether nobody has acknowledged the alarm: screens let the alarm flash and sound. An acknowledged alarm that sounds again has
 * the signal `on` again.
 */
export function isUnanswered({ signal }: Pick<Alarm, 'signal'>): boolean {
  return signal === 'on' || signal === 'latched';
}

/** Returns how far the value is from its limit. */
function excessOf({ value, limit }: Alarm): number | undefined {
  return value === undefined || limit === undefined ? undefined : Math.abs(value - limit);
}
