/**
 * The process of the canary. Every few seconds, the process sends a test reading of no patient. The test reading goes
 * through the gateway, Kafka and the alarm processor like the reading of a patient.
 */
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { logEndingCertificates, reportCertificateFile } from '../../process/certificate-files.ts';
import { type Health, openMetricsServer } from '../../process/metrics-server.ts';
import { runProcess } from '../../process/run-process.ts';
import type { Settings } from '../../process/settings.ts';
import { startSteadyClock } from '../../process/system-clock.ts';
import { openCanary } from './canary.ts';
import { healthOf } from './core/state.ts';
import { canaryMetrics } from './metrics.ts';
import { canarySettings } from './settings.ts';

const closeMsMax = 5_000;

async function openCanaryProcess(settings: Settings<typeof canarySettings>, log: Logger) {
  const { canaryEveryMs: everyMs, canarySilentMs: silentMs } = settings;
  if (silentMs > 0 && silentMs < 3 * everyMs)
    throw new VigilError(
      'settings-invalid',
      `VIGIL_CANARY_SILENT_MS is ${silentMs}, but it must be at least three times VIGIL_CANARY_EVERY_MS (${everyMs}). Otherwise one lost canary would count as a failure.`,
    );
  const monotonicMs = () => performance.now();
  const clock = startSteadyClock({ log, aheadMs: settings.clockAheadMs });
  reportCertificateFile('canary-client', 'presents', settings.canaryCertFile);
  reportCertificateFile('gateway-ca', 'trusts', settings.mqttCaFile);
  const certificateWatch = logEndingCertificates(log);
  const canary = openCanary({
    url: settings.mqttUrl,
    caFile: settings.mqttCaFile,
    certFile: settings.canaryCertFile,
    keyFile: settings.canaryKeyFile,
    everyMs,
    log,
    now: Date.now,
    monotonicMs,
  });
  let isDraining = false;
  const health = (): Health => (isDraining ? 'draining' : healthOf(canary.state(), monotonicMs(), silentMs));
  const server = await openMetricsServer({
    host: settings.metricsHost,
    port: settings.metricsPort,
    metrics: canaryMetrics(canary, monotonicMs, clock),
    health,
    log,
  });
  // The process is ready before the first answered canary, because the process must also report a gateway that is away.
  log.info({ metricsPort: server.port }, 'ready');
  return {
    async close() {
      isDraining = true;
      await canary.close();
      await server.close();
      clock.close();
      certificateWatch.close();
    },
  };
}

runProcess({
  title: 'The canary',
  manifest: canarySettings,
  env: process.env,
  log: { name: 'canary' },
  closeMsMax,
  open: openCanaryProcess,
});
