/** SUBSCRIBE and UNSUBSCRIBE: the inbox is the only possible subscription (MQTT 5 sections 3.8 to 3.11). */
import type { ISubackPacket, IUnsubackPacket } from 'mqtt-packet';
import { linesLeftOut } from '../../core/log-limiter.ts';
import { reason } from '../../core/reasons.ts';
import { isTopicFilter, judgeFilter } from '../../core/topics.ts';
import { sendPacket } from '../connection.ts';
import { sendInbox } from '../inbox.ts';
import type { Subscribe } from '../packet/subscribe.ts';
import type { Unsubscribe } from '../packet/unsubscribe.ts';
import type { Client, Connection, Context } from '../parts.ts';
import { violate } from '../violate.ts';

/** SUBACK's code for a failure in 3.1.1. */
const failure = 0x80;

/**
 * Grants the inbox at QoS 0, whatever QoS was asked for [MQTT-3.8.4-7]. The inbox is sent every 10 s, and an older one must not arrive
 * later.
 */
export function handleSubscribe(context: Context, connection: Connection, client: Client, packet: Subscribe): void {
  if (packet.subscriptionIdentifier !== undefined) {
    const reasonString = 'Subscription identifiers are not supported.';
    violate(context, connection, reason.subscriptionIdentifiersNotSupported, reasonString);
    return;
  }
  const filters = packet.subscriptions.map(({ filter }) => filter);
  if (areMalformed(context, connection, client, filters)) return;
  // A shared subscription cannot leave out what the client published itself [MQTT-3.8.3-4].
  if (
    client.version === 5 &&
    packet.subscriptions.some(({ filter, noLocal }) => noLocal && filter.startsWith('$share/'))
  ) {
    violate(context, connection, reason.protocolError, 'A shared subscription asks for No Local.');
    return;
  }
  const codes = filters.map((filter) => {
    const right = judgeFilter(client.source.deviceId, filter);
    if (right.ok) return 0;
    context.counters.subscriptionsRefused += 1;
    return client.version === 5 ? right.reasonCode : failure;
  });
  const granted = codes.includes(0);
  const leftOut = codes.every((code) => code === 0) ? undefined : linesLeftOut(client.source.logLimiter, context.now());
  if (leftOut !== undefined) context.log.warn({ deviceId: client.source.deviceId, leftOut }, 'subscription refused');
  if (granted) client.session.inboxSubscribed = true;
  if (!answer(context, connection, { cmd: 'suback', messageId: packet.packetId, granted: codes })) return;
  if (granted) sendInbox(context, connection, client);
}

export function handleUnsubscribe(context: Context, connection: Connection, client: Client, packet: Unsubscribe): void {
  if (areMalformed(context, connection, client, packet.filters)) return;
  const granted = packet.filters.map((filter) => {
    const subscribed = client.session.inboxSubscribed && judgeFilter(client.source.deviceId, filter).ok;
    if (subscribed) client.session.inboxSubscribed = false;
    return subscribed ? reason.success : reason.noSubscriptionExisted;
  });
  answer(context, connection, { cmd: 'unsuback', messageId: packet.packetId, granted });
}

/** A malformed filter is not refused but ends the connection [MQTT-4.13.1-1] [MQTT-4.8.0-1 of 3.1.1]. */
function areMalformed(context: Context, connection: Connection, client: Client, filters: readonly string[]): boolean {
  if (filters.every((filter) => isTopicFilter(filter, client.version))) return false;
  violate(context, connection, reason.malformedPacket, 'A topic filter is none.');
  return true;
}

/** Sends an answer. One that is larger than the client accepts must not be sent [MQTT-3.1.2-24]; then the connection ends, so that the client does not wait. */
function answer(context: Context, connection: Connection, packet: ISubackPacket | IUnsubackPacket): boolean {
  if (sendPacket(connection, packet)) return true;
  if (connection.socket.writable)
    violate(context, connection, reason.packetTooLarge, 'The answer does not fit into the Maximum Packet Size.');
  return false;
}
