/**
 * Reads a device's association periods: when each began and ended, and where the device was last. contracts/association-at.ts decides
 * which period holds at an instant.
 *
 * Vigil starts and ends a period at the moment of the act. So a start or an end that is in the table has happened, whatever the
 * clock says. If a stamp is ahead of the clock, or of a later act in the table, the clock was set back after the act. The order of
 * the table (oldest first) is the order of the acts.
 */
import { clocksApartMsMax } from './steady-time.ts';
import { parseInstant } from './time.ts';

export type FromTo = { readonly from: string; readonly to: string | null };

/** A period as it is in the table, or with its instants parsed (`toMs` is Infinity while it lasts). */
type Ending = { readonly to: string | null } | { readonly toMs: number };

/** Whether a period is over. The only place that decides it. */
export function hasEnded(period: Ending): boolean {
  return 'toMs' in period ? Number.isFinite(period.toMs) : period.to !== null;
}

/** Returns the period that ended last: the last in the table's order, because the clock may have been set back between two ends. */
export function lastEnded<Period extends Ending>(periods: readonly Period[]): Period | undefined {
  return periods.findLast(hasEnded);
}

/**
 * Returns where a device without a present period was last: the period that ended last. Undefined if it is in no known ward: it never
 * had a period, or the hospital deleted its table. Biomedical engineering has such a device.
 */
export function lastPlace<Period extends FromTo & { readonly ward: string }>(
  periods: readonly Period[],
): { readonly ward: string; readonly endedAtMs: number } | undefined {
  const last = lastEnded(periods);
  const endedAtMs = parseInstant(last?.to ?? '');
  return last && endedAtMs !== undefined ? { ward: last.ward, endedAtMs } : undefined;
}

/**
 * If the stamp of a period's start is ahead of the next act (or of the present), the period is taken to have begun this long before that
 * act, ms. The readings of this time go to the patient who is there now.
 */
export const begunBeforeMs = 60_000;

/** An act with a wrong stamp happened within this long before the next act; by then somebody has set the clock right (ours). */
export const actDoubtMs = 3_600_000;

/** A period with its instants parsed. */
export type Timed<Period> = {
  readonly period: Period;
  /** The start as the table has it. */
  readonly stampMs: number;
  /** Included. */
  readonly fromMs: number;
  /** Excluded; Infinity while it lasts. */
  readonly toMs: number;
  /** The earliest instants at which it may have begun and ended. Equal to `fromMs` and `toMs` if these are certain. */
  readonly fromEarliestMs: number;
  readonly toEarliestMs: number;
};

type Act = {
  readonly kind: 'from' | 'to';
  readonly stampMs: number;
  /** The period has no end but is not the last in the table. Vigil writes no such table, and its order means nothing. */
  readonly outOfOrder: boolean;
  /** The latest instant at which it can have happened; undefined while its stamp cannot be right. */
  atMs?: number;
  earliestMs: number;
};

/**
 * Returns the periods with their instants, in the table's order. No instant is ahead of `nowMs`, and none is after a later act.
 * Undefined if a text is not an instant.
 */
export function timePeriods<Period extends FromTo>(
  periods: readonly Period[],
  nowMs: number,
): Timed<Period>[] | undefined {
  const acts: Act[] = [];
  for (const [i, period] of periods.entries()) {
    const outOfOrder = !hasEnded(period) && i < periods.length - 1;
    for (const kind of ['from', 'to'] as const) {
      const instant = period[kind];
      if (instant === null) continue;
      const stampMs = parseInstant(instant);
      if (stampMs === undefined) return undefined;
      acts.push({ kind, stampMs, outOfOrder, earliestMs: stampMs });
    }
  }
  takeRightStamps(acts, nowMs);
  placeOthers(acts, nowMs);
  let next = 0;
  return periods.map((period) => {
    const from = acts[next++]!;
    const to = hasEnded(period) ? acts[next++]! : undefined;
    return {
      period,
      stampMs: from.stampMs,
      fromMs: from.atMs!,
      toMs: to?.atMs ?? Number.POSITIVE_INFINITY,
      fromEarliestMs: from.earliestMs,
      toEarliestMs: to?.earliestMs ?? Number.POSITIVE_INFINITY,
    };
  });
}

/** Accepts a stamp unless it is ahead of the present, or of a later act, by more than two clocks may differ. */
function takeRightStamps(acts: readonly Act[], nowMs: number): void {
  let latestMs = nowMs;
  for (const act of acts.toReversed()) {
    const limitMs = act.outOfOrder ? nowMs : latestMs;
    if (act.stampMs > limitMs + clocksApartMsMax) continue;
    act.atMs = Math.min(act.stampMs, limitMs);
    act.earliestMs = act.atMs;
    if (!act.outOfOrder) latestMs = act.atMs;
  }
}

/** Places the other acts between the accepted act before them and the act after them. Nobody knows the exact time. */
function placeOthers(acts: readonly Act[], nowMs: number): void {
  const doubtful: { readonly act: Act; readonly floorMs: number }[] = [];
  let floorMs = Number.NEGATIVE_INFINITY;
  for (const act of acts) {
    if (act.atMs === undefined) doubtful.push({ act, floorMs });
    else floorMs = Math.max(floorMs, act.atMs);
  }
  for (const { act, floorMs } of doubtful.reverse()) {
    const next = acts[acts.indexOf(act) + 1]?.atMs ?? nowMs;
    act.atMs = Math.max(act.kind === 'from' ? next - begunBeforeMs : next, Math.min(floorMs, next));
    act.earliestMs = Math.max(act.atMs - actDoubtMs, Math.min(floorMs, act.atMs));
  }
}
