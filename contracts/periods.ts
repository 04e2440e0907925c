/**
 * Which of a device's association periods holds now. A period without an end has begun, whatever the clock says: Vigil starts
 * periods at the moment of the act, so a start that is ahead of the clock tells that the clock was set back since.
 */
import { parseInstant } from './time.ts';

export type FromTo = { readonly from: string; readonly to: string | null };

/** The period that holds at `nowMs`; of two, the one that starts later. Undefined: the device has no patient. */
export function currentPeriod<Period extends FromTo>(periods: readonly Period[], nowMs: number): Period | undefined {
  let current: { readonly period: Period; readonly fromMs: number } | undefined;
  for (const period of periods) {
    const fromMs = parseInstant(period.from);
    if (fromMs === undefined || !holds(period, fromMs, nowMs)) continue;
    if (current === undefined || fromMs >= current.fromMs) current = { period, fromMs };
  }
  return current?.period;
}

function holds({ to }: FromTo, fromMs: number, nowMs: number): boolean {
  if (to === null) return true;
  const toMs = parseInstant(to);
  return toMs !== undefined && fromMs <= nowMs && nowMs < toMs;
}

/** When a period ended, ms; null while it lasts. It has also ended where a period without an end follows it. */
export function endedAtMs(period: FromTo, periods: readonly FromTo[], nowMs: number): number | null {
  if (period.to === null) return null;
  const toMs = parseInstant(period.to);
  if (toMs === undefined) return null;
  const isFollowed = periods.some((other) => other.to === null && other.from >= period.to!);
  return toMs <= nowMs || isFollowed ? Math.min(toMs, nowMs) : null;
}

/** How far before the present a period is taken to have begun whose start the clock puts ahead of the present, ms. */
export const begunBeforeMs = 60_000;

/**
 * Where a device that has no period now was last: the period that ended last. Undefined: in no ward that is known, because it never
 * had a period, or the hospital deleted its table. Such a device is biomedical engineering's.
 */
export function lastPlace<Period extends FromTo & { readonly ward: string }>(
  periods: readonly Period[],
): { readonly ward: string; readonly endedAtMs: number } | undefined {
  let last: { readonly ward: string; readonly endedAtMs: number } | undefined;
  for (const { ward, to } of periods) {
    const endedAtMs = to === null ? undefined : parseInstant(to);
    if (endedAtMs !== undefined && (last === undefined || endedAtMs >= last.endedAtMs)) last = { ward, endedAtMs };
  }
  return last;
}

/**
 * The start of a period without an end, as the present clock would have told it. Where it is ahead of `nowMs` nobody knows when
 * it was; the readings of the last `begunBeforeMs` then belong to this period and not to the one before it.
 */
export function begunAtMs(fromMs: number, nowMs: number): number {
  return fromMs > nowMs ? nowMs - begunBeforeMs : fromMs;
}
