/**
 * One connection to the hospital's broker, with MQTT.js. Its subscriptions are in a session that outlives the
 * connection.
 */
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type IConnackPacket, type IPublishPacket, type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import { observe } from '../../process/histogram.ts';
import { type Ack, type AckQueue, countUnsentAcks, emptyAckQueue, expectAck, takeReadyAcks } from '../core/acks.ts';
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
  /** Closes the connection and connects again, so that the broker sends all unacknowledged messages again. */
  restart(): void;
  close(withinMs: number): Promise<void>;
};

export type LinkOptions = {
  readonly config: UpstreamConfig;
  readonly clientId: string;
  readonly filters: readonly string[];
  readonly packetBytesMax: number;
  /** Memory of messages that wait for Kafka, for all connections together. */
  readonly budget: Budget;
  readonly publish: (topic: string, payload: Buffer, retain: boolean, settle: (outcome: Outcome) => void) => void;
  readonly ready: () => boolean;
  /** Called if it is not certain that a QoS 1 message is in Kafka. */
  readonly onFailed: () => void;
  readonly counters: Counters;
  readonly measures: Measures;
  readonly log: Logger;
  readonly now: () => number;
  readonly monotonicMs: () => number;
};

/**
 * The state of one network connection. Each connection gets a new state, because the same packet id means another
 * message on another connection.
 */
type Flow = { readonly stream: Duplex; readonly acks: AckQueue; isFlushScheduled: boolean; hasEnded: boolean };

const reconnectMs = 1_000;
/**
 * After another client has taken the client id, the next attempt waits this long. So two gateways do not disconnect
 * each other all the time.
 */
const takenOverWaitMs = 10_000;
const keepAliveS = 30;
const goodbyeMs = 500;

/**
 * An error that makes MQTT.js continue without an acknowledgement. The gateway acknowledges later, when Kafka has the
 * message.
 */
const acknowledgedLater = new Error('acknowledged later');

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function openLink(options: LinkOptions): Link {
  const { config, clientId, budget, counters, log } = options;
  const logLimiter = newLogLimiter();
  const client = connect(config.url, connectOptions(options));
  let flow: Flow | undefined;
  let isSubscribed = false;
  let wasConnectedBefore = false;
  let isDraining = false;
  /** Continues to read. Called when there is space; undefined if reading is not paused. */
  let continueReading: (() => void) | undefined;

  function logError(text: string, fields: object): void {
    const leftOut = linesLeftOut(logLimiter, options.now());
    if (leftOut !== undefined) log.error({ clientId, ...fields, leftOut }, text);
  }

  /** Returns the state of the present network connection. The library uses a new stream for each connection. */
  function currentFlow(): Flow {
    if (flow?.stream !== client.stream) {
      flow = {
        stream: client.stream as unknown as Duplex,
        acks: emptyAckQueue(),
        isFlushScheduled: false,
        hasEnded: false,
      };
    }
    return flow!;
  }

  function endFlow(flowToEnd: Flow | undefined): void {
    if (!flowToEnd || flowToEnd.hasEnded) return;
    flowToEnd.hasEnded = true;
    isSubscribed = false;
    flowToEnd.stream.destroy();
  }

  function handleMessage(packet: IPublishPacket, next: (error?: Error) => void): void {
    const connectionFlow = currentFlow();
    if (isDraining || connectionFlow.hasEnded) return;
    if (!options.ready()) {
      endFlow(connectionFlow);
      return;
    }
    const ack =
      packet.qos === 1 ? expectAck(connectionFlow.acks, 'puback', packet.messageId!, options.monotonicMs()) : undefined;
    const payload = packet.payload as Buffer;
    const bytes = publishMemoryBytes(payload.length + packet.topic.length);
    budget.hold(bytes);
    options.publish(packet.topic, payload, packet.retain, (outcome) => {
      budget.release(bytes);
      if (!ack) counters.upstreamUnacknowledged += 1;
      else if (outcome.kind === 'failed') options.onFailed();
      else settle(connectionFlow, ack, outcome);
    });
    if (budget.isFull()) waitForSpace(() => next(acknowledgedLater));
    else next(acknowledgedLater);
  }

  function waitForSpace(next: () => void): void {
    counters.upstreamPaused += 1;
    const isWaiting = continueReading !== undefined;
    continueReading = next;
    if (isWaiting) return;
    budget.callWhenSpace(() => {
      const resume = continueReading;
      continueReading = undefined;
      resume?.();
    });
  }

  function settle(connectionFlow: Flow, ack: Ack, outcome: Exclude<Outcome, { kind: 'failed' }>): void {
    ack.reasonCode = outcome.kind === 'refused' ? outcome.code : reason.success;
    ack.reasonString = outcome.reasonString;
    if (connectionFlow.isFlushScheduled) return;
    connectionFlow.isFlushScheduled = true;
    process.nextTick(flush, connectionFlow);
  }

  /**
   * Sends the ready acknowledgements in the order of the messages [MQTT-4.6.0-2]. Sends nothing if the connection has
   * ended.
   */
  function flush(connectionFlow: Flow): void {
    connectionFlow.isFlushScheduled = false;
    if (connectionFlow.hasEnded || !connectionFlow.stream.writable) return;
    const ready = takeReadyAcks(connectionFlow.acks);
    if (ready.length === 0) return;
    counters.upstreamAcknowledged += ready.length;
    const atMs = options.monotonicMs();
    for (const { receivedMs } of ready) observe(options.measures.ackMs, atMs - receivedMs);
    connectionFlow.stream.write(Buffer.concat(ready.map(ackBytes)));
  }

  function onConnect(connack: IConnackPacket): void {
    const connectionFlow = currentFlow();
    if (wasConnectedBefore && !connack.sessionPresent) {
      counters.upstreamSessionsLost += 1;
      log.error({ clientId }, 'the upstream broker lost our session: messages that it kept for us may be lost');
    }
    wasConnectedBefore = true;
    client.options.reconnectPeriod = reconnectMs;
    // Subscribes at each connection, because a session may exist without its subscriptions. Retain Handling 2: no
    // retained messages.
    client.subscribe([...options.filters], { qos: 1, rh: 2, rap: false, nl: false }, (error, grants = []) => {
      if (connectionFlow.hasEnded || isDraining) return;
      if (error || grants.length !== options.filters.length || grants.some(({ qos }) => qos !== 1)) {
        logError('the upstream broker does not grant our subscriptions at QoS 1', { error: error?.message });
        endFlow(connectionFlow);
        return;
      }
      isSubscribed = true;
      counters.upstreamConnects += 1;
      log.info({ clientId, sessionPresent: connack.sessionPresent }, 'upstream broker connected');
    });
  }

  client.handleMessage = handleMessage;
  client.on('connect', onConnect);
  client.on('close', () => {
    if (flow) flow.hasEnded = true;
    if (isSubscribed && !isDraining) logError('upstream broker lost', {});
    isSubscribed = false;
  });
  client.on('error', (error) => {
    logError('upstream broker not reached', { error: (error as NodeJS.ErrnoException).code ?? error.message });
    // If the library cannot read a packet, it would continue in the middle of the packet. So the connection is ended.
    client.stream.destroy();
  });
  client.on('disconnect', ({ reasonCode }) => {
    logError('the upstream broker ended the connection', { reasonCode });
    if (reasonCode === reason.sessionTakenOver) client.options.reconnectPeriod = takenOverWaitMs;
  });
  client.connect();

  return {
    isConnected: () => isSubscribed,
    restart: () => endFlow(flow),
    async close(withinMs) {
      isDraining = true;
      const waiting = () => (flow && !flow.hasEnded ? countUnsentAcks(flow.acks) : 0);
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
    // The library sends PUBREC immediately, before Kafka has the message. The gateway subscribes at QoS 1, so QoS 2 is
    // an error of the broker.
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

/** Sends DISCONNECT and closes the connection. Waits at most `goodbyeMs`. */
async function endClient(client: MqttClient): Promise<void> {
  await Promise.race([client.endAsync(false), sleep(goodbyeMs)]);
  client.end(true);
  client.stream?.destroy();
}
