/** PUBLISH: goes to the pipeline, and is acknowledged only when the pipeline says that Kafka has it (MQTT 5 section 3.3.4). */
import { expectAck } from '../../core/acks.ts';
import { beginExchange, settleExchange } from '../../core/exchanges.ts';
import { linesLeftOut } from '../../core/log-limiter.ts';
import { reason } from '../../core/reasons.ts';
import { isTopicName } from '../../core/topics.ts';
import { endConnection, exceedsQuota, flushAcksSoon } from '../connection.ts';
import { publishMemoryBytes } from '../limits.ts';
import type { Publish } from '../packet/publish.ts';
import type { Client, Connection, Context } from '../parts.ts';
import type { Incoming, Outcome } from '../sink.ts';
import { violate } from '../violate.ts';

type Settle = (outcome: Outcome) => void;

/**
 * The retain flag is accepted and has no effect: a client can subscribe only to its inbox and publish only elsewhere, so nobody could
 * ever receive a retained message [MQTT-3.3.1-5]. Message Expiry, Response Topic, Correlation Data, Content Type and User Properties
 * are for subscribers. There are none, so these are not kept.
 */
export function handlePublish(
  context: Context,
  connection: Connection,
  client: Client,
  packet: Publish,
  packetBytes: number,
): void {
  const topic = resolveTopic(context, connection, client, packet);
  if (topic === undefined) return;
  context.counters.publishes += 1;
  const message: Incoming = {
    source: client.source,
    topic,
    payload: packet.payload,
    receivedAtMs: context.now(),
  };
  switch (packet.qos) {
    case 0:
      if (context.qos0InFlight.usedBytes >= context.limits.qos0BytesMax) dropQos0(context, client, message);
      else context.sink.publish(message, unacknowledged(context, connection, client, packetBytes));
      break;
    case 1: {
      const settle = acknowledged(context, connection, client, packet, packetBytes);
      if (settle) context.sink.publish(message, settle);
      break;
    }
    case 2: {
      const settle = acknowledged(context, connection, client, packet, packetBytes);
      if (settle) publishOnce(context, client, packet.packetId, message, settle);
      break;
    }
  }
}

function unacknowledged(context: Context, connection: Connection, client: Client, packetBytes: number): Settle {
  const release = hold(context, connection, client, packetBytes, true);
  const bytes = publishMemoryBytes(packetBytes);
  context.qos0InFlight.usedBytes += bytes;
  return (outcome) => {
    context.qos0InFlight.usedBytes -= bytes;
    release();
    if (outcome.kind !== 'failed') return;
    context.counters.unpromisedLost += 1;
    endConnection(context, connection, { kind: 'append-failed' });
  };
}

/**
 * QoS 0 messages wait for Kafka like all others, but may use only a part of the memory. Above it a message is dropped, counted and
 * logged. So acknowledged messages have room, also later ones on the same connection.
 */
function dropQos0(context: Context, { source }: Client, { receivedAtMs }: Incoming): void {
  context.counters.unpromisedDropped += 1;
  const leftOut = linesLeftOut(source.logLimiter, receivedAtMs);
  if (leftOut === undefined) return;
  context.log.warn({ deviceId: source.deviceId, leftOut }, 'a QoS 0 message was dropped: too many wait for the log');
}

/**
 * Queues the acknowledgement in the order of its packet; undefined if the client sends more than it may [MQTT-3.3.4-7]. Packets that
 * only wait for Kafka were paused before (`exceedsQuota`), so the excess here is QoS 2 messages that were never released.
 */
function acknowledged(
  context: Context,
  connection: Connection,
  client: Client,
  packet: Publish,
  packetBytes: number,
): Settle | undefined {
  const { limits } = context;
  if (exceedsQuota(context, client) || (packet.qos === 2 && client.session.exchanges.size >= limits.exchangesMax)) {
    context.counters.receiveMaximumExceeded += 1;
    violate(context, connection, reason.receiveMaximumExceeded, 'More QoS 2 messages are open than Receive Maximum.');
    return undefined;
  }
  client.quotaUsed += 1;
  const ack = expectAck(client.acks, packet.qos === 1 ? 'puback' : 'pubrec', packet.packetId, connection.lastHeardMs);
  const release = hold(context, connection, client, packetBytes, client.version === 4);
  return (outcome) => {
    release();
    if (outcome.kind === 'failed') {
      endConnection(context, connection, { kind: 'append-failed' });
      return;
    }
    const refused = outcome.kind === 'refused' && client.version === 5;
    ack.reasonCode = refused ? outcome.code : reason.success;
    ack.reasonString = outcome.reasonString;
    flushAcksSoon(context, connection);
  };
}

/** QoS 2: does not append a packet id again that is already open [MQTT-4.3.3-10]. */
function publishOnce(context: Context, client: Client, packetId: number, message: Incoming, settle: Settle): void {
  const { exchanges } = client.session;
  const next = beginExchange(exchanges, packetId);
  switch (next.step) {
    case 'repeat':
      context.counters.qos2Repeats += 1;
      settle({ kind: 'appended' });
      break;
    case 'share':
      context.counters.qos2Repeats += 1;
      next.exchange.waiting.push(settle);
      break;
    case 'append':
      context.sink.publish(message, (outcome) => {
        // In 3.1.1 PUBREC has no code, so PUBREL follows a refused message as any other.
        const ends = outcome.kind === 'refused' && client.version === 5;
        const result = outcome.kind === 'failed' ? 'failed' : ends ? 'refused' : 'received';
        settle(outcome);
        settleExchange(exchanges, packetId, next.exchange, result, outcome);
      });
      break;
  }
}

/** Counts a publish against the limits. The function that it returns ends this. */
function hold(
  context: Context,
  connection: Connection,
  client: Client,
  packetBytes: number,
  unmeteredInFlight: boolean,
): () => void {
  const bytes = publishMemoryBytes(packetBytes);
  context.shares.hold(client.share, bytes);
  if (unmeteredInFlight) client.unmeteredInFlight += 1;
  return () => {
    context.shares.release(client.share, bytes);
    if (unmeteredInFlight) client.unmeteredInFlight -= 1;
    if (connection.paused) context.pump(connection);
  };
}

/** Returns the topic with its alias resolved [MQTT-3.3.2-8] to [MQTT-3.3.2-12]; undefined if the connection was ended because of it. */
function resolveTopic(context: Context, connection: Connection, client: Client, packet: Publish): string | undefined {
  const { topic, topicAlias: alias } = packet;
  if (topic !== '' && !isTopicName(topic)) {
    violate(context, connection, reason.topicNameInvalid, 'A topic name holds a wildcard.');
  } else if (alias !== undefined && alias > context.limits.topicAliasMax) {
    violate(context, connection, reason.topicAliasInvalid, 'A topic alias is above Topic Alias Maximum.');
  } else if (alias !== undefined && topic.length > context.limits.aliasedTopicLengthMax) {
    violate(context, connection, reason.quotaExceeded, 'A topic is too long to be kept for its alias.');
  } else if (topic !== '') {
    if (alias !== undefined) client.aliases.set(alias, topic);
    return topic;
  } else {
    const known = alias === undefined ? undefined : client.aliases.get(alias);
    if (known !== undefined) return known;
    violate(context, connection, reason.protocolError, 'A PUBLISH has neither a topic nor the alias of one.');
  }
  return undefined;
}
