/**
 * Remembers which minutes of waves a session has just looked at. A page that follows the present waves asks every few seconds, and these
 * requests are one look. The audit trail gets one record for each minute of waves, and a new record if the look comes back later.
 */
import { minuteMs } from '../../../contracts/durations.ts';

/** A look at the same minute after this time is a new look, ms (ours). */
export const sameLookMs = 10 * minuteMs;
/** Maximum number of remembered minutes. If there are more, the oldest is forgotten, and a look at it is recorded again. */
export const minutesMax = 20_000;

type Minutes = { readonly fromMs: number; readonly toMs: number };

export type SeenMinutes = {
  /** Returns whether a record of the last `sameLookMs` has every minute of the look. */
  has(look: string, minutes: Minutes, nowMs: number): boolean;
  /** Remembers that the audit trail has the look. */
  note(look: string, minutes: Minutes, nowMs: number): void;
};

export function createSeenMinutes(max = minutesMax): SeenMinutes {
  const seen = new Map<string, number>();
  const keysOf = (look: string, { fromMs, toMs }: Minutes) => {
    const keys: string[] = [];
    for (let ms = fromMs; ms < toMs; ms += minuteMs) keys.push(`${look} ${ms}`);
    return keys;
  };
  return {
    has: (look, minutes, nowMs) =>
      keysOf(look, minutes).every((key) => {
        const atMs = seen.get(key);
        return atMs !== undefined && nowMs - atMs < sameLookMs && nowMs >= atMs;
      }),
    note(look, minutes, nowMs) {
      for (const key of keysOf(look, minutes)) {
        seen.delete(key);
        seen.set(key, nowMs);
      }
      while (seen.size > max) seen.delete(seen.keys().next().value!);
    },
  };
}
