/** The one switch over packet types. */
import { reason } from '../core/reasons.ts';
import { sendPacket } from './connection.ts';
import { handleDisconnect } from './handlers/disconnect.ts';
import { handlePublish } from './handlers/publish.ts';
import { handleRelease } from './handlers/release.ts';
import { handleSubscribe, handleUnsubscribe } from './handlers/subscribe.ts';
import type { ClientPacket } from './packet/decode.ts';
import type { Client, Connection, Context } from './parts.ts';
import { violate } from './violate.ts';

export function dispatch(
  context: Context,
  connection: Connection,
  client: Client,
  packet: ClientPacket,
  packetBytes: number,
): void {
  switch (packet.type) {
    case 'publish':
      handlePublish(context, connection, client, packet, packetBytes);
      break;
    case 'pubrel':
      handleRelease(context, connection, client, packet);
      break;
    case 'subscribe':
      handleSubscribe(context, connection, client, packet);
      break;
    case 'unsubscribe':
      handleUnsubscribe(context, connection, client, packet);
      break;
    case 'pingreq':
      sendPacket(connection, { cmd: 'pingresp' }); // [MQTT-3.12.4-1]
      break;
    case 'disconnect':
      handleDisconnect(context, connection, client, packet);
      break;
    case 'puback':
    case 'pubcomp':
      // We send nothing above QoS 0, so this answers nothing and has no effect.
      break;
    case 'pubrec':
      // This answers nothing either, but its sender waits for a PUBREL (MQTT 5 section 4.3.3).
      sendPacket(connection, {
        cmd: 'pubrel',
        messageId: packet.packetId,
        reasonCode: reason.packetIdentifierNotFound,
      });
      break;
    case 'connect':
      violate(context, connection, reason.protocolError, 'CONNECT came twice.'); // [MQTT-3.1.0-2]
      break;
  }
}
