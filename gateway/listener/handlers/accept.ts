/**
 * Carries out an allowed CONNECT: claims the client id, ends the older connection, opens the session, sends CONNACK
 * (MQTT 5 section 3.1.4).
 */
import type { IConnackPacket } from 'mqtt-packet';
import { emptyAckQueue } from '../../core/acks.ts';
import type { EndCause } from '../../core/ends.ts';
import { reason } from '../../core/reasons.ts';
import { keepAliveMs, sessionExpiryMs, type Will } from '../../core/session.ts';
import type { Source } from '../../source.ts';
import { endConnection, sendPacket } from '../connection.ts';
import type { Connect } from '../packet/connect.ts';
import type { Client, Connection, Context } from '../parts.ts';
import type { Share } from '../shares.ts';

/** Maximum Packet Size of a client that names no maximum: the largest number of four bytes. */
export const packetBytesMaxDefault = 0xffffffff;

export type Accepted = {
  readonly packet: Connect;
  readonly source: Source;
  readonly share: Share;
  readonly clientId: string;
  /** Whether the log has the claim of the client id. False if Kafka did not answer in time. */
  readonly claimed: boolean;
};

/**
 * Claims the client id in the log, so that the older connection with this id ends, on any gateway. Nothing is read from
 * the client until the wait is over. If another connection of this gateway waits for the same id, that connection is
 * ended.
 * @param proceed called when the wait is over; its argument says whether the log has the claim
 */
export function claimClientId(
  context: Context,
  connection: Connection,
  source: Source,
  clientId: string,
  proceed: (claimed: boolean) => void,
): void {
  const { claiming } = context;
  const olderConnection = claiming.get(clientId);
  if (olderConnection) {
    context.counters.takeOvers += 1;
    endConnection(context, olderConnection, takenOverBy(connection));
  }
  claiming.set(clientId, connection);
  const endWait = () => {
    connection.abandonClaim = undefined;
    if (claiming.get(clientId) === connection) claiming.delete(clientId);
  };
  const abandon = context.sink.claim(source, clientId, (claimed) => {
    endWait();
    try {
      proceed(claimed);
    } catch (error) {
      context.log.error({ err: error }, 'the handling of a CONNECT failed: the connection is closed');
      endConnection(context, connection, { kind: 'lost' });
    }
  });
  connection.abandonClaim = () => {
    endWait();
    abandon();
  };
}

export function acceptConnect(context: Context, connection: Connection, accepted: Accepted): void {
  const { packet, source, share, clientId, claimed } = accepted;
  const { version, cleanStart, sessionExpiryS } = packet;
  const { deviceId } = source;
  const { limits, sessions } = context;
  const replaced = takeOver(context, connection, clientId);
  const existing = sessions.get(clientId);
  // Without a claim, the gateway does not know whether the client was connected to another gateway in the meantime. If
  // the client was connected there, it may now reuse packet ids that this session remembers.
  if (existing && !claimed) sessions.endWithoutWill(existing);
  const { session, existed } = sessions.open(clientId, deviceId, cleanStart, connection.certificate);
  session.connection = connection;
  session.expiryMs = sessionExpiryMs(version, cleanStart, sessionExpiryS, limits.sessionExpiryMaxMs);
  const keepAlive = keepAliveMs(packet.keepAliveS, limits.keepAliveMaxS);
  const client: Client = {
    version,
    clientId,
    session,
    source,
    share,
    will: copyWill(packet),
    keepAliveMs: keepAlive.ms,
    packetBytesMax: packet.packetBytesMax ?? packetBytesMaxDefault,
    problemInformation: packet.problemInformation,
    expiryAskedS: sessionExpiryS ?? 0,
    aliases: new Map(),
    acks: emptyAckQueue(),
    quotaUsed: 0,
    unmeteredInFlight: 0,
    inboxDueMs: 0,
  };
  connection.client = client;
  connection.phase = 'open';
  context.counters.connectionsAccepted += 1;
  context.log.info({ deviceId, version, sessionPresent: existed, replaced, claimed }, 'connection accepted');
  source.certificateEndMs = connection.certificate.endMs;
  context.sink.connected(source, replaced);
  const connack = buildConnack(context, client, existed, packet.clientId === '', keepAlive.changed);
  if (sendPacket(connection, connack) || connection.isClientGone) return;
  const reasonString = 'CONNACK is larger than the Maximum Packet Size of the client.';
  endConnection(context, connection, { kind: 'violation', code: reason.packetTooLarge, reasonString });
}

/**
 * Ends the older connection of a client id, if there is one: publishes its will, unless the will has a delay, sends
 * DISCONNECT (MQTT 5) and closes the connection [MQTT-3.1.4-3].
 * @returns whether there was an older connection
 */
function takeOver(context: Context, connection: Connection, clientId: string): boolean {
  const olderConnection = context.sessions.get(clientId)?.connection;
  if (!olderConnection) return false;
  context.counters.takeOvers += 1;
  endConnection(context, olderConnection, takenOverBy(connection));
  return true;
}

const takenOverBy = ({ socket }: Connection): EndCause => ({
  kind: 'taken-over',
  newerAddress: socket.remoteAddress,
});

/**
 * Ends the connection and the session of a client id that another gateway has claimed: the client has a new session
 * there. Does nothing if the claim of the connection here was not read yet: that claim comes later in the log, so the
 * connection here is newer.
 */
export function endConnectionClaimedElsewhere(context: Context, clientId: string): void {
  const session = context.sessions.get(clientId);
  if (!session) return;
  const { connection } = session;
  if (connection?.client && connection.client.source.claim === undefined) return;
  if (connection) {
    context.counters.takenElsewhere += 1;
    endConnection(context, connection, { kind: 'taken-over' });
  }
  context.sessions.endWithoutWill(session);
}

/** Returns the will with a copy of its payload, so that the memory of the whole packet can be freed. */
function copyWill({ will }: Connect): Will | undefined {
  if (!will) return undefined;
  return { topic: will.topic, payload: Buffer.from(will.payload), qos: will.qos, delayMs: will.delayS * 1000 };
}

/**
 * Returns CONNACK; in MQTT 5 with the limits of the gateway. Maximum QoS 2 and retain are defaults and left out.
 * CONNACK does not declare wildcards and shared subscriptions as unavailable (section 3.2.2.3.11). After such a
 * declaration, a filter with a wildcard would be a protocol error, and the gateway would have to disconnect the
 * monitor. Instead SUBACK refuses the filter, and the monitor can send readings.
 */
function buildConnack(
  { limits }: Context,
  client: Client,
  sessionPresent: boolean,
  isIdAssigned: boolean,
  keepAliveChanged: boolean,
): IConnackPacket {
  const connack: IConnackPacket = { cmd: 'connack', sessionPresent, returnCode: 0, reasonCode: reason.success };
  if (client.version === 4) return connack;
  const expiryS = client.session.expiryMs / 1000;
  connack.properties = {
    receiveMaximum: limits.inFlightMax,
    maximumPacketSize: limits.packetBytesMax,
    topicAliasMaximum: limits.topicAliasMax,
    subscriptionIdentifiersAvailable: false,
    ...(expiryS === client.expiryAskedS ? {} : { sessionExpiryInterval: expiryS }),
    ...(keepAliveChanged ? { serverKeepAlive: limits.keepAliveMaxS } : {}),
    ...(isIdAssigned ? { assignedClientIdentifier: client.clientId } : {}),
  };
  return connack;
}
