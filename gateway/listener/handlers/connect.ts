/** CONNECT: identifies the client and decides whether it may connect (MQTT 5 section 3.1.4). */
import type { IConnackPacket } from 'mqtt-packet';
import { identify } from '../../core/identity.ts';
import { linesLeftOut } from '../../core/log-limiter.ts';
import { connectReturnCode, reason } from '../../core/reasons.ts';
import { certificateRefusals } from '../../core/revocation.ts';
import { isTopicName, judgePublishTopic } from '../../core/topics.ts';
import { endConnection, joinDevice, writeBytes } from '../connection.ts';
import type { Connect } from '../packet/connect.ts';
import { encode } from '../packet/encode.ts';
import type { Violation } from '../packet/fields.ts';
import type { Connection, Context } from '../parts.ts';
import { acceptConnect, anySize, claimId } from './accept.ts';

/** Why a client may not connect. The reasonString are sent to it. */
type Refusal = Pick<Violation, 'code' | 'reasonString'>;

const notReady: Refusal = { code: reason.serverUnavailable, reasonString: 'The gateway is not ready.' };

export function handleConnect(context: Context, connection: Connection, packet: Connect): void {
  const { version } = packet;
  const refuse = (why: Refusal) => refuseConnect(context, connection, version, why, packet.packetBytesMax);
  const judged = judgeConnect(context, connection, packet);
  if ('code' in judged) {
    refuse(judged);
    return;
  }
  const older = context.sessions.get(packet.clientId)?.connection ?? context.claiming.get(packet.clientId);
  const share = joinDevice(context, connection, judged.deviceId, older !== undefined);
  if (!share) {
    context.counters.connectionsOfDeviceTooMany += 1;
    refuse({ code: reason.quotaExceeded, reasonString: 'The device has as many connections as it may have.' });
    return;
  }
  const source = context.sink.sourceOf(judged.deviceId);
  // Assigned ids must be unique [MQTT-3.1.3-6]. The CN alone may be a client id on another gateway.
  const clientId = packet.clientId || `${source.deviceId}/${source.boot}`;
  claimId(context, connection, source, clientId, (claimed) => {
    if (context.draining || !context.sink.ready()) refuse(notReady);
    else acceptConnect(context, connection, { packet, source, share, clientId, claimed });
    if (connection.paused) context.pump(connection);
    if (connection.isClientGone) endConnection(context, connection, { kind: 'lost' });
  });
}

/** Returns the device that may connect, or why it may not. */
function judgeConnect(
  context: Context,
  { commonName, certificate }: Connection,
  packet: Connect,
): { readonly deviceId: string } | Refusal {
  // User name and password are ignored: the certificate has identified the client.
  if (packet.hasAuthenticationMethod) {
    return { code: reason.badAuthenticationMethod, reasonString: 'The client certificate is the only authentication.' };
  }
  if (packet.hasAuthenticationData) {
    return { code: reason.protocolError, reasonString: 'Authentication data come without a method.' };
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
          reasonString: "The certificate's CN is no device id: 1 to 64 of A-Z a-z 0-9 . _ -.",
        }
      : {
          code: reason.clientIdentifierNotValid,
          reasonString: 'The client id is neither the CN nor begins with it and /.',
        };
  }
  // 3.1.1 [MQTT-3.1.3-8]: without a client id there is no session to come back to.
  if (packet.clientId === '' && packet.version === 4 && !packet.cleanStart) {
    return { code: reason.clientIdentifierNotValid, reasonString: 'A session that is kept needs a client id.' };
  }
  const { will } = packet;
  if (will && !isTopicName(will.topic)) {
    return { code: reason.topicNameInvalid, reasonString: 'The will topic is no topic name.' };
  }
  if (will && !judgePublishTopic(identity.deviceId, will.topic).ok) {
    return { code: reason.notAuthorized, reasonString: 'The device may not publish to its will topic.' };
  }
  const { willBytesMax } = context.limits;
  if (will && will.payload.length > willBytesMax) {
    return { code: reason.quotaExceeded, reasonString: `The will is longer than ${willBytesMax} bytes.` };
  }
  if (context.draining || !context.sink.ready()) return notReady;
  return { deviceId: identity.deviceId };
}

/**
 * Sends CONNACK with a reason and no session present, then closes [MQTT-3.2.2-6] [MQTT-3.2.2-7]. Leaves out the reason string, and then
 * CONNACK itself, if it is larger than the client accepts [MQTT-3.2.2-19] [MQTT-3.1.2-24].
 */
export function refuseConnect(
  context: Context,
  connection: Connection,
  version: 4 | 5,
  why: Refusal,
  packetBytesMax = anySize,
): void {
  const { code, reasonString } = why;
  context.counters.connectionsRefused += 1;
  const leftOut = linesLeftOut(context.logLimiter, context.now());
  if (leftOut !== undefined) {
    context.log.warn(
      { commonName: printable(connection.commonName), code, reasonString, leftOut },
      'connection refused',
    );
  }
  const returnCode = connectReturnCode(code);
  const bare: IConnackPacket = { cmd: 'connack', sessionPresent: false, returnCode: returnCode ?? 0, reasonCode: code };
  const forms = version === 5 ? [{ ...bare, properties: { reasonString: reasonString } }, bare] : [bare];
  const connack = forms.map((form) => encode(form, version)).find(({ length }) => length <= packetBytesMax);
  if (connack && (version === 5 || returnCode !== undefined)) writeBytes(connection, connack);
  endConnection(context, connection, { kind: 'violation', code, reasonString });
}

function printable(commonName: unknown): string {
  return String(commonName)
    .replace(/[^\w.-]/g, '?')
    .slice(0, 64);
}
