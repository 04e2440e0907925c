/** What all decisions about an assignment board need: the commands, the context of a command, and the refusals. */
import { absenceAt, dutiesNow, isCovering, type Responsible, responsibleAt } from '../../../contracts/duties.ts';
import { dutiesOfRole } from '../../../contracts/duty-names.ts';
import { type DutyAssignment, type DutyState, dutiesOf, liveAssignments } from '../../../contracts/duty-state.ts';
import type { Fault } from '../../../contracts/errors.ts';
import type { AssignmentEvent, Duty } from '../../../contracts/messages/assignments.ts';
import type { Role } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { Registry } from '../../../contracts/ward-registry.ts';
import type { AssignBody, BoardRefused } from '../../protocol/assignments.ts';
import { may, seesWard, type Viewer } from './rights.ts';

export type Member = { readonly userId: string; readonly name: string; readonly role: Role };

export type AssignmentCommand =
  | ({ readonly type: 'assign' } & WantedAssignment)
  | { readonly type: 'end'; readonly assignmentId: string }
  /** `beds` is undefined if the person accepts the whole assignment. */
  | { readonly type: 'accept'; readonly assignmentId: string; readonly beds?: readonly string[] | undefined }
  | { readonly type: 'decline'; readonly assignmentId: string; readonly reason: string }
  | { readonly type: 'away'; readonly until: string; readonly cover?: string | undefined }
  | { readonly type: 'back' }
  /** The answer of a person who was named as cover. */
  | { readonly type: 'cover'; readonly awayId: string; readonly isRejected: boolean }
  /** `faults` are the lines that cannot be read. */
  | { readonly type: 'csv'; readonly rows: readonly CsvRow[]; readonly faults?: readonly CsvFault[] };

export type WantedAssignment = Omit<AssignBody, 'version' | 'leaves'>;
/** An assignment of a CSV text. */
export type CsvRow = WantedAssignment & { readonly line: number };
export type CsvFault = { readonly line: number; readonly message: string };

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

/** Returns whether an account with this role may have a duty. */
export function mayHaveDuty(role: Role, duty: Duty): boolean {
  return (dutiesOfRole[role] as readonly Duty[]).includes(duty);
}

/** Returns whether an account may have a duty in a ward. */
export function isMember(account: DutyAccount, ward: string): boolean {
  return !account.disabled && may(account, 'take-duty') && seesWard(account, ward);
}

/** An account, even a disabled account, with the fields that decide about duties. */
export type DutyAccount = Viewer & { readonly disabled: boolean };

/** Returns why a person with a duty cannot act in a ward, as the end of a sentence; undefined if the person can act. */
export function accountFault(account: DutyAccount | undefined, ward: string, duty: Duty): string | undefined {
  if (!account) return 'has no account';
  if (account.disabled) return 'has a disabled account';
  if (!seesWard(account, ward)) return 'has no account of this ward';
  return mayHaveDuty(account.role, duty) ? undefined : `has the account of a ${account.role}`;
}

/** Returns whether a person is charge nurse of a ward. */
export function isChargeNurse(state: DutyState, { ward, viewer, nowMs, members }: BoardContext): boolean {
  return chargeNurses(state, { ward, members }, nowMs).some((person) => person.userId === viewer.userId);
}

/**
 * Returns the charge nurses of a ward, who assign others. A cover gets the calls of the charge nurse, but is not charge
 * nurse, because a charge nurse must have accepted this duty. A person with a disabled account does not count as charge
 * nurse, so that somebody else can take the duty.
 */
export function chargeNurses(
  state: DutyState,
  { ward, members }: Pick<BoardContext, 'ward' | 'members'>,
  atMs: number,
): Responsible[] {
  const duties = dutiesOf(state, ward);
  return responsibleAt(state, { ward, duty: 'charge-nurse' }, atMs).filter(
    (person) =>
      isCovering(person) &&
      members.some(({ userId, role }) => userId === person.userId && mayHaveDuty(role, 'charge-nurse')) &&
      dutiesNow(duties, person.userId, atMs).includes('charge-nurse'),
  );
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

/**
 * Returns the refusal if the person is away. A person who accepts must be there, because the former person may go after
 * the acceptance.
 */
export function awayRefusal(state: DutyState, { ward, viewer, nowMs }: BoardContext): BoardRefusal | undefined {
  if (!absenceAt(dutiesOf(state, ward), viewer.userId, nowMs)) return undefined;
  return refusalOf('conflict', 'You are away. Press “I am back” first: you must be there to accept.');
}
