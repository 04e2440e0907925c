/** Instants as people in a ward read them: local time, 24 hours, seconds if they matter. */

const two = (n: number) => String(n).padStart(2, '0');

/** `14:03:07`, in the screen's time zone. */
export function clockText(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  const at = new Date(ms);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** `2026-01-31 14:03:07`. */
export function dateTimeText(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  const at = new Date(ms);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clockText(ms)}`;
}

/** `2026-01-31 14:03:07 UTC+01:00`: for texts that are read elsewhere and later. */
export function zonedText(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  const minutes = -new Date(ms).getTimezoneOffset();
  const ahead = Math.abs(minutes);
  return `${dateTimeText(ms)} UTC${minutes < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}

/** The clock for today's instants, the date before it for others. */
export function whenText(ms: number, nowMs: number): string {
  const full = dateTimeText(ms);
  return full.slice(0, 10) === dateTimeText(nowMs).slice(0, 10) ? full.slice(11) : full;
}

/** The time left until an instant, `1:43`; `0:00` once it is past. */
export function countdownText(untilMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

/** Age in years on a day, from `YYYY-MM-DD`; undefined for an absent date or one to come. */
export function yearsOld(birthDate: string | undefined, nowMs: number): number | undefined {
  if (birthDate === undefined) return undefined;
  const [year, month, day] = birthDate.split('-').map(Number) as [number, number, number];
  const now = new Date(nowMs);
  const had = now.getMonth() + 1 > month || (now.getMonth() + 1 === month && now.getDate() >= day);
  const years = now.getFullYear() - year - (had ? 0 : 1);
  return years >= 0 ? years : undefined;
}

/** Up to this age months say more than years, and before the first month days do (ours). */
const monthsUntilYears = 2;

/** A patient's age, for people: `34 years`, `5 months`, `9 days`; undefined if it is not known. */
export function livedText(birthDate: string | undefined, nowMs: number): string | undefined {
  const years = yearsOld(birthDate, nowMs);
  if (birthDate === undefined || years === undefined) return undefined;
  if (years >= monthsUntilYears) return countText(years, 'year');
  const [year, month, day] = birthDate.split('-').map(Number) as [number, number, number];
  const now = new Date(nowMs);
  const begun = (now.getFullYear() - year) * 12 + now.getMonth() + 1 - month;
  const months = now.getDate() >= day ? begun : begun - 1;
  if (months > 0) return countText(months, 'month');
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  return countText(Math.round((today - Date.UTC(year, month - 1, day)) / dayMs), 'day');
}

const dayMs = 86_400_000;

function countText(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
