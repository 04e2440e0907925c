/** The metrics of the witness for Prometheus. The alerts in ops/prometheus/alerts.yml use the names. */
import { addCertificateMetrics } from '../../process/certificate-files.ts';
import { createMetrics, type Metrics } from '../../process/metrics.ts';
import type { Health } from '../../process/metrics-server.ts';
import { addClockMetrics, type SystemClock } from '../../process/system-clock.ts';

/** The progress of the witness so far. */
export type Watched = {
  /** When it last knew the end of the trail and had it in its file, ms of the monotonic clock; before that, the start of the process. */
  doneMs: number;
  /** Its first round is complete. */
  isReady: boolean;
  /** Lines added to its file. */
  anchors: number;
  /** When the newest line was written, ms since 1970; 0 before the first. */
  anchoredAtMs: number;
  /** How far its file covers each partition: the next offset. */
  readonly reach: Map<number, number>;
  /** `trail`: places where the audit trail was cut or changed. `anchors`: where its own file is not as it wrote it. */
  readonly faults: Record<'trail' | 'anchors', number>;
};

export function newWatched(monotonicMs: number): Watched {
  const faults = { trail: 0, anchors: 0 };
  return { doneMs: monotonicMs, isReady: false, anchors: 0, anchoredAtMs: 0, reach: new Map(), faults };
}

/** A process is failing only after more than one missed round: a slow round alone is no failure (ours). @param everyMs from one round to the next */
const silentMs = (everyMs: number) => 3 * everyMs + 60_000;

export function witnessHealth({ isReady, doneMs }: Watched, monotonicMs: number, everyMs: number): Health {
  if (monotonicMs - doneMs > silentMs(everyMs)) return 'failing';
  return isReady ? 'ready' : 'starting';
}

export function witnessMetrics(
  watched: Watched,
  everyMs: number,
  monotonicMs: () => number,
  clock?: SystemClock,
): Metrics {
  const metrics = createMetrics();
  addClockMetrics(metrics, clock);
  addCertificateMetrics(metrics);
  const age = 'How long ago the anchors last covered all of the audit trail.';
  metrics.gauge('vigil_witness_success_age_seconds', age, () => (monotonicMs() - watched.doneMs) / 1000);
  const every = 'How often the trail is checked (VIGIL_AUDIT_ANCHOR_EVERY_MS).';
  metrics.gauge('vigil_witness_anchor_every_seconds', every, () => everyMs / 1000);
  metrics.counter('vigil_witness_anchors_total', 'Anchors written since the start.', () => watched.anchors);
  const newest = 'When the newest anchor was written, seconds since 1970; 0 before the first.';
  metrics.gauge('vigil_witness_anchor_timestamp_seconds', newest, () => watched.anchoredAtMs / 1000);
  const reach = 'How far the anchors reach in the audit trail, by partition: the next offset.';
  const places = () => [...watched.reach].map(([partition, offset]) => [String(partition), offset] as const);
  metrics.gauge('vigil_witness_anchored_offset', reach, places, 'partition');
  metrics.counter(
    'vigil_witness_faults_total',
    'Places where the audit trail was cut or changed (trail), or the anchors are not as they were written (anchors).',
    () => Object.entries(watched.faults),
    'where',
  );
  return metrics;
}
