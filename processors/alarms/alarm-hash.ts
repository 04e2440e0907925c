/** The hash that alarm ids are made with. Every place that judges takes this one, so that the same readings give the same alarm, at the bedside and in a replay. */
import { sha256 } from '../../log/audit/trail.ts';

/** 132 bits: no two alarms of a hospital meet. */
export const alarmHash = (text: string): string => sha256(text).slice(0, 22);
