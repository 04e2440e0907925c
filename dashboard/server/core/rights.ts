/**
 * Who may see and do what. One table; every route and every live message asks here.
 *
 * - A nurse admits, moves, corrects and discharges patients.
 * - A technician assigns and moves devices that have no patient. A technician never sees a name, a value or a physiological alarm, so
 *   a technician cannot move or discharge a patient, nor say that a second device belongs to the patient of a bed. A technician
 *   sends rejected input through again without seeing it, and has wiped trends rebuilt.
 * - An auditor reads the audit trail and nothing clinical.
 */
import type { Role } from '../../../contracts/messages/records.ts';
import type { Permission } from '../../protocol/rest.ts';

/** `public`: no login. `session`: any account. Otherwise the account's role must have the permission. */
export type Access = 'public' | 'session' | Permission;

/** An account as the rights see it. `wards` are names, or `['*']` for all. */
export type Viewer = {
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  readonly wards: readonly string[];
  /**
   * Nobody touched this login's screens for a while. Until the password is entered they show no name, and nobody can
   * act.
   */
  readonly locked?: true;
};

const table: Readonly<Record<Role, readonly Permission[]>> = {
  nurse: [
    'view-vitals',
    'view-devices',
    'acknowledge',
    'pause-audio',
    'set-limits',
    'enter-assessment',
    'standby',
    'associate-device',
    'admit-patient',
  ],
  physician: [
    'view-vitals',
    'view-devices',
    'acknowledge',
    'pause-audio',
    'set-limits',
    'enter-assessment',
    'standby',
    'view-rejected',
    'redrive-rejected',
    'capture-patients',
    'rebuild-trends',
  ],
  technician: ['view-devices', 'associate-device', 'redrive-rejected', 'rebuild-trends'],
  auditor: ['view-audit'],
};

export function permissionsOf(role: Role): readonly Permission[] {
  return table[role];
}

export function may(viewer: Viewer, permission: Permission): boolean {
  return table[viewer.role].includes(permission);
}

/** The one answer for things that do not exist and for things in a ward that the viewer may not see. */
export const notOnYourWards = 'There is no such bed, alarm or device on your wards.';

/**
 * Whether the viewer may see beds of a ward, and devices that were last in it. `null` is for a device that was in no
 * ward: it belongs to biomedical engineering, so every technician and every account of all wards sees it.
 */
export function seesWard(viewer: Viewer, ward: string | null): boolean {
  if (!may(viewer, 'view-devices')) return false;
  if (viewer.wards.includes('*')) return true;
  return ward === null ? viewer.role === 'technician' : viewer.wards.includes(ward);
}
