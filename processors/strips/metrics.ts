/**
 * Defines the metrics of the strip writer for Prometheus. The alerts in ops/prometheus/alerts.yml use the names of the
 * metrics.
 */
import { addDamageMetrics, type DamageBook } from '../../log/kafka/damage-book.ts';
import { addCertificateMetrics } from '../../process/certificate-files.ts';
import { createMetrics, type Metrics } from '../../process/metrics.ts';
import { addClockMetrics, type SystemClock } from '../../process/system-clock.ts';
import type { Queue } from './core/queue.ts';
import type { StripCounts } from './writer.ts';

export function stripMetrics(sources: {
  readonly counts: StripCounts;
  readonly queue: Queue;
  readonly now: () => number;
  /** Returns the number of events that could not be read. */
  readonly leftOut: () => number;
  readonly clock?: SystemClock;
  /** Returns undefined until the log is open. */
  readonly damage: () => DamageBook | undefined;
}): Metrics {
  const { counts, queue, now } = sources;
  const metrics = createMetrics();
  addClockMetrics(metrics, sources.clock);
  addDamageMetrics(metrics, sources.damage);
  addCertificateMetrics(metrics);
  metrics.counter(
    'vigil_strips_written_total',
    'Strips that were written, by content: waves, no-waves (the device sent none), not-kept (too late), unreadable.',
    () => [...counts.written],
    'content',
  );
  metrics.counter('vigil_strips_failures_total', 'Attempts that failed and are tried again.', () => counts.failures);
  metrics.counter('vigil_strips_left_out_total', 'Events of alarms that could not be read.', sources.leftOut);
  metrics.gauge('vigil_strips_waiting', 'Onsets of alarms that wait for their waves.', () => queue.size);
  metrics.gauge(
    'vigil_strips_behind_seconds',
    'For how long the onset that waits longest has been due; 0 if none is due.',
    () => queue.behindMs(now()) / 1000,
  );
  return metrics;
}
