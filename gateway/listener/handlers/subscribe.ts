/** SUBSCRIBE and UNSUBSCRIBE: the inbox is all there is (MQTT 5 sections 3.8 to 3.11). */
import type { ISubscribePacket, IUnsubscribePacket } from 'mqtt-packet';
import { leftOutBefore } from '../../core/quiet.ts';
import { reason } from '../../core/reasons.ts';
import { judgeFilter } from '../../core/topics.ts';
import { type Client, type Connection, type Context, sendPacket } from '../connection.ts';
import { sendInbox } from '../inbox.ts';
import { violate } from '../violate.ts';

/** SUBACK's code for a failure in 3.1.1. */
const failure = 0x80;

/**
 * The inbox is granted at QoS 0, whatever was asked [MQTT-3.8.4-7]: it is sent again every 10 s, and what is older than that must not
 * arrive any more.
 */
export function handleSubscribe(
  context: Context,
  connection: Connection,
  client: Client,
  packet: ISubscribePacket,
): void {
  if (packet.properties?.subscriptionIdentifier !== undefined) {
    const words = 'Subscription identifiers are not supported.';
    violate(context, connection, reason.subscriptionIdentifiersNotSupported, words);
    return;
  }
  const codes = packet.subscriptions.map(({ topic }) => {
    const right = judgeFilter(client.source.deviceId, topic);
    if (right.ok) return 0;
    context.counters.subscriptionsRefused += 1;
    return client.version === 5 ? right.reasonCode : failure;
  });
  const granted = codes.includes(0);
  const leftOut = codes.every((code) => code === 0) ? undefined : leftOutBefore(client.source.quiet, context.now());
  if (leftOut !== undefined) context.log.warn({ deviceId: client.source.deviceId, leftOut }, 'subscription refused');
  if (granted) client.session.inboxSubscribed = true;
  sendPacket(connection, { cmd: 'suback', messageId: packet.messageId!, granted: codes });
  if (granted) sendInbox(context, connection, client);
}

export function handleUnsubscribe(connection: Connection, client: Client, packet: IUnsubscribePacket): void {
  const granted = packet.unsubscriptions.map((topic) => {
    const subscribed = client.session.inboxSubscribed && judgeFilter(client.source.deviceId, topic).ok;
    if (subscribed) client.session.inboxSubscribed = false;
    return subscribed ? reason.success : reason.noSubscriptionExisted;
  });
  sendPacket(connection, { cmd: 'unsuback', messageId: packet.messageId!, granted });
}
