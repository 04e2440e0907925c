/**
 * Reads and writes the times of `datetime-local` fields. A field has no zone, so its times are in the zone of the page.
 * Pure.
 */
import { formatInstant } from '../../../contracts/time.ts';
import { instantsOf, type WallTime, wallTime, zoneLabel } from '../../../contracts/zones.ts';
import { t } from './texts.ts';
import { pageZone } from './zones.ts';

/** The parts of a `datetime-local` value such as `2026-01-31T14:03`, with or without seconds. */
const fieldPattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/;

/** Returns the value of a field for an instant, without seconds; an empty text if the instant is not finite. */
export function fieldTime(ms: number, zone = pageZone()): string {
  if (!Number.isFinite(ms)) return '';
  const { year, month, day, hour, minute } = wallTime(zone, ms);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

/**
 * Returns the value of a field as all times of the page are written, for example `2026-01-31 14:03`. Returns an empty
 * text if the field is not filled in.
 */
export function fieldText(value: string): string {
  return fieldPattern.test(value) ? value.slice(0, 16).replace('T', ' ') : '';
}

function wallOfField(text: string): WallTime | undefined {
  const [, year, month, day, hour, minute, second = 0] = (fieldPattern.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined || hour === undefined || minute === undefined)
    return undefined;
  const wall = { year, month, day, hour, minute, second: second || 0 };
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute));
  return date.getUTCDate() === day && date.getUTCHours() === hour ? wall : undefined;
}

/**
 * Returns the instant of a field, ms; undefined if the field is empty, or if its time does not exist. If the time comes
 * twice, returns the first instant.
 */
export function instantOfField(text: string, zone = pageZone()): number | undefined {
  const wall = wallOfField(text);
  return wall && instantsOf(zone, wall)[0];
}

/** Returns the instant of a field as RFC 3339; undefined in the cases of `instantOfField`. */
export function instantTextOfField(text: string): string | undefined {
  const ms = instantOfField(text);
  return ms === undefined ? undefined : formatInstant(ms);
}

/**
 * Returns a sentence about the first field whose time does not exist, because a form with such a time cannot be saved.
 * Undefined without such a field.
 */
export const refusedTimeText = (...fields: readonly string[]): string | undefined =>
  fields.map((field) => fieldTimeDoubt(field)).find((doubt) => doubt?.isRefused)?.text;

/**
 * Returns a notice about a time that does not exist or comes twice, because the clocks are changed. For a time that
 * comes twice, the notice says which instant counts. Undefined for all other times, and for an empty field.
 */
export function fieldTimeDoubt(text: string, zone = pageZone()): { isRefused: boolean; text: string } | undefined {
  const wall = wallOfField(text);
  if (!wall) return undefined;
  const [first, second] = instantsOf(zone, wall);
  const time = text.slice(11, 16);
  if (first === undefined) {
    return {
      isRefused: true,
      text: t('{time} does not exist on this day: the clock is put forward. Enter another time.', { time }),
    };
  }
  if (second === undefined) return undefined;
  const [label, label2] = [first, second].map((ms) => zoneLabel(zone, ms));
  return {
    isRefused: false,
    text: t('{time} comes twice on this day: the clock is put back. The first time counts ({label}, not {label2}).', {
      time,
      label,
      label2,
    }),
  };
}
