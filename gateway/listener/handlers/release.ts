/** Handles PUBREL, which ends a QoS 2 exchange (MQTT 5 sections 3.6 and 4.3.3). */
import { releaseExchange } from '../../core/exchanges.ts';
import { reason } from '../../core/reasons.ts';
import { sendPacket } from '../connection.ts';
import { endForViolation } from '../end-for-violation.ts';
import type { Acknowledgement } from '../packet/puback.ts';
import type { Client, Connection, Context } from '../parts.ts';

export function handleRelease(context: Context, connection: Connection, client: Client, packet: Acknowledgement): void {
  const messageId = packet.packetId;
  switch (releaseExchange(client.session.exchanges, messageId)) {
    case 'complete':
      if (client.quotaUsed > 0) client.quotaUsed -= 1;
      sendPacket(connection, { cmd: 'pubcomp', messageId, reasonCode: reason.success });
      return;
    case 'not-found':
      // After a restart the gateway does not know the exchange. The client got PUBREC before, so the message is in
      // Kafka.
      sendPacket(connection, { cmd: 'pubcomp', messageId, reasonCode: reason.packetIdentifierNotFound });
      return;
    case 'too-early':
      endForViolation(context, connection, reason.protocolError, 'The client sent PUBREL before it got PUBREC.');
  }
}
