/**
 * Texts that come from the server as whole English sentences: alarms, notices of a bed, refusals. The page translates a
 * text only if it knows the whole text, or if the whole text has a known form. All other texts stay English as a whole.
 * The page guesses no part of a sentence. Names, numbers and reasons stay as they are.
 */

import { builtInAlertCodes } from '../../../contracts/alert-codes.ts';
import { deviceMark, deviceTextIn, moreAlarmsForm } from '../../../contracts/device-text.ts';
import { keys, shownLanguage, t, texts } from './texts.ts';

/** The names of measurements that German monitors show differently. All other names do not change. */
const labels: Readonly<Record<string, string>> = texts({ HR: 'HR', RR: 'RR', PR: 'PR' });

/** Returns the short name of a measurement, such as `HR`. */
export function labelText(label: string): string {
  return Object.hasOwn(labels, label) ? labels[label]! : label;
}

/**
 * Patterns for the values in a form, by the name of the value. A value can be the short name of a measurement, a plain
 * number, or a text that must be known as a whole. A value whose name is not in this table may be any text.
 */
const patterns: Readonly<Record<string, string>> = {
  label: '[A-Za-z][A-Za-z0-9]{0,11}',
  value: '-?\\d+(?:\\.\\d+)?',
  value2: '-?\\d+(?:\\.\\d+)?',
  limit: '-?\\d+(?:\\.\\d+)?',
  limit2: '-?\\d+(?:\\.\\d+)?',
  // The name of a limit.
  bound: '(?:extreme )?(?:low|high)',
  bound2: '(?:extreme )?(?:low|high)',
  n: '\\d+',
  // The name of a person at the beginning of a sentence. Without a colon, so that the pattern does not match a whole
  // sentence with a colon.
  person: '[^:]+',
  max: '\\d+',
  max2: '\\d+',
  known: '.+',
  // The parts of NEWS2.
  parts: '\\w+(?:, \\w+)*',
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
  'Apnoea: {label} 0',
  'Apnoea: {label} 0 (questionable)',
  'Apnoea: {label} 0 for {n} s',
  'Apnoea: {label} 0 for {n} s (questionable)',
  'NEWS2 {value}: {parts} scores 3',
  'NEWS2 at least {value} ≥ {limit} (missing: {parts})',
  'qSOFA at least {value} ≥ {limit}',
  'Shock index {value} ≥ {limit}',
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
  'Own limits: {sentence}',
  'The {bound} limit {limit} of {label} is not below the {bound2} limit {limit2}.',
  'The {bound} limit {limit} of {label} is outside the measuring range, {value} to {value2}.',
  'The {bound} limit {limit} of {label} could never alarm: no value is below {value}.',
  'The {bound} limit {limit} of {label} could never alarm: no value is above {value}.',
  'The {bound} limit {limit} of {label} is below the lowest allowed value, {value}.',
  'The {bound} limit {limit} of {label} is above the highest allowed value, {value}.',
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

/**
 * Adds forms whose translations the page has loaded after its start. The page tries forms with more fixed words first.
 */
export function addForms(added: readonly string[]): void {
  const ownLength = (form: string) => form.replace(/\{\w+\}/g, '').length;
  moreForms = [...moreForms, ...added].sort((a, b) => ownLength(b) - ownLength(a));
  compiled = undefined;
}

/** Compiles the forms at their first use, because an English page never needs the forms. */
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

/** Returns a text of the server in the language of the page. */
export function serverText(text: string): string {
  if (shownLanguage() === 'en') return text;
  if (text.startsWith(deviceMark)) return deviceText(text);
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

/** Returns the text of an alarm of the device itself. The device's own words stay as they are. */
function deviceText(text: string): string {
  tableTexts ??= new Set([...builtInAlertCodes.values()].map((row) => row.text));
  const table = tableTexts;
  return deviceTextIn(text, {
    text: (ofTable) => (table.has(ofTable) ? t(ofTable) : undefined),
    label: labelText,
    more: (alarm) => t(moreAlarmsForm, { alarm }),
  });
}

/** Returns a value as the page shows it; undefined if the value must be a known text but is not known. */
function shownValue(name: string, value: string): string | undefined {
  if (name === 'label') return labelText(value);
  if (name === 'parts')
    return value
      .split(', ')
      .map((part) => t(part))
      .join(', ');
  if (['category', 'role', 'bound', 'bound2'].includes(name)) return t(value);
  if (name === 'duty') return t(`${value[0]!.toUpperCase()}${value.slice(1).replace('-', ' ')}`);
  if (name === 'alarm') return serverText(value);
  if (name === 'open') return openListText(value);
  const isSentence = name === 'sentence' || name === 'part';
  if (name !== 'known' && !isSentence) return value;
  const translated = isSentence ? serverText(value) : t(value);
  return translated === value ? undefined : translated;
}

/**
 * Returns a list of what is open at beds, such as `A-1: HR 134 > 120, standby (Imaging); A-2: SpO2 84 < 90`
 * (`openText` in dashboard/server/core/open-at-beds.ts). A point that is not known stays as it is.
 */
function openListText(list: string): string {
  const beds = list.split('; ').map((part) => {
    const more = /^and (\d+) more$/.exec(part);
    if (more) return t('and {count} more', { count: more[1]! });
    const at = part.indexOf(': ');
    return `${part.slice(0, at + 2)}${pointsText(part.slice(at + 2).split(', '))}`;
  });
  return beds.join('; ');
}

/**
 * Returns points in the language of the page. The text of a point may have commas, so pieces are joined until they are
 * a known text.
 */
function pointsText(pieces: readonly string[]): string {
  const texts: string[] = [];
  for (let from = 0, to: number; from < pieces.length; from = to) {
    const joined = pieces.slice(from).map((_piece, at) => pieces.slice(from, from + at + 1).join(', '));
    const at = joined.findIndex((text) => serverText(text) !== text);
    texts.push(at === -1 ? pieces[from]! : serverText(joined[at]!));
    to = from + Math.max(at, 0) + 1;
  }
  return texts.join(', ');
}
