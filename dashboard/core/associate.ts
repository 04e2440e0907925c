/** Starting and ending a device's association: what is decided before anything is written. */
import type { Fault } from '../../contracts/errors.ts';
import type { AssociationPeriod, DeviceAssociations } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { AssociateBody } from '../protocol.ts';
import { periodAt } from './beds.ts';
import { may, seesWard, type Viewer } from './rights.ts';
import type { LiveState } from './state.ts';

/** Of one device; the oldest go: their readings are older than what the log keeps. */
const periodsMax = 64;

export type Decision = { readonly ok: true; readonly table: DeviceAssociations } | ({ readonly ok: false } & Fault);

const refuse = (code: Fault['code'], message: string): Decision => ({ ok: false, code, message });
const changedMeanwhile = () => refuse('conflict', 'The device was associated anew meanwhile: look again.');
const notYours = () => refuse('not-allowed', 'This ward or patient is not for your account to change.');

/** Whether the viewer may end this period: its ward is theirs and, where a patient is in it, so are patients. */
function mayEnd(viewer: Viewer, period: AssociationPeriod): boolean {
  return seesWard(viewer, period.ward) && (period.patient === null || may(viewer, 'admit-patient'));
}

/**
 * Ends what the device has now and starts a period at `nowMs`.
 * @param associationId a new UUIDv7
 * @returns `conflict` where the table changed meanwhile, the bed has another patient, or the patient is in another bed;
 * `not-allowed` where a ward is not the viewer's, or a patient is concerned and may not be admitted by this role
 */
export function startAssociation(
  state: LiveState,
  viewer: Viewer,
  deviceId: string,
  wanted: AssociateBody,
  associationId: string,
  nowMs: number,
): Decision {
  const table = state.associations.get(deviceId);
  if ((table?.version ?? 0) !== wanted.version) return changedMeanwhile();
  if (!may(viewer, 'associate-device') || !seesWard(viewer, wanted.ward)) return notYours();
  if (wanted.patient !== null && !may(viewer, 'admit-patient')) return notYours();
  const current = periodAt(table, nowMs);
  if (current && !mayEnd(viewer, current)) return notYours();
  for (const [otherId, other] of state.associations) {
    const period = otherId === deviceId ? undefined : periodAt(other, nowMs);
    if (!period) continue;
    const samePatient = period.patient?.patientId === wanted.patient?.patientId;
    const sameBed = period.ward === wanted.ward && period.bed === wanted.bed;
    if (sameBed && !samePatient && period.patient !== null && wanted.patient !== null)
      return refuse('conflict', 'Another patient is in this bed: end that association first.');
    if (!sameBed && samePatient && wanted.patient !== null)
      return refuse('conflict', 'This patient is in another bed: end that association first.');
  }
  const at = formatInstant(nowMs);
  const { ward, bed, patient } = wanted;
  const started = { associationId, patient, ward, bed, from: at, to: null };
  return write(deviceId, table, [...ended(table, current, at), started]);
}

/** Ends a period at `nowMs`; the device is then without association. `not-found` where it is not the device's current one. */
export function endAssociation(
  state: LiveState,
  viewer: Viewer,
  deviceId: string,
  associationId: string,
  nowMs: number,
): Decision {
  const table = state.associations.get(deviceId);
  const current = periodAt(table, nowMs);
  if (current?.associationId !== associationId || !seesWard(viewer, current.ward))
    return refuse('not-found', 'The device has no such association now.');
  if (!may(viewer, 'associate-device') || !mayEnd(viewer, current)) return notYours();
  return write(deviceId, table, ended(table, current, formatInstant(nowMs)));
}

function ended(table: DeviceAssociations | undefined, current: AssociationPeriod | undefined, at: string) {
  return (table?.periods ?? []).map((period) => (period === current ? { ...period, to: at } : period));
}

function write(deviceId: string, table: DeviceAssociations | undefined, periods: AssociationPeriod[]): Decision {
  return {
    ok: true,
    table: { deviceId, version: (table?.version ?? 0) + 1, periods: periods.slice(-periodsMax) },
  };
}
