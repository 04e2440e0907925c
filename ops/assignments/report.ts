/**
 * Texts about assignments for an operator: who is responsible at a time, and the history of all assignments as CSV.
 * Pure.
 */
import { csvCell } from '../../contracts/csv-cell.ts';
import { responsibleAt } from '../../contracts/duties.ts';
import { type DutyState, dutiesOf } from '../../contracts/duty-state.ts';
import type { AssignmentEvent, Duty } from '../../contracts/messages/assignments.ts';
import { visibleText } from '../../contracts/text.ts';

const bedDuties = ['nurse', 'buddy'] as const;
const wardDuties = ['charge-nurse', 'physician', 'technician'] as const;
const standingTexts = {
  accepted: 'accepted',
  overdue: 'accepted; the shift is over, and nobody has taken over',
  'not-accepted': 'has not accepted',
  away: 'away',
} as const;

/** A row of the list: one person with one duty. `bed` is empty for a duty of the whole ward. */
type ListRow = readonly [bed: string, duty: string, person: string, account: string, standing: string];

/** Returns who is responsible for each bed and each duty of a ward. Leaves out beds without an assignment. */
export function listRows(state: DutyState, ward: string, atMs: number): ListRow[] {
  const beds = new Set(dutiesOf(state, ward).assignments.flatMap(({ assignment }) => assignment.beds ?? []));
  const rowsOf = (duty: Duty, bed?: string): ListRow[] => {
    const people = responsibleAt(state, { ward, duty, ...(bed === undefined ? {} : { bed }) }, atMs);
    const place = visibleText(bed ?? '');
    if (people.length === 0) return duty === 'buddy' ? [] : [[place, duty, 'nobody', '', '']];
    return people.map(({ name, userId, standing }) => [
      place,
      duty,
      visibleText(name),
      visibleText(userId),
      standingTexts[standing],
    ]);
  };
  const sorted = [...beds].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return [
    ...wardDuties.flatMap((duty) => rowsOf(duty)),
    ...sorted.flatMap((bed) => bedDuties.flatMap((duty) => rowsOf(duty, bed))),
  ];
}

/** Returns the lines of a table whose columns have the width of their longest text. */
export function tableLines(rows: readonly ListRow[]): string[] {
  const all = [['bed', 'duty', 'person', 'account', 'standing'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

type HistoryRow = {
  readonly cells: readonly string[];
  accepted: string;
  declined: string;
  ended: string;
  endedBy: string;
};
/** The history of assignments, by assignment id, in the order of the log. */
export type History = Map<string, HistoryRow>;

const historyHeader =
  'ward,duty,beds,user,name,from,until,assigned_at,assigned_by,accepted_at,declined_reason,ended_at,ended_by';

/** Adds an event that had an effect to the history. Ignores events of absences. */
export function addToHistory(history: History, event: AssignmentEvent): void {
  if ('awayId' in event) return;
  if (event.type === 'assigned') {
    const { ward, duty, beds = [], userId, name, from, until, assignmentId } = event.assignment;
    const cells = [ward, duty, beds.join(';'), userId, name, from, until, event.at, event.by.userId];
    history.set(assignmentId, { cells, accepted: '', declined: '', ended: '', endedBy: '' });
    return;
  }
  const row = history.get(event.assignmentId);
  if (row === undefined) return;
  if (event.type === 'accepted') row.accepted = event.at;
  else if (event.type === 'declined') row.declined = event.reason;
  else Object.assign(row, { ended: event.at, endedBy: event.by.userId });
}

/** Returns the history as lines of CSV (RFC 4180). */
export function historyLines(history: History): string[] {
  const rows = [...history.values()].map(({ cells, accepted, declined, ended, endedBy }) =>
    [...cells, accepted, declined, ended, endedBy].map(csvCell).join(','),
  );
  return [historyHeader, ...rows];
}
