/** The witness of the audit trail, from its settings to its closing. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readAuditKey, readPublicKeys } from '../../contracts/audit-keys.ts';
import { watchCertificates } from '../../contracts/certificate-files.ts';
import { VigilError } from '../../contracts/errors.ts';
import { connectKafka } from '../../contracts/kafka/connect.ts';
import { type Health, openMetricsServer } from '../../contracts/metrics-server.ts';
import { openProcessLog } from '../../contracts/process-log.ts';
import { describeSettings, readSettings } from '../../contracts/settings.ts';
import { keepSteadyTime } from '../../contracts/system-clock.ts';
import { openAnchorsFile } from './anchors-file.ts';
import { newWatched, witnessHealth, witnessMetrics } from './metrics.ts';
import { settings as manifest } from './settings.ts';
import { openWitness } from './witness.ts';

const stopMsMax = 9_000;

async function main(): Promise<void> {
  const settings = readSettings(manifest, process.env);
  const log = openProcessLog({ level: settings.logLevel, base: { process: 'witness' } });
  process.on('uncaughtException', (error) => {
    log.fatal({ error: error.message, stack: error.stack }, 'uncaught');
    process.exit(1);
  });
  const clock = keepSteadyTime({ log, aheadMs: settings.clockAheadMs });
  const signer = readAuditKey(settings.auditKey, 'VIGIL_AUDIT_KEY_FILE');
  const { verifyAnchor } = readPublicKeys(readFileSync(settings.auditKeysFile, 'utf8'));
  const monotonicMs = () => performance.now();
  const watched = newWatched(monotonicMs());
  const { anchorEveryMs: everyMs } = settings;
  let isDraining = false;
  const server = await openMetricsServer({
    host: settings.metricsHost,
    port: settings.metricsPort,
    metrics: witnessMetrics(watched, everyMs, monotonicMs, clock),
    health: (): Health => (isDraining ? 'draining' : witnessHealth(watched, monotonicMs(), everyMs)),
    log,
  });
  const group = `witness-${randomUUID()}`;
  const witness = await openWitness({
    kafka: connectKafka(settings, group, log),
    group,
    file: openAnchorsFile(settings.anchorsFile, verifyAnchor),
    signer,
    everyMs,
    now: Date.now,
    watched,
    monotonicMs,
    log,
  });
  watchCertificates(log);
  log.info({ metricsPort: server.port }, 'ready');

  const stop = async () => {
    setTimeout(() => process.exit(0), stopMsMax).unref();
    isDraining = true;
    await witness.close();
    await server.close();
    log.info('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
}

if (process.argv.includes('--help')) {
  process.stdout.write(`The witness of the audit trail. Settings (environment):\n${describeSettings(manifest)}\n`);
} else {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof VigilError ? error.message : `The witness failed: ${String(error)}`}\n`);
    process.exit(1);
  });
}
