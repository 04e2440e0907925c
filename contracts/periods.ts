/**
 * What a device's association periods say: when each began and ended, and where the device was last. Which one decides at an instant,
 * contracts/association-at.ts says.
 *
 * Vigil starts and ends a period at the moment of the act. So a start or an end that is in the table has happened, whatever the
 * clock says. A stamp ahead of the clock, or of a later act in the table, was made by a clock that was set back since. The order of
 * the table (oldest first) is the order of the acts.
 */
import { clocksApartMsMax } from './steady-time.ts';
import { parseInstant } from './time.ts';

export type FromTo = { readonly from: string; readonly to: string | null };

/** A period as it is in the table, or with its instants read (`toMs` is Infinity while it lasts). */
type Ending = { readonly to: string | null } | { readonly toMs: number };

/** Whether a period is over. The one place that says so. */
export function hasEnded(period: Ending): boolean {
  return 'toMs' in period ? Number.isFinite(period.toMs) : period.to !== null;
}

/** The period that ended last: the last in the table's order, for the clock may have been set back between two ends. */
export function lastEnded<Period extends Ending>(periods: readonly Period[]): Period | undefined {
  return periods.findLast(hasEnded);
}

/**
 * Where a device that has no period now was last: the period that ended last. Undefined: in no ward that is known, because it never
 * had a period, or the hospital deleted its table. Such a device is biomedical engineering's.
 */
export function lastPlace<Period extends FromTo & { readonly ward: string }>(
  periods: readonly Period[],
): { readonly ward: string; readonly endedAtMs: number } | undefined {
  const last = lastEnded(periods);
  const endedAtMs = parseInstant(last?.to ?? '');
  return last && endedAtMs !== undefined ? { ward: last.ward, endedAtMs } : undefined;
}

/**
 * How long before the next act (or the present) a period is taken to have begun whose stamp is ahead of it, ms: the readings of so
 * long go to the patient who is there now.
 */
export const begunBeforeMs = 60_000;

/** An act whose stamp cannot be right happened within so long before the next one; by then the clock has been set right (ours). */
export const actDoubtMs = 3_600_000;

/** A period with its instants read. */
export type Timed<Period> = {
  readonly period: Period;
  /** The start as the table has it. */
  readonly stampMs: number;
  /** Included. */
  readonly fromMs: number;
  /** Excluded; Infinity while it lasts. */
  readonly toMs: number;
  /** The earliest instants at which it may have begun and ended; `fromMs` and `toMs` where these are known. */
  readonly fromEarliestMs: number;
  readonly toEarliestMs: number;
};

type Act = {
  readonly kind: 'from' | 'to';
  readonly stampMs: number;
  /** Not the last of the table, and without an end: Vigil writes no such table, and its order says nothing. */
  readonly outOfOrder: boolean;
  /** The latest instant at which it can have happened; undefined where its stamp cannot be right. */
  atMs?: number;
  earliestMs: number;
};

/**
 * The periods with their instants, in the table's order. No instant is ahead of `nowMs`, and none is after a later act.
 * Undefined where one is no instant.
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

/** A stamp may be right where it is not ahead of the present or of a later act by more than two clocks may be apart. */
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

/** The other acts lie between the right one before and the act after; when in between, nobody knows. */
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
