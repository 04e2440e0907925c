/** Rules for a patient's data that the forms and the server judge alike. Pure. */
import type { Patient } from './messages/records.ts';
import { normalText } from './text.ts';

const patientFields = ['patientId', 'familyName', 'givenName', 'birthDate', 'sex', 'category'] as const;
export type PatientField = (typeof patientFields)[number];
/** A field of two patients that differs; null stands for no value. */
export type FieldDifference = { readonly field: PatientField; readonly typed: string; readonly there: string | null };

/** Nobody alive was born before; an earlier year is a slip of the keyboard. */
const birthYearMin = 1880;
/** Where the day begins first (UTC+14), it begins so much before the day of UTC. */
const firstZoneAheadMs = 14 * 3_600_000;

/**
 * Says why a date of birth is not taken; undefined where it is fine. Takes 1880-01-01 up to today's date.
 * Today is the newest date that has begun anywhere on Earth: the hospital's time zone is not known here, and a newborn in
 * Auckland whose server runs on UTC must not be refused.
 * @param birthDate `YYYY-MM-DD`
 * @param nowMs the server's time
 */
export function birthDateFault(birthDate: string, nowMs: number): string | undefined {
  if (!isCalendarDate(birthDate)) return 'Write the date of birth as YYYY-MM-DD.';
  if (Number(birthDate.slice(0, 4)) < birthYearMin)
    return `The date of birth is before ${birthYearMin}. Check the year.`;
  const today = new Date(nowMs + firstZoneAheadMs).toISOString().slice(0, 10);
  if (birthDate > today) return 'The date of birth lies in the future. Check it.';
  return undefined;
}

/**
 * Returns the fields that somebody typed for the patient of a bed and that contradict the patient who is there.
 * A field that is missing or empty contradicts nothing.
 */
export function contradictions(typed: Partial<Record<PatientField, string>>, there: Patient): FieldDifference[] {
  return patientFields.flatMap((field) => {
    const text = normalText(typed[field] ?? '');
    return text === '' || text === there[field] ? [] : [{ field, typed: text, there: there[field] || null }];
  });
}

function isCalendarDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00.000Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
