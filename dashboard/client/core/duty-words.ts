/** The texts on the assignment board of a ward. The board shows the duties at each bed, now and in the next shift. */
import { duties } from '../../../contracts/duty-names.ts';
import type { Duty } from '../../../contracts/messages/assignments.ts';
import type { Role } from '../../../contracts/messages/records.ts';
import type { Board, BoardChange, BoardEntry, WaitingDuties } from '../../protocol/assignments.ts';
import { coversText } from './cover-words.ts';
import { insideSentence, t, texts } from './texts.ts';
import { shortTime } from './times.ts';

export const dutyNames: Readonly<Record<Duty, string>> = texts({
  nurse: 'Nurse',
  buddy: 'Buddy',
  'charge-nurse': 'Charge nurse',
  physician: 'Physician',
  technician: 'Technician',
});
export const bedDuties = ['nurse', 'buddy'] as const;
export const wardDuties = ['charge-nurse', 'physician', 'technician'] as const;

/** Returns the duties that a role may have. The server refuses other duties. */
export function dutiesOfRole(role: Role): readonly Duty[] {
  if (role === 'nurse') return ['nurse', 'buddy', 'charge-nurse'];
  return duties.filter((duty) => duty === role);
}

export type CellEntry = {
  readonly entry: BoardEntry;
  readonly kind: 'accepted' | 'overdue' | 'waiting' | 'declined' | 'away';
  readonly text: string;
  /** Whether somebody is responsible for the bed by this assignment: the assigned person or the cover. */
  readonly isCovering: boolean;
};

/**
 * Returns the entries of a cell of the board: the persons with a duty at a bed, now and in the next shift. Persons who
 * declined come last.
 * @param bed undefined for a duty of the whole ward
 * @param nextUntilMs the end of the next shift. Assignments that begin later are left out
 */
export function cellOf(
  board: Board,
  duty: Duty,
  bed: string | undefined,
  { nowMs, nextUntilMs }: { readonly nowMs: number; readonly nextUntilMs: number },
): { readonly now: CellEntry[]; readonly next: CellEntry[] } {
  const entries = board.entries.filter(
    ({ assignment, isOver, remaining }) =>
      !isOver && assignment.duty === duty && (bed === undefined || (remaining ?? assignment.beds ?? []).includes(bed)),
  );
  const fromMs = ({ assignment }: BoardEntry) => Date.parse(assignment.from);
  const begun = entries.filter((entry) => fromMs(entry) <= nowMs && holds(entry, bed, nowMs));
  const next = entries
    .filter((entry) => fromMs(entry) > nowMs && fromMs(entry) < nextUntilMs)
    .sort((a, b) => Number(!!a.declined) - Number(!!b.declined) || fromMs(a) - fromMs(b));
  const order = ({ kind }: CellEntry) => ['accepted', 'overdue', 'waiting', 'away', 'declined'].indexOf(kind);
  const view = (list: readonly BoardEntry[]) => list.map((entry) => cellEntry(board, entry, nowMs));
  return { now: view(begun).sort((a, b) => order(a) - order(b)), next: view(next) };
}

/**
 * Returns whether the assignment still applies to this bed. An assignment applies until its end. An accepted assignment
 * also applies after its end, until a successor has taken over the bed.
 */
function holds({ assignment, overdue, acceptedAt }: BoardEntry, bed: string | undefined, nowMs: number): boolean {
  if (Date.parse(assignment.until) > nowMs) return true;
  return acceptedAt !== undefined && overdue !== undefined && (bed === undefined || overdue.includes(bed));
}

function cellEntry(board: Board, entry: BoardEntry, nowMs: number): CellEntry {
  const { assignment, acceptedAt, declined, coveredBy, fault } = entry;
  const { name, userId, from, until } = assignment;
  const absence = board.away.find((away) => away.userId === userId);
  const hasBegun = Date.parse(from) <= nowMs;
  const time = hasBegun
    ? t('until {time}', { time: shortTime(until, nowMs) })
    : t('{time} to {time2}', { time: shortTime(from, nowMs), time2: shortTime(until, nowMs) });
  const line = (kind: CellEntry['kind'], text: string, isCovering: boolean) => ({ entry, kind, text, isCovering });
  if (declined) return line('declined', t('{name} declined: {reason}', { name, reason: declined.reason }), false);
  if (fault !== undefined && coveredBy === undefined)
    return line('waiting', t('{name} {time}, but {fault}', { name, time, fault }), false);
  if (acceptedAt === undefined)
    return line(
      'waiting',
      t('{name} {time}, has not accepted{part}', { name, time, part: hasBegun && absence ? t(' and is away') : '' }),
      false,
    );
  if (hasBegun && absence) {
    const text = t('{name} is away until {time}, {covers}', {
      name,
      time: shortTime(absence.until, nowMs),
      covers: coversText(coveredBy, absence, nowMs),
    });
    return line('away', text, coveredBy !== undefined);
  }
  if (Date.parse(until) <= nowMs)
    return line('overdue', t('{name}, hand-over overdue since {time}', { name, time: shortTime(until, nowMs) }), true);
  return line('accepted', `${name} ${time}`, true);
}

/** Returns the text about an assignment, for example `Anna (nurse, ICU-1, ICU-2)`. */
export function assignmentText(entry: BoardEntry): string {
  const { name, duty } = entry.assignment;
  return `${name} (${[insideSentence(dutyNames[duty]), ...(bedsNow(entry) ?? [])].join(', ')})`;
}

/**
 * Returns the beds of the assignment that the person still has or can still accept; undefined for a duty of the whole
 * ward. Leaves out two kinds of beds: beds that the person has accepted by a different assignment, and beds that a
 * successor has taken over.
 */
export function bedsNow({ assignment: { beds }, remaining, overdue }: BoardEntry): readonly string[] | undefined {
  return beds && (remaining ?? overdue ?? beds);
}

/**
 * Returns the text of the button that ends an assignment. The text has the number of the beds if there are several
 * beds, because the person loses all these beds.
 */
export function endLabel(entry: BoardEntry): string {
  const beds = bedsNow(entry);
  return beds !== undefined && beds.length > 1 ? t('End for {n} beds', { n: beds.length }) : t('End');
}

/**
 * Returns the sentence about the assignments that wait for the person; undefined if the person can accept no assignment
 * now.
 */
export function waitingText(wards: WaitingDuties['wards']): string | undefined {
  const count = sumOf(wards);
  if (count === 0) return undefined;
  return t('An assignment waits for you to accept or decline.|{n} assignments wait for you to accept or decline.', {
    n: count,
  });
}

/** Returns the number of assignments that the person can accept now. */
export function sumOf(wards: WaitingDuties['wards']): number {
  return wards.reduce((sum, { now }) => sum + now, 0);
}

/** Returns a ward in which the person can accept an assignment now; undefined if there is no such ward. */
export function wardThatWaits(wards: WaitingDuties['wards']): string | undefined {
  return wards.find(({ now }) => now > 0)?.ward;
}

const changeVerbs: Readonly<Record<BoardChange['type'], string>> = texts({
  assigned: 'assigned',
  accepted: 'accepted',
  declined: 'declined',
  ended: 'ended the assignment of',
  away: 'went away',
  back: 'came back',
  'cover-seen': 'confirmed to cover',
  'cover-rejected': 'said that she or he cannot cover',
});

/** Returns who made an assignment and when, for example `Anna assigned Ben (nurse, ICU-1, ICU-2) at 07:10`. */
export function boardChangeText({ by, type, person, duty, beds, at }: BoardChange, nowMs: number): string {
  const what = duty === undefined ? '' : ` (${[insideSentence(dutyNames[duty]), ...(beds ?? [])].join(', ')})`;
  const whom = type === 'assigned' || type === 'ended' ? ` ${person}` : '';
  return t('{name} {change}{whom}{what} at {time}', {
    name: by.name,
    change: changeVerbs[type],
    whom,
    what,
    time: shortTime(at, nowMs),
  });
}
