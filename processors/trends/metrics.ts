/** The metrics of the trend writer for Prometheus. The alerts in ops/prometheus/alerts.yml use the names. */

import { addDamageMetrics, type DamageBook } from '../../log/kafka/damage-book.ts';
import { addCertificateMetrics } from '../../process/certificate-files.ts';
import { createMetrics, type Metrics } from '../../process/metrics.ts';
import { addClockMetrics, type SystemClock } from '../../process/system-clock.ts';
import type { TrendCounters } from './counters.ts';
import type { Way } from './way.ts';

export type TrendMetricsSources = {
  readonly counters: TrendCounters;
  /** Empty until the ways are open. */
  ways(): readonly Pick<Way, 'topic' | 'pending' | 'healthy' | 'behindMs'>[];
  readonly clock?: SystemClock;
  /** Undefined until the log is open. */
  damage(): DamageBook | undefined;
};

export function trendMetrics({ counters, ways, clock, damage }: TrendMetricsSources): Metrics {
  const metrics = createMetrics();
  addClockMetrics(metrics, clock);
  addDamageMetrics(metrics, damage);
  addCertificateMetrics(metrics);
  metrics.counter('vigil_trends_records_total', 'Records read.', () => counters.records);
  metrics.counter(
    'vigil_trends_taken_total',
    'Records from which trends are made, by kind.',
    () => [
      ['readings', counters.readings],
      ['scores', counters.scores],
    ],
    'what',
  );
  const leftOut = 'Records that did not open or did not fit; the log of the process names each.';
  metrics.counter('vigil_trends_left_out_total', leftOut, () => counters.poison);
  metrics.counter(
    'vigil_trends_points_total',
    'Points by result: InfluxDB has them (again after a repeat), or refused them for good.',
    () => [
      ['written', counters.pointsWritten],
      ['refused', counters.pointsRefused],
    ],
    'outcome',
  );
  metrics.counter(
    'vigil_trends_writes_failed_total',
    'Writes that InfluxDB did not answer.',
    () => counters.writesFailed,
  );
  metrics.counter('vigil_trends_commits_total', 'Commits of written offsets to Kafka.', () => counters.commits);
  const waiting = 'Points that wait for InfluxDB, by the topic that they come from.';
  metrics.gauge('vigil_trends_waiting', waiting, () => ways().map((way) => [way.topic, way.pending] as const), 'topic');
  metrics.gauge(
    'vigil_trends_behind_seconds',
    'Age of the oldest record that was read and is not in InfluxDB, by topic; 0 if all are.',
    () => ways().map((way) => [way.topic, way.behindMs() / 1000] as const),
    'topic',
  );
  const stored = '1 while InfluxDB accepts points.';
  metrics.gauge('vigil_trends_influx_up', stored, () => (ways().every(({ healthy }) => healthy) ? 1 : 0));
  return metrics;
}
