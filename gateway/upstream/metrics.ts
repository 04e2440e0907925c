/** The metrics of the second source. */
import type { Metrics } from '../../process/metrics.ts';
import type { Counters } from '../counters.ts';
import type { Upstream } from './upstream.ts';

/** @param upstream returns undefined until it is open, and if no upstream broker is set */
export function upstreamMetrics(
  metrics: Metrics,
  counters: Counters,
  upstream: () => Pick<Upstream, 'wanted' | 'connected' | 'unackedBytes'> | undefined,
): void {
  const name = (rest: string) => `vigil_gateway_upstream_${rest}`;
  metrics.gauge(name('connections_wanted'), 'Connections to an upstream broker that there should be.', () => {
    return upstream()?.wanted ?? 0;
  });
  metrics.gauge(name('connections'), 'Connections to the upstream broker that are subscribed now.', () => {
    return upstream()?.connected() ?? 0;
  });
  metrics.gauge(name('unacked_bytes'), 'Memory of its messages that wait for Kafka.', () => {
    return upstream()?.unackedBytes() ?? 0;
  });
  metrics.counter(name('connects_total'), 'How often a connection was subscribed.', () => counters.upstreamConnects);
  metrics.counter(
    name('sessions_lost_total'),
    'How often the upstream broker had forgotten our session: what it had for us may be gone.',
    () => counters.upstreamSessionsLost,
  );
  metrics.counter(name('messages_total'), 'Messages that it sent, repeats included.', () => counters.upstreamMessages);
  metrics.counter(
    name('acknowledged_total'),
    'Messages that were acknowledged to it.',
    () => counters.upstreamAcknowledged,
  );
  metrics.counter(
    name('unacknowledged_total'),
    'Messages that came at QoS 0: nobody sends them again.',
    () => counters.upstreamUnacknowledged,
  );
  metrics.counter(name('retained_total'), 'Old messages that were left out.', () => counters.upstreamRetained);
  metrics.counter(name('pauses_total'), 'How often nothing more was read.', () => counters.upstreamPaused);
}
