/** Instants on the wire: RFC 3339 in UTC, with milliseconds or finer (DESIGN, "MQTT"). */
const instantPattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.(\d{3,9})Z$/;

/** The pattern for JSON schemas; the calendar itself is checked by `parseInstant`. */
export const instantSource = instantPattern.source;

/**
 * Milliseconds since 1970 of an RFC 3339 UTC instant, finer digits dropped; undefined where the text is none: another zone,
 * no fraction, the 30th of February, the 61st second (RFC 3339 allows leap seconds, devices do not send them).
 */
export function parseInstant(text: string): number | undefined {
  const parts = instantPattern.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const ms = Date.UTC(year, month - 1, day, hour, minute, second, Number(parts[7]!.slice(0, 3)));
  // Date.UTC rolls over what does not exist; the round trip finds it.
  return new Date(ms).toISOString().slice(0, 19) === text.slice(0, 19) ? ms : undefined;
}

/** RFC 3339 UTC with milliseconds. */
export function formatInstant(ms: number): string {
  return new Date(ms).toISOString();
}
