/** Instants as people at a ward read them: local time, 24 hours, seconds where they matter. */

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

/** `2026-01-31 14:03:07 UTC+01:00`: for what is read elsewhere and later. */
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

/** What is left until an instant, `1:43`; `0:00` once it is past. */
export function countdownText(untilMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

/** Years lived on a day, from `YYYY-MM-DD`; undefined for none or one to come. */
export function yearsOld(birthDate: string | undefined, nowMs: number): number | undefined {
  if (birthDate === undefined) return undefined;
  const [year, month, day] = birthDate.split('-').map(Number) as [number, number, number];
  const now = new Date(nowMs);
  const had = now.getMonth() + 1 > month || (now.getMonth() + 1 === month && now.getDate() >= day);
  const years = now.getFullYear() - year - (had ? 0 : 1);
  return years >= 0 ? years : undefined;
}
