/**
 * Decides which association period of a device holds at an instant. This is the only place that decides it. The gateway asks for each
 * reading, the alarm processor for each alarm, the dashboard for each bed, and a capture for each stay.
 *
 * A table that Vigil writes has at most one period at any instant. In a table that something else wrote, periods may overlap. Then the
 * period that began last decides: the one with the later start, or, if two starts are equal, the one that is later in the table. The
 * start is compared as it is written in the table, so the answer does not depend on when the table was read.
 */
import { type FromTo, hasEnded, type Timed } from './periods.ts';
import { parseInstant } from './time.ts';

/** When a period held. */
type Interval = Pick<Timed<unknown>, 'stampMs' | 'fromMs' | 'toMs'>;

/**
 * Returns the period that decides at the instant; undefined if the device had no patient and no bed then.
 * @param periods in the table's order
 */
export function periodAt<Period extends Interval>(periods: readonly Period[], atMs: number): Period | undefined {
  let found: Period | undefined;
  // Search from the newest: it nearly always decides, and the gateway asks for each reading.
  for (let i = periods.length - 1; i >= 0; i -= 1) {
    const period = periods[i]!;
    if (atMs < period.fromMs || atMs >= period.toMs) continue;
    if (found === undefined || period.stampMs > found.stampMs) found = period;
  }
  return found;
}

/**
 * Returns the period that decides now; undefined if the device has no patient and no bed. All starts and ends in a table have
 * happened (contracts/periods.ts), so this needs no clock.
 */
export function currentPeriod<Period extends FromTo>(periods: readonly Period[]): Period | undefined {
  const lasting = periods.flatMap((period) => {
    const stampMs = hasEnded(period) ? undefined : parseInstant(period.from);
    return stampMs === undefined
      ? []
      : [{ period, stampMs, fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }];
  });
  return periodAt(lasting, 0)?.period;
}

/**
 * Returns the instant from which a period no longer decides: its end, or the start of a later period that lasts longer than it.
 * Infinity while it decides. If the period never decided, the result is not after its `fromMs`.
 * @param periods all periods of the device, in the table's order, with `period` among them
 */
export function decidesUntilMs<Period extends Interval>(periods: readonly Period[], period: Period): number {
  const place = periods.indexOf(period);
  let endMs = period.toMs;
  for (;;) {
    const later = periods.find(
      (other, i) =>
        (other.stampMs > period.stampMs || (other.stampMs === period.stampMs && i > place)) &&
        other.fromMs < endMs &&
        other.toMs >= endMs,
    );
    if (later === undefined) return endMs;
    endMs = later.fromMs;
  }
}

/** Returns how many pairs of periods hold at the same time. */
export function overlapsIn(periods: readonly Interval[]): number {
  return periods.reduce(
    (sum, a, i) =>
      sum + periods.slice(i + 1).filter((b) => Math.max(a.fromMs, b.fromMs) < Math.min(a.toMs, b.toMs)).length,
    0,
  );
}
