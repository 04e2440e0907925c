/** Which association a reading belongs to: by when it was measured, so that yesterday's patient keeps yesterday's readings. */

import type { DeviceAssociations } from '../../contracts/messages/records.ts';
import { timePeriods } from '../../contracts/periods.ts';
import type { Span } from './clock-error.ts';

export type Period = {
  readonly associationId: string;
  /** Included. */
  readonly fromMs: number;
  /** Excluded; Infinity while it lasts. */
  readonly toMs: number;
  readonly ward: string;
  /** The earliest instants at which it may have begun and ended, where its stamps cannot be right (contracts/periods.ts). */
  readonly fromEarliestMs?: number;
  readonly toEarliestMs?: number;
};

/** The periods of a device with their instants read (contracts/periods.ts), oldest first; undefined where one is no instant. */
export function readPeriods(associations: DeviceAssociations, nowMs: number): Period[] | undefined {
  return timePeriods(associations.periods, nowMs)
    ?.map(({ period, fromMs, toMs, fromEarliestMs, toEarliestMs }) => ({
      associationId: period.associationId,
      fromMs,
      toMs,
      ward: period.ward,
      ...(fromEarliestMs < fromMs && { fromEarliestMs }),
      ...(toEarliestMs < toMs && { toEarliestMs }),
    }))
    .sort((a, b) => a.fromMs - b.fromMs);
}

/** The period that holds the instant; where two do, the one that began later. Undefined: the device had no patient then. */
export function periodAt(periods: readonly Period[], timeMs: number): Period | undefined {
  for (let i = periods.length - 1; i >= 0; i -= 1) {
    const period = periods[i]!;
    if (timeMs >= period.fromMs && timeMs < period.toMs) return period;
  }
  return undefined;
}

/** Whose a reading is. `associationId` undefined: the device had no patient. `unclear`: the patient changed within the span. */
export type Attribution =
  | { readonly kind: 'certain'; readonly associationId: string | undefined }
  | { readonly kind: 'unclear' };

const unclear: Attribution = { kind: 'unclear' };

/**
 * The association of a reading that was measured within `span`. Unclear where more than one holds in it, and where it touches a time
 * of which nobody knows whether the patient had changed.
 */
export function attribute(periods: readonly Period[], span: Span): Attribution {
  const { fromMs, toMs } = span;
  const first = periodAt(periods, fromMs)?.associationId;
  const newest = periods[periods.length - 1];
  // Nearly always: all of the span is in the period that lasts.
  if (newest === undefined || (fromMs >= newest.fromMs && toMs < (newest.toEarliestMs ?? newest.toMs)))
    return { kind: 'certain', associationId: first };
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

/** Whether the act, which happened between the two instants, may have come before or after the reading. */
function isInDoubt({ fromMs, toMs }: Span, earliestMs: number | undefined, latestMs: number): boolean {
  return earliestMs !== undefined && toMs >= earliestMs && fromMs < latestMs;
}
