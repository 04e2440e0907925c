/** Handles CONNECT: identifies the client and decides whether it may connect (MQTT 5 section 3.1.4). */
import type { IConnackPacket } from 'mqtt-packet';
import { identify } from '../../core/identity.ts';
import { linesLeftOut } from '../../core/log-limiter.ts';
import { connectReturnCode, reason } from '../../core/reasons.ts';
import { certificateRefusals } from '../../core/revocation.ts';
import { isTopicName, judgePublishTopic } from '../../core/topics.ts';
import { endConnection, joinDeviceShare, writeBytes } from '../connection.ts';
import type { Connect } from '../packet/connect.ts';
import { encode } from '../packet/encode.ts';
import type { Violation } from '../packet/fields.ts';
import type { Connection, Context } from '../parts.ts';
import { acceptConnect, claimClientId, packetBytesMaxDefault } from './accept.ts';

/** Why a client may not connect. A client of MQTT 5 gets the reason string. */
type Refusal = Pick<Violation, 'code' | 'reasonString'>;

const notReadyRefusal: Refusal = {
  code: reason.serverUnavailable,
  reasonString: 'The gateway is not ready. Connect again later.',
};

export function handleConnect(context: Context, connection: Connection, packet: Connect): void {
  const { version } = packet;
  const refuse = (refusal: Refusal) => refuseConnect(context, connection, version, refusal, packet.packetBytesMax);
  const judged = judgeConnect(context, connection, packet);
  if ('code' in judged) {
    refuse(judged);
    return;
  }
  const olderConnection = context.sessions.get(packet.clientId)?.connection ?? context.claiming.get(packet.clientId);
  const share = joinDeviceShare(context, connection, judged.deviceId, olderConnection !== undefined);
  if (!share) {
    context.counters.connectionsOfDeviceTooMany += 1;
    refuse({ code: reason.quotaExceeded, reasonString: 'The device already has the maximum number of connections.' });
    return;
  }
  const source = context.sink.sourceOf(judged.deviceId);
  // An assigned client id must be unique [MQTT-3.1.3-6]. The CN alone may be in use as a client id on another gateway.
  const clientId = packet.clientId || `${source.deviceId}/${source.boot}`;
  claimClientId(context, connection, source, clientId, (claimed) => {
    if (context.draining || !context.sink.ready()) refuse(notReadyRefusal);
    else acceptConnect(context, connection, { packet, source, share, clientId, claimed });
    if (connection.isPaused) context.pump(connection);
    if (connection.isClientGone) endConnection(context, connection, { kind: 'lost' });
  });
}

/** Returns the device that may connect, or the refusal. */
function judgeConnect(
  context: Context,
  { commonName, certificate }: Connection,
  packet: Connect,
): { readonly deviceId: string } | Refusal {
  // The certificate identifies the client, so user name and password are ignored.
  if (packet.hasAuthenticationMethod) {
    return {
      code: reason.badAuthenticationMethod,
      reasonString: 'The gateway supports no authentication method except the client certificate.',
    };
  }
  if (packet.hasAuthenticationData) {
    return {
      code: reason.protocolError,
      reasonString: 'CONNECT has authentication data but no authentication method.',
    };
  }
  const fault = context.revocation.faultOf(certificate);
  if (fault !== undefined) {
    context.counters[fault === 'expired' ? 'certificatesExpired' : 'certificatesRevoked'] += 1;
    return { code: reason.notAuthorized, reasonString: certificateRefusals[fault] };
  }
  const identity = identify(commonName, packet.clientId);
  if (!identity.ok) {
    return identity.fault === 'certificate'
      ? {
          code: reason.notAuthorized,
          reasonString: "The certificate's CN is not a device id. A device id has 1 to 64 of A-Z a-z 0-9 . _ -.",
        }
      : {
          code: reason.clientIdentifierNotValid,
          reasonString: "The client id must be the certificate's CN, or begin with the CN and a slash.",
        };
  }
  // [MQTT-3.1.3-8] of 3.1.1: without a client id the client could not continue the session.
  if (packet.clientId === '' && packet.version === 4 && !packet.cleanStart) {
    return { code: reason.clientIdentifierNotValid, reasonString: 'A client without Clean Session needs a client id.' };
  }
  const { will } = packet;
  if (will && !isTopicName(will.topic)) {
    return { code: reason.topicNameInvalid, reasonString: 'The will topic is not a valid topic name.' };
  }
  if (will && !judgePublishTopic(identity.deviceId, will.topic).ok) {
    return { code: reason.notAuthorized, reasonString: 'The device may not publish to its will topic.' };
  }
  const { willBytesMax } = context.limits;
  if (will && will.payload.length > willBytesMax) {
    return { code: reason.quotaExceeded, reasonString: `The will is longer than ${willBytesMax} bytes.` };
  }
  if (context.draining || !context.sink.ready()) return notReadyRefusal;
  return { deviceId: identity.deviceId };
}

/**
 * Refuses a client: sends CONNACK with a reason code and closes [MQTT-3.2.2-6] [MQTT-3.2.2-7]. If CONNACK is larger
 * than the client accepts, it is sent without its reason string. If it is still too large, it is not sent
 * [MQTT-3.2.2-19] [MQTT-3.1.2-24].
 */
export function refuseConnect(
  context: Context,
  connection: Connection,
  version: 4 | 5,
  refusal: Refusal,
  packetBytesMax = packetBytesMaxDefault,
): void {
  const { code, reasonString } = refusal;
  context.counters.connectionsRefused += 1;
  const leftOut = linesLeftOut(context.logLimiter, context.now());
  if (leftOut !== undefined) {
    context.log.warn(
      { commonName: printableName(connection.commonName), code, reasonString, leftOut },
      'connection refused',
    );
  }
  const returnCode = connectReturnCode(code);
  const connackWithoutReason: IConnackPacket = {
    cmd: 'connack',
    sessionPresent: false,
    returnCode: returnCode ?? 0,
    reasonCode: code,
  };
  const possiblePackets =
    version === 5
      ? [{ ...connackWithoutReason, properties: { reasonString: reasonString } }, connackWithoutReason]
      : [connackWithoutReason];
  const connack = possiblePackets
    .map((possiblePacket) => encode(possiblePacket, version))
    .find(({ length }) => length <= packetBytesMax);
  if (connack && (version === 5 || returnCode !== undefined)) writeBytes(connection, connack);
  endConnection(context, connection, { kind: 'violation', code, reasonString });
}

/** Returns a common name of at most 64 characters in which each unusual character is `?`. */
function printableName(commonName: unknown): string {
  return String(commonName)
    .replace(/[^\w.-]/g, '?')
    .slice(0, 64);
}
