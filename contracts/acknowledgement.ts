/**
 * Decides whether an acknowledgement counts for what the alarm says now. A person acknowledges the revision that the screen showed. A
 * newer revision may say the same in substance: the alarm was escalated, its sound was paused, it ended, or it comes and goes each
 * second. Then the acknowledgement counts. It does not count for a state that is graver than the one that the person saw.
 */
import type { Alarm } from './messages/alarms.ts';

/** If an alarm comes back within this time after its end, it comes and goes. After a longer pause it has begun anew (ours). */
export const newOnsetMs = 5_000;

/** What the engine, the server and the screens remember of an alarm besides its newest revision. */
export type ContentRevision = {
  /** The alarm has become no graver since this revision. A person who saw it, or a later one, knows what the alarm says now. */
  readonly rev: number;
  /** When the alarm event said that the condition had ended, ms since 1970; absent while the condition is present. */
  readonly endedAtMs?: number;
};

/**
 * Returns what to remember after the alarm event of `atMs` with `alarm`. If there is no state before, or if a revision between is
 * missing, a person must have seen the newest revision.
 */
export function contentRevisionAfter(
  before: { readonly alarm: Alarm; readonly said?: ContentRevision | undefined } | undefined,
  alarm: Alarm,
  atMs: number,
): ContentRevision {
  const ended = alarm.present ? {} : { endedAtMs: before?.said?.endedAtMs ?? atMs };
  if (!before?.said || alarm.rev !== before.alarm.rev + 1) return { rev: alarm.rev, ...ended };
  const { endedAtMs } = before.said;
  const beganAnew = alarm.present && endedAtMs !== undefined && atMs - endedAtMs >= newOnsetMs;
  return { rev: beganAnew || hasNewContent(before.alarm, alarm) ? alarm.rev : before.said.rev, ...ended };
}

/** Whether `after` says more than `before`: another condition, a graver value, or a new call. */
export function hasNewContent(before: Alarm, after: Alarm): boolean {
  if (isOther(before, after) || (before.late && !after.late) || (calls(after) && !calls(before))) return true;
  if (before.text === after.text) return false;
  const [was, is] = [excessOf(before), excessOf(after)];
  // If the text changed without a value, or beside the same value, it is news.
  return was === undefined || is === undefined || before.value === after.value || is > was;
}

function isOther(a: Alarm, b: Alarm): boolean {
  return (
    a.alarmId !== b.alarmId ||
    a.condition !== b.condition ||
    a.priority !== b.priority ||
    a.code !== b.code ||
    a.limit !== b.limit ||
    a.unit !== b.unit
  );
}

function calls({ signal }: Alarm): boolean {
  return signal === 'on' || signal === 'latched';
}

/** Returns how far the value is from its limit. */
function excessOf({ value, limit }: Alarm): number | undefined {
  return value === undefined || limit === undefined ? undefined : Math.abs(value - limit);
}
