/** Decodes PUBACK, PUBREC, PUBREL and PUBCOMP, which have the same fields (MQTT 5 sections 3.4 to 3.7). */
import { type Cursor, readPacketId, requireFlags } from './fields.ts';
import { readLastProperties } from './properties.ts';
import { readReasonCode } from './reason-code.ts';

/** The decoder checks the reason code and drops it, because the gateway does not use it. */
export type Acknowledgement = {
  readonly type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp';
  readonly packetId: number;
};

/** The reason codes of PUBACK and PUBREC (tables 3-4 and 3-5). */
const codesOfReceipt: ReadonlySet<number> = new Set([0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]);
/** The reason codes of PUBREL and PUBCOMP (tables 3-6 and 3-7). */
const codesOfRelease: ReadonlySet<number> = new Set([0x00, 0x92]);

/** Decodes PUBACK or PUBREC [MQTT-3.4.2-1] [MQTT-3.5.2-1]. */
export function decodeReceipt(cursor: Cursor, type: 'puback' | 'pubrec'): Acknowledgement {
  requireFlags(cursor, 0);
  return decodeFields(cursor, type, codesOfReceipt);
}

/** Decodes PUBREL, whose flags must be 0010 [MQTT-3.6.1-1], or PUBCOMP [MQTT-3.6.2-1] [MQTT-3.7.2-1]. */
export function decodeRelease(cursor: Cursor, type: 'pubrel' | 'pubcomp'): Acknowledgement {
  requireFlags(cursor, type === 'pubrel' ? 2 : 0);
  return decodeFields(cursor, type, codesOfRelease);
}

function decodeFields(cursor: Cursor, type: Acknowledgement['type'], codes: ReadonlySet<number>): Acknowledgement {
  const packetId = readPacketId(cursor);
  readReasonCode(cursor, codes);
  readLastProperties(cursor, 'ack');
  return { type, packetId };
}
