/**
 * The second source: a hospital's own broker, whose devices never connect to us. The same pipeline as the listener's, and the same
 * promise: the broker is acknowledged only after Kafka, and is made to send again what did not get there.
 */
import type { Logger } from 'pino';
import { judgeForwarded, upstreamFilters } from '../core/upstream.ts';
import type { Counters } from '../counters.ts';
import { createBudget } from '../listener/budget.ts';
import type { Outcome, Sink } from '../listener/sink.ts';
import type { Measures } from '../measures.ts';
import type { Source } from '../source.ts';
import { type Link, openLink } from './link.ts';
import type { UpstreamConfig } from './settings.ts';

export type Upstream = {
  /** Connections that there should be. */
  readonly wanted: number;
  /** Connections that are subscribed now. */
  connected(): number;
  unackedBytes(): number;
  /** Takes no more messages, waits at most `withinMs` until what is in flight is acknowledged, and says goodbye. The session stays. */
  close(withinMs: number): Promise<void>;
};

/** Devices remembered at once. Past it the one that came first is forgotten: one that does not number its readings gets a new boot. */
const sourcesMax = 20_000;

/** Who is written down where the topic names no device. It never publishes: all that it is given is refused. */
const strangerId = 'upstream';

/** Does not wait until the broker is reached: that is tried for ever. */
export function openUpstream(options: {
  readonly config: UpstreamConfig;
  readonly sink: Pick<Sink, 'publish' | 'sourceOf' | 'ready'>;
  /** Largest packet that the broker may send. */
  readonly packetBytesMax: number;
  /** Memory of what waits for Kafka; past it nothing more is read. */
  readonly unackedBytesMax: number;
  readonly counters: Counters;
  readonly measures: Measures;
  readonly log: Logger;
  readonly now: () => number;
  readonly monotonicMs: () => number;
}): Upstream {
  const { config, sink, counters, log, now } = options;
  const sources = new Map<string, Source>();
  const budget = createBudget(options.unackedBytesMax);
  const stranger = sink.sourceOf(strangerId);

  function sourceOf(deviceId: string): Source {
    const known = sources.get(deviceId);
    if (known) return known;
    const oldest = sources.size >= sourcesMax ? sources.keys().next().value : undefined;
    if (oldest !== undefined) sources.delete(oldest);
    const source = sink.sourceOf(deviceId);
    sources.set(deviceId, source);
    return source;
  }

  function publish(topic: string, payload: Buffer, retain: boolean, settle: (outcome: Outcome) => void): void {
    counters.upstreamMessages += 1;
    const forwarded = judgeForwarded(topic, retain);
    if (forwarded.kind === 'retained') {
      counters.upstreamRetained += 1;
      settle({ kind: 'appended' });
      return;
    }
    const source = forwarded.kind === 'device' ? sourceOf(forwarded.deviceId) : stranger;
    sink.publish({ source, topic, payload, receivedAtMs: now() }, settle);
  }

  const links: Link[] = Array.from({ length: config.connections }, (_, index) =>
    openLink({
      config,
      clientId: `${config.clientId}-${index + 1}`,
      filters: upstreamFilters(config.group),
      packetBytesMax: options.packetBytesMax,
      budget,
      publish,
      ready: sink.ready,
      // What one of them could not append, others may have overtaken: all begin again from what the broker still holds.
      onFailed: () => {
        for (const link of links) link.restart();
      },
      counters,
      measures: options.measures,
      log,
      now,
      monotonicMs: options.monotonicMs,
    }),
  );

  return {
    wanted: config.connections,
    connected: () => links.filter((link) => link.isConnected()).length,
    unackedBytes: () => budget.usedBytes(),
    async close(withinMs) {
      await Promise.all(links.map((link) => link.close(withinMs)));
    },
  };
}
