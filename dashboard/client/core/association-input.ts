/** Reads a patient's data that somebody typed into a form, and finds the changed fields. */
import type { AssociationChange, Patient, PatientCategory } from '../../../contracts/messages/records.ts';
import { birthDateFault, contradictions, type PatientField } from '../../../contracts/patient-rules.ts';
import type { CorrectBody } from '../../protocol/devices.ts';
import { t, texts } from './texts.ts';

/** A form's fields as text; empty if nothing was entered or chosen. */
export type PatientDraft = Readonly<Record<PatientField, string>>;

export const emptyPatientDraft: PatientDraft = {
  patientId: '',
  familyName: '',
  givenName: '',
  birthDate: '',
  sex: '',
  category: '',
};

export type PatientOrFault = { ok: true; patient: Patient | null } | { ok: false; message: string };
export type ChangesOrFault =
  | { ok: true; changes: CorrectBody['changes']; categoryBefore?: PatientCategory }
  | { ok: false; message: string };

/** Returns the draft that shows a patient's present data. */
export function draftOf(patient: Patient): PatientDraft {
  const { patientId, familyName, givenName, birthDate = '', sex = '', category } = patient;
  return { patientId, familyName, givenName, birthDate, sex, category };
}

/** Returns whether a person has changed a form since it was opened. */
export function isDraftChanged(before: PatientDraft, draft: PatientDraft): boolean {
  const trimmedDraft = trimDraft(draft);
  return (Object.keys(before) as PatientField[]).some((field) => trimmedDraft[field] !== before[field].trim());
}

/**
 * Reads a new patient; null if all fields are empty.
 * @param nowMs the server's time
 */
export function readPatient(draft: PatientDraft, nowMs: number): PatientOrFault {
  const typed = trimDraft(draft);
  if (Object.values(typed).every((text) => text === '')) return { ok: true, patient: null };
  const { patientId, familyName, givenName, birthDate } = typed;
  const category = categories.find((option) => option === typed.category);
  const message = draftFault(typed) ?? typedBirthDateFault(birthDate, nowMs);
  if (message !== undefined || !category) return { ok: false, message: message ?? noCategoryMessage() };
  const sex = sexes.find((option) => option === typed.sex);
  return {
    ok: true,
    patient: { patientId, familyName, givenName, category, ...(birthDate && { birthDate }), ...(sex && { sex }) },
  };
}

/**
 * Returns the changed fields of a form, and the former category if the category changed. An unchanged date of birth is
 * not checked again.
 * @param shownPatient the patient's data when the form was opened
 * @param nowMs the server's time
 */
export function readChanges(shownPatient: Patient, draft: PatientDraft, nowMs: number): ChangesOrFault {
  const typed = trimDraft(draft);
  const formerDraft = draftOf(shownPatient);
  const birthDateMessage =
    typed.birthDate === formerDraft.birthDate ? undefined : typedBirthDateFault(typed.birthDate, nowMs);
  const message = draftFault(typed) ?? birthDateMessage;
  if (message !== undefined) return { ok: false, message };
  const changes: Record<string, string | null> = {};
  for (const field of Object.keys(formerDraft) as PatientField[]) {
    if (typed[field] === formerDraft[field].trim()) continue;
    changes[field] = typed[field] === '' && (field === 'birthDate' || field === 'sex') ? null : typed[field];
  }
  if (Object.keys(changes).length === 0) return { ok: false, message: t('Nothing was changed.') };
  const changedFields = changes as CorrectBody['changes'];
  return { ok: true, changes: changedFields, ...(changedFields.category && { categoryBefore: shownPatient.category }) };
}

const noCategoryMessage = () => t('Choose a category: limits depend on it.');

function draftFault({ patientId, familyName, category }: PatientDraft): string | undefined {
  if (patientId === '') return t('Enter the patient id.');
  if (familyName === '') return t('Enter the family name.');
  if (!categories.some((option) => option === category)) return noCategoryMessage();
  return undefined;
}

function typedBirthDateFault(birthDate: string, nowMs: number): string | undefined {
  return birthDate === '' ? undefined : birthDateFault(birthDate, nowMs);
}

/**
 * Returns one text for each field in which the typed data contradict the patient in the bed; empty without a
 * contradiction.
 */
export function contradictionTexts(draft: PatientDraft, patientInBed: Patient): string[] {
  return contradictions(trimDraft(draft), patientInBed).map(({ field, typed, there: valueInBed }) =>
    t('{field}: you entered {typed}, in this bed is {known}', {
      field: fieldNames[field],
      typed,
      known: valueInBed ?? 'none',
    }),
  );
}

function trimDraft(draft: PatientDraft): PatientDraft {
  const entries = Object.entries(draft).map(([field, text]) => [field, text.trim()] as const);
  return Object.fromEntries(entries) as PatientDraft;
}

/**
 * Copies of the lists in contracts/messages/records.ts, because an import of that file would add its schemas to the
 * bundle.
 */
export const categories: readonly PatientCategory[] = ['adult', 'paediatric', 'neonatal'];
export const sexes = ['female', 'male', 'other', 'unknown'] as const;

const fieldNames: Readonly<Record<string, string>> = texts({
  ward: 'ward',
  bed: 'bed',
  patientId: 'patient id',
  familyName: 'family name',
  givenName: 'given name',
  birthDate: 'date of birth',
  sex: 'sex',
  category: 'category',
});

const actNames: Readonly<Record<AssociationChange['act'], string>> = texts({
  assigned: 'assigned the device',
  moved: 'moved the device',
  corrected: 'corrected the patient',
  ended: 'removed the device',
});

/** Returns a value of a patient's field. Only the sex and the category are words of Vigil and not of a person. */
function valueText(field: string, value: string | null): string {
  if (value === null) return t('not known');
  return field === 'sex' || field === 'category' ? t(value) : value;
}

/** Returns a text about a change, for example `Nora corrected the patient: family name Made → First`. */
export function changeText({ act, by, fields }: AssociationChange): string {
  const what = fields.map(({ field, from, to }) => {
    const [before, after] = [from, to].map((value) => valueText(field, value));
    return `${fieldNames[field] ?? field} ${before} → ${after}`;
  });
  return `${by.name} ${actNames[act]}${what.length > 0 ? `: ${what.join(', ')}` : ''}`;
}
