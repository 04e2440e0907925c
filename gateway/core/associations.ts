/** Which association a reading belongs to: by when it was measured, so that yesterday's patient keeps yesterday's readings. */

import type { Span } from '../../contracts/device-clock.ts';
import type { DeviceAssociations } from '../../contracts/messages/records.ts';
import { begunAtMs } from '../../contracts/periods.ts';
import { parseInstant } from '../../contracts/time.ts';

export type Period = {
  readonly associationId: string;
  /** Included. */
  readonly fromMs: number;
  /** Excluded; Infinity while it lasts. */
  readonly toMs: number;
  readonly ward: string;
};

/**
 * The periods of a device with their instants read, oldest first; undefined where one is no instant. A period without an end that
 * would begin after `nowMs` has begun already (contracts/periods.ts).
 */
export function readPeriods(associations: DeviceAssociations, nowMs: number): Period[] | undefined {
  const periods: Period[] = [];
  for (const period of associations.periods) {
    const fromMs = parseInstant(period.from);
    const toMs = period.to === null ? Number.POSITIVE_INFINITY : parseInstant(period.to);
    if (fromMs === undefined || toMs === undefined) return undefined;
    const begunMs = period.to === null ? begunAtMs(fromMs, nowMs) : fromMs;
    periods.push({ associationId: period.associationId, fromMs: begunMs, toMs, ward: period.ward });
  }
  return periods.sort((a, b) => a.fromMs - b.fromMs);
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

/** The association of a reading that was measured within `span`; unclear where more than one holds in it. */
export function attribute(periods: readonly Period[], { fromMs, toMs }: Span): Attribution {
  const first = periodAt(periods, fromMs)?.associationId;
  if (fromMs === toMs) return { kind: 'certain', associationId: first };
  const newest = periods[periods.length - 1];
  // Nearly always: all of the span is in the period that lasts.
  if (newest === undefined || (fromMs >= newest.fromMs && toMs < newest.toMs))
    return { kind: 'certain', associationId: first };
  for (const period of periods) {
    for (const boundaryMs of [period.fromMs, period.toMs]) {
      if (boundaryMs <= fromMs || boundaryMs > toMs) continue;
      if (periodAt(periods, boundaryMs)?.associationId !== first) return unclear;
    }
  }
  return { kind: 'certain', associationId: first };
}
