/** Finds connected devices whose certificate ends soon. An engineer must renew it before the gateway refuses the device. */

/** A certificate is reported this long before its end, because an engineer must go to the bed (chosen for Vigil). */
export const endingSoonMs = 30 * 24 * 60 * 60 * 1000;

export type PresentedCertificate = { readonly deviceId: string; readonly endMs: number };

/**
 * Returns the devices whose certificate ends within `endingSoonMs`, the earliest end first. If a device has several connections with
 * different certificates, its latest end counts.
 */
export function endingSoon(presented: Iterable<PresentedCertificate>, nowMs: number): PresentedCertificate[] {
  return [...latestEnds(presented)]
    .map(([deviceId, endMs]) => ({ deviceId, endMs }))
    .filter(({ endMs }) => endMs - nowMs < endingSoonMs)
    .sort((left, right) => left.endMs - right.endMs);
}

/** Returns the earliest end of a certificate among all connected devices, ms since 1970; undefined if no device is connected. */
export function earliestEnd(presented: Iterable<PresentedCertificate>): number | undefined {
  let first: number | undefined;
  for (const endMs of latestEnds(presented).values()) first = Math.min(first ?? endMs, endMs);
  return first;
}

/** Returns the latest end of each device's certificates, by device id. */
function latestEnds(presented: Iterable<PresentedCertificate>): Map<string, number> {
  const latest = new Map<string, number>();
  for (const { deviceId, endMs } of presented) latest.set(deviceId, Math.max(endMs, latest.get(deviceId) ?? endMs));
  return latest;
}
