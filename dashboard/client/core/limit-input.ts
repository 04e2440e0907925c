/** Limits as typed into a form: numbers that a body can have, in order, or one sentence that says what is wrong. */
import type { Limits } from '../../../contracts/messages/alarms.ts';
import { type LimitGroup, parameters } from '../../../contracts/parameters.ts';

const order = ['extremeLow', 'low', 'high', 'extremeHigh'] as const;
const words = { extremeLow: 'extreme low', low: 'low', high: 'high', extremeHigh: 'extreme high' } as const;

export type ReadLimits = { ok: true; limits: Limits } | { ok: false; message: string };

/** Reads the four fields of a group; empty ones are left to the ward's profile. A comma counts as a decimal point. */
export function readLimits(group: LimitGroup, field: (name: (typeof order)[number]) => string): ReadLimits {
  const rows = [...parameters.values()].filter((one) => one.limits === group);
  const min = Math.min(...rows.map((row) => row.min));
  const max = Math.max(...rows.map((row) => row.max));
  const limits: Limits = {};
  let before: { name: (typeof order)[number]; value: number } | undefined;
  for (const name of order) {
    const text = field(name).trim().replace(',', '.');
    if (text === '') continue;
    const value = Number(text);
    if (!Number.isFinite(value)) return { ok: false, message: `The ${words[name]} limit is not a number.` };
    if (value < min || value > max)
      return { ok: false, message: `The ${words[name]} limit must lie between ${min} and ${max}.` };
    if (before && value <= before.value && !(value === before.value && isPair(before.name, name)))
      return { ok: false, message: `The ${words[name]} limit must lie above the ${words[before.name]} one.` };
    limits[name] = value;
    before = { name, value };
  }
  if (before === undefined) return { ok: false, message: 'Enter at least one limit.' };
  return { ok: true, limits };
}

export type LimitDraft = Readonly<Record<(typeof order)[number], string>>;

/** The form of a patient's own limits; empty where the ward's hold. */
export function draftOfLimits(own: Limits | null | undefined): LimitDraft {
  const text = (name: (typeof order)[number]) => (own?.[name] === undefined ? '' : String(own[name]));
  return { extremeLow: text('extremeLow'), low: text('low'), high: text('high'), extremeHigh: text('extremeHigh') };
}

/** Reads the patient's own limits where they differ from those shown; null where all were emptied. What the form does not show stays. */
export function readChangedLimits(
  group: LimitGroup,
  draft: LimitDraft,
  own: Limits | undefined,
): { ok: true; limits: Limits | null } | { ok: false; message: string } {
  const before = draftOfLimits(own);
  if (order.every((name) => draft[name].trim() === before[name])) return { ok: false, message: 'Nothing was changed.' };
  if (order.every((name) => draft[name].trim() === '')) return { ok: true, limits: null };
  const read = readLimits(group, (name) => draft[name]);
  if (!read.ok) return read;
  return { ok: true, limits: { ...(own?.delayMs === undefined ? {} : { delayMs: own.delayMs }), ...read.limits } };
}

/** An extreme limit may equal its plain one: every breach is then an extreme one. */
function isPair(a: string, b: string): boolean {
  return (a === 'extremeLow' && b === 'low') || (a === 'high' && b === 'extremeHigh');
}
