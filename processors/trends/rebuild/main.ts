/**
 * The process that `npm run vigil -- trends rebuild` starts. It runs with the identity of the trend writer, because
 * only the trend writer may write into InfluxDB. It prints its progress on standard output: one line of JSON each
 * second, and a last line at the end.
 */

import { randomUUID } from 'node:crypto';
import { VigilError } from '../../../contracts/errors.ts';
import { rawKeptMs } from '../../../contracts/trend-retention.ts';
import { createReader } from '../../../log/kafka/reader.ts';
import { openSealedLog } from '../../../log/sealed-log.ts';
import { openProcessLog } from '../../../process/process-log.ts';
import { readSettings } from '../../../process/settings.ts';
import { newTrendCounters } from '../counters.ts';
import { openPointStore } from '../influx.ts';
import { createIntake, readingSource, scoreSource } from '../intake.ts';
import { persistentStore } from '../persist.ts';
import { settings as manifest } from '../settings.ts';
import { defaultLimits } from '../writer.ts';
import { startRebuild } from './rebuild.ts';

const printEveryMs = 1_000;

async function main(): Promise<void> {
  const settings = readSettings(manifest, process.env);
  const log = openProcessLog({ level: settings.logLevel, base: { process: 'trends-rebuild' } }, 2);
  const counters = newTrendCounters();
  const boot = randomUUID();
  const sealed = await openSealedLog({ settings, service: 'trends', boot, log });
  const rebuild = await startRebuild({
    parts: [readingSource(), scoreSource].map((source) => ({
      topic: source.topic,
      intake: createIntake(source, log, sealed.open, counters),
    })),
    sinceMs: Date.now() - rawKeptMs,
    openReader: (options) =>
      createReader(sealed.kafka, { ...options, group: `trends-rebuild-${options.topics.join('-')}-${boot}`, log }),
    store: persistentStore(openPointStore(settings, log), defaultLimits, counters, log),
    counters,
  });
  const printProgress = () => process.stdout.write(`${JSON.stringify(rebuild.progress())}\n`);
  const timer = setInterval(printProgress, printEveryMs);
  await rebuild.done;
  clearInterval(timer);
  await rebuild.close();
  await sealed.close();
  printProgress();
}

// This error means that the process which started the rebuild has ended.
process.stdout.on('error', () => process.exit(1));
main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof VigilError ? error.message : `The rebuild failed: ${String(error)}`}\n`);
    process.exit(1);
  },
);
