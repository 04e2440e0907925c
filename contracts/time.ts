/** Instants in messages: RFC 3339 in UTC, with at least milliseconds. */
const instantPattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.(\d{3,9})Z$/;

/** Pattern of an instant for JSON schemas. The pattern accepts dates that do not exist; `parseInstant` refuses them. */
export const instantSource = instantPattern.source;

/**
 * Returns an RFC 3339 UTC instant as whole milliseconds since 1970. Undefined if the text is not such an instant:
 * another time zone, no fraction, the 30th of February, or a leap second (second 60).
 */
export function parseInstant(text: string): number | undefined {
  if (!instantPattern.test(text)) return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  // Date.UTC reads a year before 100 as 19xx.
  if (year < 100 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  if (day > daysOf(year, month)) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute, second, digits(text, 20, 23));
}

/**
 * Returns the number in the characters from `from` to `to`, which must be digits. Creates no substring, because it runs
 * for each reading.
 */
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

/**
 * Returns an instant as RFC 3339 UTC with milliseconds. Keeps the last result, because callers often format the same
 * instant again.
 */
export function formatInstant(ms: number): string {
  if (ms !== formattedMs) {
    formatted = new Date(ms).toISOString();
    formattedMs = ms;
  }
  return formatted;
}
