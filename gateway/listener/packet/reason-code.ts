/** The reason code of a packet of MQTT 5 (section 2.4). */
import { reason } from '../../core/reasons.ts';
import { type Cursor, fail, isAtEnd, readByte } from './fields.ts';

/**
 * Reads a reason code. It may be left out at the end of the packet and is 0 then (sections 3.4.2.1, 3.14.2.1). 3.1.1 has none.
 * @param allowed the codes that a client may send in this packet
 */
export function readReasonCode(c: Cursor, allowed: ReadonlySet<number>): number {
  if (c.version === 4 || isAtEnd(c)) return 0;
  const code = readByte(c);
  if (!allowed.has(code)) fail(c, 'The reason code does not belong into this packet.', reason.protocolError);
  return code;
}
