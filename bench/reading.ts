/**
 * Creates PUBLISH packets of a monitor with five parameters. Uses little processor time, so that the benchmark measures
 * the gateway.
 */

/** The code (MDC), value and unit (UCUM) of each parameter. */
const numerics = [
  ['MDC_ECG_HEART_RATE', 72, '/min'],
  ['MDC_PULS_OXIM_SAT_O2', 97, '%'],
  ['MDC_TTHOR_RESP_RATE', 14, '/min'],
  ['MDC_PRESS_BLD_ART_ABP_SYS', 121, 'mm[Hg]'],
  ['MDC_TEMP_BODY', 36.8, 'Cel'],
] as const;

const values = numerics.map(([code, value, unit]) => `{"code":"${code}","value":${value},"unit":"${unit}"}`).join(',');

/** A packet, and the positions of the parts that differ from packet to packet. */
export type Template = {
  readonly bytes: Buffer;
  readonly packetIdOffset: number;
  readonly seqOffset: number;
  readonly seqDigits: number;
  readonly timeOffset: number;
};

/**
 * Returns the template of a QoS 1 PUBLISH of MQTT 5. A template is valid for all `seq` with the same number of digits.
 */
export function publishTemplate(deviceId: string, boot: string, seq: number): Template {
  const head = `{"boot":"${boot}","seq":`;
  const seqText = String(seq);
  const middle = ',"time":"';
  const time = new Date().toISOString();
  const payload = `${head}${seqText}${middle}${time}","values":[${values}]}`;
  const topic = `devices/${deviceId}/observations`;
  // The packet contains the topic's length, the topic, the packet id, the property length 0, and the payload.
  const remaining = 2 + topic.length + 2 + 1 + payload.length;
  const bytes = Buffer.alloc(3 + remaining);
  bytes[0] = 0x32;
  bytes[1] = (remaining & 0x7f) | 0x80;
  bytes[2] = remaining >> 7;
  bytes.writeUInt16BE(topic.length, 3);
  bytes.write(topic, 5, 'latin1');
  const packetIdOffset = 5 + topic.length;
  const payloadOffset = packetIdOffset + 3;
  bytes.write(payload, payloadOffset, 'latin1');
  const seqOffset = payloadOffset + head.length;
  return {
    bytes,
    packetIdOffset,
    seqOffset,
    seqDigits: seqText.length,
    timeOffset: seqOffset + seqText.length + middle.length,
  };
}

/** Returns the length of the payload of a template, bytes. */
export function payloadBytes(template: Template): number {
  return template.bytes.length - template.packetIdOffset - 3;
}

/**
 * Writes one packet into a buffer at a position. Returns the position after the packet.
 * @param time the reading's time, an RFC 3339 instant in ASCII
 */
export function writeReading(
  into: Buffer,
  at: number,
  template: Template,
  packetId: number,
  seq: number,
  time: Buffer,
): number {
  template.bytes.copy(into, at);
  into[at + template.packetIdOffset] = packetId >> 8;
  into[at + template.packetIdOffset + 1] = packetId & 0xff;
  let rest = seq;
  for (let digit = template.seqDigits - 1; digit >= 0; digit -= 1) {
    into[at + template.seqOffset + digit] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  time.copy(into, at + template.timeOffset);
  return at + template.bytes.length;
}
