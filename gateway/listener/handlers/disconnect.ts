/** Handles DISCONNECT: the client ends the connection and says whether its will is published (MQTT 5 section 3.14). */
import { reason } from '../../core/reasons.ts';
import { sessionExpiryMs } from '../../core/session.ts';
import { endConnection } from '../connection.ts';
import { endForViolation } from '../end-for-violation.ts';
import type { Disconnect } from '../packet/disconnect.ts';
import type { Client, Connection, Context } from '../parts.ts';

export function handleDisconnect(context: Context, connection: Connection, client: Client, packet: Disconnect): void {
  const { sessionExpiryS } = packet;
  if (client.version === 5 && sessionExpiryS !== undefined) {
    // Section 3.14.2.2.2: if CONNECT asked for a session that ends with its connection, DISCONNECT must not ask to keep
    // the session.
    if (client.expiryAskedS === 0 && sessionExpiryS !== 0) {
      const reasonString = 'DISCONNECT must not ask to keep the session, because CONNECT did not.';
      endForViolation(context, connection, reason.protocolError, reasonString);
      return;
    }
    client.session.expiryMs = sessionExpiryMs(5, false, sessionExpiryS, context.limits.sessionExpiryMaxMs);
  }
  const isNormal = client.version === 4 || packet.reasonCode === reason.success;
  // [MQTT-3.14.4-3]: reason code 0 deletes the will.
  if (isNormal) client.will = undefined;
  endConnection(context, connection, { kind: isNormal ? 'disconnected' : 'disconnected-with-will' });
}
