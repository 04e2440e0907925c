/** Finds the patient and the bed of an alarm at the onset of a strip. */
import { type AlarmSpan, createPlacesOf } from '../../contracts/alarm-places.ts';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import { contentTypes, type DeviceAssociations } from '../../contracts/messages/records.ts';
import { parseInstant } from '../../contracts/time.ts';
import { type FoundAlarm, findPlaces } from '../../log/explain/search.ts';
import { type ReadContext, readSpan } from '../../log/explain/span.ts';
import type { Subject } from './header.ts';

/**
 * The patient and the bed of a strip. `wards`: the wards in which the patient was in the span; empty if no ward is
 * known.
 */
export type FoundSubject = Subject & { readonly wards: readonly string[] };

/**
 * Reads the associations, and returns a function that gives the subject of the alarm in a span. The topic
 * `associations` has the last 64 periods of each device; for an older period, the audit trail may have the ward.
 */
export async function findSubject(
  reading: ReadContext,
  found: FoundAlarm,
  nowMs: number,
): Promise<(span: AlarmSpan) => FoundSubject> {
  const { deviceId, associationId } = found.alarm;
  const tables = await readTables(reading, deviceId, nowMs);
  const hasStay = (table: DeviceAssociations) => table.periods.some((period) => period.associationId === associationId);
  const isOld = ![...tables.values()].some(hasStay);
  const older = isOld ? (await findPlaces(reading, [found], nowMs)).get(associationId) : undefined;
  return (span) => {
    const { places, patient } = createPlacesOf(tables)(deviceId, associationId, span);
    const [place] = places.length > 0 || older?.ward === undefined ? places : [{ ward: older.ward, bed: null }];
    return {
      ...{ patient, patientId: patient?.patientId ?? older?.patientId },
      ...{ ward: place?.ward, bed: place?.bed ?? undefined },
      wards: place === undefined ? [] : [...new Set([place.ward, ...places.map(({ ward }) => ward)])],
    };
  };
}

/**
 * Returns the span of the first onset. The span of a late alarm begins at the onset, which was before the alarm was
 * raised: the patient may have been in another bed then.
 */
export function firstOnsetSpan({ raisedAt, onsetAt, late }: Pick<Alarm, 'raisedAt' | 'onsetAt' | 'late'>): AlarmSpan {
  const raisedMs = parseInstant(raisedAt) ?? 0;
  return { fromMs: late ? Math.min(raisedMs, parseInstant(onsetAt) ?? raisedMs) : raisedMs, toMs: raisedMs };
}

/** Returns the newest associations by device. @param deviceId only this device; undefined for all devices */
export async function readTables(reading: ReadContext, deviceId: string | undefined, nowMs: number) {
  const tables = new Map<string, DeviceAssociations>();
  await readSpan(reading, { topic: 'associations', sinceMs: 0, untilMs: () => nowMs }, ({ record }) => {
    if (record.contentType !== contentTypes.associations) return;
    const table = record.body;
    if (deviceId !== undefined && table.deviceId !== deviceId) return;
    if (table.version >= (tables.get(table.deviceId)?.version ?? 0)) tables.set(table.deviceId, table);
  });
  return tables;
}
