/** Logs the connected devices whose certificate ends soon. */
import type { Logger } from 'pino';
import { runEvery } from '../process/timer-tasks.ts';
import { endingCertificates, type PresentedCertificate } from './core/certificate-ends.ts';

const checkEveryMs = 60_000;
/** Maximum number of devices that one line of the log names. */
const loggedDevicesMax = 100;

/**
 * Checks the certificates each minute. Logs each device once, and again if it connects again or the end of its
 * certificate changes. Of the devices that are found in one check, only the first `loggedDevicesMax` are named.
 */
export function watchDeviceCertificates(options: {
  readonly presented: () => readonly PresentedCertificate[];
  readonly log: Pick<Logger, 'warn'>;
  /** Returns the time of the machine's clock, by which certificates end, ms since 1970. */
  readonly nowMs: () => number;
  readonly everyMs?: number;
}): { close(): void } {
  const { presented, log, nowMs } = options;
  const loggedEnds = new Map<string, number>();
  const timer = runEvery('device-certificates', options.everyMs ?? checkEveryMs, () => {
    const endingNow = endingCertificates(presented(), nowMs());
    const newlyEnding = endingNow.filter(({ deviceId, endMs }) => loggedEnds.get(deviceId) !== endMs);
    // Devices that are no longer connected are forgotten, so that they are logged again if they connect again.
    loggedEnds.clear();
    for (const { deviceId, endMs } of endingNow) loggedEnds.set(deviceId, endMs);
    if (newlyEnding.length === 0) return;
    const devices = newlyEnding
      .slice(0, loggedDevicesMax)
      .map(({ deviceId, endMs }) => ({ device: deviceId, until: new Date(endMs).toISOString() }));
    log.warn({ devices, ending: endingNow.length }, 'certificates of devices end soon: enrol them again');
  });
  timer.unref();
  return { close: () => clearInterval(timer) };
}
