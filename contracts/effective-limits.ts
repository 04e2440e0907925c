/** Which limits judge a patient: the alarm processor judges by them, and a screen shows them beside the value. Pure. */
import type { Limits } from './messages/alarms.ts';

/**
 * One patient's limits over the ward's: what the override leaves out stays the ward's, so that a limit can be moved but none
 * falls away unsaid. An extreme limit never lies inside its plain one: it moves out with it.
 */
export function effectiveLimits(ward: Limits | undefined, own: Limits | undefined): Limits | undefined {
  if (ward === undefined && own === undefined) return undefined;
  const merged = { ...ward, ...own };
  const { low, high, extremeLow, extremeHigh } = merged;
  return {
    ...merged,
    ...(low !== undefined && extremeLow !== undefined && { extremeLow: Math.min(low, extremeLow) }),
    ...(high !== undefined && extremeHigh !== undefined && { extremeHigh: Math.max(high, extremeHigh) }),
  };
}
