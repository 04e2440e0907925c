/**
 * Defines the metrics of the witness for Prometheus. The alerts in ops/prometheus/alerts.yml use the names of the
 * metrics.
 */
import { addCertificateMetrics } from '../../process/certificate-files.ts';
import { createMetrics, type Metrics } from '../../process/metrics.ts';
import type { Health } from '../../process/metrics-server.ts';
import { addClockMetrics, type SystemClock } from '../../process/system-clock.ts';

/** The state of the witness for its health and its metrics. */
export type WitnessStatus = {
  /**
   * The end of the last successful round, ms of the monotonic clock. Before the first round, the start of the process.
   */
  doneMs: number;
  /** Whether the first round is complete. */
  isReady: boolean;
  /** Number of anchors written since the start. */
  anchors: number;
  /** The time of the newest anchor, ms since 1970; 0 before the first anchor. */
  anchoredAtMs: number;
  /** For each partition, the offset before which the anchors cover all records. */
  readonly reach: Map<number, number>;
  /**
   * `trail`: places at which the audit trail was cut or changed. `anchors`: places at which the file of the anchors was
   * changed.
   */
  readonly faults: Record<'trail' | 'anchors', number>;
};

export function newStatus(monotonicMs: number): WitnessStatus {
  const faults = { trail: 0, anchors: 0 };
  return { doneMs: monotonicMs, isReady: false, anchors: 0, anchoredAtMs: 0, reach: new Map(), faults };
}

/**
 * Returns the time without a successful round after which the witness is failing: after more than two missed rounds
 * (ours).
 */
const silentMs = (everyMs: number) => 3 * everyMs + 60_000;

export function witnessHealth({ isReady, doneMs }: WitnessStatus, monotonicMs: number, everyMs: number): Health {
  if (monotonicMs - doneMs > silentMs(everyMs)) return 'failing';
  return isReady ? 'ready' : 'starting';
}

export function witnessMetrics(
  status: WitnessStatus,
  everyMs: number,
  monotonicMs: () => number,
  clock?: SystemClock,
): Metrics {
  const metrics = createMetrics();
  addClockMetrics(metrics, clock);
  addCertificateMetrics(metrics);
  metrics.gauge(
    'vigil_witness_success_age_seconds',
    'Time since the anchors last covered the whole audit trail.',
    () => (monotonicMs() - status.doneMs) / 1000,
  );
  metrics.gauge(
    'vigil_witness_anchor_every_seconds',
    'Time between two checks of the audit trail (VIGIL_AUDIT_ANCHOR_EVERY_MS).',
    () => everyMs / 1000,
  );
  metrics.counter('vigil_witness_anchors_total', 'Anchors written since the start.', () => status.anchors);
  metrics.gauge(
    'vigil_witness_anchor_timestamp_seconds',
    'Time of the newest anchor, seconds since 1970; 0 before the first anchor.',
    () => status.anchoredAtMs / 1000,
  );
  const anchoredOffsets = () => [...status.reach].map(([partition, offset]) => [String(partition), offset] as const);
  metrics.gauge(
    'vigil_witness_anchored_offset',
    'For each partition of the audit trail, the offset before which the anchors cover all records.',
    anchoredOffsets,
    'partition',
  );
  metrics.counter(
    'vigil_witness_faults_total',
    'Places at which the audit trail was cut or changed (trail), or the file of the anchors was changed (anchors).',
    () => Object.entries(status.faults),
    'where',
  );
  return metrics;
}
