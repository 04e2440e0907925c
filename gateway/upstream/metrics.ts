import type { Metrics } from '../../process/metrics.ts';
import type { Counters } from '../counters.ts';
import type { Upstream } from './upstream.ts';

/**
 * Adds the metrics of the upstream broker.
 * @param upstream returns undefined until the upstream is open, and if no upstream broker is configured
 */
export function upstreamMetrics(
  metrics: Metrics,
  counters: Counters,
  upstream: () => Pick<Upstream, 'connectionsWanted' | 'connected' | 'unackedBytes'> | undefined,
): void {
  const name = (rest: string) => `vigil_gateway_upstream_${rest}`;
  metrics.gauge(name('connections_wanted'), 'Connections to the upstream broker that should exist.', () => {
    return upstream()?.connectionsWanted ?? 0;
  });
  metrics.gauge(name('connections'), 'Connections to the upstream broker that are subscribed now.', () => {
    return upstream()?.connected() ?? 0;
  });
  metrics.gauge(name('unacked_bytes'), 'Memory of messages from the upstream broker that wait for Kafka.', () => {
    return upstream()?.unackedBytes() ?? 0;
  });
  metrics.counter(
    name('connects_total'),
    'Connections to the upstream broker that were subscribed.',
    () => counters.upstreamConnects,
  );
  metrics.counter(
    name('sessions_lost_total'),
    'Sessions that the upstream broker lost. Messages that it kept for the gateway may be lost.',
    () => counters.upstreamSessionsLost,
  );
  metrics.counter(
    name('messages_total'),
    'Messages from the upstream broker, with repeats.',
    () => counters.upstreamMessages,
  );
  metrics.counter(
    name('acknowledged_total'),
    'Messages that the gateway acknowledged to the upstream broker.',
    () => counters.upstreamAcknowledged,
  );
  metrics.counter(
    name('unacknowledged_total'),
    'Messages from the upstream broker at QoS 0, which are not sent again if they are lost.',
    () => counters.upstreamUnacknowledged,
  );
  metrics.counter(
    name('retained_total'),
    'Retained messages from the upstream broker. They are old and were left out.',
    () => counters.upstreamRetained,
  );
  metrics.counter(
    name('pauses_total'),
    'Pauses of connections to the upstream broker because too many messages waited for Kafka.',
    () => counters.upstreamPaused,
  );
}
