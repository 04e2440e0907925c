/** Finds the association of a reading by the time of its measurement, so that yesterday's readings stay with yesterday's patient. */

import { periodAt } from '../../contracts/association-at.ts';
import type { DeviceAssociations } from '../../contracts/messages/records.ts';
import { hasEnded, timePeriods } from '../../contracts/periods.ts';
import type { Span } from './clock-error.ts';

export type Period = {
  readonly associationId: string;
  /** The start as the table has it. */
  readonly stampMs: number;
  /** Included. */
  readonly fromMs: number;
  /** Excluded; Infinity while it lasts. */
  readonly toMs: number;
  readonly ward: string;
  /** The earliest instants at which it may have begun and ended, if its stamps cannot be right (contracts/periods.ts). */
  readonly fromEarliestMs?: number;
  readonly toEarliestMs?: number;
};

/** Returns a device's periods with their instants parsed (contracts/periods.ts), in the table's order; undefined if a text is not an instant. */
export function readPeriods(associations: DeviceAssociations, nowMs: number): Period[] | undefined {
  return timePeriods(associations.periods, nowMs)?.map(
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

/** Whose a reading is. `associationId` undefined: the device had no patient. `unclear`: the patient may have changed within the span. */
export type Attribution =
  | { readonly kind: 'certain'; readonly associationId: string | undefined }
  | { readonly kind: 'unclear' };

const unclear: Attribution = { kind: 'unclear' };

/**
 * Returns the association of a reading that was measured within `span`. It is unclear if more than one association holds in the span, or
 * if nobody knows whether the patient had already changed at some time in it.
 */
export function attribute(periods: readonly Period[], span: Span): Attribution {
  const { fromMs, toMs } = span;
  const first = periodAt(periods, fromMs)?.associationId;
  if (isAfterAll(periods, span)) return { kind: 'certain', associationId: first };
  for (const period of periods) {
    if (isInDoubt(span, period.fromEarliestMs, period.fromMs)) return unclear;
    if (isInDoubt(span, period.toEarliestMs, period.toMs)) return unclear;
    for (const boundaryMs of [period.fromMs, period.toMs]) {
      if (boundaryMs <= fromMs || boundaryMs > toMs) continue;
      if (periodAt(periods, boundaryMs)?.associationId !== first) return unclear;
    }
  }
  return { kind: 'certain', associationId: first };
}

/** Nearly always true: the whole span comes after the last act. It runs for each reading, so without a closure. */
function isAfterAll(periods: readonly Period[], { fromMs }: Span): boolean {
  for (let i = periods.length - 1; i >= 0; i -= 1) {
    const period = periods[i]!;
    if (fromMs < period.fromMs || (fromMs < period.toMs && hasEnded(period))) return false;
  }
  return true;
}

/** Whether the reading may come before the act or after it. The act happened between the two instants. */
function isInDoubt({ fromMs, toMs }: Span, earliestMs: number | undefined, latestMs: number): boolean {
  return earliestMs !== undefined && toMs >= earliestMs && fromMs < latestMs;
}
