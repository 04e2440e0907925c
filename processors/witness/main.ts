/** The process of the witness of the audit trail. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { readAuditKey, readPublicKeys } from '../../log/audit/keys.ts';
import { createKafkaClient } from '../../log/kafka/connect.ts';
import { logEndingCertificates } from '../../process/certificate-files.ts';
import { type Health, openMetricsServer } from '../../process/metrics-server.ts';
import { runProcess } from '../../process/run-process.ts';
import type { Settings } from '../../process/settings.ts';
import { startSteadyClock } from '../../process/system-clock.ts';
import { openAnchorsFile } from './anchors-file.ts';
import { newStatus, witnessHealth, witnessMetrics } from './metrics.ts';
import { settings as manifest } from './settings.ts';
import { openWitness } from './witness.ts';

const closeMsMax = 9_000;

async function openWitnessProcess(settings: Settings<typeof manifest>, log: Logger) {
  const clock = startSteadyClock({ log, aheadMs: settings.clockAheadMs });
  const signer = readAuditKey(settings.auditKey, 'VIGIL_AUDIT_KEY_FILE');
  const { verifyAnchor } = readPublicKeys(readFileSync(settings.auditKeysFile, 'utf8'));
  const monotonicMs = () => performance.now();
  const status = newStatus(monotonicMs());
  const { anchorEveryMs: everyMs } = settings;
  let isDraining = false;
  const server = await openMetricsServer({
    host: settings.metricsHost,
    port: settings.metricsPort,
    metrics: witnessMetrics(status, everyMs, monotonicMs, clock),
    health: (): Health => (isDraining ? 'draining' : witnessHealth(status, monotonicMs(), everyMs)),
    log,
  });
  const group = `witness-${randomUUID()}`;
  const witness = await openWitness({
    kafka: createKafkaClient(settings, group, log),
    group,
    file: openAnchorsFile(settings.anchorsFile, verifyAnchor),
    signer,
    everyMs,
    now: Date.now,
    status,
    monotonicMs,
    log,
  });
  const certificateWatch = logEndingCertificates(log);
  log.info({ metricsPort: server.port }, 'ready');
  return {
    async close() {
      isDraining = true;
      await witness.close();
      await server.close();
      clock.close();
      certificateWatch.close();
      log.info('stopped');
    },
  };
}

runProcess({
  title: 'The witness of the audit trail',
  manifest,
  env: process.env,
  log: { base: { process: 'witness' } },
  closeMsMax,
  open: openWitnessProcess,
});
