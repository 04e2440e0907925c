/** Decides which records of `presence` count for a process that has just started. */
import type { PresenceRecord } from './messages/presence.ts';
import { parseInstant } from './time.ts';

/** How far the time of such a record may differ from the reader's time. The clocks of two machines may differ. */
export const presenceAtStartMsMax = 30_000;

/**
 * Returns whether a record that was in the log before the reader started may be from a process that still runs. Only for such records: a
 * process that ended long ago leaves its last record in the log. A record that comes later is from a process that runs, and its time says
 * nothing, because the clock of its machine may be wrong.
 */
export function countsAtStart({ at }: Pick<PresenceRecord, 'at'>, nowMs: number): boolean {
  return Math.abs(nowMs - (parseInstant(at) ?? Number.NaN)) <= presenceAtStartMsMax;
}
