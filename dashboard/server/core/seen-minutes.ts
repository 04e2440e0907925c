/**
 * Remembers which minutes of waves a session has just looked at. A page that follows the present waves asks every few
 * seconds, and these requests are one look (seen-looks.ts). Each minute of waves that a session looks at is in a record
 * of the audit trail; one record may have several minutes.
 */
import { minuteMs } from '../../../contracts/durations.ts';
import { createSeenLooks } from './seen-looks.ts';

type Minutes = { readonly fromMs: number; readonly toMs: number };

export type SeenMinutes = {
  /** Returns whether a record of the last `sameLookMs` has every minute of the look. */
  has(look: string, minutes: Minutes, nowMs: number): boolean;
  /** Remembers that the audit trail has the look. */
  note(look: string, minutes: Minutes, nowMs: number): void;
};

/** @param max maximum number of remembered minutes */
export function createSeenMinutes(max?: number): SeenMinutes {
  const seen = createSeenLooks(max);
  const keysOf = (look: string, { fromMs, toMs }: Minutes) => {
    const keys: string[] = [];
    for (let ms = fromMs; ms < toMs; ms += minuteMs) keys.push(`${look} ${ms}`);
    return keys;
  };
  return {
    has: (look, minutes, nowMs) => keysOf(look, minutes).every((key) => seen.has(key, nowMs)),
    note(look, minutes, nowMs) {
      for (const key of keysOf(look, minutes)) seen.note(key, nowMs);
    },
  };
}
