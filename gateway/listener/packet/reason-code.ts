/** Reads the reason code of a packet of MQTT 5 (section 2.4). */
import { reason } from '../../core/reasons.ts';
import { type Cursor, fail, isAtEnd, readByte } from './fields.ts';

/**
 * Reads a reason code. Returns 0 if the packet ends before its reason code (sections 3.4.2.1, 3.14.2.1), and in MQTT
 * 3.1.1, which has no reason codes.
 * @param allowed the codes that a client may send in this packet
 */
export function readReasonCode(cursor: Cursor, allowed: ReadonlySet<number>): number {
  if (cursor.version === 4 || isAtEnd(cursor)) return 0;
  const code = readByte(cursor);
  if (!allowed.has(code)) fail(cursor, 'This packet must not have this reason code.', reason.protocolError);
  return code;
}
