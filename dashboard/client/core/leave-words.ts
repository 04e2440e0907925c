/** The sentences about what happens if a person goes away or if an assignment ends. */
import type { Duty } from '../../../contracts/messages/assignments.ts';
import type { Board, BoardEntry, LeaveOutcome } from '../../protocol/assignments.ts';
import { dutyNames } from './duty-words.ts';

type Place = LeaveOutcome['places'][number];
type Call = LeaveOutcome['calls'][number];

/** Returns `A-1: then nobody is the nurse` or `A-1 (covered for Anna Alt, who is away): then Ben Buddy is the nurse`. */
export function placeText({ duty, bed, coveredFor, next }: Place): string {
  const where = bed === undefined ? 'The ward' : bed;
  const whose = coveredFor === undefined ? '' : ` (covered for ${coveredFor}, who is away)`;
  return `${where}${whose}: then ${next ?? 'nobody'} is the ${dutyNames[duty].toLowerCase()}`;
}

/** Returns whether a place has nobody after the person has left. */
export const isLeft = ({ next }: Place): boolean => next === undefined;

/** Returns what becomes of a call of a person who leaves. */
export function callText({ bed, text, isAccepted, others, next }: Call, person: string): string {
  const whose = isAccepted ? `${person} has accepted this call` : `this call waits for ${person}`;
  return `${text} at ${bed} (${whose}): ${thenText(others, next)}`;
}

function thenText(others: readonly string[], next: string | undefined): string {
  if (others.length > 0) return `${others.join(', ')} still ${others.length === 1 ? 'goes' : 'go'}.`;
  if (next !== undefined) return `${next} is called next.`;
  return 'nobody else is left to call, so the ward has a technical alarm.';
}

/** The length of an assignment that is made again after its planned end, ms. */
const againMs = 3_600_000;
/** An assignment lasts at least 15 min (the server refuses shorter ones). One minute more, because the clocks differ. */
const shortestMs = 16 * 60_000;

/** Returns until when an ended assignment is made again: until its end, or for 1 h if its end is past or too close. */
export function againUntil({ assignment }: BoardEntry, nowMs: number): string {
  const untilMs = Date.parse(assignment.until);
  return new Date(untilMs - nowMs > shortestMs ? untilMs : nowMs + againMs).toISOString();
}

/** A person who can cover. `buddyBeds` counts the beds of the covered person of which the cover is buddy. */
export type Cover = { readonly userId: string; readonly name: string; readonly buddyBeds: number };

/**
 * Returns who can cover for a person, the best first: who is buddy of most of the person's beds, then by name. A cover is on duty, has the same
 * role, is not away, and has an account that may act.
 */
export function coversFor(board: Board, userId: string | undefined, nowMs: number): Cover[] {
  const roleOf = (id: string | undefined) => board.people.find((person) => person.userId === id)?.role;
  const onDuty = onDutyAt(board, nowMs);
  const bedsOf = (id: string | undefined, duty: Duty) =>
    onDuty
      .filter(({ assignment }) => assignment.userId === id && assignment.duty === duty)
      .flatMap(({ assignment }) => assignment.beds ?? []);
  const ownBeds = new Set(bedsOf(userId, 'nurse'));
  const covers = onDuty
    .filter(({ assignment, fault }) => assignment.userId !== userId && fault === undefined)
    .filter(({ assignment }) => roleOf(assignment.userId) === roleOf(userId))
    .filter(({ assignment }) => !board.away.some((away) => away.userId === assignment.userId))
    .map(({ assignment: { userId: id, name } }): [string, Cover] => {
      const beds = new Set(bedsOf(id, 'buddy').filter((bed) => ownBeds.has(bed)));
      return [id, { userId: id, name, buddyBeds: beds.size }];
    });
  return [...new Map(covers).values()].sort((a, b) => b.buddyBeds - a.buddyBeds || a.name.localeCompare(b.name));
}

/** Returns the assignments that have been accepted, have begun and are not over. */
export function onDutyAt(board: Board, nowMs: number): BoardEntry[] {
  return board.entries.filter(
    ({ assignment, acceptedAt, isOver }) => !isOver && acceptedAt !== undefined && Date.parse(assignment.from) <= nowMs,
  );
}
