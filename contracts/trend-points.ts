/** Turns an opened observation into the points of a trend. */
import { usableNumber } from './messages/check.ts';
import type { ObservationRecord } from './messages/records.ts';
import { numericsByCode } from './numerics.ts';
import { parseInstant } from './time.ts';

/**
 * A value of one parameter at one time. A point overwrites an earlier point with the same association, code and time.
 * So a repeated write changes nothing.
 */
export type Point = {
  readonly associationId: string;
  /** MDC reference id. */
  readonly code: string;
  /** Time of the reading by the device's clock, ms since 1970. For scores, time of the alarm processor. */
  readonly timeMs: number;
  /** In the unit of the parameter table. */
  readonly value: number;
  readonly questionable: boolean;
};

/** The name of the InfluxDB measurement with all points. */
export const measurement = 'numerics';

/**
 * Returns the points of one reading; undefined if the time of the reading is invalid. A value gives no point if it is
 * absent, invalid, calibrating, of an unknown code or unit, or outside the plausible range. A real 0 gives a point. A
 * parameter that comes twice gives one point, with the more serious value (`numericsByCode`).
 */
export function pointsOf(associationId: string, record: ObservationRecord): Point[] | undefined {
  const timeMs = parseInstant(record.reading.time);
  if (timeMs === undefined) return undefined;
  return numericsByCode(record.reading.values).values.flatMap((numeric) => {
    const value = usableNumber(numeric);
    if (value === undefined) return [];
    return [{ associationId, code: numeric.code, timeMs, value, questionable: numeric.validity === 'questionable' }];
  });
}
