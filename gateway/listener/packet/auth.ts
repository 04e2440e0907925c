/** AUTH (MQTT 5 section 3.15). */
import { reason } from '../../core/reasons.ts';
import { type Cursor, fail, isAtEnd, requireFlags, type Violation } from './fields.ts';
import { readLastProperties } from './properties.ts';
import { readReasonCode } from './reason-code.ts';

/** Table 3-14. */
const codes: ReadonlySet<number> = new Set([0x00, 0x18, 0x19]);

/** Refuses every AUTH: no authentication method is ever agreed on, so no AUTH may come [MQTT-4.12.0-7]. 3.1.1 has no AUTH. */
export function decodeAuth(c: Cursor): Violation {
  requireFlags(c, 0); // [MQTT-3.15.1-1]
  readReasonCode(c, codes); // [MQTT-3.15.2-1]
  readLastProperties(c, 'auth');
  if (!isAtEnd(c)) return fail(c, 'The packet is longer than its fields.');
  if (c.version === 4) return fail(c, 'MQTT 3.1.1 has no AUTH.');
  return fail(c, 'AUTH comes without an authentication method.', reason.protocolError);
}
