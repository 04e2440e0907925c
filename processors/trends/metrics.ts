/**
 * Defines the metrics of the trend writer for Prometheus. The alerts in ops/prometheus/alerts.yml use the names of the
 * metrics.
 */

import { addDamageMetrics, type DamageBook } from '../../log/kafka/damage-book.ts';
import { addCertificateMetrics } from '../../process/certificate-files.ts';
import { createMetrics, type Metrics } from '../../process/metrics.ts';
import { addClockMetrics, type SystemClock } from '../../process/system-clock.ts';
import type { TrendCounters } from './counters.ts';
import type { Pipeline } from './pipeline.ts';

export type TrendMetricsSources = {
  readonly counters: TrendCounters;
  /** Returns an empty list until the pipelines are open. */
  pipelines(): readonly Pick<Pipeline, 'topic' | 'pendingPoints' | 'isHealthy' | 'behindMs'>[];
  readonly clock?: SystemClock;
  /** Returns undefined until the log is open. */
  damage(): DamageBook | undefined;
};

export function trendMetrics({ counters, pipelines, clock, damage }: TrendMetricsSources): Metrics {
  const metrics = createMetrics();
  addClockMetrics(metrics, clock);
  addDamageMetrics(metrics, damage);
  addCertificateMetrics(metrics);
  metrics.counter('vigil_trends_records_total', 'Records read.', () => counters.records);
  metrics.counter(
    'vigil_trends_taken_total',
    'Records that give trend points, by kind.',
    () => [
      ['readings', counters.readings],
      ['scores', counters.scores],
    ],
    'what',
  );
  metrics.counter(
    'vigil_trends_left_out_total',
    'Records that were skipped, because they could not be decrypted or did not match their schema. The log of the process names each.',
    () => counters.skipped,
  );
  metrics.counter(
    'vigil_trends_points_total',
    'Points by result: written to InfluxDB (a repeated write counts again), permanently refused by InfluxDB, or left out because Vigil’s own code failed for them.',
    () => [
      ['written', counters.pointsWritten],
      ['refused', counters.pointsRefused],
      ['failed', counters.pointsFailed],
    ],
    'outcome',
  );
  metrics.counter(
    'vigil_trends_writes_failed_total',
    'Writes that InfluxDB did not accept. They are tried again.',
    () => counters.writesFailed,
  );
  metrics.counter('vigil_trends_commits_total', 'Commits of written offsets to Kafka.', () => counters.commits);
  metrics.gauge(
    'vigil_trends_waiting',
    'Points that are not in InfluxDB yet, by the topic of their records.',
    () => pipelines().map((pipeline) => [pipeline.topic, pipeline.pendingPoints] as const),
    'topic',
  );
  metrics.gauge(
    'vigil_trends_behind_seconds',
    'Age of the oldest record that was read and is not in InfluxDB yet, by topic; 0 if every read record is in InfluxDB.',
    () => pipelines().map((pipeline) => [pipeline.topic, pipeline.behindMs() / 1000] as const),
    'topic',
  );
  metrics.gauge('vigil_trends_influx_up', '1 while InfluxDB accepts points.', () =>
    pipelines().every(({ isHealthy }) => isHealthy) ? 1 : 0,
  );
  return metrics;
}
