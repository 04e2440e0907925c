/** Writes instants and ages as text for people in a ward: local time, 24 hours. */

import { dayMs } from '../../../contracts/durations.ts';
import { t } from './texts.ts';

const twoDigits = (n: number) => String(n).padStart(2, '0');

/** Returns `14:03:07`, in the screen's time zone. */
export function clockText(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  const date = new Date(ms);
  return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}:${twoDigits(date.getSeconds())}`;
}

/** Returns `2026-01-31 14:03:07`. */
export function dateTimeText(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  const date = new Date(ms);
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())} ${clockText(ms)}`;
}

/** Returns `2026-01-31 14:03:07 UTC+01:00`, for texts that somebody may read later in another time zone. */
export function zonedText(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  const minutes = -new Date(ms).getTimezoneOffset();
  const offsetMinutes = Math.abs(minutes);
  return `${dateTimeText(ms)} UTC${minutes < 0 ? '-' : '+'}${twoDigits(Math.floor(offsetMinutes / 60))}:${twoDigits(offsetMinutes % 60)}`;
}

/** Returns only the time if the instant is today; otherwise date and time. */
export function whenText(ms: number, nowMs: number): string {
  const dateAndTime = dateTimeText(ms);
  return dateAndTime.slice(0, 10) === dateTimeText(nowMs).slice(0, 10) ? dateAndTime.slice(11) : dateAndTime;
}

/** Returns the time until an instant, `1:43` (minutes and seconds); `0:00` if the instant is past. */
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
  const now = new Date(nowMs);
  const hadBirthday = now.getMonth() + 1 > month || (now.getMonth() + 1 === month && now.getDate() >= day);
  const years = now.getFullYear() - year - (hadBirthday ? 0 : 1);
  return years >= 0 ? years : undefined;
}

/** The text gives the age in months if the patient is younger than this, and in days if younger than one month (ours). */
const monthsUntilYears = 2;

/** Returns a patient's age as text: `34 years`, `5 months`, `9 days`; undefined if the age is not known. */
export function patientAgeText(birthDate: string | undefined, nowMs: number): string | undefined {
  const years = yearsOld(birthDate, nowMs);
  if (birthDate === undefined || years === undefined) return undefined;
  if (years >= monthsUntilYears) return t('{n} year|{n} years', { n: years });
  const [year, month, day] = birthDate.split('-').map(Number) as [number, number, number];
  const now = new Date(nowMs);
  const begunMonths = (now.getFullYear() - year) * 12 + now.getMonth() + 1 - month;
  const months = now.getDate() >= day ? begunMonths : begunMonths - 1;
  if (months > 0) return t('{n} month|{n} months', { n: months });
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  return t('{n} day|{n} days', { n: Math.round((today - Date.UTC(year, month - 1, day)) / dayMs) });
}

/** Returns the time of day without seconds, with the date if it is not today. */
export function shortTime(instant: string, nowMs: number): string {
  return whenText(Date.parse(instant), nowMs).slice(0, -3);
}
