/** The hash of alarm ids. The bedside and a replay use the same function, so that the same readings give the same alarm id. */
import { sha256 } from '../../log/audit/trail.ts';

/** 132 bits: no two alarms of a hospital get the same id. */
export const alarmHash = (text: string): string => sha256(text).slice(0, 22);
