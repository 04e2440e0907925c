/** Decodes DISCONNECT (MQTT 5 section 3.14). */
import { type Cursor, requireFlags } from './fields.ts';
import { property, readLastProperties } from './properties.ts';
import { readReasonCode } from './reason-code.ts';

export type Disconnect = {
  readonly type: 'disconnect';
  /** 0 in 3.1.1. */
  readonly reasonCode: number;
  readonly sessionExpiryS: number | undefined;
};

/**
 * The reason codes of DISCONNECT (table 3-10). Codes that only a server may send (0x89, 0x8B …) are accepted, because
 * the connection ends anyway.
 */
const codes: ReadonlySet<number> = new Set([
  ...[0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x90],
  ...[0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2],
]);

export function decodeDisconnect(cursor: Cursor): Disconnect {
  requireFlags(cursor, 0); // [MQTT-3.14.1-1]
  const reasonCode = readReasonCode(cursor, codes); // [MQTT-3.14.2-1]
  const properties = readLastProperties(cursor, 'disconnect');
  return { type: 'disconnect', reasonCode, sessionExpiryS: properties.get(property.sessionExpiryInterval) };
}
