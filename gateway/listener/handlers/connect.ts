/** CONNECT: who is it, may it, and what does it find (MQTT 5 section 3.1.4). */
import type { IConnackPacket, IConnectPacket } from 'mqtt-packet';
import { emptyAckQueue } from '../../core/acks.ts';
import { identify } from '../../core/identity.ts';
import { leftOutBefore } from '../../core/quiet.ts';
import { connectReturnCode, reason } from '../../core/reasons.ts';
import { certificateWords } from '../../core/revocation.ts';
import { keepAliveMs, sessionExpiryMs, type Will } from '../../core/session.ts';
import { isTopicName, judgePublishTopic } from '../../core/topics.ts';
import { encode } from '../codec.ts';
import { type Client, type Connection, type Context, endConnection, sendPacket, writeBytes } from '../connection.ts';
import type { Violation } from '../strict.ts';

/** Largest number of four bytes: a client that names no Maximum Packet Size takes any. */
const anySize = 0xffffffff;

export function handleConnect(context: Context, connection: Connection, packet: IConnectPacket): void {
  const version = packet.protocolVersion === 5 ? 5 : 4;
  const judged = judgeConnect(context, connection, version, packet);
  if ('code' in judged) {
    refuseConnect(context, connection, version, judged, packet.properties?.maximumPacketSize);
    return;
  }
  const { deviceId } = judged;
  const { limits, sink } = context;
  const source = sink.sourceOf(deviceId);
  const clientId = packet.clientId || assignClientId(context, deviceId, source.boot);
  const replaced = takeOver(context, clientId);
  const { certificate } = connection;
  const { session, present } = context.sessions.open(clientId, deviceId, packet.clean ?? true, certificate);
  const expiryAskedS = packet.properties?.sessionExpiryInterval;
  session.connection = connection;
  session.expiryMs = sessionExpiryMs(version, packet.clean ?? true, expiryAskedS, limits.sessionExpiryMaxMs);
  const keepAlive = keepAliveMs(packet.keepalive ?? 0, limits.keepAliveMaxS);
  const client: Client = {
    version,
    clientId,
    session,
    source,
    will: readWill(packet),
    keepAliveMs: keepAlive.ms,
    packetBytesMax: packet.properties?.maximumPacketSize ?? anySize,
    problemInformation: packet.properties?.requestProblemInformation ?? true,
    expiryAskedS: expiryAskedS ?? 0,
    aliases: new Map(),
    acks: emptyAckQueue(),
    quotaUsed: 0,
    unpaced: 0,
    inboxDueMs: 0,
  };
  connection.client = client;
  connection.phase = 'open';
  context.counters.connectionsAccepted += 1;
  context.log.info({ deviceId, version, present, replaced }, 'connection accepted');
  sink.connected(source, replaced);
  const connack = acceptance(context, client, present, packet.clientId === '', keepAlive.changed);
  if (sendPacket(connection, connack)) return;
  const words = 'CONNACK does not fit into the Maximum Packet Size.';
  endConnection(context, connection, { kind: 'violation', code: reason.packetTooLarge, words });
}

/** The device that may connect, or why it may not. */
function judgeConnect(
  context: Context,
  { commonName, certificate }: Connection,
  version: 4 | 5,
  packet: IConnectPacket,
): { readonly deviceId: string } | Violation {
  // User name and password are not looked at: the certificate has said who it is.
  if (packet.properties?.authenticationMethod !== undefined) {
    return { code: reason.badAuthenticationMethod, words: 'The client certificate is the only authentication.' };
  }
  if (packet.properties?.authenticationData !== undefined) {
    return { code: reason.protocolError, words: 'Authentication data come without a method.' };
  }
  const fault = context.revocation.faultOf(certificate);
  if (fault !== undefined) {
    context.counters[fault === 'expired' ? 'certificatesExpired' : 'certificatesRevoked'] += 1;
    return { code: reason.notAuthorized, words: certificateWords[fault] };
  }
  const identity = identify(commonName, packet.clientId);
  if (!identity.ok) {
    return identity.fault === 'certificate'
      ? { code: reason.notAuthorized, words: "The certificate's CN is no device id." }
      : { code: reason.clientIdentifierNotValid, words: 'The client id is neither the CN nor begins with it and /.' };
  }
  // 3.1.1 [MQTT-3.1.3-8]: without a client id there is no session to come back to.
  if (packet.clientId === '' && version === 4 && !packet.clean) {
    return { code: reason.clientIdentifierNotValid, words: 'A session that is kept needs a client id.' };
  }
  const { will } = packet;
  if (will && !isTopicName(will.topic)) {
    return { code: reason.topicNameInvalid, words: 'The will topic is no topic name.' };
  }
  if (will && !judgePublishTopic(identity.deviceId, will.topic).ok) {
    return { code: reason.notAuthorized, words: 'The device may not publish to its will topic.' };
  }
  if (context.draining || !context.sink.ready()) {
    return { code: reason.serverUnavailable, words: 'The gateway is not ready.' };
  }
  return { deviceId: identity.deviceId };
}

/** [MQTT-3.1.4-3]: the newest connection of a client id wins; the older is told and closed, its will published first. */
function takeOver(context: Context, clientId: string): boolean {
  const older = context.sessions.get(clientId)?.connection;
  if (!older) return false;
  context.counters.takeOvers += 1;
  endConnection(context, older, { kind: 'taken-over' });
  return true;
}

/** [MQTT-3.1.3-6]: unique, so the CN itself only where it is free. */
function assignClientId(context: Context, deviceId: string, boot: string): string {
  return context.sessions.get(deviceId) ? `${deviceId}/${boot}` : deviceId;
}

function readWill({ will }: IConnectPacket): Will | undefined {
  if (!will) return undefined;
  return {
    topic: will.topic,
    payload: Buffer.from(will.payload),
    qos: will.qos ?? 0,
    delayMs: (will.properties?.willDelayInterval ?? 0) * 1000,
  };
}

/**
 * CONNACK, with our limits where MQTT 5 lets us tell them. Maximum QoS 2 and retain are the default and not said. Nor is it said
 * that wildcards and shared subscriptions are not available: such a filter would then be a protocol error, and a monitor would be
 * thrown out for it; SUBACK refuses it, and readings go on (section 3.2.2.3.11).
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

/**
 * CONNACK with a reason and no session present, then closed [MQTT-3.2.2-6] [MQTT-3.2.2-7]. Its reason string, and then CONNACK
 * itself, is left out where it is larger than the client takes [MQTT-3.2.2-19] [MQTT-3.1.2-24].
 */
export function refuseConnect(
  context: Context,
  connection: Connection,
  version: 4 | 5,
  why: Violation,
  packetBytesMax = anySize,
): void {
  const { code, words } = why;
  context.counters.connectionsRefused += 1;
  const leftOut = leftOutBefore(context.quiet, context.now());
  if (leftOut !== undefined) {
    context.log.warn({ commonName: printable(connection.commonName), code, words, leftOut }, 'connection refused');
  }
  const returnCode = connectReturnCode(code);
  const bare: IConnackPacket = { cmd: 'connack', sessionPresent: false, returnCode: returnCode ?? 0, reasonCode: code };
  const forms = version === 5 ? [{ ...bare, properties: { reasonString: words } }, bare] : [bare];
  const connack = forms.map((form) => encode(form, version)).find(({ length }) => length <= packetBytesMax);
  if (connack && (version === 5 || returnCode !== undefined)) writeBytes(connection, connack);
  endConnection(context, connection, { kind: 'violation', code, words });
}

function printable(commonName: unknown): string {
  return String(commonName)
    .replace(/[^\w.-]/g, '?')
    .slice(0, 64);
}
