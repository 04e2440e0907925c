/**
 * Remembers what a session has just looked at. An open page asks again every few seconds, and these requests are one
 * look. The audit trail gets one record of a look, and a new record if the look goes on or comes back later.
 */
import { minuteMs } from '../../../contracts/durations.ts';

/** The same look after this time is a new look, ms (ours). */
export const sameLookMs = 10 * minuteMs;
/** Maximum number of remembered looks. If there are more, the oldest is forgotten, and may be recorded again. */
const looksMax = 20_000;

export type SeenLooks = {
  /** Returns whether a record of the last `sameLookMs` has the look. */
  has(look: string, nowMs: number): boolean;
  /** Remembers that the audit trail has the look. */
  note(look: string, nowMs: number): void;
};

export function createSeenLooks(max = looksMax): SeenLooks {
  const seen = new Map<string, number>();
  return {
    has(look, nowMs) {
      const atMs = seen.get(look);
      return atMs !== undefined && nowMs - atMs < sameLookMs && nowMs >= atMs;
    },
    note(look, nowMs) {
      seen.delete(look);
      seen.set(look, nowMs);
      if (seen.size > max) seen.delete(seen.keys().next().value!);
    },
  };
}
