/** Computes for how long beds were occupied. The alarm history divides its alarms by this time. */

import { type AlarmPlace, type AlarmSpan, placesInTime } from '../../../contracts/alarm-places.ts';
import { dayMs } from '../../../contracts/durations.ts';
import type { DeviceAssociations } from '../../../contracts/messages/records.ts';
import { parseInstant } from '../../../contracts/time.ts';

export type BedDaysQuestion = {
  /** The time that is examined, ms since 1970. */
  readonly span: AlarmSpan;
  readonly counts: (place: AlarmPlace) => boolean;
  /** Only the time of this patient counts; if undefined, the time of every patient counts. */
  readonly patientId: string | undefined;
};

/**
 * Returns for how many days beds were occupied by a patient with a device. The result is the sum over the beds. Several
 * devices at one bed count once. A bed with a device and no patient does not count. A time does not count if the place
 * is not known, because changes of the device's table are missing.
 */
export function bedDays(tables: Iterable<DeviceAssociations>, { span, counts, patientId }: BedDaysQuestion): number {
  const occupied = new Map<string, AlarmSpan[]>();
  for (const table of tables)
    for (const period of table.periods) {
      if (period.patient === null || (patientId ?? period.patient.patientId) !== period.patient.patientId) continue;
      const periodSpan = {
        fromMs: parseInstant(period.from) ?? Number.POSITIVE_INFINITY,
        toMs: period.to === null ? Number.POSITIVE_INFINITY : (parseInstant(period.to) ?? Number.NEGATIVE_INFINITY),
      };
      if (periodSpan.fromMs >= span.toMs || periodSpan.toMs <= span.fromMs) continue;
      for (const { place, fromMs, toMs } of placesInTime(table, period.associationId)) {
        if (place.bed === null || !counts(place)) continue;
        const part = {
          fromMs: Math.max(fromMs, periodSpan.fromMs, span.fromMs),
          toMs: Math.min(toMs, periodSpan.toMs, span.toMs),
        };
        if (part.fromMs >= part.toMs) continue;
        const key = JSON.stringify([place.ward, place.bed]);
        occupied.set(key, [...(occupied.get(key) ?? []), part]);
      }
    }
  let totalMs = 0;
  for (const parts of occupied.values()) totalMs += lengthOfUnion(parts);
  return totalMs / dayMs;
}

/** Returns the total time that at least one of the spans covers, ms. */
function lengthOfUnion(spans: readonly AlarmSpan[]): number {
  let totalMs = 0;
  let coveredToMs = Number.NEGATIVE_INFINITY;
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    totalMs += Math.max(0, toMs - Math.max(fromMs, coveredToMs));
    coveredToMs = Math.max(coveredToMs, toMs);
  }
  return totalMs;
}
