/** The sentences about the consequences when a person goes away or an assignment ends. */
import type { Duty } from '../../../contracts/messages/assignments.ts';
import type { Board, BoardEntry, LeaveOutcome } from '../../protocol/assignments.ts';
import { dutyNames } from './duty-words.ts';
import { serverText } from './server-texts.ts';
import { insideSentence, t } from './texts.ts';
import { shortTime } from './times.ts';

type Place = LeaveOutcome['places'][number];
type Call = LeaveOutcome['calls'][number];

/**
 * Returns the text about a place after the person has left, for example `A-1: then nobody is the nurse` or `A-1
 * (covered for Anna Alt, who is away): then Ben Buddy is the nurse`.
 */
export function placeText({ duty, bed, coveredFor, next, nobodyFrom }: Place, nowMs: number): string {
  const where = bed === undefined ? t('The ward') : bed;
  const whose = coveredFor === undefined ? '' : t(' (covered for {coveredFor}, who is away)', { coveredFor });
  return t('{where}{whose}: then {next} is the {duty}{end}', {
    where,
    whose,
    next: next ?? t('nobody'),
    duty: insideSentence(dutyNames[duty]),
    end: endText(nobodyFrom, nowMs),
  });
}

function endText(nobodyFrom: string | undefined, nowMs: number): string {
  if (nobodyFrom === undefined) return '';
  if (Date.parse(nobodyFrom) <= nowMs) return t(', but this person’s own duty is over');
  return t(', and from {time} nobody', { time: shortTime(nobodyFrom, nowMs) });
}

/** Returns whether nobody has the duty at this place after the person has left. */
export const isLeft = ({ next }: Place): boolean => next === undefined;

/** Returns the text that says what happens to a call of a person who leaves. */
export function callText(call: Call, person: string): string {
  const { bed, text, isAccepted } = call;
  const whose = isAccepted
    ? t('{person} has accepted this call', { person })
    : t('this call waits for {person}', { person });
  return t('{text} at {bed} ({whose}): {next}', { text: serverText(text), bed, whose, next: thenText(call) });
}

function thenText({ others, next, again, nextRound }: Call): string {
  if (others.length > 0)
    return t('{others} still goes.|{others} still go.', { n: others.length, others: others.join(', ') });
  if (next !== undefined) return t('{next} is called next.', { next });
  if (again !== undefined)
    return t('everybody has been called. The ward has a technical alarm, and {again} is called again.', { again });
  if (nextRound !== undefined)
    return t(
      'all others have said that they cannot go. The ward has a technical alarm, and after a wait Vigil calls again, {nextRound} first.',
      { nextRound },
    );
  return t('nobody else is left to call, so the ward has a technical alarm.');
}

/** The length of the new assignment if the planned end of the old assignment is past or too close, ms. */
const againMs = 3_600_000;
/**
 * The server refuses an assignment that is shorter than 15 min. The page demands one minute more, because the clocks of
 * page and server may differ.
 */
const shortestMs = 16 * 60_000;

/**
 * Returns the end of a new assignment that replaces an ended assignment: the planned end of the old assignment. If this
 * end is past or too close, the new assignment lasts 1 h.
 */
export function againUntil({ assignment }: BoardEntry, nowMs: number): string {
  const untilMs = Date.parse(assignment.until);
  return new Date(untilMs - nowMs > shortestMs ? untilMs : nowMs + againMs).toISOString();
}

/** A person who can cover. `buddyBeds`: the number of beds of the covered person at which the cover is buddy. */
export type Cover = { readonly userId: string; readonly name: string; readonly buddyBeds: number };

/**
 * Returns the persons who can cover for a person, sorted by `buddyBeds` (the highest number first) and then by name.
 * Such a person is on duty, has the role of the covered person, is not away, and has an account that may act.
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

/** Returns the assignments that are in force: accepted, begun, and not over. */
export function onDutyAt(board: Board, nowMs: number): BoardEntry[] {
  return board.entries.filter(
    ({ assignment, acceptedAt, isOver }) => !isOver && acceptedAt !== undefined && Date.parse(assignment.from) <= nowMs,
  );
}
