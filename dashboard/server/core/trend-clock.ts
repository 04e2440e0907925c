/**
 * Moves server times in a trend by the error of the device's clock. Stored values have only the time of the device,
 * even if its clock is wrong. So the requested span, and everything else with a server's time, is moved to the time of
 * the device.
 */
import { clockErrorShownMsMin } from '../../../contracts/device-clock.ts';
import { isScoreTrendCode } from '../../../contracts/score-trends.ts';
import type { TrendPlan } from './trend-query.ts';

/**
 * Returns what must be added to a time of the server to get the time of the device: positive if the clock of the device
 * is ahead; 0 for an error that the screens do not show.
 * @param clockOffsetMs the measured error of the device's clock: negative if the clock is ahead
 */
export function deviceShiftMs(clockOffsetMs: number): number {
  return Math.abs(clockOffsetMs) < clockErrorShownMsMin ? 0 : -clockOffsetMs;
}

/**
 * Returns the plan whose span is moved to the times of the device. Without this move, a device clock that is ahead
 * would hide the newest values.
 */
export function planByDevice(plan: TrendPlan, clockOffsetMs: number): TrendPlan {
  const shiftMs = deviceShiftMs(clockOffsetMs);
  return { ...plan, fromMs: plan.fromMs + shiftMs, toMs: plan.toMs + shiftMs };
}

/**
 * Returns the earliest device time that a trend may show, if the device came into its tray at `sinceMs`. If the clock
 * of the device is ahead, it gave later times to the values of the former ward, so the result is later than `sinceMs`.
 * If the clock is behind, the result is `sinceMs`, because the error is only an estimate; the first values in the tray
 * then stay hidden.
 */
export function trayFromMs(sinceMs: number, clockOffsetMs: number): number {
  return sinceMs - Math.min(0, clockOffsetMs);
}

/** Returns a shift in whole steps, rounded down, so that steps of scores and parameters begin at the same times. */
export function wholeStepsMs(shiftMs: number, stepMs: number): number {
  return Math.floor(shiftMs / stepMs) * stepMs;
}

/** The plan of the scores, by the clock of the server. Adding `shiftMs` to its times gives times of the device. */
export type ScorePlan = { readonly plan: TrendPlan; readonly shiftMs: number };

/**
 * Returns the plan for the parameters and the plan for the scores. The shift is a whole number of steps, so that the
 * steps of both plans begin at the same times. The shift is rounded down, so that the scores never begin before the
 * span.
 * @param plan by the clock of the device
 */
export function splitPlan(plan: TrendPlan, clockOffsetMs: number): { values: TrendPlan; scores: ScorePlan } {
  const shiftMs = wholeStepsMs(deviceShiftMs(clockOffsetMs), plan.stepMs);
  return {
    values: { ...plan, codes: plan.codes.filter((code) => !isScoreTrendCode(code)) },
    scores: {
      plan: {
        ...plan,
        codes: plan.codes.filter(isScoreTrendCode),
        fromMs: plan.fromMs - shiftMs,
        toMs: plan.toMs - shiftMs,
      },
      shiftMs,
    },
  };
}
