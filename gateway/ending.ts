/** Logs which connected devices have a certificate that ends soon. */
import type { Logger } from 'pino';
import { endingSoon, type PresentedCertificate } from './core/ending.ts';

const lookEveryMs = 60_000;
/** Most devices that one line names. */
const namedMax = 100;

/** Checks each minute. Logs only if the devices or the ends have changed since the last line. */
export function watchDeviceCertificates(options: {
  readonly presented: () => readonly PresentedCertificate[];
  readonly log: Pick<Logger, 'warn'>;
  /** The machine's clock: certificates end by it. */
  readonly nowMs: () => number;
  readonly everyMs?: number;
}): { close(): void } {
  const { presented, log, nowMs } = options;
  const said = new Map<string, number>();
  const timer = setInterval(() => {
    const ending = endingSoon(presented(), nowMs());
    const news = ending.filter(({ deviceId, endMs }) => said.get(deviceId) !== endMs);
    // A device that is not in the list was renewed or has gone. If it comes back, it is logged again.
    said.clear();
    for (const { deviceId, endMs } of ending) said.set(deviceId, endMs);
    if (news.length === 0) return;
    const devices = news
      .slice(0, namedMax)
      .map(({ deviceId, endMs }) => ({ device: deviceId, until: new Date(endMs).toISOString() }));
    log.warn({ devices, ending: ending.length }, 'certificates of devices end soon: enrol them again');
  }, options.everyMs ?? lookEveryMs);
  timer.unref();
  return { close: () => clearInterval(timer) };
}
