/**
 * The process of the trend writer. It writes numerics and scores from Kafka into InfluxDB, and commits only offsets of
 * written records.
 */

import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { rawKeptMs } from '../../contracts/trend-retention.ts';
import { openSealedLog, type SealedLog } from '../../log/sealed-log.ts';
import { logEndingCertificates } from '../../process/certificate-files.ts';
import { type Health, openMetricsServer } from '../../process/metrics-server.ts';
import { runProcess } from '../../process/run-process.ts';
import type { Settings } from '../../process/settings.ts';
import { startSteadyClock } from '../../process/system-clock.ts';
import { runEvery } from '../../process/timer-tasks.ts';
import { newTrendCounters } from './counters.ts';
import { openPointStore } from './influx.ts';
import { readingSource, scoreSource, type TrendSource } from './intake.ts';
import { trendMetrics } from './metrics.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';
import { settings as manifest } from './settings.ts';

const metricsEveryMs = 30_000;
/** Longest time for the shutdown. Records that are not committed by then are read again at the next start. */
const closeMsMax = 9_000;

async function openTrends(settings: Settings<typeof manifest>, log: Logger) {
  const clock = startSteadyClock({ log, aheadMs: settings.clockAheadMs });
  const counters = newTrendCounters();
  let pipelines: readonly Pipeline[] = [];
  let sealedLog: SealedLog | undefined;
  let state: Health = 'starting';
  const isStored = () => pipelines.every(({ isHealthy }) => isHealthy);
  const server = await openMetricsServer({
    host: settings.metricsHost,
    port: settings.metricsPort,
    metrics: trendMetrics({ counters, pipelines: () => pipelines, clock, damage: () => sealedLog?.damage }),
    health: () => (state === 'ready' && !isStored() ? 'failing' : state),
    log,
  });
  const boot = randomUUID();
  const sealed = await openSealedLog({ settings, service: 'trends', boot, log });
  sealedLog = sealed;
  const store = openPointStore(settings, log);
  const sinceMs = Date.now() - rawKeptMs;
  const open = (source: TrendSource, group: string) =>
    openPipeline({ source, group, sinceMs, sealed, store, counters, log: log.child({ group }) });
  pipelines = await Promise.all([open(readingSource(), 'trends'), open(scoreSource, 'trends-scores')]);
  const metrics = runEvery('counters', metricsEveryMs, () => {
    const pending = pipelines.reduce((sum, each) => sum + each.pendingPoints, 0);
    const influx = isStored() ? 'up' : 'away';
    log.info({ ...counters, pending, influx, damaged: sealed.damage.total }, 'metrics');
  });
  const certificateWatch = logEndingCertificates(log);
  state = 'ready';
  log.info({ metricsPort: server.port }, 'ready');
  return {
    async close() {
      state = 'draining';
      clearInterval(metrics);
      await Promise.all(pipelines.map((pipeline) => pipeline.close()));
      await sealed.close();
      await server.close();
      clock.close();
      certificateWatch.close();
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
