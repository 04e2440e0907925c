/** The steps after an acceptable CONNECT: its claim, the take-over, the session, CONNACK (MQTT 5 section 3.1.4). */
import type { IConnackPacket } from 'mqtt-packet';
import { emptyAckQueue } from '../../core/acks.ts';
import { reason } from '../../core/reasons.ts';
import { keepAliveMs, sessionExpiryMs, type Will } from '../../core/session.ts';
import type { Source } from '../../source.ts';
import { endConnection, sendPacket } from '../connection.ts';
import type { Connect } from '../packet/connect.ts';
import type { Client, Connection, Context } from '../parts.ts';
import type { Share } from '../shares.ts';

/** Largest number of four bytes: a client that names no Maximum Packet Size accepts any size. */
export const anySize = 0xffffffff;

export type Accepted = {
  readonly packet: Connect;
  readonly source: Source;
  readonly share: Share;
  readonly clientId: string;
  /** False: the log is away, so the former owner of the id cannot be found. */
  readonly claimed: boolean;
};

/**
 * Claims the client id in the log, so that the older connection ends on whichever gateway it is. Until then, nothing more is read from
 * the client. If two connections wait here for one id, the newer one stays.
 */
export function claimId(
  context: Context,
  connection: Connection,
  source: Source,
  clientId: string,
  proceed: (claimed: boolean) => void,
): void {
  const { claiming } = context;
  const older = claiming.get(clientId);
  if (older) {
    context.counters.takeOvers += 1;
    endConnection(context, older, { kind: 'taken-over' });
  }
  claiming.set(clientId, connection);
  const over = () => {
    connection.abandonClaim = undefined;
    if (claiming.get(clientId) === connection) claiming.delete(clientId);
  };
  const giveUp = context.sink.claim(source, clientId, (claimed) => {
    over();
    try {
      proceed(claimed);
    } catch (error) {
      context.log.error({ err: error }, 'a CONNECT broke its handler');
      endConnection(context, connection, { kind: 'lost' });
    }
  });
  connection.abandonClaim = () => {
    over();
    giveUp();
  };
}

export function acceptConnect(context: Context, connection: Connection, accepted: Accepted): void {
  const { packet, source, share, clientId, claimed } = accepted;
  const { version, cleanStart, sessionExpiryS } = packet;
  const { deviceId } = source;
  const { limits, sessions } = context;
  const replaced = takeOver(context, clientId);
  const known = sessions.get(clientId);
  // The session may have continued at another gateway meanwhile; its packet ids would hide new messages behind old ones.
  if (known && !claimed) sessions.drop(known);
  const { session, present } = sessions.open(clientId, deviceId, cleanStart, connection.certificate);
  session.connection = connection;
  session.expiryMs = sessionExpiryMs(version, cleanStart, sessionExpiryS, limits.sessionExpiryMaxMs);
  const keepAlive = keepAliveMs(packet.keepAliveS, limits.keepAliveMaxS);
  const client: Client = {
    version,
    clientId,
    session,
    source,
    share,
    will: keptWill(packet),
    keepAliveMs: keepAlive.ms,
    packetBytesMax: packet.packetBytesMax ?? anySize,
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
  context.log.info({ deviceId, version, present, replaced, claimed }, 'connection accepted');
  context.sink.connected(source, replaced);
  const connack = acceptance(context, client, present, packet.clientId === '', keepAlive.changed);
  if (sendPacket(connection, connack) || connection.isClientGone) return;
  const reasonString = 'CONNACK does not fit into the Maximum Packet Size.';
  endConnection(context, connection, { kind: 'violation', code: reason.packetTooLarge, reasonString });
}

/** The newest connection of a client id wins. The older one gets a DISCONNECT and is closed; its will is published first [MQTT-3.1.4-3]. */
function takeOver(context: Context, clientId: string): boolean {
  const older = context.sessions.get(clientId)?.connection;
  if (!older) return false;
  context.counters.takeOvers += 1;
  endConnection(context, older, { kind: 'taken-over' });
  return true;
}

/**
 * Does the same if the newer connection is on another gateway. That one has begun its own session, so the session here is over. If the
 * claim of the connection here was not read yet, it is the newer one: its claim comes later in the log.
 */
export function endTakenElsewhere(context: Context, clientId: string): void {
  const session = context.sessions.get(clientId);
  if (!session) return;
  const { connection } = session;
  if (connection?.client && connection.client.source.claim === undefined) return;
  if (connection) {
    context.counters.takenElsewhere += 1;
    endConnection(context, connection, { kind: 'taken-over' });
  }
  context.sessions.drop(session);
}

/** Returns the will to keep. Copies its payload, so that the bytes that came with it can be freed. */
function keptWill({ will }: Connect): Will | undefined {
  if (!will) return undefined;
  return { topic: will.topic, payload: Buffer.from(will.payload), qos: will.qos, delayMs: will.delayS * 1000 };
}

/**
 * Returns CONNACK, with our limits if MQTT 5 lets us send them. Maximum QoS 2 and retain are the defaults and left out. CONNACK does not
 * say that wildcards and shared subscriptions are unavailable: then such a filter would be a protocol error, and a monitor would be
 * disconnected for it. SUBACK refuses the filter instead, and readings go on (section 3.2.2.3.11).
 */
function acceptance(
  { limits }: Context,
  client: Client,
  sessionPresent: boolean,
  assigned: boolean,
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
    ...(assigned ? { assignedClientIdentifier: client.clientId } : {}),
  };
  return connack;
}
