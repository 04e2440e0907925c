/** Turns an opened observation into the points of a trend. */
import { usableNumber } from '../../../contracts/messages/check.ts';
import type { ObservationRecord } from '../../../contracts/messages/records.ts';
import { numericsByCode } from '../../../contracts/numerics.ts';
import { parseInstant } from '../../../contracts/time.ts';

/**
 * One value of one parameter at one event time. A point of the same association, code and time overwrites it, so a repeat changes nothing.
 */
export type Point = {
  readonly associationId: string;
  /** MDC reference id. */
  readonly code: string;
  /** The device's own time, ms since 1970. */
  readonly timeMs: number;
  /** In the unit of the parameter table. */
  readonly value: number;
  readonly questionable: boolean;
};

/** The measurement that contains all numerics. */
export const measurement = 'numerics';

/**
 * Returns the points of one reading. There is no point for a value that is absent, invalid, calibrating, of an unknown code or unit, or
 * outside what a body can yield. A real 0 makes a point. A parameter that comes twice makes one point of the graver value
 * (`numericsByCode`). Undefined if the reading's time is not valid.
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
