/** Decides about the answer of a person who was named as cover: the person confirms the cover, or cannot cover. */
import { absentCoverFault, evolve } from '../../../contracts/duties.ts';
import { type DutyState, dutiesOf } from '../../../contracts/duty-state.ts';
import type { AssignmentEvent } from '../../../contracts/messages/assignments.ts';
import { allowed, type BoardContext, type BoardDecision, denied, eventFields, refusalOf } from './board-context.ts';
import { coveredEntries, entriesOfAway } from './cover-places.ts';

export function decideCover(
  { awayId, isRejected }: { readonly awayId: string; readonly isRejected: boolean },
  state: DutyState,
  context: BoardContext,
): BoardDecision {
  const { ward, viewer, nowMs } = context;
  const absence = dutiesOf(state, ward).absences.find((entry) => entry.awayId === awayId);
  if (!absence || absence.cover?.userId !== viewer.userId)
    return denied('Only the person who was named as cover answers, with her or his own login.');
  if (absence.isOver || absence.untilMs <= nowMs)
    return refusalOf('conflict', 'This absence is over. Look at the board again.');
  const event: AssignmentEvent = {
    type: isRejected ? 'cover-rejected' : 'cover-seen',
    ...eventFields(context),
    awayId,
  };
  const after = evolve(state, event);
  if (after === state) return refusalOf('conflict', 'You have already answered this.');
  // A person may always say that she or he cannot cover. A confirmation is refused if the person would cover nothing.
  const reason = isRejected ? undefined : nothingCovered(after, awayId, context);
  return reason === undefined ? allowed(event) : refusalOf('conflict', `Not saved: you do not cover. ${reason}`);
}

/**
 * Returns a sentence that says why the person would cover nothing after the confirmation; undefined if the person would
 * cover a place.
 */
function nothingCovered(after: DutyState, awayId: string, { ward, nowMs }: BoardContext): string | undefined {
  const duties = dutiesOf(after, ward);
  const absence = duties.absences.find((entry) => entry.awayId === awayId)!;
  if (coveredEntries(after, ward, absence, nowMs).length > 0) return undefined;
  const [entry] = entriesOfAway(after, ward, absence.userId, nowMs);
  const fault = entry && absentCoverFault(duties, absence, entry.assignment.duty, nowMs);
  if (fault === undefined) return 'Somebody else has taken over these beds or this duty.';
  return `Vigil says that the named cover ${fault}.`;
}
