import { deviceTopic } from '../../contracts/topics.ts';
import { inboxIntervalMs } from '../core/inbox.ts';
import { sendPacket } from './connection.ts';
import type { Client, Connection, Context } from './parts.ts';

/**
 * Sends the inbox at QoS 0 to a device that has subscribed to it. If more than `outgoingBytesMax` bytes wait for the
 * client, or the packet is larger than the client accepts, this inbox is left out. The next inbox replaces it.
 */
export function sendInbox(context: Context, connection: Connection, client: Client): void {
  if (!client.session.inboxSubscribed || connection.phase !== 'open') return;
  client.inboxDueMs = context.monotonicMs() + inboxIntervalMs;
  const payload = context.sink.inbox(client.source);
  const topic = deviceTopic(client.source.deviceId, 'inbox');
  const sent =
    connection.socket.writableLength <= context.limits.outgoingBytesMax &&
    sendPacket(connection, { cmd: 'publish', qos: 0, dup: false, retain: false, topic, payload });
  if (sent) context.counters.inboxSent += 1;
  else context.counters.inboxLeftOut += 1;
}
