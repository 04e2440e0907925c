/** From an opened observation to the points of a trend. */
import { usableNumber } from '../../../contracts/messages/check.ts';
import type { ObservationRecord } from '../../../contracts/messages/records.ts';
import { numericsByCode } from '../../../contracts/numerics.ts';
import { parseInstant } from '../../../contracts/time.ts';

/** One value of one parameter at one event time. The same association, code and time overwrite, so a repeat changes nothing. */
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

/** The measurement that all numerics lie in. */
export const measurement = 'numerics';

/**
 * The points of one reading. A value that is absent, invalid, calibrating, of a code or unit that the table does not have, or outside
 * what a body can yield makes none; a real 0 makes one, and of a parameter that comes twice the graver number (`numericsByCode`). Undefined where the reading's time is none.
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
