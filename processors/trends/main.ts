/** The trend writer: numerics from Kafka into InfluxDB, each offset committed only after InfluxDB has its points. */
import { randomUUID } from 'node:crypto';
import { VigilError } from '../../contracts/errors.ts';
import { createReader, type Reader } from '../../contracts/kafka/reader.ts';
import { openProcessLog } from '../../contracts/process-log.ts';
import { openSealedLog } from '../../contracts/sealed-log.ts';
import { readSettings } from '../../contracts/settings.ts';
import { keepSteadyTime } from '../../contracts/system-clock.ts';
import { newTrendCounters } from './counters.ts';
import { openPointStore } from './influx.ts';
import { createIntake } from './intake.ts';
import { settings as manifest } from './settings.ts';
import { createTrendWriter } from './writer.ts';

const metricsEveryMs = 30_000;
const stopMsMax = 9_000;

async function main(): Promise<void> {
  const settings = readSettings(manifest, process.env);
  const log = openProcessLog({ level: settings.logLevel, base: { process: 'trends' } });
  process.on('uncaughtException', (error) => {
    log.fatal({ error: error.message, stack: error.stack }, 'uncaught');
    process.exit(1);
  });
  keepSteadyTime({ log, aheadMs: settings.clockAheadMs });
  const counters = newTrendCounters();
  const boot = randomUUID();
  const sealed = await openSealedLog({ settings, service: 'trends', boot, log });
  const intake = createIntake(log, sealed.open, counters);
  let reader: Reader | undefined;
  const writer = createTrendWriter({
    store: openPointStore(settings),
    counters,
    log,
    commit: async (positions) =>
      reader?.commit(
        [...positions].map(([partition, next]) => ({ topic: 'observations', partition, offset: String(next) })),
      ),
    onFull: (full) => {
      try {
        if (full) reader?.pause();
        else reader?.resume();
      } catch (error) {
        // Between two memberships there is nothing to pause, and a new one starts unpaused; the hard limit holds meanwhile.
        log.debug({ error: (error as Error).message }, 'the reader is between two memberships');
      }
    },
  });
  reader = await createReader(sealed.kafka, {
    group: 'trends',
    topics: ['observations'],
    start: 'committed',
    log,
    onAssigned: async () => {
      writer.discard();
      return undefined;
    },
    onRecords: async (batch) => {
      const { generation } = writer;
      const points = await intake.points(batch);
      if (generation !== writer.generation) return;
      await writer.add(points, batch.partition, BigInt(batch.records.at(-1)!.offset) + 1n);
    },
  });
  const metrics = setInterval(() => {
    const state = { pending: writer.pending, influx: writer.healthy ? 'up' : 'away', damaged: sealed.damage.total };
    log.info({ ...counters, ...state }, 'metrics');
  }, metricsEveryMs);
  log.info('ready');

  const stop = async () => {
    // What is not committed by then is read again at the next start.
    setTimeout(() => process.exit(0), stopMsMax).unref();
    clearInterval(metrics);
    await writer.close();
    await reader?.close();
    await sealed.close();
    log.info({ ...counters }, 'stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof VigilError ? error.message : `Trends failed: ${String(error)}`}\n`);
  process.exit(1);
}
