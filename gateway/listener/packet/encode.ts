/** Encodes the packets that the gateway sends. No other file uses the writer of `mqtt-packet`. */
import { generate, type Packet, writeToStream } from 'mqtt-packet';
import type { Version } from './fields.ts';

// By default the library caches buffers for 65,536 numbers.
writeToStream.cacheNumbers = false;

export function encode(packet: Packet, version: Version): Buffer {
  return generate(packet, { protocolVersion: version });
}

/**
 * Writes a PUBACK (0x40) or PUBREC (0x50) without reason code, which means 0 (sections 3.4.2.1, 3.5.2.1). Such a packet
 * has the same four bytes in both versions.
 */
export function writeBareAck(into: Buffer, index: number, kind: 'puback' | 'pubrec', packetId: number): void {
  into[index] = kind === 'puback' ? 0x40 : 0x50;
  into[index + 1] = 2;
  into.writeUInt16BE(packetId, index + 2);
}
export const bareAckBytes = 4;
