/** The canary, from its settings to its closing: a reading of nobody that takes the whole way of a reading, every few seconds. */
import { showCertificateFile, watchCertificates } from '../../contracts/certificate-files.ts';
import { VigilError } from '../../contracts/errors.ts';
import { type Health, openMetricsServer } from '../../contracts/metrics-server.ts';
import { openProcessLog } from '../../contracts/process-log.ts';
import { describeSettings, readSettings } from '../../contracts/settings.ts';
import { stopOnSignals } from '../../contracts/stopping.ts';
import { keepSteadyTime } from '../../contracts/system-clock.ts';
import { openCanary } from './canary.ts';
import { healthOf } from './core/state.ts';
import { canaryMetrics } from './metrics.ts';
import { canarySettings } from './settings.ts';

const closeMsMax = 5_000;

async function main(): Promise<void> {
  const settings = readSettings(canarySettings, process.env);
  const { canaryEveryMs: everyMs, canarySilentMs: silentMs } = settings;
  if (silentMs > 0 && silentMs < 3 * everyMs)
    throw new VigilError(
      'settings-invalid',
      `VIGIL_CANARY_SILENT_MS is ${silentMs}: it must be at least three times VIGIL_CANARY_EVERY_MS (${everyMs}), or one lost canary would be called a failure.`,
    );
  const log = openProcessLog({ name: 'canary', level: settings.logLevel });
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught');
    process.exit(1);
  });
  const monotonicMs = () => performance.now();
  const clock = keepSteadyTime({ log, aheadMs: settings.clockAheadMs });
  showCertificateFile('canary-client', 'presents', settings.canaryCertFile);
  showCertificateFile('gateway-ca', 'trusts', settings.mqttCaFile);
  const ends = watchCertificates(log);
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
  const close = async () => {
    isDraining = true;
    await canary.close();
    await server.close();
    clock.close();
    ends.close();
  };
  stopOnSignals({ close, withinMs: closeMsMax, log });
  // Not when the first canary is through: a gateway that is away is what it is there to notice.
  log.info({ metricsPort: server.port }, 'ready');
}

if (process.argv.includes('--help')) {
  process.stdout.write(`The canary. Settings (environment):\n${describeSettings(canarySettings)}\n`);
} else {
  main().catch((error: unknown) => {
    const known = error instanceof VigilError;
    process.stderr.write(`${known ? error.message : `The canary did not start: ${String(error)}`}\n`);
    process.exit(1);
  });
}
