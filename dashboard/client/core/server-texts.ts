/**
 * Texts that come from the server as whole English sentences: alarms, notices of a bed, refusals. A text is translated only
 * if the whole text is known, or if the whole text has one of the known forms. Otherwise it stays English as a whole. No
 * part of a sentence is guessed, and names, numbers and reasons stay as they are.
 */

import { builtInAlertCodes } from '../../../contracts/alert-codes.ts';
import { keys, shownLanguage, t, texts } from './texts.ts';

/** The names of measurements that German monitors show differently. All other names are the same. */
const labels: Readonly<Record<string, string>> = texts({ HR: 'HR', RR: 'RR', PR: 'PR' });

/** Returns the short name of a measurement, such as `HR`. */
export function labelText(label: string): string {
  return Object.hasOwn(labels, label) ? labels[label]! : label;
}

/**
 * What the values in a form may be: the short name of a measurement, a plain number, or a text that must be known as a whole. A value with another
 * name may be any text.
 */
const patterns: Readonly<Record<string, string>> = {
  label: '[A-Za-z][A-Za-z0-9]{0,11}',
  value: '-?\\d+(?:\\.\\d+)?',
  limit: '-?\\d+(?:\\.\\d+)?',
  n: '\\d+',
  // At the beginning of a sentence: a name, and not another sentence with a colon.
  person: '[^:]+',
  max: '\\d+',
  max2: '\\d+',
  known: '.+',
};
const anyPattern = '.+?';

/** The forms of texts with values. The first form that fits is used. */
const forms = keys(
  '{label} {value} < {limit}',
  '{label} {value} > {limit}',
  '{label} {value} < {limit} (questionable)',
  '{label} {value} > {limit} (questionable)',
  'Asystole: {label} 0',
  'Asystole: {label} 0 (questionable)',
  'Asystole: {label} 0 (pulse {n})',
  'Apnoea: {label} 0 for {n} s',
  '{label}: no value',
  '{label}: no value ({known})',
  '{label}: no value (unit {unit} not understood)',
  '{label}: valid only now and then',
  '{label}: two values in one message, the more serious one is used',
  '{label}: {known}',
  'No limits for {category} patients here',
  '{n} readings missing',
  '{n} s behind',
  '{n} s ahead',
  'Device clock is {n} s behind',
  'Device clock is {n} s ahead',
  'Certificate ends in {n} day',
  'Certificate ends in {n} days',
  'No nurse is responsible',
  'No nurse is responsible: {name} has not accepted',
  'No nurse is responsible: {name} is away',
  'No nurse will be responsible',
  'No nurse will be responsible: {name} is away',
  'No nurse will be responsible: the duty of {name} ends, and {forName} is away',
  'Cover overdue: the duty of {name} is over, and {forName} is away',
  'Hand-over overdue: still with {name}',
  'Somebody wants every screen to sound. You can take the sound again in {n} s.',
);

type Form = { readonly form: string; readonly names: readonly string[]; readonly whole: RegExp };
let compiled: readonly Form[] | undefined;

let moreForms: readonly string[] = [];

/** Adds forms of texts whose translations the page has loaded later. The form with the most fixed words is tried first. */
export function addForms(added: readonly string[]): void {
  const ownLength = (form: string) => form.replace(/\{\w+\}/g, '').length;
  moreForms = [...moreForms, ...added].sort((a, b) => ownLength(b) - ownLength(a));
  compiled = undefined;
}

/** Compiles the forms at their first use: an English page never needs them. */
const compiledForms = () => {
  compiled ??= [...forms, ...moreForms].map((form) => {
    const names = [...form.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    const source = form
      .replace(/[.*+?^$()|[\]\\]/g, '\\$&')
      .replace(/\{(\w+)\}/g, (_braces, name: string) => `(${patterns[name] ?? anyPattern})`);
    return { form, names, whole: new RegExp(`^${source}$`) };
  });
  return compiled;
};

/** Marks the text of an alarm that the device raised itself (`contracts/alarm-text.ts`). */
const deviceMark = 'Monitor: ';

/** Returns a text of the server in the language of the page. */
export function serverText(text: string): string {
  if (shownLanguage() === 'en') return text;
  if (text.startsWith(deviceMark)) return `${deviceMark}${deviceText(text.slice(deviceMark.length))}`;
  const translated = text.includes('{') ? text : t(text);
  if (translated !== text) return translated;
  for (const { form, names, whole } of compiledForms()) {
    const match = whole.exec(text);
    if (!match) continue;
    const values = Object.fromEntries(names.map((name, i) => [name, shownValue(name, match[i + 1]!)]));
    if (Object.values(values).every((value) => value !== undefined)) return t(form as string, values);
  }
  return text;
}

let tableTexts: ReadonlySet<string> | undefined;

/**
 * Returns the text of an alarm of the device itself. Translates only the texts of Vigil's table of alarms. The device's
 * own words stay as they are, because the same word can mean something else: `RR` of a German monitor is a blood pressure.
 */
function deviceText(text: string): string {
  tableTexts ??= new Set([...builtInAlertCodes.values()].map((row) => row.text));
  if (tableTexts.has(text)) return t(text);
  const [, label, ofTable] = /^(\w+): (.+)$/.exec(text) ?? [];
  return label !== undefined && ofTable !== undefined && tableTexts.has(ofTable)
    ? `${labelText(label)}: ${t(ofTable)}`
    : text;
}

/** Returns a value as the page shows it; undefined if it must be a known text, and is not. */
function shownValue(name: string, value: string): string | undefined {
  if (name === 'label') return labelText(value);
  if (name === 'category' || name === 'role') return t(value);
  if (name === 'duty') return t(`${value[0]!.toUpperCase()}${value.slice(1).replace('-', ' ')}`);
  if (name === 'alarm') return serverText(value);
  const isSentence = name === 'sentence' || name === 'part';
  if (name !== 'known' && !isSentence) return value;
  const known = isSentence ? serverText(value) : t(value);
  return known === value ? undefined : known;
}
