/**
 * Computes when each association period of a device began and ended, and where the device was last.
 * contracts/association-at.ts decides which period applies at an instant.
 *
 * An act is the start or the end of a period. Vigil stamps an act with the machine's clock when a person does it. So
 * every act in the table has already happened. If a stamp is ahead of the clock, or ahead of the stamp of a later act,
 * the clock was set back after that act. The rows of the table are in the order of the acts, oldest first.
 */
import { clocksApartMsMax } from './steady-time.ts';
import { parseInstant } from './time.ts';

export type PeriodStamps = { readonly from: string; readonly to: string | null };

/** The end of a period, as in the table or parsed. Until the period ends, `to` is null, and `toMs` is Infinity. */
type PeriodEnd = { readonly to: string | null } | { readonly toMs: number };

/** Returns whether a period has ended. Every process uses this function. */
export function hasEnded(period: PeriodEnd): boolean {
  return 'toMs' in period ? Number.isFinite(period.toMs) : period.to !== null;
}

/**
 * Returns the last ended period in the table's order. The stamps are not compared, because the clock may have been set
 * back between two ends.
 */
export function lastEndedPeriod<Period extends PeriodEnd>(periods: readonly Period[]): Period | undefined {
  return periods.findLast(hasEnded);
}

/**
 * Returns the ward in which a device without a current period was last. Undefined if the device never had a period, or
 * if the hospital deleted its table. Screens list such a device under biomedical engineering.
 */
export function lastWard<Period extends PeriodStamps & { readonly ward: string }>(
  periods: readonly Period[],
): { readonly ward: string; readonly endedAtMs: number } | undefined {
  const lastPeriod = lastEndedPeriod(periods);
  const endedAtMs = parseInstant(lastPeriod?.to ?? '');
  return lastPeriod && endedAtMs !== undefined ? { ward: lastPeriod.ward, endedAtMs } : undefined;
}

/**
 * Assumed time from the start of a period to the next act (or to now, if no act follows), ms: used if the stamp of the
 * start is wrong. The readings of this time belong to the patient of the period.
 */
export const assumedPeriodMs = 60_000;

/** Maximum time that is assumed between an act with a wrong stamp and the next act (our choice). */
export const actDoubtMs = 3_600_000;

/** A period with its instants parsed. */
export type TimedPeriod<Period> = {
  readonly period: Period;
  /** The start as it is written in the table. */
  readonly stampMs: number;
  /** The start. This instant belongs to the period. */
  readonly fromMs: number;
  /** The end. This instant no longer belongs to the period. Infinity while the period lasts. */
  readonly toMs: number;
  /**
   * The earliest instants at which the period may have begun and ended. If the stamps are right, these instants are
   * `fromMs` and `toMs`.
   */
  readonly fromEarliestMs: number;
  readonly toEarliestMs: number;
};

type Act = {
  readonly kind: 'from' | 'to';
  readonly stampMs: number;
  /**
   * The period has no end but is not the last row of the table. Another program wrote the table, so the order of its
   * rows means nothing.
   */
  readonly isOutOfOrder: boolean;
  /** The instant that Vigil uses for the act: the stamp or an estimate; undefined until it is computed. */
  atMs?: number;
  earliestMs: number;
};

/**
 * Returns the periods with their instants, in the table's order. No instant is ahead of `nowMs` or after the instant of
 * a later act. Undefined if the table has a text that is not an instant.
 */
export function timedPeriods<Period extends PeriodStamps>(
  periods: readonly Period[],
  nowMs: number,
): TimedPeriod<Period>[] | undefined {
  const acts: Act[] = [];
  for (const [i, period] of periods.entries()) {
    const isOutOfOrder = !hasEnded(period) && i < periods.length - 1;
    for (const kind of ['from', 'to'] as const) {
      const instant = period[kind];
      if (instant === null) continue;
      const stampMs = parseInstant(instant);
      if (stampMs === undefined) return undefined;
      acts.push({ kind, stampMs, isOutOfOrder, earliestMs: stampMs });
    }
  }
  acceptRightStamps(acts, nowMs);
  estimateOtherActs(acts, nowMs);
  let nextIndex = 0;
  return periods.map((period) => {
    const from = acts[nextIndex++]!;
    const endInstant = hasEnded(period) ? acts[nextIndex++]! : undefined;
    return {
      period,
      stampMs: from.stampMs,
      fromMs: from.atMs!,
      toMs: endInstant?.atMs ?? Number.POSITIVE_INFINITY,
      fromEarliestMs: from.earliestMs,
      toEarliestMs: endInstant?.earliestMs ?? Number.POSITIVE_INFINITY,
    };
  });
}

/** Accepts each stamp that is at most `clocksApartMsMax` ahead of `nowMs` and of the later acts. */
function acceptRightStamps(acts: readonly Act[], nowMs: number): void {
  let latestMs = nowMs;
  for (const act of acts.toReversed()) {
    const limitMs = act.isOutOfOrder ? nowMs : latestMs;
    if (act.stampMs > limitMs + clocksApartMsMax) continue;
    act.atMs = Math.min(act.stampMs, limitMs);
    act.earliestMs = act.atMs;
    if (!act.isOutOfOrder) latestMs = act.atMs;
  }
}

/**
 * Gives each act with a wrong stamp an instant between the last accepted act before it and the next act. The exact
 * instant is unknown.
 */
function estimateOtherActs(acts: readonly Act[], nowMs: number): void {
  const misstamped: { readonly act: Act; readonly floorMs: number }[] = [];
  let floorMs = Number.NEGATIVE_INFINITY;
  for (const act of acts) {
    if (act.atMs === undefined) misstamped.push({ act, floorMs });
    else floorMs = Math.max(floorMs, act.atMs);
  }
  for (const { act, floorMs } of misstamped.reverse()) {
    const nextActMs = acts[acts.indexOf(act) + 1]?.atMs ?? nowMs;
    act.atMs = Math.max(act.kind === 'from' ? nextActMs - assumedPeriodMs : nextActMs, Math.min(floorMs, nextActMs));
    act.earliestMs = Math.max(act.atMs - actDoubtMs, Math.min(floorMs, act.atMs));
  }
}
