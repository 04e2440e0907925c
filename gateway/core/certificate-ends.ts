/**
 * Finds connected devices whose certificate ends soon. An engineer must renew this certificate before the gateway
 * refuses the device.
 */

/** Vigil reports a certificate this long before its end, because an engineer must go to the bed (chosen for Vigil). */
export const certificateNoticeMs = 30 * 24 * 60 * 60 * 1000;

export type PresentedCertificate = { readonly deviceId: string; readonly endMs: number };

/**
 * Returns the devices whose certificate ends within `certificateNoticeMs`, the earliest end first. If a device has
 * several connections with different certificates, the latest end is used.
 */
export function endingCertificates(presented: Iterable<PresentedCertificate>, nowMs: number): PresentedCertificate[] {
  return [...latestEndByDevice(presented)]
    .map(([deviceId, endMs]) => ({ deviceId, endMs }))
    .filter(({ endMs }) => endMs - nowMs < certificateNoticeMs)
    .sort((left, right) => left.endMs - right.endMs);
}

/**
 * Returns the earliest end among the certificates of the connected devices, ms since 1970; undefined if no device is
 * connected.
 */
export function earliestEndMs(presented: Iterable<PresentedCertificate>): number | undefined {
  let earliestMs: number | undefined;
  for (const endMs of latestEndByDevice(presented).values()) earliestMs = Math.min(earliestMs ?? endMs, endMs);
  return earliestMs;
}

/** Returns the latest end of each device's certificates, by device id. */
function latestEndByDevice(presented: Iterable<PresentedCertificate>): Map<string, number> {
  const endsByDevice = new Map<string, number>();
  for (const { deviceId, endMs } of presented)
    endsByDevice.set(deviceId, Math.max(endMs, endsByDevice.get(deviceId) ?? endMs));
  return endsByDevice;
}
