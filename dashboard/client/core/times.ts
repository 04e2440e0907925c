/** Writes instants and ages as text for people in a ward: local time, 24 hours. */
import { dayMs } from '../../../contracts/durations.ts';

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

/** Below this age the text gives months, and below one month it gives days (ours). */
const monthsUntilYears = 2;

/** Returns a patient's age as text: `34 years`, `5 months`, `9 days`; undefined if the age is not known. */
export function patientAgeText(birthDate: string | undefined, nowMs: number): string | undefined {
  const years = yearsOld(birthDate, nowMs);
  if (birthDate === undefined || years === undefined) return undefined;
  if (years >= monthsUntilYears) return countText(years, 'year');
  const [year, month, day] = birthDate.split('-').map(Number) as [number, number, number];
  const now = new Date(nowMs);
  const begunMonths = (now.getFullYear() - year) * 12 + now.getMonth() + 1 - month;
  const months = now.getDate() >= day ? begunMonths : begunMonths - 1;
  if (months > 0) return countText(months, 'month');
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  return countText(Math.round((today - Date.UTC(year, month - 1, day)) / dayMs), 'day');
}

function countText(count: number, singular: string): string {
  return `${count} ${singular}${count === 1 ? '' : 's'}`;
}
