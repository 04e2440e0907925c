/** Handles SUBSCRIBE and UNSUBSCRIBE: a device can subscribe only to its inbox (MQTT 5 sections 3.8 to 3.11). */
import type { ISubackPacket, IUnsubackPacket } from 'mqtt-packet';
import { linesLeftOut } from '../../core/log-limiter.ts';
import { reason } from '../../core/reasons.ts';
import { isTopicFilter, judgeFilter } from '../../core/topics.ts';
import { sendPacket } from '../connection.ts';
import { endForViolation } from '../end-for-violation.ts';
import { sendInbox } from '../inbox.ts';
import type { Subscribe } from '../packet/subscribe.ts';
import type { Unsubscribe } from '../packet/unsubscribe.ts';
import type { Client, Connection, Context } from '../parts.ts';

/** The code for a failure in SUBACK of MQTT 3.1.1. */
const failureCode = 0x80;

/**
 * Handles a SUBSCRIBE. Grants the inbox at QoS 0, even if the client asks for a higher QoS [MQTT-3.8.4-7]. The inbox is
 * sent every 3 s, and a higher QoS could deliver an old inbox after a new inbox.
 */
export function handleSubscribe(context: Context, connection: Connection, client: Client, packet: Subscribe): void {
  if (packet.subscriptionIdentifier !== undefined) {
    const reasonString = 'The gateway does not support subscription identifiers.';
    endForViolation(context, connection, reason.subscriptionIdentifiersNotSupported, reasonString);
    return;
  }
  const filters = packet.subscriptions.map(({ filter }) => filter);
  if (endIfMalformed(context, connection, client, filters)) return;
  // A shared subscription must not have the option No Local [MQTT-3.8.3-4].
  if (
    client.version === 5 &&
    packet.subscriptions.some(({ filter, noLocal }) => noLocal && filter.startsWith('$share/'))
  ) {
    endForViolation(
      context,
      connection,
      reason.protocolError,
      'A shared subscription must not have the option No Local.',
    );
    return;
  }
  const codes = filters.map((filter) => {
    const right = judgeFilter(client.source.deviceId, filter);
    if (right.ok) return 0;
    context.counters.subscriptionsRefused += 1;
    return client.version === 5 ? right.reasonCode : failureCode;
  });
  const isInboxGranted = codes.includes(0);
  const leftOut = codes.every((code) => code === 0) ? undefined : linesLeftOut(client.source.logLimiter, context.now());
  if (leftOut !== undefined) context.log.warn({ deviceId: client.source.deviceId, leftOut }, 'subscription refused');
  if (isInboxGranted) client.session.inboxSubscribed = true;
  if (!sendAnswer(context, connection, { cmd: 'suback', messageId: packet.packetId, granted: codes })) return;
  if (isInboxGranted) sendInbox(context, connection, client);
}

export function handleUnsubscribe(context: Context, connection: Connection, client: Client, packet: Unsubscribe): void {
  if (endIfMalformed(context, connection, client, packet.filters)) return;
  const granted = packet.filters.map((filter) => {
    const subscribed = client.session.inboxSubscribed && judgeFilter(client.source.deviceId, filter).ok;
    if (subscribed) client.session.inboxSubscribed = false;
    return subscribed ? reason.success : reason.noSubscriptionExisted;
  });
  sendAnswer(context, connection, { cmd: 'unsuback', messageId: packet.packetId, granted });
}

/**
 * Ends the connection if a topic filter is malformed [MQTT-4.13.1-1] [MQTT-4.8.0-1 of 3.1.1].
 * @returns whether a filter is malformed
 */
function endIfMalformed(context: Context, connection: Connection, client: Client, filters: readonly string[]): boolean {
  if (filters.every((filter) => isTopicFilter(filter, client.version))) return false;
  endForViolation(context, connection, reason.malformedPacket, 'A topic filter is not valid.');
  return true;
}

/**
 * Sends SUBACK or UNSUBACK. A packet that is larger than the client accepts must not be sent [MQTT-3.1.2-24]. In this
 * case, ends the connection, so that the client does not wait for the answer.
 * @returns whether the answer was sent
 */
function sendAnswer(context: Context, connection: Connection, packet: ISubackPacket | IUnsubackPacket): boolean {
  if (sendPacket(connection, packet)) return true;
  if (connection.socket.writable)
    endForViolation(
      context,
      connection,
      reason.packetTooLarge,
      'The answer is larger than the Maximum Packet Size of the client.',
    );
  return false;
}
