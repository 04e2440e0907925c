/**
 * Decides whether a change of a device's association is allowed, and returns the tables to write. There are four acts:
 * assign a device to a bed, move the device, correct the data of its patient, end the association.
 *
 * A patient may have several devices in one bed. Each device has its own table and its own association. A move, a
 * correction or a discharge of the patient changes the tables of all these devices together.
 */
import { countOverlaps } from '../../../contracts/association-at.ts';
import { isCanary } from '../../../contracts/canary.ts';
import type {
  AssociationAct,
  AssociationChange,
  AssociationPeriod,
  DeviceAssociations,
} from '../../../contracts/messages/records.ts';
import { contradictions } from '../../../contracts/patient-rules.ts';
import { timedPeriods } from '../../../contracts/periods.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { AssociateBody, CorrectBody, MoveBody } from '../../protocol/devices.ts';
import { actsSince, changedFields, patientWith } from './association-changes.ts';
import {
  type ActContext,
  associatedDevicesMax,
  associationOverRefusal,
  bedOccupiedRefusal,
  birthDateRefusal,
  changedMeanwhileRefusal,
  deniedOf,
  hiddenDeviceRefusal,
  inOtherBedRefusal,
  mayChange,
  notAllowedRefusal,
  overlapRefusal,
  type Refusal,
  refusalOf,
  seesDevice,
  tooManyDevicesRefusal,
  unknownDeviceRefusal,
} from './association-refusals.ts';
import { currentPeriodOf } from './beds.ts';
import { othersAtPatient, patientInBed } from './occupancy.ts';
import { may, seesWard } from './rights.ts';
import type { LiveState } from './state.ts';

/**
 * Maximum number of periods that are kept for one device. If there are more, the oldest are dropped, because Kafka has
 * hardly any readings from these periods.
 */
const periodsMax = 64;
const changesMax = 64;

export type Decision =
  | {
      readonly ok: true;
      /** The tables to write. The first table belongs to the device that the act names. */
      readonly tables: readonly DeviceAssociations[];
      /** The association after the act. */
      readonly period: AssociationPeriod;
    }
  | Refusal;

/**
 * Assigns a device without a patient to a bed, and starts an association. Refuses with:
 * - `not-found`: the device is, or was last, in a ward that the viewer may not see; or the device has no table, and
 *   this server knows no record from it.
 * - `conflict`: the device sends canaries; it has changed since the viewer saw it, or has a patient; the patient is in
 *   another bed; `samePatientAs` is not in this bed, or `wanted.patient` is another patient; the table would have one
 *   more overlap; or too many devices have had a bed.
 * - `patient-invalid`: the date of birth is impossible.
 * - `bed-occupied`: the bed has a patient, `samePatientAs` is absent, and the viewer may admit patients.
 * - `not-allowed`: the viewer may not use the ward; the act concerns a patient, or the bed has one, and the role may
 *   not admit patients; or the patient is in a bed of a ward that the viewer may not see.
 * @param associationId a new UUIDv7
 */
export function assignDevice(
  state: LiveState,
  { viewer, nowMs }: ActContext,
  deviceId: string,
  wanted: AssociateBody,
  associationId: string,
): Decision {
  const table = state.associations.get(deviceId);
  const current = currentPeriodOf(table);
  if (!may(viewer, 'associate-device') || !seesWard(viewer, wanted.ward))
    return notAllowedRefusal({ detail: deviceId, ward: wanted.ward });
  if (isCanary(deviceId))
    return refusalOf(
      'conflict',
      `${deviceId} is not a device. It sends Vigil’s own test readings and cannot be assigned to a bed.`,
    );
  if (wanted.patient !== null && !may(viewer, 'admit-patient'))
    return notAllowedRefusal({ detail: deviceId, ward: wanted.ward, patientId: wanted.patient.patientId });
  if (!seesDevice(viewer, table)) return hiddenDeviceRefusal(deviceId, table);
  if (table === undefined && !state.devices.has(deviceId)) return unknownDeviceRefusal(deviceId);
  if (table === undefined && state.associations.size >= associatedDevicesMax) return tooManyDevicesRefusal();
  if (current && !mayChange(viewer, current)) return notAllowedRefusal(deniedOf(deviceId, current));
  if (wanted.version === null ? current !== undefined : (table?.version ?? 0) !== wanted.version)
    return changedMeanwhileRefusal(viewer, table, wanted.version ?? 0);
  if (current?.patient)
    return refusalOf(
      'conflict',
      'A patient is admitted at this device. Discharge the patient first, or move the device.',
    );
  const occupant = patientInBed(state, wanted, [deviceId]);
  let { patient } = wanted;
  if (wanted.samePatientAs !== undefined) {
    if (!may(viewer, 'admit-patient')) return notAllowedRefusal({ detail: deviceId, ward: wanted.ward });
    if (occupant?.period.associationId !== wanted.samePatientAs)
      return refusalOf('conflict', 'That patient is no longer in this bed. Look at the bed again.');
    if (patient && contradictions(patient, occupant.period.patient).length > 0)
      return refusalOf(
        'conflict',
        'Nothing was saved: you entered another patient than the patient who is in this bed. Choose another bed, or leave the patient’s fields empty if the device is at the patient in this bed.',
      );
    patient = occupant.period.patient;
  } else {
    const fault = birthDateRefusal(patient?.birthDate, nowMs);
    if (fault) return fault;
    if (occupant) return bedOccupiedRefusal(viewer, occupant);
  }
  const sentence =
    'This patient is in another bed. First move the patient’s device from there, or end its association.';
  const otherBedRefusal = patient && inOtherBedRefusal(state, viewer, patient.patientId, wanted, [deviceId], sentence);
  if (otherBedRefusal) return otherBedRefusal;
  const startedAt = formatInstant(nowMs);
  const { ward, bed } = wanted;
  const period: AssociationPeriod = { associationId, patient, ward, bed, from: startedAt, to: null };
  const fields = changedFields(current, period);
  const periods = [...periodsAfterEnd(table, current, startedAt), period];
  const overlapCount = (checkedPeriods: readonly AssociationPeriod[]) =>
    countOverlaps(timedPeriods(checkedPeriods, nowMs) ?? []);
  // Only a new period is refused for an overlap. Moves, corrections and ends stay possible, because they can repair a
  // table with an overlap.
  if (overlapCount(periods) > overlapCount(table?.periods ?? [])) return overlapRefusal();
  const newTable = tableAfterChange(
    deviceId,
    table,
    periods,
    { associationId, act: 'assigned', fields },
    { viewer, nowMs },
  );
  return { ok: true, tables: [newTable], period };
}

/**
 * Moves a device and the patient's other devices to another bed. The association continues, with its patient, alarms,
 * acknowledgements and limits. The move is allowed even if somebody has just corrected the patient's data.
 */
export function moveDevice(state: LiveState, context: ActContext, deviceId: string, wanted: MoveBody): Decision {
  const { viewer } = context;
  const table = state.associations.get(deviceId);
  const current = currentPeriodOf(table);
  if (!may(viewer, 'associate-device') || !seesWard(viewer, wanted.ward))
    return notAllowedRefusal({ detail: deviceId, ward: wanted.ward });
  if (!table) return unknownDeviceRefusal(deviceId);
  if (!seesDevice(viewer, table)) return hiddenDeviceRefusal(deviceId, table);
  if (current && !mayChange(viewer, current)) return notAllowedRefusal(deniedOf(deviceId, current));
  if (actsSince(table, wanted.version, ['assigned', 'moved', 'ended']))
    return changedMeanwhileRefusal(viewer, table, wanted.version);
  if (!current) return refusalOf('not-found', 'The device has no bed now. Assign the device to a bed.');
  if (current.ward === wanted.ward && current.bed === wanted.bed)
    return refusalOf('conflict', 'The device is in this bed already.');
  const movedDevices = [deviceId, ...othersAtPatient(state, deviceId, current)];
  const occupant = patientInBed(state, wanted, movedDevices);
  if (occupant && occupant.period.patient.patientId !== current.patient?.patientId) {
    if (current.patient === null) return bedOccupiedRefusal(viewer, occupant);
    return refusalOf('conflict', 'Another patient is in this bed. Move or discharge that patient first.');
  }
  const { ward, bed } = wanted;
  return changeAll(state, context, movedDevices, 'moved', (period) => ({ ...period, ward, bed }));
}

/**
 * Corrects a patient's data, in the tables of all of the patient's devices. The association continues. The correction
 * is a conflict if anybody else changed the patient's data since the form was opened, even in another field. Without
 * this rule, two partial changes could mix the data of two persons. The correction is allowed even if somebody has just
 * moved the device.
 */
export function correctPatient(
  state: LiveState,
  context: ActContext,
  deviceId: string,
  associationId: string,
  wanted: CorrectBody,
): Decision {
  const { viewer, nowMs } = context;
  const table = state.associations.get(deviceId);
  const current = currentPeriodOf(table);
  if (!current?.patient || current.associationId !== associationId || !seesWard(viewer, current.ward))
    return associationOverRefusal(viewer, table, associationId);
  if (!mayChange(viewer, current)) return notAllowedRefusal(deniedOf(deviceId, current));
  if (actsSince(table, wanted.version, ['assigned', 'corrected', 'ended']))
    return changedMeanwhileRefusal(viewer, table, wanted.version);
  const fault = birthDateRefusal(wanted.changes.birthDate, nowMs);
  if (fault) return fault;
  const patient = patientWith(current.patient, wanted.changes);
  if (patient.category !== current.patient.category && wanted.categoryBefore !== current.patient.category)
    return refusalOf('conflict', 'The category decides the limits. Confirm the change by naming the former category.');
  const correctedDevices = [deviceId, ...othersAtPatient(state, deviceId, current)];
  if (patient.patientId !== current.patient.patientId) {
    const sentence = 'A patient with this id is in another bed.';
    const otherBedRefusal = inOtherBedRefusal(state, viewer, patient.patientId, current, correctedDevices, sentence);
    if (otherBedRefusal) return otherBedRefusal;
  }
  if (changedFields(current, { ...current, patient }).length === 0)
    return refusalOf('conflict', 'Nothing was changed: the patient has these data already.');
  return changeAll(state, context, correctedDevices, 'corrected', (period) => ({ ...period, patient }));
}

/**
 * Ends an association. Then the device has no bed. `whole: 'patient'` ends the associations of all of the patient's
 * devices in the bed (a discharge). Refuses with `not-found` if the association is not the device's current
 * association.
 */
export function endAssociation(
  state: LiveState,
  context: ActContext,
  deviceId: string,
  associationId: string,
  whole: 'device' | 'patient' = 'device',
): Decision {
  const { viewer, nowMs } = context;
  const table = state.associations.get(deviceId);
  const current = currentPeriodOf(table);
  if (current?.associationId !== associationId || !seesWard(viewer, current.ward))
    return associationOverRefusal(viewer, table, associationId);
  if (!mayChange(viewer, current)) return notAllowedRefusal(deniedOf(deviceId, current));
  const endedDevices = [deviceId, ...(whole === 'patient' ? othersAtPatient(state, deviceId, current) : [])];
  const to = formatInstant(nowMs);
  return changeAll(state, context, endedDevices, 'ended', (period) => ({ ...period, to }));
}

/** Changes the current period of each device. The `period` of the result belongs to the first device. */
function changeAll(
  state: LiveState,
  context: ActContext,
  deviceIds: readonly string[],
  act: AssociationAct,
  change: (period: AssociationPeriod) => AssociationPeriod,
): Decision {
  const tables: DeviceAssociations[] = [];
  let firstPeriod: AssociationPeriod | undefined;
  for (const deviceId of deviceIds) {
    const table = state.associations.get(deviceId);
    const formerPeriod = currentPeriodOf(table);
    if (!table || !formerPeriod) continue;
    const newPeriod = change(formerPeriod);
    firstPeriod ??= newPeriod;
    const periods = table.periods.map((period) => (period === formerPeriod ? newPeriod : period));
    const fields = changedFields(formerPeriod, newPeriod);
    tables.push(
      tableAfterChange(deviceId, table, periods, { associationId: formerPeriod.associationId, act, fields }, context),
    );
  }
  if (!firstPeriod) return refusalOf('not-found', 'The device has no association now.');
  return { ok: true, tables, period: firstPeriod };
}

function periodsAfterEnd(table: DeviceAssociations | undefined, current: AssociationPeriod | undefined, at: string) {
  return (table?.periods ?? []).map((period) => (period === current ? { ...period, to: at } : period));
}

function tableAfterChange(
  deviceId: string,
  table: DeviceAssociations | undefined,
  periods: readonly AssociationPeriod[],
  recordedAct: Pick<AssociationChange, 'associationId' | 'act' | 'fields'>,
  { viewer, nowMs }: ActContext,
): DeviceAssociations {
  const version = (table?.version ?? 0) + 1;
  const { userId, name, role } = viewer;
  const change: AssociationChange = { version, at: formatInstant(nowMs), by: { userId, name, role }, ...recordedAct };
  const changes = [...(table?.changes ?? []), change].slice(-changesMax);
  return { deviceId, version, periods: periods.slice(-periodsMax), changes };
}
