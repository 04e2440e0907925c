/** Which of the devices that are connected present a certificate that ends soon: whoever renews it must hear before the bed goes dark. */

/** So long before its end a device's certificate is said to end: an engineer has to go to the bed (ours). */
export const endingSoonMs = 30 * 24 * 60 * 60 * 1000;

export type Presented = { readonly deviceId: string; readonly endMs: number };

/**
 * The devices whose certificate ends within `endingSoonMs`, the first end first. A device that is connected twice, also with its renewed
 * certificate, has been renewed.
 */
export function endingOf(presented: Iterable<Presented>, nowMs: number): Presented[] {
  return [...latestOf(presented)]
    .map(([deviceId, endMs]) => ({ deviceId, endMs }))
    .filter(({ endMs }) => endMs - nowMs < endingSoonMs)
    .sort((left, right) => left.endMs - right.endMs);
}

/** The first end of all devices that are connected; undefined if none is. */
export function firstEndOf(presented: Iterable<Presented>): number | undefined {
  let first: number | undefined;
  for (const endMs of latestOf(presented).values()) first = Math.min(first ?? endMs, endMs);
  return first;
}

function latestOf(presented: Iterable<Presented>): Map<string, number> {
  const latest = new Map<string, number>();
  for (const { deviceId, endMs } of presented) latest.set(deviceId, Math.max(endMs, latest.get(deviceId) ?? endMs));
  return latest;
}
