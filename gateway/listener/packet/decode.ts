/** The one decoder of what a client sends: MQTT 3.1.1 and 5. It reads the bytes of one whole packet and returns a packet or a violation. */
import { reason } from '../../core/reasons.ts';
import { decodeAuth } from './auth.ts';
import { type Connect, decodeConnect } from './connect.ts';
import { type Disconnect, decodeDisconnect } from './disconnect.ts';
import { type Cursor, fail, isAtEnd, type Version, type Violation } from './fields.ts';
import { headerBytes, packetType } from './framing.ts';
import { decodePingRequest, type PingRequest } from './pingreq.ts';
import { type Acknowledgement, decodeReceipt, decodeRelease } from './puback.ts';
import { decodePublish, type Publish } from './publish.ts';
import { decodeSubscribe, type Subscribe } from './subscribe.ts';
import { decodeUnsubscribe, type Unsubscribe } from './unsubscribe.ts';

/** A packet that is well formed and that a client may send. */
export type ClientPacket = Connect | Publish | Acknowledgement | Subscribe | Unsubscribe | PingRequest | Disconnect;

/**
 * Decodes a packet that a client may send once it is connected, or a CONNECT of a version that we accept. Never throws. The payloads of a
 * PUBLISH and of a will are views of `frame`.
 * @param frame one whole packet, as `nextFrame` cuts it
 */
export function decode(frame: Buffer, version: Version): ClientPacket | Violation {
  const c: Cursor = { bytes: frame, version, at: headerBytes(frame), fault: undefined };
  // A Remaining Length whose last byte is 0 could have been shorter [MQTT-1.5.5-1].
  if (version === 5 && c.at > 2 && frame[c.at - 1] === 0) {
    return fail(c, 'The Remaining Length is longer than it need be.');
  }
  const packet = decodeByType(c);
  if (!isAtEnd(c)) fail(c, 'The packet is longer than its fields.');
  return c.fault ?? packet;
}

/** Table 2-1 lists the packet types. */
function decodeByType(c: Cursor): ClientPacket | Violation {
  switch (packetType(c.bytes)) {
    case 1:
      return decodeConnect(c);
    case 3:
      return decodePublish(c);
    case 4:
      return decodeReceipt(c, 'puback');
    case 5:
      return decodeReceipt(c, 'pubrec');
    case 6:
      return decodeRelease(c, 'pubrel');
    case 7:
      return decodeRelease(c, 'pubcomp');
    case 8:
      return decodeSubscribe(c);
    case 10:
      return decodeUnsubscribe(c);
    case 12:
      return decodePingRequest(c);
    case 14:
      return decodeDisconnect(c);
    case 15:
      return decodeAuth(c);
    default:
      return fail(c, 'A client does not send this packet type.', reason.protocolError);
  }
}
