/** The witness of the audit trail, from its settings to its closing. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readAuditKey, readPublicKeys } from '../../contracts/audit-keys.ts';
import { watchCertificates } from '../../contracts/certificate-files.ts';
import { VigilError } from '../../contracts/errors.ts';
import { connectKafka } from '../../contracts/kafka/connect.ts';
import { openProcessLog } from '../../contracts/process-log.ts';
import { describeSettings, readSettings } from '../../contracts/settings.ts';
import { keepSteadyTime } from '../../contracts/system-clock.ts';
import { openAnchorsFile } from './anchors-file.ts';
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
  keepSteadyTime({ log, aheadMs: settings.clockAheadMs });
  const signer = readAuditKey(settings.auditKey, 'VIGIL_AUDIT_KEY_FILE');
  const { verifyAnchor } = readPublicKeys(readFileSync(settings.auditKeysFile, 'utf8'));
  const group = `witness-${randomUUID()}`;
  const witness = await openWitness({
    kafka: connectKafka(settings, group, log),
    group,
    file: openAnchorsFile(settings.anchorsFile, verifyAnchor),
    signer,
    everyMs: settings.anchorEveryMs,
    now: Date.now,
    log,
  });
  watchCertificates(log);
  log.info('ready');

  const stop = async () => {
    setTimeout(() => process.exit(0), stopMsMax).unref();
    await witness.close();
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
