/** Writes the end of a device's certificate as text. The server and the page use the same words. */
import { dayMs } from './durations.ts';

/** Returns for example `Certificate ends in 12 days`; `Certificate has ended` after its end. */
export function certificateEndText(endMs: number, nowMs: number): string {
  const leftMs = endMs - nowMs;
  if (leftMs <= 0) return 'Certificate has ended';
  const days = Math.floor(leftMs / dayMs);
  if (days === 0) return 'Certificate ends in less than a day';
  return `Certificate ends in ${days} ${days === 1 ? 'day' : 'days'}`;
}
