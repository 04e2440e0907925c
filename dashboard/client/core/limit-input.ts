/**
 * Reads limits that somebody typed into a form. They must be plausible numbers in rising order. If they are not, the
 * result is a sentence that says what is wrong.
 */

import { bounds } from '../../../contracts/effective-limits.ts';
import type { Limits, LimitsAsked, OwnLimits } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, parameters } from '../../../contracts/parameters.ts';
import { boundNames } from './name-words.ts';
import { labelText } from './server-texts.ts';
import { t, texts } from './texts.ts';

const groupNames: Partial<Record<LimitGroup, string>> = texts({ BPsys: 'BP systolic', BPmean: 'BP mean' });

/** Returns the name of a group of limits for the screen. */
export function groupName(group: LimitGroup): string {
  return groupNames[group] ?? labelText(group);
}

export type LimitsOrFault = { ok: true; limits: Limits } | { ok: false; message: string };

/**
 * Matches a plain decimal number with a decimal point or a decimal comma, without exponent and plus sign. Allows at
 * most two digits after a comma, because `1,200` may mean one thousand two hundred.
 */
const plainNumber = /^-?\d+(?:\.\d+|,\d{1,2})?$/;

/** Returns the number in a field's text; undefined if the text is not a plain number, or is `-0`. */
function numberOf(text: string): number | undefined {
  const value = plainNumber.test(text) ? Number(text.replace(',', '.')) : Number.NaN;
  return Number.isFinite(value) && !Object.is(value, -0) ? value : undefined;
}

/** Reads the four fields of a group. For an empty field the limit of the ward's profile applies. */
export function readLimits(group: LimitGroup, textOf: (name: (typeof bounds)[number]) => string): LimitsOrFault {
  const rows = [...parameters.values()].filter((parameter) => parameter.limits === group);
  const min = Math.min(...rows.map((row) => row.min));
  const max = Math.max(...rows.map((row) => row.max));
  const limits: Limits = {};
  let previous: { name: (typeof bounds)[number]; value: number } | undefined;
  for (const name of bounds) {
    const text = textOf(name).trim();
    if (text === '') continue;
    const value = numberOf(text);
    if (value === undefined)
      return {
        ok: false,
        message: t('The {name} limit is not a plain number. Write it like 120 or 38.5.', {
          name: boundNames[name],
        }),
      };
    if (value < min || value > max)
      return {
        ok: false,
        message: t('The {name} limit must be between {min} and {max}.', {
          name: boundNames[name],
          min,
          max,
        }),
      };
    if (previous && value <= previous.value && !(value === previous.value && isPair(previous.name, name)))
      return {
        ok: false,
        message: t('The {name} limit must be above the {otherName} limit.', {
          name: boundNames[name],
          otherName: boundNames[previous.name],
        }),
      };
    limits[name] = value;
    previous = { name, value };
  }
  if (previous === undefined) return { ok: false, message: t('Enter at least one limit.') };
  return { ok: true, limits };
}

export type LimitDraft = Readonly<Record<(typeof bounds)[number], string>>;

/**
 * Returns how Vigil understands numbers that a person typed in an unusual form (`38,5`, `050`); undefined if there are
 * no such numbers.
 */
export function understoodText(draft: LimitDraft): string | undefined {
  const read = bounds.flatMap((name) => {
    const text = draft[name].trim();
    const value = numberOf(text);
    return value === undefined || text === String(value) ? [] : [`${boundNames[name]} ${value}`];
  });
  return read.length === 0 ? undefined : t('Read as: {read}.', { read: read.join(', ') });
}

/** The longest possible text of `understoodText`. */
export const widestUnderstoodText = () =>
  t('Read as: {read}.', { read: bounds.map((name) => `${boundNames[name]} 888.88`).join(', ') });

/** Returns the fields of a form with a patient's own limits. A field is empty if the ward's limit applies. */
export function draftOfLimits(own: OwnLimits | null | undefined): LimitDraft {
  const text = (name: (typeof bounds)[number]) => (own?.[name] === undefined ? '' : String(own[name]));
  return { extremeLow: text('extremeLow'), low: text('low'), high: text('high'), extremeHigh: text('extremeHigh') };
}

/** The message for a form in which nothing was changed. */
export const nothingChangedMessage = () => t('Nothing was changed.');

/**
 * Returns the limits to request. These are the fields that differ from the patient's own limits; null if all fields are
 * empty.
 */
export function readChangedLimits(
  group: LimitGroup,
  draft: LimitDraft,
  own: OwnLimits | undefined,
): { ok: true; limits: LimitsAsked | null } | { ok: false; message: string } {
  const formerDraft = draftOfLimits(own);
  const changedBounds = bounds.filter((name) => draft[name].trim() !== formerDraft[name]);
  if (changedBounds.length === 0) return { ok: false, message: nothingChangedMessage() };
  if (bounds.every((name) => draft[name].trim() === '')) return { ok: true, limits: null };
  const read = readLimits(group, (name) => draft[name]);
  if (!read.ok) return read;
  return { ok: true, limits: Object.fromEntries(changedBounds.map((name) => [name, read.limits[name] ?? null])) };
}

/**
 * Returns whether `a` and `b` are an extreme limit and its plain limit. These two limits may be equal. If they are
 * equal, every breach is an extreme breach.
 */
function isPair(a: string, b: string): boolean {
  return (a === 'extremeLow' && b === 'low') || (a === 'high' && b === 'extremeHigh');
}
