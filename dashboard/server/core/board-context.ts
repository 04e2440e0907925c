/** What all decisions about an assignment board need: the commands, the context of a command, and the refusals. */
import { absenceAt, isCovering, responsibleAt } from '../../../contracts/duties.ts';
import { type DutyAssignment, type DutyState, dutiesOf, liveAssignments } from '../../../contracts/duty-state.ts';
import type { Fault } from '../../../contracts/errors.ts';
import type { AssignmentEvent, Duty } from '../../../contracts/messages/assignments.ts';
import type { Role } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { AssignBody, BoardRefused } from '../../protocol/assignments.ts';
import { may, seesWard, type Viewer } from './rights.ts';
import type { Registry } from './wards.ts';

export type Member = { readonly userId: string; readonly name: string; readonly role: Role };

export type AssignmentCommand =
  | ({ readonly type: 'assign' } & Omit<AssignBody, 'version'>)
  | { readonly type: 'accept' | 'end'; readonly assignmentId: string }
  | { readonly type: 'decline'; readonly assignmentId: string; readonly reason: string }
  | { readonly type: 'away'; readonly until: string; readonly cover?: string | undefined }
  | { readonly type: 'back' }
  | { readonly type: 'csv'; readonly rows: readonly CsvRow[] };

/** An assignment of a CSV text. */
export type CsvRow = Omit<AssignBody, 'version'> & { readonly line: number };

export type BoardContext = {
  readonly ward: string;
  readonly viewer: Viewer;
  readonly nowMs: number;
  readonly registry: Registry;
  /** The accounts that may have a duty in the ward. */
  readonly members: readonly Member[];
  /** Returns a new UUID. */
  readonly newId: () => string;
};

export type BoardDecision =
  | { readonly ok: true; readonly events: readonly AssignmentEvent[] }
  | ({ readonly ok: false; readonly isDenied?: true } & Fault & Omit<BoardRefused, 'code' | 'message'>);
export type BoardRefusal = Extract<BoardDecision, { ok: false }>;

export const refusalOf = (code: Fault['code'], message: string): BoardRefusal => ({ ok: false, code, message });
export const denied = (message: string): BoardRefusal => ({ ok: false, code: 'not-allowed', message, isDenied: true });

export const dutiesOfRole: Readonly<Record<Role, readonly Duty[]>> = {
  nurse: ['nurse', 'buddy', 'charge-nurse'],
  physician: ['physician'],
  technician: ['technician'],
  auditor: [],
};

/** Returns whether an account may have a duty in a ward. */
export function isMember(account: Viewer & { readonly disabled: boolean }, ward: string): boolean {
  return !account.disabled && may(account, 'take-duty') && seesWard(account, ward);
}

/** Returns whether a person is charge nurse of a ward, or stands in for the charge nurse. */
export function isChargeNurse(state: DutyState, ward: string, userId: string, nowMs: number): boolean {
  return chargeNurses(state, ward, nowMs).some((person) => person.userId === userId);
}

export function chargeNurses(state: DutyState, ward: string, atMs: number) {
  return responsibleAt(state, { ward, duty: 'charge-nurse' }, atMs).filter(isCovering);
}

export const allowed = (event: AssignmentEvent): BoardDecision => ({ ok: true, events: [event] });

export function eventFields({ ward, viewer, nowMs, newId }: BoardContext) {
  const { userId, name, role } = viewer;
  return { eventId: newId(), ward, at: formatInstant(nowMs), by: { userId, name, role } };
}

export function entryOf(state: DutyState, ward: string, assignmentId: string): DutyAssignment | undefined {
  return dutiesOf(state, ward).assignments.find(({ assignment }) => assignment.assignmentId === assignmentId);
}

export function overRefusal(
  state: DutyState,
  entry: DutyAssignment,
  { ward, nowMs }: BoardContext,
): BoardRefusal | undefined {
  if (liveAssignments(dutiesOf(state, ward), nowMs).includes(entry)) return undefined;
  return refusalOf('conflict', 'This assignment is over. Look at the board again.');
}

/** Returns the refusal if the person is away. A person who accepts must be there, because the former person may then go. */
export function awayRefusal(state: DutyState, { ward, viewer, nowMs }: BoardContext): BoardRefusal | undefined {
  if (!absenceAt(dutiesOf(state, ward), viewer.userId, nowMs)) return undefined;
  return refusalOf('conflict', 'You are away. Press “I am back” first: who accepts must be there.');
}
