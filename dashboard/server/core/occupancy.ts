/** Who is where now: which patient is in a bed, and which devices are at one patient. */
import type { AssociationPeriod, Patient } from '../../../contracts/messages/records.ts';
import { currentPeriodOf } from './beds.ts';
import type { LiveState } from './state.ts';

/** A patient in a bed, and a device whose association says so. */
export type InBed = { readonly deviceId: string; readonly period: AssociationPeriod & { readonly patient: Patient } };

export type Place = { readonly ward: string; readonly bed: string };

/** Returns the patient who is in a bed now, by a device that is not among `except`. */
export function patientInBed(state: LiveState, { ward, bed }: Place, except: readonly string[]): InBed | undefined {
  for (const [deviceId, period] of currentPeriods(state, except)) {
    const { patient } = period;
    if (patient && period.ward === ward && period.bed === bed) return { deviceId, period: { ...period, patient } };
  }
  return undefined;
}

/**
 * Returns the other devices at the patient of `current`, in the same bed: an act on the patient is an act on them as
 * well.
 */
export function othersAtPatient(state: LiveState, deviceId: string, current: AssociationPeriod): string[] {
  return othersAtPatients(state)(deviceId, current);
}

/** The same for many devices, with one pass over all associations. */
export function othersAtPatients(state: LiveState): (deviceId: string, current: AssociationPeriod) => string[] {
  const ids = new Map<string, string[]>();
  for (const [deviceId, period] of currentPeriods(state, [])) {
    const key = patientInBedKey(period);
    if (key === undefined) continue;
    const there = ids.get(key);
    if (there) there.push(deviceId);
    else ids.set(key, [deviceId]);
  }
  return (deviceId, current) => ids.get(patientInBedKey(current) ?? '')?.filter((id) => id !== deviceId) ?? [];
}

/** The same for two devices at one patient in one bed; undefined without a patient. */
function patientInBedKey({ ward, bed, patient }: AssociationPeriod): string | undefined {
  return patient === null ? undefined : JSON.stringify([ward, bed, patient.patientId]);
}

/** Each device that is in a bed now, with its period. */
export function* currentPeriods(state: LiveState, except: readonly string[]) {
  for (const [deviceId, table] of state.associations) {
    const period = except.includes(deviceId) ? undefined : currentPeriodOf(table);
    if (period) yield [deviceId, period] as const;
  }
}
