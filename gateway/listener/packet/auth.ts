/** AUTH (MQTT 5 section 3.15). */
import { reason } from '../../core/reasons.ts';
import { type Cursor, fail, isAtEnd, requireFlags, type Violation } from './fields.ts';
import { readLastProperties } from './properties.ts';
import { readReasonCode } from './reason-code.ts';

/** The reason codes of AUTH (table 3-11). */
const codes: ReadonlySet<number> = new Set([0x00, 0x18, 0x19]);

/**
 * Refuses every AUTH, because the gateway supports no authentication method [MQTT-4.12.0-7]. MQTT 3.1.1 has no AUTH.
 */
export function decodeAuth(cursor: Cursor): Violation {
  requireFlags(cursor, 0); // [MQTT-3.15.1-1]
  readReasonCode(cursor, codes); // [MQTT-3.15.2-1]
  readLastProperties(cursor, 'auth');
  if (!isAtEnd(cursor)) return fail(cursor, 'The packet is longer than its fields.');
  if (cursor.version === 4) return fail(cursor, 'MQTT 3.1.1 has no AUTH.');
  return fail(cursor, 'AUTH is not allowed, because CONNECT had no authentication method.', reason.protocolError);
}
