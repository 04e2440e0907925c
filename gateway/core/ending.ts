/** Finds connected devices whose certificate ends soon. The person who renews it must hear of it before the device is refused. */

/** A device's certificate is reported this long before its end: an engineer has to go to the bed (ours). */
export const endingSoonMs = 30 * 24 * 60 * 60 * 1000;

export type PresentedCertificate = { readonly deviceId: string; readonly endMs: number };

/**
 * Returns the devices whose certificate ends within `endingSoonMs`, ordered by their end. If a device is also connected with its renewed
 * certificate, it counts as renewed.
 */
export function endingSoon(presented: Iterable<PresentedCertificate>, nowMs: number): PresentedCertificate[] {
  return [...latestOf(presented)]
    .map(([deviceId, endMs]) => ({ deviceId, endMs }))
    .filter(({ endMs }) => endMs - nowMs < endingSoonMs)
    .sort((left, right) => left.endMs - right.endMs);
}

/** Returns the first end among all connected devices; undefined if no device is connected. */
export function earliestEnd(presented: Iterable<PresentedCertificate>): number | undefined {
  let first: number | undefined;
  for (const endMs of latestOf(presented).values()) first = Math.min(first ?? endMs, endMs);
  return first;
}

function latestOf(presented: Iterable<PresentedCertificate>): Map<string, number> {
  const latest = new Map<string, number>();
  for (const { deviceId, endMs } of presented) latest.set(deviceId, Math.max(endMs, latest.get(deviceId) ?? endMs));
  return latest;
}
