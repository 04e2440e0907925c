/** Rules for a patient's data. The forms and the server use the same rules. Pure. */
import type { Patient } from './messages/records.ts';
import { normalText } from './text.ts';

/** The fields of a patient's data. */
export const patientFields = ['patientId', 'familyName', 'givenName', 'birthDate', 'sex', 'category'] as const;
export type PatientField = (typeof patientFields)[number];
/**
 * A field in which the typed data differ from the data of the patient at the bed (`there`; null if the field has no
 * value).
 */
export type FieldDifference = { readonly field: PatientField; readonly typed: string; readonly there: string | null };

/** Nobody alive was born before this year. An earlier year is a typing error. */
const birthYearMin = 1880;
/** Each day begins first at UTC+14, 14 h before it begins in UTC. */
const firstZoneAheadMs = 14 * 3_600_000;

/**
 * Returns a sentence that says why a date of birth is refused; undefined if it is accepted. Accepts 1880-01-01 up to
 * today. Today is the newest date that has begun anywhere on Earth, because this code does not know the hospital's time
 * zone. A server that runs on UTC must not refuse a newborn in Auckland.
 * @param birthDate `YYYY-MM-DD`
 * @param nowMs the server's time
 */
export function birthDateFault(birthDate: string, nowMs: number): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(birthDate)) return 'Write the date of birth as YYYY-MM-DD.';
  if (!isCalendarDate(birthDate)) return 'There is no such day. Check the date of birth.';
  if (Number(birthDate.slice(0, 4)) < birthYearMin)
    return `The date of birth is before ${birthYearMin}. Check the year.`;
  const today = new Date(nowMs + firstZoneAheadMs).toISOString().slice(0, 10);
  if (birthDate > today) return 'The date of birth lies in the future. Check it.';
  return undefined;
}

/**
 * Returns the typed fields that contradict the data of the patient at the bed. A missing or empty field contradicts
 * nothing.
 */
export function contradictions(typed: Partial<Record<PatientField, string>>, bedPatient: Patient): FieldDifference[] {
  return patientFields.flatMap((field) => {
    const text = normalText(typed[field] ?? '');
    return text === '' || text === bedPatient[field] ? [] : [{ field, typed: text, there: bedPatient[field] || null }];
  });
}

/** Returns whether the day exists. @param text a text of the form `YYYY-MM-DD` */
function isCalendarDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00.000Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
