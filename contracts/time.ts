/** Instants on the wire: RFC 3339 in UTC, with milliseconds or finer (DESIGN, "MQTT"). */
const instantPattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.(\d{3,9})Z$/;

/** The pattern for JSON schemas; the calendar itself is checked by `parseInstant`. */
export const instantSource = instantPattern.source;

/**
 * Milliseconds since 1970 of an RFC 3339 UTC instant, finer digits dropped; undefined where the text is none: another zone,
 * no fraction, the 30th of February, the 61st second (RFC 3339 allows leap seconds, devices do not send them).
 */
export function parseInstant(text: string): number | undefined {
  if (!instantPattern.test(text)) return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  // Years before 100 mean others to Date.UTC, and no device sends them.
  if (year < 100 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  if (day > daysOf(year, month)) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, digits(text, 20, 23));
}

/** A part that the pattern has found to be digits: once for each reading, so without cutting strings. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i += 1) value = value * 10 + text.charCodeAt(i) - 48;
  return value;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

let formattedMs = Number.NaN;
let formatted = '';

/** RFC 3339 UTC with milliseconds. The last answer is kept: what comes at the same instant is stamped alike. */
export function formatInstant(ms: number): string {
  if (ms !== formattedMs) {
    formatted = new Date(ms).toISOString();
    formattedMs = ms;
  }
  return formatted;
}
