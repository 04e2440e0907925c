/**
 * Reads messages from the upstream broker: a hospital's own broker, to which devices connect instead of the gateway.
 * Messages go through the same pipeline as messages of the listener, and are acknowledged to the broker only after
 * Kafka has them.
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
  readonly connectionsWanted: number;
  /** Returns the number of connections that are subscribed now. */
  connected(): number;
  unackedBytes(): number;
  /**
   * Reads no more messages, waits at most `withinMs` until messages in flight are acknowledged, and disconnects. The
   * session is kept.
   */
  close(withinMs: number): Promise<void>;
};

/**
 * Maximum number of devices whose source is remembered. If there are more, the gateway forgets the device that it has
 * known for the longest time. If a forgotten device does not number its readings, its next readings get a new boot.
 */
const sourcesMax = 20_000;

/** The device id in records of messages whose topic contains no valid device id. All these messages are refused. */
const unknownDeviceId = 'upstream';

/**
 * Opens the connections to the upstream broker. Returns immediately, and connects in the background without a limit of
 * attempts.
 */
export function openUpstream(options: {
  readonly config: UpstreamConfig;
  readonly sink: Pick<Sink, 'publish' | 'sourceOf' | 'ready'>;
  /** Largest packet that the broker may send, bytes. */
  readonly packetBytesMax: number;
  /** Maximum memory of messages that wait for Kafka, bytes. Above this limit no more messages are read. */
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
  const unknownDevice = sink.sourceOf(unknownDeviceId);

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
    const source = forwarded.kind === 'device' ? sourceOf(forwarded.deviceId) : unknownDevice;
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
      // All connections restart, so that no later message of the same device is appended before the failed message.
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
    connectionsWanted: config.connections,
    connected: () => links.filter((link) => link.isConnected()).length,
    unackedBytes: () => budget.usedBytes(),
    async close(withinMs) {
      await Promise.all(links.map((link) => link.close(withinMs)));
    },
  };
}
