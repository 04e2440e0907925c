/**
 * Finds the association of a reading by the time of its measurement, so that yesterday's readings stay with yesterday's
 * patient.
 */

import { periodAt } from '../../contracts/association-at.ts';
import type { DeviceAssociations } from '../../contracts/messages/records.ts';
import { hasEnded, timedPeriods } from '../../contracts/periods.ts';
import type { Span } from './clock-error.ts';

export type Period = {
  readonly associationId: string;
  /** Start of the period as it is in the table of associations. */
  readonly stampMs: number;
  /** First instant of the period. */
  readonly fromMs: number;
  /** First instant after the period; Infinity if the period has not ended. */
  readonly toMs: number;
  readonly ward: string;
  /**
   * Earliest possible start and end of the period. Present if the stamps in the table cannot be right
   * (contracts/periods.ts).
   */
  readonly fromEarliestMs?: number;
  readonly toEarliestMs?: number;
};

/**
 * Returns the periods of a device with parsed instants (contracts/periods.ts), in the order of the table; undefined if
 * one of the texts is not an instant.
 */
export function readPeriods(associations: DeviceAssociations, nowMs: number): Period[] | undefined {
  return timedPeriods(associations.periods, nowMs)?.map(
    ({ period, stampMs, fromMs, toMs, fromEarliestMs, toEarliestMs }) => ({
      associationId: period.associationId,
      stampMs,
      fromMs,
      toMs,
      ward: period.ward,
      ...(fromEarliestMs < fromMs && { fromEarliestMs }),
      ...(toEarliestMs < toMs && { toEarliestMs }),
    }),
  );
}

/**
 * To which association a reading belongs. If `associationId` is undefined, the device had no patient. `unclear`: the
 * reading may belong to the previous patient or to the next patient.
 */
export type Attribution =
  | { readonly kind: 'certain'; readonly associationId: string | undefined }
  | { readonly kind: 'unclear' };

const unclear: Attribution = { kind: 'unclear' };

/** Returns the association of a reading that was measured at some instant within `span`. */
export function attribute(periods: readonly Period[], span: Span): Attribution {
  const { fromMs, toMs } = span;
  const associationAtStart = periodAt(periods, fromMs)?.associationId;
  if (isAfterLastChange(periods, span)) return { kind: 'certain', associationId: associationAtStart };
  for (const period of periods) {
    if (overlaps(span, period.fromEarliestMs, period.fromMs)) return unclear;
    if (overlaps(span, period.toEarliestMs, period.toMs)) return unclear;
    for (const boundaryMs of [period.fromMs, period.toMs]) {
      if (boundaryMs <= fromMs || boundaryMs > toMs) continue;
      if (periodAt(periods, boundaryMs)?.associationId !== associationAtStart) return unclear;
    }
  }
  return { kind: 'certain', associationId: associationAtStart };
}

/**
 * Returns whether the whole span lies after the last start or end of a period. Runs for each reading, so it uses no
 * closure.
 */
function isAfterLastChange(periods: readonly Period[], { fromMs }: Span): boolean {
  for (let i = periods.length - 1; i >= 0; i -= 1) {
    const period = periods[i]!;
    if (fromMs < period.fromMs || (fromMs < period.toMs && hasEnded(period))) return false;
  }
  return true;
}

/**
 * Returns whether a period may have started or ended within the span. The period started or ended at an unknown time
 * between `earliestMs` and `latestMs`.
 */
function overlaps({ fromMs, toMs }: Span, earliestMs: number | undefined, latestMs: number): boolean {
  return earliestMs !== undefined && toMs >= earliestMs && fromMs < latestMs;
}
