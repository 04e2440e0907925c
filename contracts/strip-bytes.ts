/**
 * Makes the bytes over which the digest of a strip is computed (docs/strips.md). The bytes depend only on the alarm,
 * its onset, the device and the samples. So any program can compute them again from the records of the device. Pure.
 */
import type { Strip, StripChunk } from './messages/strips.ts';

type Digested = Pick<Strip, 'alarmId' | 'onset' | 'onsetAt' | 'deviceId'> & {
  readonly chunks: readonly Omit<StripChunk, 'source'>[];
};

/** Returns the bytes of base64. */
export function bytesOfBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/**
 * Returns the bytes. The bytes begin with five lines: `vigil-strip-1`, alarm id, number of the onset, time of the
 * onset, device id. Then each chunk follows: two lines with its code and its start; rate, scale and offset as doubles;
 * the number of sample bytes as an unsigned integer of 32 bits; the sample bytes as the device sent them. Doubles and
 * integers are big endian.
 */
export function stripBytes({ alarmId, onset, onsetAt, deviceId, chunks }: Digested): Uint8Array {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [encoder.encode(`vigil-strip-1\n${alarmId}\n${onset}\n${onsetAt}\n${deviceId}\n`)];
  for (const { code, start, rateHz, scale, offset, samples } of chunks) {
    const bytes = bytesOfBase64(samples);
    const numbers = new DataView(new ArrayBuffer(28));
    numbers.setFloat64(0, rateHz);
    numbers.setFloat64(8, scale);
    numbers.setFloat64(16, offset);
    numbers.setUint32(24, bytes.length);
    parts.push(encoder.encode(`${code}\n${start}\n`), new Uint8Array(numbers.buffer), bytes);
  }
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
