/** Reads the scores of a trend's steps, with their parts, from the log. */
import { measuredOffsetMs } from '../../contracts/device-clock.ts';
import type { TrendScores } from '../protocol/trend-scores.ts';
import { type StepsPlan, scoresOfSteps } from './core/score-steps.ts';
import type { BedState, LiveState } from './core/state.ts';
import { deviceShiftMs, wholeStepsMs } from './core/trend-clock.ts';
import type { ScoreLog } from './score-log.ts';

/** Returns the measured error of a bed's device: negative if its clock is ahead; 0 if the error is not known. */
export function clockOffsetMsOf({ devices }: LiveState, { deviceId }: Pick<BedState, 'deviceId'>): number {
  const device = devices.get(deviceId);
  return device === undefined ? 0 : measuredOffsetMs(device.clock.clock);
}

/**
 * Returns the scores of the steps of a span, in times of the server's clock. Nobody scores a device without a bed, so a
 * tray has no scores.
 * @throws VigilError `rate-limited`, `log-unavailable`
 */
export async function readScores(
  scoreLog: ScoreLog,
  { account, bed, clockOffsetMs }: { account: string; bed: BedState; clockOffsetMs: number },
  span: Pick<StepsPlan, 'fromMs' | 'toMs' | 'stepMs' | 'pick'>,
): Promise<TrendScores> {
  const clockErrorMs = deviceShiftMs(clockOffsetMs);
  const plan = { ...span, clockErrorMs, shiftMs: wholeStepsMs(clockErrorMs, span.stepMs) };
  if (bed.tray !== undefined) return { scores: [], knownFromMs: span.fromMs, knownToMs: span.toMs, isWhole: true };
  // Begins where the first step begins, so that the whole step is read.
  const sinceMs = Math.floor(span.fromMs / span.stepMs) * span.stepMs;
  return scoresOfSteps(await scoreLog.scores(account, bed.associationId, sinceMs), plan);
}
