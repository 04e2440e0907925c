/** Calls the handler for the type of a packet. */
import { reason } from '../core/reasons.ts';
import { sendPacket } from './connection.ts';
import { endForViolation } from './end-for-violation.ts';
import { handleDisconnect } from './handlers/disconnect.ts';
import { handlePublish } from './handlers/publish.ts';
import { handleRelease } from './handlers/release.ts';
import { handleSubscribe, handleUnsubscribe } from './handlers/subscribe.ts';
import type { ClientPacket } from './packet/decode.ts';
import type { Client, Connection, Context } from './parts.ts';

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
      // The gateway sends nothing above QoS 0, so the packet answers no PUBLISH and has no effect.
      break;
    case 'pubrec':
      // The packet answers no PUBLISH, but the client waits for a PUBREL (MQTT 5 section 4.3.3).
      sendPacket(connection, {
        cmd: 'pubrel',
        messageId: packet.packetId,
        reasonCode: reason.packetIdentifierNotFound,
      });
      break;
    case 'connect':
      endForViolation(context, connection, reason.protocolError, 'The client sent a second CONNECT.'); // [MQTT-3.1.0-2]
      break;
  }
}
