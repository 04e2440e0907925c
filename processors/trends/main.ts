/** The trend writer: numerics and scores from Kafka into InfluxDB. Each offset is committed only after InfluxDB has its points. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { openSealedLog, type SealedLog } from '../../log/sealed-log.ts';
import { watchCertificates } from '../../process/certificate-files.ts';
import { type Health, openMetricsServer } from '../../process/metrics-server.ts';
import { runProcess } from '../../process/run-process.ts';
import type { Settings } from '../../process/settings.ts';
import { keepSteadyTime } from '../../process/system-clock.ts';
import { newTrendCounters } from './counters.ts';
import { openPointStore } from './influx.ts';
import { readingSource, scoreSource, type TrendSource } from './intake.ts';
import { trendMetrics } from './metrics.ts';
import { settings as manifest } from './settings.ts';
import { openWay, type Way } from './way.ts';

const metricsEveryMs = 30_000;
/** Records that are not committed by then are read again at the next start. */
const closeMsMax = 9_000;
/** How long InfluxDB keeps raw points (`raw`, 7 days). */
const rawForMs = 7 * 24 * 3_600_000;

async function openTrends(settings: Settings<typeof manifest>, log: Logger) {
  const clock = keepSteadyTime({ log, aheadMs: settings.clockAheadMs });
  const counters = newTrendCounters();
  let ways: readonly Way[] = [];
  let sealedLog: SealedLog | undefined;
  let state: Health = 'starting';
  const isStored = () => ways.every(({ healthy }) => healthy);
  const server = await openMetricsServer({
    host: settings.metricsHost,
    port: settings.metricsPort,
    metrics: trendMetrics({ counters, ways: () => ways, clock, damage: () => sealedLog?.damage }),
    health: () => (state === 'ready' && !isStored() ? 'failing' : state),
    log,
  });
  const boot = randomUUID();
  const sealed = await openSealedLog({ settings, service: 'trends', boot, log });
  sealedLog = sealed;
  const store = openPointStore(settings, log);
  const sinceMs = Date.now() - rawForMs;
  const way = (source: TrendSource, group: string) =>
    openWay({ source, group, sinceMs, sealed, store, counters, log: log.child({ group }) });
  ways = await Promise.all([way(readingSource(), 'trends'), way(scoreSource, 'trends-scores')]);
  const metrics = setInterval(() => {
    const pending = ways.reduce((sum, way) => sum + way.pending, 0);
    const influx = isStored() ? 'up' : 'away';
    log.info({ ...counters, pending, influx, damaged: sealed.damage.total }, 'metrics');
  }, metricsEveryMs);
  const ends = watchCertificates(log);
  state = 'ready';
  log.info({ metricsPort: server.port }, 'ready');
  return {
    async close() {
      state = 'draining';
      clearInterval(metrics);
      await Promise.all(ways.map((way) => way.close()));
      await sealed.close();
      await server.close();
      clock.close();
      ends.close();
      log.info({ ...counters }, 'stopped');
    },
  };
}

runProcess({
  title: 'The trend writer',
  manifest,
  env: process.env,
  log: { base: { process: 'trends' } },
  closeMsMax,
  open: openTrends,
});
