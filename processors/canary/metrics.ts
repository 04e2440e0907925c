/**
 * Defines the metrics of the canary for Prometheus. The alerts in ops/prometheus/alerts.yml use the names of the
 * metrics.
 */
import { addCertificateMetrics } from '../../process/certificate-files.ts';
import { createMetrics, type Metrics } from '../../process/metrics.ts';
import { addClockMetrics, type SystemClock } from '../../process/system-clock.ts';
import type { Canary } from './canary.ts';
import { outcomes } from './core/state.ts';

export function canaryMetrics(canary: Canary, monotonicMs: () => number, clock?: SystemClock): Metrics {
  const metrics = createMetrics();
  addClockMetrics(metrics, clock);
  addCertificateMetrics(metrics);
  metrics.gauge(
    'vigil_canary_success_age_seconds',
    'Time since the gateway last acknowledged a canary. An acknowledged canary is in every partition of the readings.',
    () => (monotonicMs() - canary.state().answeredMs) / 1000,
  );
  metrics.gauge('vigil_canary_connected', '1 while the canary is connected to a gateway.', () =>
    canary.isConnected() ? 1 : 0,
  );
  metrics.counter(
    'vigil_canary_sent_total',
    'Canaries by result: acknowledged (answered), refused by the gateway, lost (no answer in time), or unsent (no connection).',
    () => outcomes.map((outcome) => [outcome, canary.state().counts[outcome]] as const),
    'outcome',
  );
  metrics.histogram('vigil_canary_seconds', 'Time from the PUBLISH of a canary to its PUBACK.', canary.tookMs, 0.001);
  return metrics;
}
