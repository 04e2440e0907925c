/** The rule for the time that the page "Alarm history" can show. The page and the server use the same rule. */
import { dayMs, minuteMs } from './durations.ts';

/** Alarms are kept for at least this many days (ours): 72 h for the page, and a day more for long alarms. */
export const reviewKeptDays = 4;
export const reviewKeptMs = reviewKeptDays * dayMs;
/** The clock of a screen may be ahead of the server's clock by this much (ours). */
const clockLeadMs = minuteMs;

export type ReviewSpanFault = 'future-start' | 'future-end' | 'reversed' | 'too-long-ago';

/**
 * Returns why a time cannot be shown; undefined if it can.
 * @param toMs undefined for a time that lasts until now
 */
export function reviewSpanFault(fromMs: number, toMs: number | undefined, nowMs: number): ReviewSpanFault | undefined {
  if (fromMs > nowMs + clockLeadMs) return 'future-start';
  if (toMs !== undefined && toMs > nowMs + clockLeadMs) return 'future-end';
  if (toMs !== undefined && toMs <= fromMs) return 'reversed';
  return nowMs - fromMs > reviewKeptMs + clockLeadMs ? 'too-long-ago' : undefined;
}
