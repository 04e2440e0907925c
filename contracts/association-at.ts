/**
 * Decides which association period of a device applies at an instant. Every process that must know this uses this file:
 * the gateway for each reading, the processors of alarms and of their delivery, the dashboard for each bed, and a
 * capture for each stay of a patient.
 *
 * In a table that Vigil writes, periods never overlap. In a table that another program wrote, periods may overlap. Then
 * the period that began last applies. If two periods have the same start, the later row of the table applies. To
 * find the period that began last, the starts are compared as the table has them (`stampMs`). `timedPeriods` corrects a
 * start that is later than the time of reading (`fromMs`), so two processes could otherwise choose different periods.
 */
import { hasEnded, type PeriodStamps, type TimedPeriod } from './periods.ts';
import { parseInstant } from './time.ts';

/** Start and end of a period. */
type PeriodInterval = Pick<TimedPeriod<unknown>, 'stampMs' | 'fromMs' | 'toMs'>;

/**
 * Returns the period that applies at an instant; undefined if the device had no patient and no bed at that instant.
 * @param periods the periods of one device, in the table's order
 */
export function periodAt<Period extends PeriodInterval>(periods: readonly Period[], atMs: number): Period | undefined {
  let latest: Period | undefined;
  // The loop goes from the last row to the first. So if two periods have the same start, the later row is found first
  // and stays.
  for (let i = periods.length - 1; i >= 0; i -= 1) {
    const period = periods[i]!;
    if (atMs < period.fromMs || atMs >= period.toMs) continue;
    if (latest === undefined || period.stampMs > latest.stampMs) latest = period;
  }
  return latest;
}

/**
 * Returns the period that applies now; undefined if the device has no patient and no bed. Needs no clock, because every
 * start and end in a table has already happened (contracts/periods.ts).
 */
export function currentPeriod<Period extends PeriodStamps>(periods: readonly Period[]): Period | undefined {
  const openPeriods = periods.flatMap((period) => {
    const stampMs = hasEnded(period) ? undefined : parseInstant(period.from);
    return stampMs === undefined
      ? []
      : [{ period, stampMs, fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }];
  });
  return periodAt(openPeriods, 0)?.period;
}

/**
 * Returns when a period stops applying and never applies again, ms since 1970. The result is the end of `period`, or
 * the start of a later period that ends at the same time or later. Infinity if the period applies now. If the period
 * never applied, the result is at most `fromMs` of the period.
 * @param periods all periods of the device, in the table's order, with `period` among them
 */
export function appliesUntilMs<Period extends PeriodInterval>(periods: readonly Period[], period: Period): number {
  const index = periods.indexOf(period);
  let endMs = period.toMs;
  for (;;) {
    const laterPeriod = periods.find(
      (other, i) =>
        (other.stampMs > period.stampMs || (other.stampMs === period.stampMs && i > index)) &&
        other.fromMs < endMs &&
        other.toMs >= endMs,
    );
    if (laterPeriod === undefined) return endMs;
    endMs = laterPeriod.fromMs;
  }
}

/** Returns the number of pairs of periods that overlap. */
export function countOverlaps(periods: readonly PeriodInterval[]): number {
  return periods.reduce(
    (sum, a, i) =>
      sum + periods.slice(i + 1).filter((b) => Math.max(a.fromMs, b.fromMs) < Math.min(a.toMs, b.toMs)).length,
    0,
  );
}
