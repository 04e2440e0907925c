/**
 * Writes instants and ages as text for people in a ward. Times of day have 24 hours, like the clock on the wall. Every
 * time is in the zone that the caller gives, or in the zone of the page (zones.ts of this folder). A time that a reader
 * could misread has the label of its zone, for example `14:03:07 CET`.
 */

import { dayMs } from '../../../contracts/durations.ts';
import { type WallTime, wallTime, zoneLabel } from '../../../contracts/zones.ts';
import { t } from './texts.ts';
import { isInDoubt, pageZone } from './zones.ts';

const twoDigits = (n: number) => String(n).padStart(2, '0');
const dateOf = ({ year, month, day }: WallTime) => `${year}-${twoDigits(month)}-${twoDigits(day)}`;
const minuteOf = ({ hour, minute }: WallTime) => `${twoDigits(hour)}:${twoDigits(minute)}`;
const secondOf = (wall: WallTime) => `${minuteOf(wall)}:${twoDigits(wall.second)}`;

type Writer = (wall: WallTime) => string;

/** Writes an instant, with the label of its zone if the time is in doubt. */
function written(ms: number, zone: string, write: Writer): string {
  if (!Number.isFinite(ms)) return '–';
  const text = write(wallTime(zone, ms));
  return isInDoubt(ms, zone) ? `${text} ${zoneLabel(zone, ms)}` : text;
}

/** Returns `14:03:07`. */
export const clockText = (ms: number, zone = pageZone()): string => written(ms, zone, secondOf);

/** Returns `14:03`. */
export const minuteText = (ms: number, zone = pageZone()): string => written(ms, zone, minuteOf);

/** Returns date and time, for example `2026-01-31 14:03:07`. */
export const dateTimeText = (ms: number, zone = pageZone()): string =>
  written(ms, zone, (wall) => `${dateOf(wall)} ${secondOf(wall)}`);

/** Returns date, hours and minutes, for example `2026-01-31 14:03`. */
export const dateMinuteText = (ms: number, zone = pageZone()): string =>
  written(ms, zone, (wall) => `${dateOf(wall)} ${minuteOf(wall)}`);

/** Returns for example `01-31 14:03`, for tables of some days. */
export const dayMinuteText = (ms: number, zone = pageZone()): string =>
  written(ms, zone, (wall) => `${dateOf(wall).slice(5)} ${minuteOf(wall)}`);

/** Returns for example `14:03`, for the mark of an axis. The zone stands beside the axis. */
export const markText = (ms: number, zone = pageZone()): string =>
  Number.isFinite(ms) ? minuteOf(wallTime(zone, ms)) : '–';

/** Returns for example `31 Jan`, for the first mark of a day on an axis. */
export function dateMarkText(ms: number, zone = pageZone()): string {
  const { month, day } = wallTime(zone, ms);
  return `${day} ${months[month - 1]}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sept', 'Oct', 'Nov', 'Dec'] as const;

/** Returns for example `14:03:07 CET`, for the clock of the page. */
export const labelledClock = (ms: number, zone = pageZone()): string =>
  Number.isFinite(ms) ? `${secondOf(wallTime(zone, ms))} ${zoneLabel(zone, ms)}` : '–';

/** Returns for example `2026-01-31 14:03:07 CET`, for texts that somebody may read later in a different time zone. */
export function zonedText(ms: number, zone = pageZone()): string {
  if (!Number.isFinite(ms)) return '–';
  const wall = wallTime(zone, ms);
  return `${dateOf(wall)} ${secondOf(wall)} ${zoneLabel(zone, ms)}`;
}

const isToday = (ms: number, nowMs: number, zone: string) =>
  dateOf(wallTime(zone, ms)) === dateOf(wallTime(zone, nowMs));

/** Returns the time of an instant with seconds. If the instant is not today: date, hours and minutes. */
export function whenText(ms: number, nowMs: number, zone = pageZone()): string {
  if (!Number.isFinite(ms)) return '–';
  return Number.isFinite(nowMs) && isToday(ms, nowMs, zone) ? clockText(ms, zone) : dateMinuteText(ms, zone);
}

/** Returns the time of an instant without seconds, with the date if the instant is not today. */
export function shortWhen(ms: number, nowMs: number, zone = pageZone()): string {
  if (!Number.isFinite(ms)) return '–';
  return Number.isFinite(nowMs) && isToday(ms, nowMs, zone) ? minuteText(ms, zone) : dateMinuteText(ms, zone);
}

/** Returns the time of a written instant without seconds, with the date if the instant is not today. */
export const shortTime = (instant: string, nowMs: number, zone = pageZone()): string =>
  shortWhen(Date.parse(instant), nowMs, zone);

/** Returns the time until an instant in minutes and seconds, for example `1:43`; `0:00` if the instant is past. */
export function countdownText(untilMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
  return `${Math.floor(seconds / 60)}:${twoDigits(seconds % 60)}`;
}

/**
 * Returns an age in full years.
 * @param birthDate `YYYY-MM-DD`
 * @returns undefined if the date is absent or in the future
 */
export function yearsOld(birthDate: string | undefined, nowMs: number): number | undefined {
  if (birthDate === undefined) return undefined;
  const [year, month, day] = birthDate.split('-').map(Number) as [number, number, number];
  const now = wallTime(pageZone(), nowMs);
  const hadBirthday = now.month > month || (now.month === month && now.day >= day);
  const years = now.year - year - (hadBirthday ? 0 : 1);
  return years >= 0 ? years : undefined;
}

/**
 * For a patient younger than this, the text has the age in months (ours). For a patient younger than a month, it has
 * the age in days.
 */
const monthsUntilYears = 2;

/**
 * Returns a patient's age as text, for example `34 years`, `5 months` or `9 days`; undefined if the age is not known.
 */
export function patientAgeText(birthDate: string | undefined, nowMs: number): string | undefined {
  const years = yearsOld(birthDate, nowMs);
  if (birthDate === undefined || years === undefined) return undefined;
  if (years >= monthsUntilYears) return t('{n} year|{n} years', { n: years });
  const [year, month, day] = birthDate.split('-').map(Number) as [number, number, number];
  const now = wallTime(pageZone(), nowMs);
  const begunMonths = (now.year - year) * 12 + now.month - month;
  const months = now.day >= day ? begunMonths : begunMonths - 1;
  if (months > 0) return t('{n} month|{n} months', { n: months });
  const today = Date.UTC(now.year, now.month - 1, now.day);
  return t('{n} day|{n} days', { n: Math.round((today - Date.UTC(year, month - 1, day)) / dayMs) });
}
