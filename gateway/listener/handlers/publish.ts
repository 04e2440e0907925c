/**
 * Handles PUBLISH: gives the message to the pipeline, and acknowledges the message after the pipeline has reported that
 * the message is in Kafka, or refused (MQTT 5 section 3.3.4). After `failed` the message is not acknowledged.
 */
import { expectAck } from '../../core/acks.ts';
import { beginExchange, settleExchange } from '../../core/exchanges.ts';
import { linesLeftOut } from '../../core/log-limiter.ts';
import { reason } from '../../core/reasons.ts';
import { isTopicName } from '../../core/topics.ts';
import { endConnection, flushAcksSoon, isReceiveMaximumReached } from '../connection.ts';
import { endForViolation } from '../end-for-violation.ts';
import { publishMemoryBytes } from '../limits.ts';
import type { Publish } from '../packet/publish.ts';
import type { Client, Connection, Context } from '../parts.ts';
import type { Incoming, Outcome } from '../sink.ts';

type Settle = (outcome: Outcome) => void;

/**
 * Handles a PUBLISH. The retain flag has no effect: a client can subscribe only to its inbox. Nobody may publish to an
 * inbox, so nobody could receive a retained message [MQTT-3.3.1-5]. Message Expiry, Response Topic, Correlation Data,
 * Content Type and User Properties are for subscribers of a message. A message has no subscribers, so these properties
 * are not kept.
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
      else context.sink.publish(message, holdQos0Memory(context, connection, client, packetBytes));
      break;
    case 1: {
      const settle = queueAck(context, connection, client, packet, packetBytes);
      if (settle) context.sink.publish(message, settle);
      break;
    }
    case 2: {
      const settle = queueAck(context, connection, client, packet, packetBytes);
      if (settle) publishOnce(context, client, packet.packetId, message, settle);
      break;
    }
  }
}

/** Counts the memory of a QoS 0 publish against the limits. Returns the function to call with the outcome. */
function holdQos0Memory(context: Context, connection: Connection, client: Client, packetBytes: number): Settle {
  const release = holdPublishMemory(context, connection, client, packetBytes, true);
  const bytes = publishMemoryBytes(packetBytes);
  context.qos0InFlight.usedBytes += bytes;
  return (outcome) => {
    context.qos0InFlight.usedBytes -= bytes;
    release();
    if (outcome.kind !== 'failed') return;
    context.counters.qos0Lost += 1;
    endConnection(context, connection, { kind: 'append-failed' });
  };
}

/**
 * Drops a QoS 0 publish. QoS 0 may use only a part of the memory, so that messages with an acknowledgement always have
 * space.
 */
function dropQos0(context: Context, { source }: Client, { receivedAtMs }: Incoming): void {
  context.counters.qos0Dropped += 1;
  const leftOut = linesLeftOut(source.logLimiter, receivedAtMs);
  if (leftOut === undefined) return;
  context.log.warn(
    { deviceId: source.deviceId, leftOut },
    'a QoS 0 message was dropped: too many QoS 0 messages wait for Kafka',
  );
}

/**
 * Queues the acknowledgement of a QoS 1 or 2 publish and returns the function to call with the outcome. If the client
 * has more open QoS 2 messages than Receive Maximum [MQTT-3.3.4-7], or its session more than `exchangesMax`, ends the
 * connection and returns undefined. If the messages of a connection only wait for Kafka, the connection is paused at
 * Receive Maximum (`isReceiveMaximumReached`), so this function is not called.
 */
function queueAck(
  context: Context,
  connection: Connection,
  client: Client,
  packet: Publish,
  packetBytes: number,
): Settle | undefined {
  const { limits } = context;
  if (
    isReceiveMaximumReached(context, client) ||
    (packet.qos === 2 && client.session.exchanges.size >= limits.exchangesMax)
  ) {
    context.counters.receiveMaximumExceeded += 1;
    endForViolation(
      context,
      connection,
      reason.receiveMaximumExceeded,
      'The client has more open QoS 2 messages than allowed.',
    );
    return undefined;
  }
  client.quotaUsed += 1;
  const ack = expectAck(
    client.acks,
    packet.qos === 1 ? 'puback' : 'pubrec',
    packet.packetId,
    connection.lastReceivedMs,
  );
  const release = holdPublishMemory(context, connection, client, packetBytes, client.version === 4);
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

/** Appends a QoS 2 publish, unless its packet id is already in an open exchange [MQTT-4.3.3-10]. */
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
        // In MQTT 3.1.1 PUBREC has no reason code, so the client sends PUBREL even if the message was refused.
        const isEndedByPubrec = outcome.kind === 'refused' && client.version === 5;
        const result = outcome.kind === 'failed' ? 'failed' : isEndedByPubrec ? 'refused' : 'received';
        settle(outcome);
        settleExchange(exchanges, packetId, next.exchange, result, outcome);
      });
      break;
  }
}

/**
 * Counts the memory of a publish against the limits of the device and of all devices.
 * @param isUnmetered whether the publish does not count against Receive Maximum
 * @returns a function that frees the memory
 */
function holdPublishMemory(
  context: Context,
  connection: Connection,
  client: Client,
  packetBytes: number,
  isUnmetered: boolean,
): () => void {
  const bytes = publishMemoryBytes(packetBytes);
  context.shares.hold(client.share, bytes);
  if (isUnmetered) client.unmeteredInFlight += 1;
  return () => {
    context.shares.release(client.share, bytes);
    if (isUnmetered) client.unmeteredInFlight -= 1;
    if (connection.isPaused) context.pump(connection);
  };
}

/**
 * Returns the topic of a PUBLISH, by its alias if the packet has no topic [MQTT-3.3.2-8] to [MQTT-3.3.2-12]. If the
 * topic or the alias is not valid, ends the connection and returns undefined.
 */
function resolveTopic(context: Context, connection: Connection, client: Client, packet: Publish): string | undefined {
  const { topic, topicAlias: alias } = packet;
  if (topic !== '' && !isTopicName(topic)) {
    endForViolation(context, connection, reason.topicNameInvalid, 'The topic of a PUBLISH contains a wildcard.');
  } else if (alias !== undefined && alias > context.limits.topicAliasMax) {
    endForViolation(context, connection, reason.topicAliasInvalid, 'A topic alias is larger than Topic Alias Maximum.');
  } else if (alias !== undefined && topic.length > context.limits.aliasedTopicLengthMax) {
    endForViolation(context, connection, reason.quotaExceeded, 'A topic with an alias is too long.');
  } else if (topic !== '') {
    if (alias !== undefined) client.aliases.set(alias, topic);
    return topic;
  } else {
    const aliasedTopic = alias === undefined ? undefined : client.aliases.get(alias);
    if (aliasedTopic !== undefined) return aliasedTopic;
    endForViolation(
      context,
      connection,
      reason.protocolError,
      'A PUBLISH has neither a topic nor a known topic alias.',
    );
  }
  return undefined;
}
