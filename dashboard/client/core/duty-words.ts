/** What the assignment board of a ward shows: who has which duty at which bed, now and next. */
import { duties } from '../../../contracts/duty-names.ts';
import type { Duty } from '../../../contracts/messages/assignments.ts';
import type { Role } from '../../../contracts/messages/records.ts';
import type { Board, BoardChange, BoardEntry } from '../../protocol/assignments.ts';
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
};

/** Returns the time of day without seconds, with the date if it is not today. */
export function shortTime(instant: string, nowMs: number): string {
  return whenText(Date.parse(instant), nowMs).slice(0, -3);
}

/**
 * Returns who has a duty at a bed now, and who has it in the next shift.
 * @param bed undefined for a duty of the whole ward
 */
export function cellOf(
  board: Board,
  duty: Duty,
  bed: string | undefined,
  nowMs: number,
): { readonly now: CellEntry[]; readonly next: CellEntry[] } {
  const entries = board.entries.filter(
    ({ assignment, isOver }) =>
      !isOver && assignment.duty === duty && (bed === undefined || (assignment.beds ?? []).includes(bed)),
  );
  const fromMs = ({ assignment }: BoardEntry) => Date.parse(assignment.from);
  const begun = entries.filter((entry) => fromMs(entry) <= nowMs && holds(entry, bed, nowMs));
  const coming = entries.filter((entry) => fromMs(entry) > nowMs);
  const nextMs = Math.min(...coming.map(fromMs));
  const next = coming.filter((entry) => fromMs(entry) === nextMs);
  const order = ({ kind }: CellEntry) => ['accepted', 'overdue', 'waiting', 'away', 'declined'].indexOf(kind);
  const view = (list: readonly BoardEntry[]) =>
    list.map((entry) => cellEntry(board, entry, nowMs)).sort((a, b) => order(a) - order(b));
  return { now: view(begun), next: view(next) };
}

/** Returns whether the assignment is for this bed now: its time is not over, or nobody has taken over this bed. */
function holds({ assignment, overdue, acceptedAt }: BoardEntry, bed: string | undefined, nowMs: number): boolean {
  if (Date.parse(assignment.until) > nowMs) return true;
  return acceptedAt !== undefined && overdue !== undefined && (bed === undefined || overdue.includes(bed));
}

function cellEntry(board: Board, entry: BoardEntry, nowMs: number): CellEntry {
  const { assignment, acceptedAt, declined } = entry;
  const { name, userId, from, until } = assignment;
  const absence = board.away.find((away) => away.userId === userId);
  const hasBegun = Date.parse(from) <= nowMs;
  const time = hasBegun
    ? `until ${shortTime(until, nowMs)}`
    : `${shortTime(from, nowMs)} to ${shortTime(until, nowMs)}`;
  if (declined) return { entry, kind: 'declined', text: `${name} declined: ${declined.reason}` };
  if (hasBegun && absence) {
    const cover = absence.cover ? `, ${absence.cover.name} covers` : ', nobody covers';
    return { entry, kind: 'away', text: `${name} is away until ${shortTime(absence.until, nowMs)}${cover}` };
  }
  if (acceptedAt === undefined) return { entry, kind: 'waiting', text: `${name} ${time}, has not accepted` };
  if (Date.parse(until) <= nowMs)
    return { entry, kind: 'overdue', text: `${name}, hand-over overdue since ${shortTime(until, nowMs)}` };
  return { entry, kind: 'accepted', text: `${name} ${time}` };
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
