/** `mqtt-packet` behind two functions: one whole packet in, one packet out. The only file that knows the library's parser. */
import {
  parser as createParser,
  generate,
  type IPublishPacket,
  type Packet,
  type Parser,
  writeToStream,
} from 'mqtt-packet';

// Otherwise the library keeps a buffer for each of 65,536 numbers.
writeToStream.cacheNumbers = false;

type Reader = { parser: Parser; packet: Packet | undefined };

/**
 * One parser a version serves all connections: it is given whole packets only, so nothing of one connection stays in it. A
 * parser that met an error is thrown away.
 */
const readers = new Map<4 | 5, Reader>();

/** Decodes one whole packet; undefined where the library finds it malformed (`checkFrame` goes before and says why). */
export function decode(frame: Buffer, version: 4 | 5): Packet | undefined {
  return decodePlainPublish(frame, version) ?? decodeByLibrary(frame, version);
}

export function decodeByLibrary(frame: Buffer, version: 4 | 5): Packet | undefined {
  const reader = readers.get(version) ?? newReader(version);
  reader.packet = undefined;
  try {
    reader.parser.parse(frame);
  } catch {
    readers.delete(version);
  }
  const packet = takePacket(reader);
  // CONNECT teaches a parser its version; another connection's must not learn it.
  if (packet?.cmd === 'connect') readers.delete(version);
  return packet;
}

/**
 * A PUBLISH without properties, which nearly every packet is, read where it lies: the library's way through its lists of buffers
 * cost a tenth of the gateway's time. `checkFrame` has found it well formed. Undefined for every other packet.
 */
function decodePlainPublish(frame: Buffer, version: 4 | 5): IPublishPacket | undefined {
  const first = frame[0]!;
  if (first >> 4 !== 3) return undefined;
  let at = 1;
  while (frame[at]! >= 0x80) at += 1;
  const topicAt = at + 3;
  at = topicAt + frame.readUInt16BE(at + 1);
  const topic = frame.toString('utf8', topicAt, at);
  const qos = ((first >> 1) & 3) as 0 | 1 | 2;
  const packet: IPublishPacket = {
    cmd: 'publish',
    qos,
    dup: (first & 0x08) !== 0,
    retain: (first & 0x01) !== 0,
    topic,
    payload: frame,
  };
  if (qos > 0) {
    packet.messageId = frame.readUInt16BE(at);
    at += 2;
  }
  if (version === 5) {
    if (frame[at] !== 0) return undefined;
    at += 1;
  }
  packet.payload = frame.subarray(at);
  return packet;
}

function takePacket(reader: Reader): Packet | undefined {
  const { packet } = reader;
  reader.packet = undefined;
  return packet;
}

function newReader(version: 4 | 5): Reader {
  const reader: Reader = { parser: createParser({ protocolVersion: version }), packet: undefined };
  reader.parser.on('packet', (packet) => {
    reader.packet = packet;
  });
  reader.parser.on('error', () => {
    reader.packet = undefined;
    readers.delete(version);
  });
  readers.set(version, reader);
  return reader;
}

export function encode(packet: Packet, version: 4 | 5): Buffer {
  return generate(packet, { protocolVersion: version });
}

/** PUBACK (0x40) or PUBREC (0x50) with reason code 0, which is left out [MQTT-3.4.2-1]: the same four bytes in both versions. */
export function writeBareAck(into: Buffer, at: number, kind: 'puback' | 'pubrec', packetId: number): void {
  into[at] = kind === 'puback' ? 0x40 : 0x50;
  into[at + 1] = 2;
  into.writeUInt16BE(packetId, at + 2);
}
export const bareAckBytes = 4;
