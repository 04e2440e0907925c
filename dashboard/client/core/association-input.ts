/** A device's new bed and patient as typed into the form. */
import type { PatientCategory } from '../../../contracts/messages/records.ts';
import type { AssociateBody } from '../../protocol.ts';

export type ReadAssociation = { ok: true; body: AssociateBody } | { ok: false; message: string };
type Field = 'ward' | 'bed' | 'patientId' | 'familyName' | 'givenName' | 'birthDate' | 'sex' | 'category';

/** Reads the form. `version` is the device's as listed, so that two people do not overwrite each other. */
export function readAssociation(field: (name: Field) => string, version: number, mayAdmit: boolean): ReadAssociation {
  const text = (name: Field) => field(name).trim();
  const wrong = (message: string): ReadAssociation => ({ ok: false, message });
  const [ward, bed] = [text('ward'), text('bed')];
  if (ward === '') return wrong('Enter the ward.');
  if (bed === '') return wrong('Enter the bed.');
  const [patientId, familyName, givenName, birthDate] = [
    text('patientId'),
    text('familyName'),
    text('givenName'),
    text('birthDate'),
  ];
  if (!mayAdmit || `${patientId}${familyName}${givenName}${birthDate}` === '')
    return { ok: true, body: { ward, bed, patient: null, version } };
  if (patientId === '') return wrong('Enter the patient id.');
  if (familyName === '') return wrong('Enter the family name.');
  if (birthDate !== '' && !isDate(birthDate)) return wrong('Write the date of birth as YYYY-MM-DD.');
  const category = categories.find((one) => one === text('category'));
  if (!category) return wrong('Choose a category: limits depend on it.');
  const sex = sexes.find((one) => one === text('sex'));
  const patient = { patientId, familyName, givenName, category, ...(birthDate && { birthDate }), ...(sex && { sex }) };
  return { ok: true, body: { ward, bed, patient, version } };
}

/** As in contracts/messages/records.ts; its schemas do not belong into the bundle. */
const categories: readonly PatientCategory[] = ['adult', 'paediatric', 'neonatal'];
const sexes = ['female', 'male', 'other', 'unknown'] as const;

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00.000Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
