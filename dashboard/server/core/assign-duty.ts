/** Decides assignments: of one person, and of all rows of a CSV text. */
import { assignmentFault, evolve } from '../../../contracts/duties.ts';
import {
  acceptEarlyMsMax,
  type DutyAssignment,
  type DutyState,
  dutiesOf,
  isFull,
  liveAssignments,
  liveAssignmentsMax,
  storedAssignmentsMax,
} from '../../../contracts/duty-state.ts';
import type { Assignment, AssignmentEvent } from '../../../contracts/messages/assignments.ts';
import { visibleText } from '../../../contracts/text.ts';
import { parseInstant } from '../../../contracts/time.ts';
import {
  allowed,
  awayRefusal,
  type BoardContext,
  type BoardDecision,
  type CsvFault,
  type CsvRow,
  chargeNurses,
  denied,
  eventFields,
  isChargeNurse,
  mayHaveDuty,
  refusalOf,
  type WantedAssignment,
} from './board-context.ts';
import { placeFault } from './wards.ts';

/** An assignment may begin at most this far ahead (ours). */
const aheadMsMax = 31 * 24 * 3_600_000;
/** Shortest assignment (ours). Shorter assignments would fill the board. */
const assignmentMsMin = 15 * 60_000;
/** A person who is not charge nurse can make at most this many assignments that are not over (ours). */
const ownLiveMax = 60;
/** At most this many stored assignments are from one person, so that one account cannot fill the board (ours). */
const ownStoredMax = storedAssignmentsMax / 4;
/** After this number of faults, the rest of a CSV text is not checked. */
const faultsMax = 50;

/**
 * An assignment may begin at most this far in the past (ours). A person needs some time to fill in the form. But the
 * board must not show that a person had a bed much earlier.
 */
const pastMsMax = 5 * 60_000;

/**
 * @param live the assignments that are not over. All rows of a CSV text share one list, and each row adds its
 *   assignment to this list.
 */
export function decideAssign(
  wanted: WantedAssignment,
  state: DutyState,
  context: BoardContext,
  live: readonly DutyAssignment[] = liveAssignments(dutiesOf(state, context.ward), context.nowMs),
): BoardDecision {
  const { ward, viewer, nowMs, newId } = context;
  const { duty, userId, from, until } = wanted;
  const beds = wanted.beds === undefined ? {} : { beds: [...wanted.beds] };
  const place = { ward, duty, from, until, ...beds };
  const fault = assignmentFault(place) ?? timeFault(place, nowMs);
  if (fault !== undefined) return refusalOf('payload-schema', fault);
  const isOwn = userId === viewer.userId;
  if (!isOwn && !isChargeNurse(state, context))
    return denied('Only the charge nurse assigns other people. You may assign yourself.');
  const member = context.members.find((person) => person.userId === userId);
  if (!member) return refusalOf('payload-schema', `No account of this ward has the id “${visibleText(userId)}”.`);
  if (!mayHaveDuty(member.role, duty))
    return refusalOf('payload-schema', `A ${member.role} cannot have the duty ${duty}.`);
  const fromMs = parseInstant(from) ?? 0;
  const away = isOwn && fromMs - nowMs <= acceptEarlyMsMax ? awayRefusal(state, context) : undefined;
  if (away) return away;
  for (const bed of beds.beds ?? []) {
    const unknown = placeFault(context.registry, { ward, bed });
    if (unknown) return refusalOf(unknown.code, unknown.message);
  }
  const startMs = Math.max(parseInstant(from) ?? 0, nowMs);
  const others = chargeNurses(state, context, startMs).filter((person) => person.standing === 'accepted');
  if (duty === 'charge-nurse' && !isChargeNurse(state, context) && others.length > 0)
    return denied(`${others[0]?.name} is charge nurse then, and assigns this duty.`);
  const duties = dutiesOf(state, ward);
  if (isFull(duties, () => live.length))
    return refusalOf(
      'conflict',
      `The board is full: ${liveAssignmentsMax} assignments, or ${storedAssignmentsMax} with those of the last 48 hours. Nothing was saved.`,
    );
  if (hasMadeTooMany(state, context, live))
    return refusalOf('conflict', 'You have made too many assignments of this ward. Nothing was saved.');
  if (live.some((entry) => isSame(entry, { ...place, userId }, nowMs)))
    return refusalOf(
      'conflict',
      `${member.name} is already assigned to this at that time. To stay longer, begin when that assignment ends.`,
    );
  const assignment: Assignment = { assignmentId: newId(), ...place, userId, name: member.name };
  return allowed({ type: 'assigned', ...eventFields(context), assignment });
}

/** Returns whether the person has made the maximum of assignments of this ward. */
export function hasMadeTooMany(
  state: DutyState,
  context: BoardContext,
  live: readonly DutyAssignment[] = liveAssignments(dutiesOf(state, context.ward), context.nowMs),
): boolean {
  const isOfViewer = ({ by }: DutyAssignment) => by.userId === context.viewer.userId;
  if (dutiesOf(state, context.ward).assignments.filter(isOfViewer).length >= ownStoredMax) return true;
  return live.filter(isOfViewer).length >= ownLiveMax && !isChargeNurse(state, context);
}

/**
 * Decides all rows of a CSV text: either all rows are saved, or no row is saved. The refusal has the faults of the
 * lines that cannot be read, and of the rows that are not allowed.
 */
export function decideRows(
  { rows, faults: unreadable = [] }: { readonly rows: readonly CsvRow[]; readonly faults?: readonly CsvFault[] },
  state: DutyState,
  context: BoardContext,
): BoardDecision {
  const events: AssignmentEvent[] = [];
  const faults: CsvFault[] = [...unreadable];
  let after = state;
  const live = liveAssignments(dutiesOf(state, context.ward), context.nowMs);
  for (const { line, ...row } of rows) {
    if (faults.length >= faultsMax) break;
    const decision = decideAssign(row, after, context, live);
    if (!decision.ok) {
      faults.push({ line, message: decision.message });
      continue;
    }
    for (const event of decision.events) after = evolve(after, event);
    events.push(...decision.events);
    const added = dutiesOf(after, context.ward).assignments.at(-1);
    if (added) live.push(added);
  }
  if (faults.length === 0) return { ok: true, events };
  // The audit trail records every refused text, because one text can try a hundred acts that the person may not do.
  faults.sort((a, b) => a.line - b.line);
  return { ...refusalOf('payload-schema', 'Nothing was saved: the text has faults.'), isDenied: true, faults };
}

function timeFault({ from, until }: { from: string; until: string }, nowMs: number): string | undefined {
  if ((parseInstant(until) ?? 0) <= nowMs) return 'The assignment would already be over.';
  if (nowMs - (parseInstant(from) ?? 0) > pastMsMax)
    return 'An assignment begins at most 5 minutes in the past. Let it begin now.';
  if ((parseInstant(until) ?? 0) - (parseInstant(from) ?? 0) < assignmentMsMin)
    return 'An assignment lasts at least 15 minutes.';
  if ((parseInstant(from) ?? 0) - nowMs > aheadMsMax) return 'An assignment begins at most 31 days ahead.';
  return undefined;
}

/**
 * Returns whether an assignment and the wanted assignment have the same person and duty, share a bed, and overlap in
 * time. An overdue assignment does not count, because its person may take the duty for longer.
 */
function isSame(entry: DutyAssignment, wanted: Omit<Assignment, 'assignmentId' | 'name'>, nowMs: number): boolean {
  const { assignment, declined } = entry;
  if (declined || entry.untilMs <= nowMs || assignment.userId !== wanted.userId || assignment.duty !== wanted.duty)
    return false;
  if (entry.fromMs >= (parseInstant(wanted.until) ?? 0) || entry.untilMs <= (parseInstant(wanted.from) ?? 0))
    return false;
  return assignment.beds === undefined || assignment.beds.some((bed) => wanted.beds?.includes(bed));
}
