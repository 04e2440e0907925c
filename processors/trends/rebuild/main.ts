/**
 * The trend writer's part of `npm run vigil -- trends rebuild`. It runs with the writer's identity, because nobody else may write into
 * InfluxDB. Prints its progress on standard output: one line of JSON each second, and a last one when it is done.
 */
import { randomUUID } from 'node:crypto';
import { VigilError } from '../../../contracts/errors.ts';
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

const sayEveryMs = 1_000;
/** How long InfluxDB keeps raw points (`raw`, 7 days). */
const rawForMs = 7 * 24 * 3_600_000;

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
    sinceMs: Date.now() - rawForMs,
    openReader: (options) =>
      createReader(sealed.kafka, { ...options, group: `trends-rebuild-${options.topics.join('-')}-${boot}`, log }),
    store: persistentStore(openPointStore(settings, log), defaultLimits, counters, log),
    counters,
  });
  const say = () => process.stdout.write(`${JSON.stringify(rebuild.progress())}\n`);
  const timer = setInterval(say, sayEveryMs);
  await rebuild.done;
  clearInterval(timer);
  await rebuild.close();
  await sealed.close();
  say();
}

// The process that asked for it has ended, so nobody waits for the rest.
process.stdout.on('error', () => process.exit(1));
main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof VigilError ? error.message : `The rebuild failed: ${String(error)}`}\n`);
    process.exit(1);
  },
);
