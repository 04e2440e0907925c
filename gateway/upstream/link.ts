/** One connection to the hospital's broker, by MQTT.js, with subscriptions in a session that outlives the connection. */
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type IConnackPacket, type IPublishPacket, type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import { observe } from '../../process/histogram.ts';
import { type Ack, type AckQueue, acksWaiting, emptyAckQueue, expectAck, takeReadyAcks } from '../core/acks.ts';
import { linesLeftOut, newLogLimiter } from '../core/log-limiter.ts';
import { reason } from '../core/reasons.ts';
import type { Counters } from '../counters.ts';
import type { Budget } from '../listener/budget.ts';
import { publishMemoryBytes } from '../listener/limits.ts';
import { bareAckBytes, encode, writeBareAck } from '../listener/packet/encode.ts';
import type { Outcome } from '../listener/sink.ts';
import type { Measures } from '../measures.ts';
import type { UpstreamConfig } from './settings.ts';

export type Link = {
  isConnected(): boolean;
  /** Drops the connection: the broker then sends again what was not acknowledged. */
  restart(): void;
  close(withinMs: number): Promise<void>;
};

export type LinkOptions = {
  readonly config: UpstreamConfig;
  readonly clientId: string;
  readonly filters: readonly string[];
  readonly packetBytesMax: number;
  /** Shared by all connections. */
  readonly budget: Budget;
  readonly publish: (topic: string, payload: Buffer, retain: boolean, settle: (outcome: Outcome) => void) => void;
  readonly ready: () => boolean;
  /** A message did not reach the log. */
  readonly onFailed: () => void;
  readonly counters: Counters;
  readonly measures: Measures;
  readonly log: Logger;
  readonly now: () => number;
  readonly monotonicMs: () => number;
};

/** The state of one network connection. It ends with the connection: packet ids mean something else on the next one. */
type Flow = { readonly stream: Duplex; readonly acks: AckQueue; flushing: boolean; over: boolean };

const reconnectMs = 1_000;
/** Wait after another client took our client id, so that two gateways with one name do not disconnect each other all the time. */
const takenOverMs = 10_000;
const keepAliveS = 30;
const goodbyeMs = 500;

/** MQTT.js takes an error of the handler as: go on and acknowledge nothing. We acknowledge later, when Kafka has the message. */
const acknowledgedLater = new Error('acknowledged later');

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function openLink(options: LinkOptions): Link {
  const { config, clientId, budget, counters, log } = options;
  const logLimiter = newLogLimiter();
  const client = connect(config.url, connectOptions(options));
  let flow: Flow | undefined;
  let subscribed = false;
  let connectedBefore = false;
  let draining = false;
  /** Resumes reading once there is room. At most one: that of the newest message. */
  let readOn: (() => void) | undefined;

  function complain(text: string, fields: object): void {
    const leftOut = linesLeftOut(logLimiter, options.now());
    if (leftOut !== undefined) log.error({ clientId, ...fields, leftOut }, text);
  }

  /** The library uses a new stream for each connection. */
  function currentFlow(): Flow {
    if (flow?.stream !== client.stream) {
      flow = { stream: client.stream as unknown as Duplex, acks: emptyAckQueue(), flushing: false, over: false };
    }
    return flow!;
  }

  function drop(dropped: Flow | undefined): void {
    if (!dropped || dropped.over) return;
    dropped.over = true;
    subscribed = false;
    dropped.stream.destroy();
  }

  function take(packet: IPublishPacket, next: (error?: Error) => void): void {
    const mine = currentFlow();
    if (draining || mine.over) return;
    if (!options.ready()) {
      drop(mine);
      return;
    }
    const ack = packet.qos === 1 ? expectAck(mine.acks, 'puback', packet.messageId!, options.monotonicMs()) : undefined;
    const payload = packet.payload as Buffer;
    const bytes = publishMemoryBytes(payload.length + packet.topic.length);
    budget.hold(bytes);
    options.publish(packet.topic, payload, packet.retain, (outcome) => {
      budget.release(bytes);
      if (!ack) counters.upstreamUnacknowledged += 1;
      else if (outcome.kind === 'failed') options.onFailed();
      else settle(mine, ack, outcome);
    });
    if (budget.isFull()) waitForRoom(() => next(acknowledgedLater));
    else next(acknowledgedLater);
  }

  function waitForRoom(next: () => void): void {
    counters.upstreamPaused += 1;
    const waits = readOn !== undefined;
    readOn = next;
    if (waits) return;
    budget.onRoom(() => {
      const goOn = readOn;
      readOn = undefined;
      goOn?.();
    });
  }

  function settle(mine: Flow, ack: Ack, outcome: Exclude<Outcome, { kind: 'failed' }>): void {
    ack.reasonCode = outcome.kind === 'refused' ? outcome.code : reason.success;
    ack.reasonString = outcome.reasonString;
    if (mine.flushing) return;
    mine.flushing = true;
    process.nextTick(flush, mine);
  }

  /** Acknowledges in the order of the messages [MQTT-4.6.0-2]. After the connection ended nothing is sent: the broker sends the messages again. */
  function flush(mine: Flow): void {
    mine.flushing = false;
    if (mine.over || !mine.stream.writable) return;
    const ready = takeReadyAcks(mine.acks);
    if (ready.length === 0) return;
    counters.upstreamAcknowledged += ready.length;
    const atMs = options.monotonicMs();
    for (const { receivedMs } of ready) observe(options.measures.ackMs, atMs - receivedMs);
    mine.stream.write(Buffer.concat(ready.map(ackBytes)));
  }

  function onConnect(connack: IConnackPacket): void {
    const mine = currentFlow();
    if (connectedBefore && !connack.sessionPresent) {
      counters.upstreamSessionsLost += 1;
      log.error({ clientId }, 'the upstream broker lost our session: messages that it had for us may be gone');
    }
    connectedBefore = true;
    client.options.reconnectPeriod = reconnectMs;
    // At each connection: a session may exist without its subscriptions. Retained messages are not sent (Retain Handling 2).
    client.subscribe([...options.filters], { qos: 1, rh: 2, rap: false, nl: false }, (error, grants = []) => {
      if (mine.over || draining) return;
      if (error || grants.length !== options.filters.length || grants.some(({ qos }) => qos !== 1)) {
        complain('the upstream broker does not grant our subscriptions at QoS 1', { error: error?.message });
        drop(mine);
        return;
      }
      subscribed = true;
      counters.upstreamConnects += 1;
      log.info({ clientId, sessionPresent: connack.sessionPresent }, 'upstream broker connected');
    });
  }

  client.handleMessage = take;
  client.on('connect', onConnect);
  client.on('close', () => {
    if (flow) flow.over = true;
    if (subscribed && !draining) complain('upstream broker lost', {});
    subscribed = false;
  });
  client.on('error', (error) => {
    complain('upstream broker not reached', { error: (error as NodeJS.ErrnoException).code ?? error.message });
    // After a packet that it cannot read, the library would continue in the middle of it.
    client.stream.destroy();
  });
  client.on('disconnect', ({ reasonCode }) => {
    complain('the upstream broker ended the connection', { reasonCode });
    if (reasonCode === reason.sessionTakenOver) client.options.reconnectPeriod = takenOverMs;
  });
  client.connect();

  return {
    isConnected: () => subscribed,
    restart: () => drop(flow),
    async close(withinMs) {
      draining = true;
      const waiting = () => (flow && !flow.over ? acksWaiting(flow.acks) : 0);
      for (const endMs = performance.now() + withinMs; waiting() > 0 && performance.now() < endMs; ) await sleep(5);
      await sleep(0);
      await endClient(client);
    },
  };
}

function connectOptions({ config, clientId, packetBytesMax }: LinkOptions): Parameters<typeof connect>[1] {
  return {
    ...config.tls,
    ...(config.username === undefined ? {} : { username: config.username }),
    ...(config.password === undefined ? {} : { password: config.password }),
    clientId,
    protocolVersion: 5,
    clean: false,
    keepalive: keepAliveS,
    reconnectPeriod: reconnectMs,
    reconnectOnConnackError: true,
    connectTimeout: 10_000,
    resubscribe: false,
    manualConnect: true,
    properties: {
      sessionExpiryInterval: config.sessionExpiryS,
      receiveMaximum: config.inFlightMax,
      maximumPacketSize: packetBytesMax,
    },
    // The library would send PUBREC at once. We subscribe at QoS 1, so a correct broker sends nothing at QoS 2.
    customHandleAcks: (_topic, _message, packet, done) => {
      if (packet.qos === 2) done(new Error('QoS 2 was not subscribed'), 0);
      else done(null as unknown as Error, 0);
    },
  };
}

function ackBytes({ kind, packetId, reasonCode = reason.success, reasonString }: Ack): Buffer {
  if (reasonCode === reason.success) {
    const bytes = Buffer.allocUnsafe(bareAckBytes);
    writeBareAck(bytes, 0, kind, packetId);
    return bytes;
  }
  const properties = reasonString === undefined ? {} : { properties: { reasonString } };
  return encode({ cmd: kind, messageId: packetId, reasonCode, ...properties }, 5);
}

/** Sends DISCONNECT. If it does not get through, closes the connection at once. */
async function endClient(client: MqttClient): Promise<void> {
  await Promise.race([client.endAsync(false), sleep(goodbyeMs)]);
  client.end(true);
  client.stream?.destroy();
}
