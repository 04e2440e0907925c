/** Finds the patient in a bed, and the devices at a patient. */
import type { AssociationPeriod, Patient } from '../../../contracts/messages/records.ts';
import { currentPeriodOf } from './beds.ts';
import type { LiveState } from './state.ts';

/** A patient in a bed, with one of the devices at this patient. */
export type Occupant = {
  readonly deviceId: string;
  readonly period: AssociationPeriod & { readonly patient: Patient };
};

export type WardAndBed = { readonly ward: string; readonly bed: string };

/** Returns the patient who is in a bed now. The devices of `except` are ignored. */
export function patientInBed(
  state: LiveState,
  { ward, bed }: WardAndBed,
  except: readonly string[],
): Occupant | undefined {
  for (const [deviceId, period] of currentPeriods(state, except)) {
    const { patient } = period;
    if (patient && period.ward === ward && period.bed === bed) return { deviceId, period: { ...period, patient } };
  }
  return undefined;
}

/**
 * Returns the other devices at the patient of `current`, in the same bed. An act on the patient applies to these
 * devices, too.
 */
export function othersAtPatient(state: LiveState, deviceId: string, current: AssociationPeriod): string[] {
  return othersAtPatients(state)(deviceId, current);
}

/** Returns a function like `othersAtPatient` that is fast for many devices: it reads all associations only once. */
export function othersAtPatients(state: LiveState): (deviceId: string, current: AssociationPeriod) => string[] {
  const ids = new Map<string, string[]>();
  for (const [deviceId, period] of currentPeriods(state, [])) {
    const key = patientInBedKey(period);
    if (key === undefined) continue;
    const idsAtPatient = ids.get(key);
    if (idsAtPatient) idsAtPatient.push(deviceId);
    else ids.set(key, [deviceId]);
  }
  return (deviceId, current) => ids.get(patientInBedKey(current) ?? '')?.filter((id) => id !== deviceId) ?? [];
}

/** Returns a key that is equal for all devices at one patient in one bed; undefined for a period without a patient. */
function patientInBedKey({ ward, bed, patient }: AssociationPeriod): string | undefined {
  return patient === null ? undefined : JSON.stringify([ward, bed, patient.patientId]);
}

/** Yields each device that is in a bed now, with its current period, except the devices of `except`. */
export function* currentPeriods(state: LiveState, except: readonly string[]) {
  for (const [deviceId, table] of state.associations) {
    const period = except.includes(deviceId) ? undefined : currentPeriodOf(table);
    if (period) yield [deviceId, period] as const;
  }
}
