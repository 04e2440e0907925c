/**
 * Decides which revisions of an alarm a page must show again. The server applies this rule to each revision that it
 * sends. The page applies it to the newest revision each time it looks for alarms to report. If the server waits for a
 * revision that the page does not find by this rule, a later report of the page still confirms the revision, because
 * the page reports each newer revision in time (dashboard/client/core/alarm-reports.ts).
 */
import { isUnanswered } from './acknowledgement.ts';
import type { Alarm } from './messages/alarms.ts';
import { priorityRank } from './priorities.ts';

/**
 * Returns whether a person must see `after`, even if the person saw `before`. The possible reasons: the alarm calls for
 * the first time or again, its condition is present again, its priority is higher, it was escalated, or it is no longer
 * late. A new value in the text is not enough, because a new value comes every second.
 */
export function mustBeShownAnew(before: Alarm | undefined, after: Alarm): boolean {
  if (!isUnanswered(after)) return false;
  if (before === undefined || !isUnanswered(before)) return true;
  return (
    priorityRank[after.priority] > priorityRank[before.priority] ||
    after.escalation > before.escalation ||
    (after.present && !before.present) ||
    (before.late && !after.late)
  );
}
