/**
 * Decides a change of a device's association before anything is written. There are four separate acts: assign a device
 * to a bed, move it, correct its patient's data, end. No act changes anything else.
 *
 * A patient may have several devices in one bed. Each device has its own table and its own association. A change of the
 * patient (a move, a correction, a discharge) is decided for all of them at once.
 */
import { overlapsIn } from '../../../contracts/association-at.ts';
import { isCanary } from '../../../contracts/canary.ts';
import type {
  AssociationAct,
  AssociationChange,
  AssociationPeriod,
  DeviceAssociations,
} from '../../../contracts/messages/records.ts';
import { contradictions } from '../../../contracts/patient-rules.ts';
import { timePeriods } from '../../../contracts/periods.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { AssociateBody, CorrectBody, MoveBody } from '../../protocol/devices.ts';
import { actsSince, changedFields, patientWith } from './association-changes.ts';
import {
  type Asked,
  associatedMax,
  bedOccupied,
  bornFault,
  changedMeanwhile,
  deniedAt,
  elsewhereFault,
  houseFull,
  inTwoBeds,
  isOver,
  mayChange,
  notYours,
  type Refusal,
  refuse,
  seesDevice,
  unheard,
  unseen,
} from './association-refusals.ts';
import { currentPeriodOf } from './beds.ts';
import { othersAtPatient, patientInBed } from './occupancy.ts';
import { may, seesWard } from './rights.ts';
import type { LiveState } from './state.ts';

/** Periods of one device; the oldest go: their readings are older than the log keeps. */
const periodsMax = 64;
const changesMax = 64;

export type Decision =
  | {
      readonly ok: true;
      /** The tables to write; the first is that of the device that the act names. */
      readonly tables: readonly DeviceAssociations[];
      /** The association after the act. */
      readonly period: AssociationPeriod;
    }
  | Refusal;

/**
 * Assigns a device without a patient to a bed, and starts an association.
 * @param associationId a new UUIDv7
 * @returns `not-found` if the device is, or was last, in a ward that the viewer may not see, or if no gateway has heard
 *   it; `conflict` if the device changed meanwhile, has a patient, the patient is in another bed, or the body names
 *   another patient than `samePatientAs`; `patient-invalid` if the date of birth is impossible; `bed-occupied` if the
 *   bed has a patient and the body does not say whether the device is theirs; `not-allowed` if a ward is not the
 *   viewer's, or if a patient is concerned and the role may not admit
 */
export function assignDevice(
  state: LiveState,
  { viewer, nowMs }: Asked,
  deviceId: string,
  wanted: AssociateBody,
  associationId: string,
): Decision {
  const table = state.associations.get(deviceId);
  const current = currentPeriodOf(table);
  if (!may(viewer, 'associate-device') || !seesWard(viewer, wanted.ward))
    return notYours({ detail: deviceId, ward: wanted.ward });
  if (isCanary(deviceId))
    return refuse('conflict', `${deviceId} is no device but Vigil’s own test: no bed can have it.`);
  if (wanted.patient !== null && !may(viewer, 'admit-patient'))
    return notYours({ detail: deviceId, ward: wanted.ward, patientId: wanted.patient.patientId });
  if (!seesDevice(viewer, table)) return unseen(deviceId, table);
  if (table === undefined && !state.devices.has(deviceId)) return unheard(deviceId);
  if (table === undefined && state.associations.size >= associatedMax) return houseFull();
  if (current && !mayChange(viewer, current)) return notYours(deniedAt(deviceId, current));
  if (wanted.version === null ? current !== undefined : (table?.version ?? 0) !== wanted.version)
    return changedMeanwhile(viewer, table, wanted.version ?? 0);
  if (current?.patient)
    return refuse('conflict', 'A patient is admitted at this device. Discharge them first, or move the device.');
  const inBed = patientInBed(state, wanted, [deviceId]);
  let { patient } = wanted;
  if (wanted.samePatientAs !== undefined) {
    if (!may(viewer, 'admit-patient')) return notYours({ detail: deviceId, ward: wanted.ward });
    if (inBed?.period.associationId !== wanted.samePatientAs)
      return refuse('conflict', 'That patient is not in this bed any more. Look again.');
    if (patient && contradictions(patient, inBed.period.patient).length > 0)
      return refuse(
        'conflict',
        'You entered another patient than the one who is in this bed. Nothing was saved. Choose another bed, or leave the patient’s fields empty if the device is at the patient in this bed.',
      );
    patient = inBed.period.patient;
  } else {
    const fault = bornFault(patient?.birthDate, nowMs);
    if (fault) return fault;
    if (inBed) return bedOccupied(viewer, inBed);
  }
  const sentence = 'This patient is in another bed. Move that device, or end that association first.';
  const elsewhere = patient && elsewhereFault(state, viewer, patient.patientId, wanted, [deviceId], sentence);
  if (elsewhere) return elsewhere;
  const at = formatInstant(nowMs);
  const { ward, bed } = wanted;
  const period: AssociationPeriod = { associationId, patient, ward, bed, from: at, to: null };
  const fields = changedFields(current, period);
  const periods = [...ended(table, current, at), period];
  const overlaps = (of: readonly AssociationPeriod[]) => overlapsIn(timePeriods(of, nowMs) ?? []);
  // Only this begins a period. An end, a move or a correction is never refused for it: no other act leads out of such a table.
  if (overlaps(periods) > overlaps(table?.periods ?? [])) return inTwoBeds();
  const written = write(deviceId, table, periods, { associationId, act: 'assigned', fields }, { viewer, nowMs });
  return { ok: true, tables: [written], period };
}

/**
 * Moves a device to another bed. Its association goes on, with its patient, alarms, acknowledgements and limits. The
 * patient's other devices in the bed move along. A correction of the patient's data meanwhile does not stop the move.
 */
export function moveDevice(state: LiveState, asked: Asked, deviceId: string, wanted: MoveBody): Decision {
  const { viewer } = asked;
  const table = state.associations.get(deviceId);
  const current = currentPeriodOf(table);
  if (!may(viewer, 'associate-device') || !seesWard(viewer, wanted.ward))
    return notYours({ detail: deviceId, ward: wanted.ward });
  if (!table) return unheard(deviceId);
  if (!seesDevice(viewer, table)) return unseen(deviceId, table);
  if (current && !mayChange(viewer, current)) return notYours(deniedAt(deviceId, current));
  if (actsSince(table, wanted.version, ['assigned', 'moved', 'ended']))
    return changedMeanwhile(viewer, table, wanted.version);
  if (!current) return refuse('not-found', 'The device has no bed now. Assign it to one.');
  if (current.ward === wanted.ward && current.bed === wanted.bed)
    return refuse('conflict', 'The device is in this bed already.');
  const movers = [deviceId, ...othersAtPatient(state, deviceId, current)];
  const inBed = patientInBed(state, wanted, movers);
  if (inBed && inBed.period.patient.patientId !== current.patient?.patientId) {
    if (current.patient === null) return bedOccupied(viewer, inBed);
    return refuse('conflict', 'Another patient is in this bed. Move or discharge that patient first.');
  }
  const { ward, bed } = wanted;
  return changeAll(state, asked, movers, 'moved', (period) => ({ ...period, ward, bed }));
}

/**
 * Corrects a patient's data, on all of the patient's devices. The association goes on. Any other change of the
 * patient's data since the form was filled is a conflict, also of another field: the fields name one person together,
 * and a mix of two persons' data would name nobody. A move meanwhile does not stop the correction.
 */
export function correctPatient(
  state: LiveState,
  asked: Asked,
  deviceId: string,
  associationId: string,
  wanted: CorrectBody,
): Decision {
  const { viewer, nowMs } = asked;
  const table = state.associations.get(deviceId);
  const current = currentPeriodOf(table);
  if (!current?.patient || current.associationId !== associationId || !seesWard(viewer, current.ward))
    return isOver(viewer, table, associationId);
  if (!mayChange(viewer, current)) return notYours(deniedAt(deviceId, current));
  if (actsSince(table, wanted.version, ['assigned', 'corrected', 'ended']))
    return changedMeanwhile(viewer, table, wanted.version);
  const fault = bornFault(wanted.changes.birthDate, nowMs);
  if (fault) return fault;
  const patient = patientWith(current.patient, wanted.changes);
  if (patient.category !== current.patient.category && wanted.categoryBefore !== current.patient.category)
    return refuse('conflict', 'The category decides the limits. Confirm that it changes, and from which.');
  const movers = [deviceId, ...othersAtPatient(state, deviceId, current)];
  if (patient.patientId !== current.patient.patientId) {
    const sentence = 'A patient with this id is in another bed.';
    const elsewhere = elsewhereFault(state, viewer, patient.patientId, current, movers, sentence);
    if (elsewhere) return elsewhere;
  }
  if (changedFields(current, { ...current, patient }).length === 0)
    return refuse('conflict', 'Nothing was changed: the patient has these data already.');
  return changeAll(state, asked, movers, 'corrected', (period) => ({ ...period, patient }));
}

/**
 * Ends an association: afterwards the device is without a bed. `whole: 'patient'` ends those of all of the patient's
 * devices in the bed (a discharge). Returns `not-found` if the association is not the device's current one.
 */
export function endAssociation(
  state: LiveState,
  asked: Asked,
  deviceId: string,
  associationId: string,
  whole: 'device' | 'patient' = 'device',
): Decision {
  const { viewer, nowMs } = asked;
  const table = state.associations.get(deviceId);
  const current = currentPeriodOf(table);
  if (current?.associationId !== associationId || !seesWard(viewer, current.ward))
    return isOver(viewer, table, associationId);
  if (!mayChange(viewer, current)) return notYours(deniedAt(deviceId, current));
  const enders = [deviceId, ...(whole === 'patient' ? othersAtPatient(state, deviceId, current) : [])];
  const to = formatInstant(nowMs);
  return changeAll(state, asked, enders, 'ended', (period) => ({ ...period, to }));
}

/** Changes the current period of each device. The answer describes the first device. */
function changeAll(
  state: LiveState,
  asked: Asked,
  deviceIds: readonly string[],
  act: AssociationAct,
  change: (period: AssociationPeriod) => AssociationPeriod,
): Decision {
  const tables: DeviceAssociations[] = [];
  let first: AssociationPeriod | undefined;
  for (const deviceId of deviceIds) {
    const table = state.associations.get(deviceId);
    const before = currentPeriodOf(table);
    if (!table || !before) continue;
    const after = change(before);
    first ??= after;
    const periods = table.periods.map((period) => (period === before ? after : period));
    const fields = changedFields(before, after);
    tables.push(write(deviceId, table, periods, { associationId: before.associationId, act, fields }, asked));
  }
  if (!first) return refuse('not-found', 'The device has no association now.');
  return { ok: true, tables, period: first };
}

function ended(table: DeviceAssociations | undefined, current: AssociationPeriod | undefined, at: string) {
  return (table?.periods ?? []).map((period) => (period === current ? { ...period, to: at } : period));
}

function write(
  deviceId: string,
  table: DeviceAssociations | undefined,
  periods: readonly AssociationPeriod[],
  what: Pick<AssociationChange, 'associationId' | 'act' | 'fields'>,
  { viewer, nowMs }: Asked,
): DeviceAssociations {
  const version = (table?.version ?? 0) + 1;
  const { userId, name, role } = viewer;
  const change: AssociationChange = { version, at: formatInstant(nowMs), by: { userId, name, role }, ...what };
  const changes = [...(table?.changes ?? []), change].slice(-changesMax);
  return { deviceId, version, periods: periods.slice(-periodsMax), changes };
}
