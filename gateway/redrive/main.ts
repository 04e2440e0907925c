/**
 * The part of `npm run vigil -- rejected redrive` that writes readings. Reads rejected messages from standard input,
 * one line of JSON each, and writes the result of each to standard output. This program uses the gateway's certificate,
 * so that no other certificate needs the right to write readings.
 */
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { VigilError } from '../../contracts/errors.ts';
import { readRequestLine } from '../../contracts/messages/redrive.ts';
import { kafkaSettings } from '../../log/kafka/settings.ts';
import { openSealedLog } from '../../log/sealed-log.ts';
import { openProcessLog } from '../../process/process-log.ts';
import { type Manifest, readSettings } from '../../process/settings.ts';
import { createSealing } from '../sealing.ts';
import { gatewaySettings } from '../settings.ts';
import { followTables } from '../tables.ts';
import { createRedrive } from './redrive.ts';

const { aheadMaxMs, lateMaxMs, appendMs, logLevel } = gatewaySettings;
const redriveSettings = { ...kafkaSettings, aheadMaxMs, lateMaxMs, appendMs, logLevel } as const satisfies Manifest;

async function main(): Promise<void> {
  const settings = readSettings(redriveSettings, process.env);
  // The log goes to standard error (2), because standard output is for results.
  const log = openProcessLog({ name: 'redrive', level: settings.logLevel }, 2);
  const boot = randomBytes(9).toString('hex');
  const sealedLog = await openSealedLog({
    settings,
    service: 'gateway',
    boot,
    log,
    appender: { timeoutMs: settings.appendMs },
  });
  const tables = await followTables({
    log,
    sealedLog,
    pseudonymKey: settings.pseudonymKey,
    now: Date.now,
    onAssociation: () => {},
  });
  await tables.ready;
  const redrive = createRedrive({
    append: createSealing(sealedLog.sealer, sealedLog.appender),
    tables,
    pseudonymKey: settings.pseudonymKey,
    bounds: { aheadMaxMs: settings.aheadMaxMs, lateMaxMs: settings.lateMaxMs },
    log,
  });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = readRequestLine(line);
    if (request === undefined)
      throw new VigilError('settings-invalid', 'A line of standard input is not a valid redrive request.');
    process.stdout.write(`${JSON.stringify(await redrive(request))}\n`);
  }
  await tables.close();
  await sealedLog.close();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof VigilError ? error.message : `Redriving failed: ${String(error)}`}\n`);
    process.exit(1);
  },
);
