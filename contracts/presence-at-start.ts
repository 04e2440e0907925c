/** Decides which records of `presence` are valid for a new process. */
import type { PresenceRecord } from './messages/presence.ts';
import { parseInstant } from './time.ts';

/**
 * How far the time of a valid record may differ from the reader's time, ms, because the clocks of two machines may
 * differ.
 */
export const presenceAtStartMsMax = 30_000;

/**
 * Returns whether a record from before the start of the reader may be from a process that still runs. A process that
 * ended long ago leaves its last record in the log. Do not use this function for a record that comes later: such a
 * record proves that its process runs, even if the time in the record is wrong.
 */
export function countsAtStart({ at }: Pick<PresenceRecord, 'at'>, nowMs: number): boolean {
  return Math.abs(nowMs - (parseInstant(at) ?? Number.NaN)) <= presenceAtStartMsMax;
}
