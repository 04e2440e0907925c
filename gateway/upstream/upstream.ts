/**
 * The second source: a hospital's own broker, whose devices never connect to us. It uses the listener's pipeline and gives the same
 * promise: a message is acknowledged to the broker only after Kafka has it. Otherwise the broker sends it again.
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
  /** Number of connections that should exist. */
  readonly wanted: number;
  /** Connections that are subscribed now. */
  connected(): number;
  unackedBytes(): number;
  /** Takes no more messages, waits at most `withinMs` until those in flight are acknowledged, and disconnects. The session stays. */
  close(withinMs: number): Promise<void>;
};

/** Devices that are remembered. Above it the one that came first is forgotten. If it does not number its readings, it gets a new boot. */
const sourcesMax = 20_000;

/** The device name in records if the topic names no device. It never publishes: all its messages are refused. */
const strangerId = 'upstream';

/** Returns at once; connects in the background and retries without limit. */
export function openUpstream(options: {
  readonly config: UpstreamConfig;
  readonly sink: Pick<Sink, 'publish' | 'sourceOf' | 'ready'>;
  /** Largest packet that the broker may send. */
  readonly packetBytesMax: number;
  /** Memory of messages that wait for Kafka; above it nothing more is read. */
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
    const existing = sources.get(deviceId);
    if (existing) return existing;
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
      // One connection may have appended messages later than others that failed. So all restart from what the broker still holds.
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
