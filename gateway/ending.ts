/** Says in the log which connected devices present a certificate that ends soon. */
import type { Logger } from 'pino';
import { endingOf, type Presented } from './core/ending.ts';

const lookEveryMs = 60_000;
/** So many devices are named in one line. */
const namedMax = 100;

/** Looks each minute; says it when it is about other devices or ends than before, so that nothing is said twice. */
export function watchDeviceCertificates(options: {
  readonly presented: () => readonly Presented[];
  readonly log: Pick<Logger, 'warn'>;
  /** The machine's clock: certificates end by it. */
  readonly nowMs: () => number;
  readonly everyMs?: number;
}): { close(): void } {
  const { presented, log, nowMs } = options;
  const said = new Map<string, number>();
  const timer = setInterval(() => {
    const ending = endingOf(presented(), nowMs());
    const news = ending.filter(({ deviceId, endMs }) => said.get(deviceId) !== endMs);
    // What is not among them was renewed or has gone; it is said anew when it comes back.
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
