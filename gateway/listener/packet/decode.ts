/**
 * Decodes the packets of clients, MQTT 3.1.1 and 5. Reads the bytes of one whole packet and returns the packet or a
 * violation.
 */
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
  const cursor: Cursor = { bytes: frame, version, index: headerBytes(frame), fault: undefined };
  // A Remaining Length whose last byte is 0 could have been shorter [MQTT-1.5.5-1].
  if (version === 5 && cursor.index > 2 && frame[cursor.index - 1] === 0) {
    return fail(cursor, 'The Remaining Length uses more bytes than necessary.');
  }
  const packet = decodeByType(cursor);
  if (!isAtEnd(cursor)) fail(cursor, 'The packet is longer than its fields.');
  return cursor.fault ?? packet;
}

/** Decodes the packet by its type (table 2-1). */
function decodeByType(cursor: Cursor): ClientPacket | Violation {
  switch (packetType(cursor.bytes)) {
    case 1:
      return decodeConnect(cursor);
    case 3:
      return decodePublish(cursor);
    case 4:
      return decodeReceipt(cursor, 'puback');
    case 5:
      return decodeReceipt(cursor, 'pubrec');
    case 6:
      return decodeRelease(cursor, 'pubrel');
    case 7:
      return decodeRelease(cursor, 'pubcomp');
    case 8:
      return decodeSubscribe(cursor);
    case 10:
      return decodeUnsubscribe(cursor);
    case 12:
      return decodePingRequest(cursor);
    case 14:
      return decodeDisconnect(cursor);
    case 15:
      return decodeAuth(cursor);
    default:
      return fail(cursor, 'A client must not send this packet type.', reason.protocolError);
  }
}
