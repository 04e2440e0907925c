/** The texts on the assignment board of a ward: who has which duty at which bed, now and in the next shift. */
import { duties } from '../../../contracts/duty-names.ts';
import type { Duty } from '../../../contracts/messages/assignments.ts';
import type { Role } from '../../../contracts/messages/records.ts';
import type { Board, BoardChange, BoardEntry, WaitingDuties } from '../../protocol/assignments.ts';
import { whenText } from './times.ts';

export const dutyNames: Readonly<Record<Duty, string>> = {
  nurse: 'Nurse',
  buddy: 'Buddy',
  'charge-nurse': 'Charge nurse',
  physician: 'Physician',
  technician: 'Technician',
};
export const bedDuties = ['nurse', 'buddy'] as const;
export const wardDuties = ['charge-nurse', 'physician', 'technician'] as const;

/** Returns the duties that a role may have. The server refuses others. */
export function dutiesOfRole(role: Role): readonly Duty[] {
  if (role === 'nurse') return ['nurse', 'buddy', 'charge-nurse'];
  return duties.filter((duty) => duty === role);
}

export type CellEntry = {
  readonly entry: BoardEntry;
  readonly kind: 'accepted' | 'overdue' | 'waiting' | 'declined' | 'away';
  readonly text: string;
  /** Whether this assignment makes somebody responsible: the person or the cover. */
  readonly isCovering: boolean;
};

/** An assignment that begins within this time belongs to the next shift (ours). */
const nextShiftMs = 12 * 3_600_000;

/** Returns the time of day without seconds, with the date if it is not today. */
export function shortTime(instant: string, nowMs: number): string {
  return whenText(Date.parse(instant), nowMs).slice(0, -3);
}

/**
 * Returns the persons with a duty at a bed, now and in the next shift: ordered by start, and at the end those who declined.
 * @param bed undefined for a duty of the whole ward
 */
export function cellOf(
  board: Board,
  duty: Duty,
  bed: string | undefined,
  nowMs: number,
): { readonly now: CellEntry[]; readonly next: CellEntry[] } {
  const entries = board.entries.filter(
    ({ assignment, isOver, remaining }) =>
      !isOver && assignment.duty === duty && (bed === undefined || (remaining ?? assignment.beds ?? []).includes(bed)),
  );
  const fromMs = ({ assignment }: BoardEntry) => Date.parse(assignment.from);
  const begun = entries.filter((entry) => fromMs(entry) <= nowMs && holds(entry, bed, nowMs));
  const next = entries
    .filter((entry) => fromMs(entry) > nowMs && fromMs(entry) <= nowMs + nextShiftMs)
    .sort((a, b) => Number(!!a.declined) - Number(!!b.declined) || fromMs(a) - fromMs(b));
  const order = ({ kind }: CellEntry) => ['accepted', 'overdue', 'waiting', 'away', 'declined'].indexOf(kind);
  const view = (list: readonly BoardEntry[]) => list.map((entry) => cellEntry(board, entry, nowMs));
  return { now: view(begun).sort((a, b) => order(a) - order(b)), next: view(next) };
}

/** Returns whether the assignment still counts for this bed: its time is not over, or nobody has taken over this bed. */
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
    ? `until ${shortTime(until, nowMs)}`
    : `${shortTime(from, nowMs)} to ${shortTime(until, nowMs)}`;
  const line = (kind: CellEntry['kind'], text: string, isCovering: boolean) => ({ entry, kind, text, isCovering });
  if (declined) return line('declined', `${name} declined: ${declined.reason}`, false);
  if (fault !== undefined && coveredBy === undefined) return line('waiting', `${name} ${time}, but ${fault}`, false);
  if (acceptedAt === undefined)
    return line('waiting', `${name} ${time}, has not accepted${hasBegun && absence ? ' and is away' : ''}`, false);
  if (hasBegun && absence) {
    const cover = coveredBy === undefined ? 'nobody covers' : `${coveredBy} covers`;
    const why =
      coveredBy === undefined && absence.fault !== undefined ? `: ${absence.cover?.name} ${absence.fault}` : '';
    const text = `${name} is away until ${shortTime(absence.until, nowMs)}, ${cover}${why}`;
    return line('away', text, coveredBy !== undefined);
  }
  if (Date.parse(until) <= nowMs)
    return line('overdue', `${name}, hand-over overdue since ${shortTime(until, nowMs)}`, true);
  return line('accepted', `${name} ${time}`, true);
}

/** Returns `Anna (nurse, ICU-1, ICU-2)`. */
export function assignmentText(entry: BoardEntry): string {
  const { name, duty } = entry.assignment;
  return `${name} (${[dutyNames[duty].toLowerCase(), ...(bedsNow(entry) ?? [])].join(', ')})`;
}

/**
 * Returns the beds that the person has or that wait for the person; undefined for a duty of the whole ward. Beds that the person has accepted
 * with another assignment, and beds that a successor has taken over, are not among them.
 */
export function bedsNow({ assignment: { beds }, remaining, overdue }: BoardEntry): readonly string[] | undefined {
  return beds && (remaining ?? overdue ?? beds);
}

/**
 * Returns the text of the button that ends an assignment. If the assignment has several beds, the text has their number,
 * because the person loses all of them.
 */
export function endLabel(entry: BoardEntry): string {
  const beds = bedsNow(entry);
  return beds !== undefined && beds.length > 1 ? `End for ${beds.length} beds` : 'End';
}

/** Returns the sentence that assignments wait for the person; undefined if the person can accept no assignment now. */
export function waitingText(wards: WaitingDuties['wards']): string | undefined {
  const count = sumOf(wards);
  if (count === 0) return undefined;
  return `${count === 1 ? 'An assignment waits' : `${count} assignments wait`} for you to accept or decline.`;
}

/** Returns the number of assignments that the person can accept now. */
export function sumOf(wards: WaitingDuties['wards']): number {
  return wards.reduce((sum, { now }) => sum + now, 0);
}

/** Returns the ward with an assignment that can be accepted now; undefined if no ward has such an assignment. */
export function wardThatWaits(wards: WaitingDuties['wards']): string | undefined {
  return wards.find(({ now }) => now > 0)?.ward;
}

const changeVerbs: Readonly<Record<BoardChange['type'], string>> = {
  assigned: 'assigned',
  accepted: 'accepted',
  declined: 'declined',
  ended: 'ended the assignment of',
  away: 'went away',
  back: 'came back',
};

/** Returns `Anna assigned Ben (nurse, ICU-1, ICU-2) at 07:10`. */
export function boardChangeText({ by, type, person, duty, beds, at }: BoardChange, nowMs: number): string {
  const what = duty === undefined ? '' : ` (${[dutyNames[duty].toLowerCase(), ...(beds ?? [])].join(', ')})`;
  const whom = type === 'assigned' || type === 'ended' ? ` ${person}` : '';
  return `${by.name} ${changeVerbs[type]}${whom}${what} at ${shortTime(at, nowMs)}`;
}

/** Returns the value of a `datetime-local` field for a time, in the zone of this browser, without seconds. */
export function localInput(ms: number): string {
  const date = new Date(ms);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Returns the instant of a `datetime-local` field; undefined if the field is empty or not complete. */
export function instantOfInput(text: string): string | undefined {
  const ms = Date.parse(text);
  return text === '' || Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
