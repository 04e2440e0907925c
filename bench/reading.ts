/** Makes PUBLISH packets of a five-parameter monitor quickly: the benchmark must measure the gateway, not itself. */

/** MDC codes with a value each and UCUM units, as a bedside monitor sends them every second. */
const numerics = [
  ['MDC_ECG_HEART_RATE', 72, '/min'],
  ['MDC_PULS_OXIM_SAT_O2', 97, '%'],
  ['MDC_TTHOR_RESP_RATE', 14, '/min'],
  ['MDC_PRESS_BLD_ART_ABP_SYS', 121, 'mm[Hg]'],
  ['MDC_TEMP_BODY', 36.8, 'Cel'],
] as const;

const values = numerics.map(([code, value, unit]) => `{"code":"${code}","value":${value},"unit":"${unit}"}`).join(',');

export type Template = {
  readonly bytes: Buffer;
  readonly packetIdAt: number;
  readonly seqAt: number;
  readonly seqDigits: number;
  readonly timeAt: number;
};

/** A QoS 1 PUBLISH of MQTT 5 with places for packet id, seq and time. It is made anew when seq gets another digit. */
export function publishTemplate(deviceId: string, boot: string, seq: number): Template {
  const head = `{"boot":"${boot}","seq":`;
  const seqText = String(seq);
  const middle = ',"time":"';
  const time = new Date().toISOString();
  const payload = `${head}${seqText}${middle}${time}","values":[${values}]}`;
  const topic = `devices/${deviceId}/observations`;
  // Topic length and topic, packet id, property length 0, payload.
  const remaining = 2 + topic.length + 2 + 1 + payload.length;
  const bytes = Buffer.alloc(3 + remaining);
  bytes[0] = 0x32;
  bytes[1] = (remaining & 0x7f) | 0x80;
  bytes[2] = remaining >> 7;
  bytes.writeUInt16BE(topic.length, 3);
  bytes.write(topic, 5, 'latin1');
  const packetIdAt = 5 + topic.length;
  const payloadAt = packetIdAt + 3;
  bytes.write(payload, payloadAt, 'latin1');
  const seqAt = payloadAt + head.length;
  return { bytes, packetIdAt, seqAt, seqDigits: seqText.length, timeAt: seqAt + seqText.length + middle.length };
}

/** Returns the length of a reading's payload while its seq has `seqDigits` digits, bytes. */
export function payloadBytes(template: Template): number {
  return template.bytes.length - template.packetIdAt - 3;
}

/** Writes one packet of the template into `into`; returns where the next one begins. `time` is an RFC 3339 instant in ASCII. */
export function writeReading(
  into: Buffer,
  at: number,
  template: Template,
  packetId: number,
  seq: number,
  time: Buffer,
): number {
  template.bytes.copy(into, at);
  into[at + template.packetIdAt] = packetId >> 8;
  into[at + template.packetIdAt + 1] = packetId & 0xff;
  let rest = seq;
  for (let digit = template.seqDigits - 1; digit >= 0; digit -= 1) {
    into[at + template.seqAt + digit] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  time.copy(into, at + template.timeAt);
  return at + template.bytes.length;
}
