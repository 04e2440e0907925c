/** Which fields of a device's associations changed, and which of the changes a viewer may read. */
import type {
  AssociationAct,
  AssociationChange,
  AssociationPeriod,
  DeviceAssociations,
  Patient,
} from '../../../contracts/messages/records.ts';
import type { CorrectBody } from '../../protocol/devices.ts';
import { may, seesWard, type Viewer } from './rights.ts';

const placeFields = ['ward', 'bed'] as const;
const patientFields = ['patientId', 'familyName', 'givenName', 'birthDate', 'sex', 'category'] as const;

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

/** Returns a patient with changed fields; null removes an optional value. */
export function patientWith(patient: Patient, changes: CorrectBody['changes']): Patient {
  const { birthDate, sex, ...rest } = { ...patient, ...changes };
  return {
    ...rest,
    ...(birthDate === undefined || birthDate === null ? {} : { birthDate }),
    ...(sex === undefined || sex === null ? {} : { sex }),
  };
}

/**
 * Whether one of the acts was done to a device since `version`. A change without a record counts as any act: it comes
 * from an older version of Vigil or from the operator's tools, or the table no longer keeps it.
 */
export function actsSince(
  table: DeviceAssociations | undefined,
  version: number,
  acts: readonly AssociationAct[],
): boolean {
  const current = table?.version ?? 0;
  if (current === version) return false;
  const since = recordedSince(table, version);
  const isWhole = version < current && new Set(since.map((change) => change.version)).size === current - version;
  return !isWhole || since.some((change) => acts.includes(change.act));
}

/**
 * Returns the changes since `version` that a viewer may read: those of their wards, with patients' data only if the
 * viewer may see patients. A change belongs to the ward where its association is now or was last, and to the wards that
 * it names. If the association is no longer in the table, its ward is unknown, and nobody reads its changes.
 */
export function visibleChanges(
  viewer: Viewer,
  table: DeviceAssociations | undefined,
  version: number,
): AssociationChange[] {
  const clinical = may(viewer, 'view-vitals');
  const isPlace = (field: string) => placeFields.some((name) => name === field);
  return recordedSince(table, version)
    .filter((change) => wardsOf(change, table).every((ward) => ward !== undefined && seesWard(viewer, ward)))
    .map((change) => ({ ...change, fields: change.fields.filter(({ field }) => clinical || isPlace(field)) }));
}

/** Returns the wards of a change; undefined stands for an unknown ward. */
function wardsOf(
  { associationId, fields }: AssociationChange,
  table: DeviceAssociations | undefined,
): (string | undefined)[] {
  const period = table?.periods.find((candidate) => candidate.associationId === associationId);
  const named = fields.filter(({ field }) => field === 'ward').flatMap(({ from, to }) => [from, to]);
  return [period?.ward, ...named.filter((ward) => ward !== null)];
}

function recordedSince(table: DeviceAssociations | undefined, version: number): readonly AssociationChange[] {
  return (table?.changes ?? []).filter((change) => change.version > version);
}
