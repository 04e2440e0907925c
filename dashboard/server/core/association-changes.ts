/** Compares states of a device's associations, and returns the recorded changes that a viewer may read. */
import type {
  AssociationAct,
  AssociationChange,
  AssociationPeriod,
  DeviceAssociations,
  Patient,
} from '../../../contracts/messages/records.ts';
import { patientFields } from '../../../contracts/patient-rules.ts';
import type { CorrectBody } from '../../protocol/devices.ts';
import { may, seesWard, type Viewer } from './rights.ts';

const placeFields = ['ward', 'bed'] as const;

/** Returns the fields of place and patient that differ. `before` is undefined for a device that had no association. */
export function changedFields(
  before: AssociationPeriod | undefined,
  after: AssociationPeriod,
): AssociationChange['fields'] {
  const fields: AssociationChange['fields'] = [];
  const add = (field: string, from: string | undefined, to: string | undefined) => {
    if (from !== to) fields.push({ field, from: from ?? null, to: to ?? null });
  };
  for (const field of placeFields) add(field, before?.[field], after[field]);
  for (const field of patientFields) add(field, before?.patient?.[field], after.patient?.[field]);
  return fields;
}

/** Returns the patient's data with the changes applied; null removes an optional value. */
export function patientWith(patient: Patient, changes: CorrectBody['changes']): Patient {
  const { birthDate, sex, ...rest } = { ...patient, ...changes };
  return {
    ...rest,
    ...(birthDate === undefined || birthDate === null ? {} : { birthDate }),
    ...(sex === undefined || sex === null ? {} : { sex }),
  };
}

/**
 * Returns whether one of the acts changed a device's table since `version`. Also returns true if the table does not
 * record every change since then, for example a change by an older release or by an operator's tool.
 */
export function actsSince(
  table: DeviceAssociations | undefined,
  version: number,
  acts: readonly AssociationAct[],
): boolean {
  const current = table?.version ?? 0;
  if (current === version) return false;
  const since = recordedSince(table, version);
  const isComplete = version < current && new Set(since.map((change) => change.version)).size === current - version;
  return !isComplete || since.some((change) => acts.includes(change.act));
}

/**
 * Returns the changes since `version` that a viewer may read. The viewer must be allowed to see every ward of the
 * change: the last ward of the association and the wards that the change names. Fields of the patient are left out if
 * the viewer may not see patients. If the association is no longer in the table, its ward is unknown, and nobody may
 * read its changes.
 */
export function visibleChanges(
  viewer: Viewer,
  table: DeviceAssociations | undefined,
  version: number,
): AssociationChange[] {
  const clinical = may(viewer, 'view-vitals');
  const isPlaceField = (field: string) => placeFields.some((name) => name === field);
  return recordedSince(table, version)
    .filter((change) => wardsOf(change, table).every((ward) => ward !== undefined && seesWard(viewer, ward)))
    .map((change) => ({ ...change, fields: change.fields.filter(({ field }) => clinical || isPlaceField(field)) }));
}

/** Returns the wards of a change; an unknown ward is undefined. */
function wardsOf(
  { associationId, fields }: AssociationChange,
  table: DeviceAssociations | undefined,
): (string | undefined)[] {
  const period = table?.periods.find((candidate) => candidate.associationId === associationId);
  const wardsInFields = fields.filter(({ field }) => field === 'ward').flatMap(({ from, to }) => [from, to]);
  return [period?.ward, ...wardsInFields.filter((ward) => ward !== null)];
}

function recordedSince(table: DeviceAssociations | undefined, version: number): readonly AssociationChange[] {
  return (table?.changes ?? []).filter((change) => change.version > version);
}
