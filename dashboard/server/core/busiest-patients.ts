/** Finds the patients with the most alarms in a list of the alarm history, and the commonest condition of each. */
import type { Patient } from '../../../contracts/messages/records.ts';
import { visibleText } from '../../../contracts/text.ts';
import type { BusyPatient } from '../../protocol/alarm-review.ts';

/** Maximum number of patients that are named. */
const busiestMax = 5;

export type PatientAlarm = { readonly patient: Patient; readonly condition: string; readonly associationId: string };

type OfCondition = { count: number; readonly associationId: string };

/**
 * Returns at most five patients, the patient with the most alarms first. Patients with the same number of alarms come
 * in the order of their ids.
 * @param alarms the newest alarm first
 */
export function busiestPatients(alarms: Iterable<PatientAlarm>): BusyPatient[] {
  const patients = new Map<string, { readonly patient: Patient; readonly counts: Map<string, OfCondition> }>();
  for (const { patient, condition, associationId } of alarms) {
    const entry = patients.get(patient.patientId) ?? { patient, counts: new Map<string, OfCondition>() };
    const ofCondition = entry.counts.get(condition) ?? { count: 0, associationId };
    ofCondition.count += 1;
    entry.counts.set(condition, ofCondition);
    patients.set(patient.patientId, entry);
  }
  return [...patients.values()]
    .map(({ patient, counts }): BusyPatient => {
      const inOrder = [...counts].sort(([a, ofA], [b, ofB]) => ofB.count - ofA.count || (a < b ? -1 : 1));
      const [condition, { count: conditionAlarms, associationId }] = inOrder[0]!;
      const alarms = inOrder.reduce((sum, [, { count }]) => sum + count, 0);
      const { patientId, familyName, givenName } = patient;
      const name = { familyName: visibleText(familyName), givenName: visibleText(givenName) };
      return { patientId: visibleText(patientId), ...name, alarms, condition, conditionAlarms, associationId };
    })
    .sort((a, b) => b.alarms - a.alarms || (a.patientId < b.patientId ? -1 : 1))
    .slice(0, busiestMax);
}
