/** Decodes the packets of clients, MQTT 3.1.1 and 5. Reads the bytes of one whole packet and returns the packet or a violation. */
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

/** A well-formed packet of a type that a client may send. */
export type ClientPacket = Connect | Publish | Acknowledgement | Subscribe | Unsubscribe | PingRequest | Disconnect;

/**
 * Decodes one packet. Never throws. The payloads of a PUBLISH and of a will are views of `frame`, not copies.
 * @param frame one whole packet, as `nextFrame` returns it
 * @param version the protocol version of the connection, or of the CONNECT that is decoded
 */
export function decode(frame: Buffer, version: Version): ClientPacket | Violation {
  const c: Cursor = { bytes: frame, version, at: headerBytes(frame), fault: undefined };
  // A Remaining Length whose last byte is 0 could have been shorter [MQTT-1.5.5-1].
  if (version === 5 && c.at > 2 && frame[c.at - 1] === 0) {
    return fail(c, 'The Remaining Length uses more bytes than necessary.');
  }
  const packet = decodeByType(c);
  if (!isAtEnd(c)) fail(c, 'The packet is longer than its fields.');
  return c.fault ?? packet;
}

/** Decodes the packet by its type (table 2-1). */
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
      return fail(c, 'A client must not send this packet type.', reason.protocolError);
  }
}
