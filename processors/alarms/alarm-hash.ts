/**
 * The hash for alarm ids. The alarm processor and a replay use the same hash, so equal readings give equal alarm ids.
 */
import { alarmIdLength } from '../../contracts/alarm-id.ts';
import { sha256 } from '../../log/audit/trail.ts';

/**
 * Returns the first 132 bits of the SHA-256 of a text, in base64url. With so many bits, two alarms practically never
 * get the same id.
 */
export const alarmHash = (text: string): string => sha256(text).slice(0, alarmIdLength);
