/** Which limits judge a patient: the alarm processor judges by them, and a screen shows them beside the value. Pure. */
import type { Limits } from './messages/alarms.ts';
import { type LimitGroup, parameters } from './parameters.ts';

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

/** Why limits cannot be: outside what the parameter can yield, or crossing each other. Undefined where they can. */
export function limitsFault(group: LimitGroup, limits: Limits): 'implausible' | 'crossing' | undefined {
  const rows = [...parameters.values()].filter((row) => row.limits === group);
  const min = Math.min(...rows.map((row) => row.min));
  const max = Math.max(...rows.map((row) => row.max));
  const { extremeLow, low, high, extremeHigh } = limits;
  const given = [extremeLow, low, high, extremeHigh].filter((value) => value !== undefined);
  if (given.some((value) => !Number.isFinite(value) || value < min || value > max)) return 'implausible';
  return given.some((value, i) => i > 0 && value < given[i - 1]!) || (low !== undefined && low === high)
    ? 'crossing'
    : undefined;
}
