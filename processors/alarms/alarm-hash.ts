/** The hash for alarm ids. The alarm processor and a replay use the same hash, so equal readings give equal alarm ids. */
import { sha256 } from '../../log/audit/trail.ts';

/** Returns 132 bits in base64url, so that two alarms of a hospital practically never get the same id. */
export const alarmHash = (text: string): string => sha256(text).slice(0, 22);
