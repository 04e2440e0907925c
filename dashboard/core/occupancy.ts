/** Who is where now: which patient is in a bed, and which devices are at one patient. */
import type { AssociationPeriod, Patient } from '../../contracts/messages/records.ts';
import { atSamePatient } from '../../contracts/patient-rules.ts';
import { currentPeriodOf } from './beds.ts';
import type { LiveState } from './state.ts';

/** A patient in a bed, and a device that says so. */
export type InBed = { readonly deviceId: string; readonly period: AssociationPeriod & { readonly patient: Patient } };

export type Place = { readonly ward: string; readonly bed: string };

/** The patient who is in a bed now, by a device that is not among `except`. */
export function patientInBed(state: LiveState, { ward, bed }: Place, except: readonly string[]): InBed | undefined {
  for (const [deviceId, period] of currentPeriods(state, except)) {
    const { patient } = period;
    if (patient && period.ward === ward && period.bed === bed) return { deviceId, period: { ...period, patient } };
  }
  return undefined;
}

/** The other devices at the patient of `current`, in the same bed: what is done to the patient is done to them as well. */
export function othersAtPatient(state: LiveState, deviceId: string, current: AssociationPeriod): string[] {
  return [...currentPeriods(state, [deviceId])].filter(([, other]) => atSamePatient(current, other)).map(([id]) => id);
}

/** Each device that is in a bed now, with its period. */
export function* currentPeriods(state: LiveState, except: readonly string[]) {
  for (const [deviceId, table] of state.associations) {
    const period = except.includes(deviceId) ? undefined : currentPeriodOf(table);
    if (period) yield [deviceId, period] as const;
  }
}
