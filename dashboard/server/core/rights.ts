/**
 * Decides who may see and do what. Every route and every live message uses this table.
 *
 * - A nurse admits, moves, corrects and discharges patients.
 * - A technician assigns and moves devices that have no patient. A technician never sees the name of a patient, a value
 *   or a physiological alarm. So a technician may not move or discharge a patient, and may not assign a further device
 *   to a patient. On the operator's command line, a technician may send rejected input through the gateway again
 *   (without seeing it), rebuild deleted trends, and set up the ways to reach persons.
 * - Nurses, physicians and technicians take duties of their role (assignments.ts has the rules, and who is charge
 *   nurse).
 * - A nurse who is now charge nurse of a ward may see why nobody came to an alarm of this ward (routes/explain.ts).
 * - An auditor reads the audit trail and no clinical data. An explanation of an alarm shows an auditor no values.
 * - An administrator manages accounts (account-acts.ts) and sees no clinical data.
 * - A wall display shows its one ward, for weeks without a person. It may not act, and shows no page of a patient.
 */
import type { Role } from '../../../contracts/messages/records.ts';
import type { Permission } from '../../protocol/permissions.ts';

/** `public`: no login. `session`: any account. Otherwise the account's role must have the permission. */
export type Access = 'public' | 'session' | Permission;

/** The data of an account that decide its rights. `wards` are names of wards, or `['*']` for all wards. */
export type Viewer = {
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  readonly wards: readonly string[];
  /**
   * True if nobody touched the session's screens for a while. The screens then show no names and allow no acts until
   * the password is entered.
   */
  readonly locked?: true;
  /**
   * True if the password of the account is a one-time password. Until the person chooses a password, the account may do
   * nothing else.
   */
  readonly mustChangePassword?: true;
  /** Only for a wall display: it takes the sound of its ward by itself. */
  readonly ownsSound?: true;
};

const table: Readonly<Record<Role, readonly Permission[]>> = {
  nurse: [
    'view-vitals',
    'view-patients',
    'view-devices',
    'acknowledge',
    'pause-audio',
    'set-limits',
    'enter-assessment',
    'standby',
    'write-note',
    'associate-device',
    'admit-patient',
    'take-duty',
    'see-explanations',
  ],
  physician: [
    'view-vitals',
    'view-patients',
    'view-devices',
    'acknowledge',
    'pause-audio',
    'set-limits',
    'enter-assessment',
    'standby',
    'write-note',
    'take-duty',
    'view-rejected',
    'redrive-rejected',
    'capture-patients',
    'rebuild-trends',
    'explain-alarms',
    'see-explanations',
  ],
  technician: ['view-devices', 'associate-device', 'take-duty', 'redrive-rejected', 'rebuild-trends', 'set-up-reach'],
  auditor: ['view-audit', 'explain-alarms', 'see-explanations'],
  administrator: ['manage-accounts'],
  display: ['view-vitals', 'view-devices'],
};

export function permissionsOf(role: Role): readonly Permission[] {
  return table[role];
}

export function may(viewer: Viewer, permission: Permission): boolean {
  return !viewer.mustChangePassword && table[viewer.role].includes(permission);
}

/** Returns whether an account is the account of a wall display. */
export const isDisplay = ({ role }: Pick<Viewer, 'role'>): boolean => role === 'display';

/** Returns whether an account may have the sound of the wards that it sees. */
export const mayOwnSound = (viewer: Viewer): boolean =>
  may(viewer, 'pause-audio') || (isDisplay(viewer) && may(viewer, 'view-vitals') && viewer.ownsSound === true);

/** The message for a bed, alarm or device that does not exist, or that is in a ward that the viewer may not see. */
export const notOnYourWards = 'There is no such bed, alarm or device on your wards.';

/**
 * Returns whether the viewer may see the beds of a ward, and devices without a bed that were last in this ward. `null`
 * stands for devices that were never in a ward: they belong to biomedical engineering, so every technician sees them,
 * and every account that may see all wards.
 */
export function seesWard(viewer: Viewer, ward: string | null): boolean {
  if (!may(viewer, 'view-devices')) return false;
  if (viewer.wards.includes('*')) return true;
  return ward === null ? viewer.role === 'technician' : viewer.wards.includes(ward);
}
