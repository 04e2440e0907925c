/** Writes the limits of a group as a text for the audit trail. Pure. */
import { boundLabels, bounds, mergeLimits } from '../../../contracts/effective-limits.ts';
import type { Limits, OwnLimits } from '../../../contracts/messages/alarms.ts';

/**
 * Returns the limits in force as a text: `low 50, high 120, delay 10000 ms`. The patient's own limits replace the
 * limits of the profile.
 * @param base the limits of the profile; undefined if no profile is known
 */
export function limitsText(base: Limits | undefined, own: OwnLimits | undefined): string {
  const limits = mergeLimits(base ?? {}, own);
  const texts: string[] = bounds.flatMap((name) =>
    limits[name] === undefined ? [] : [`${boundLabels[name]} ${limits[name]}`],
  );
  if (limits.delayMs !== undefined) texts.push(`delay ${limits.delayMs} ms`);
  if (own?.off) texts.push(`switched off until ${own.off.until} (${own.off.reason})`);
  if (own === undefined) texts.push('no own limits');
  return texts.join(', ');
}
