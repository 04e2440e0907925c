/**
 * Makes the texts of a printed strip that are not in the strip itself: the patient, the place, and the person who
 * printed the strip. Pure.
 */
import type { Patient } from '../../contracts/messages/records.ts';
import type { Strip } from '../../contracts/messages/strips.ts';

/** The patient of the strip. */
export type Subject = {
  /** Null if the log no longer has the patient's name, or if the device had no patient. */
  readonly patient: Omit<Patient, 'category'> | null;
  /** The id of the patient, even if the name is no longer known. */
  readonly patientId: string | undefined;
  readonly ward: string | undefined;
  readonly bed: string | undefined;
};

/** What is printed. */
export type PrintedStrip = {
  readonly strip: Strip;
  /** SHA-256 of the whole record (docs/strips.md). */
  readonly recordDigest: string;
  readonly subject: Subject;
  readonly printedBy: string;
  readonly printedMs: number;
  /** Writes an instant with its time zone. */
  readonly instantText: (ms: number) => string;
};

/** Returns name, birth date, sex and id of the patient. */
export function patientText({ patient, patientId }: Subject): string {
  if (patient === null) return patientId === undefined ? 'no patient known' : `patient ${patientId}, name not kept`;
  const { familyName, givenName, birthDate, sex } = patient;
  const name = givenName === '' ? familyName : `${familyName}, ${givenName}`;
  const parts = [name, birthDate && `born ${birthDate}`, sex, `id ${patient.patientId}`];
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

/** Returns ward and bed at the onset. */
export function placeText({ ward, bed }: Subject): string {
  return `ward ${ward ?? 'not known'}, bed ${bed ?? 'not known'}`;
}

/** Returns the lines at the bottom of each page. */
export function footLines({ strip, recordDigest, printedBy, printedMs, instantText }: PrintedStrip): string[] {
  return [
    `Alarm ${strip.alarmId}, onset ${strip.onset} · digest of the samples ${strip.digest} · digest of the record ${recordDigest}`,
    `Printed ${instantText(printedMs)} by ${printedBy}`,
  ];
}
