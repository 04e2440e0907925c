/** Instants on the wire: RFC 3339 in UTC, with milliseconds or finer (DESIGN, "MQTT"). */
const instantPattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.(\d{3,9})Z$/;

/** The pattern for JSON schemas. `parseInstant` also checks the calendar. */
export const instantSource = instantPattern.source;

/**
 * Returns the milliseconds since 1970 of an RFC 3339 UTC instant, without finer digits. Undefined if the text is not one: another zone,
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
  // Date.UTC reads years before 100 as other years, and no device sends them.
  if (year < 100 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  if (day > daysOf(year, month)) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, digits(text, 20, 23));
}

/** Reads a part that the pattern has matched as digits. It runs for each reading, so it does not cut strings. */
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

/** Returns RFC 3339 UTC with milliseconds. Keeps the last answer, because many things get the same instant. */
export function formatInstant(ms: number): string {
  if (ms !== formattedMs) {
    formatted = new Date(ms).toISOString();
    formattedMs = ms;
  }
  return formatted;
}
