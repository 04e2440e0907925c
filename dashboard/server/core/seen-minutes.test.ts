import { describe, expect, it } from 'vitest';
import { sameLookMs } from './seen-looks.ts';
import { createSeenMinutes } from './seen-minutes.ts';

const minutes = (from: number, to: number) => ({ fromMs: from * 60_000, toMs: to * 60_000 });

describe('minutes that a session has looked at', () => {
  it('a look counts as recorded only if each of its minutes was recorded for the same session and stay', () => {
    const seen = createSeenMinutes();
    seen.note('s1 a1', minutes(1, 3), 0);
    expect(seen.has('s1 a1', minutes(1, 3), 1)).toBe(true);
    expect(seen.has('s1 a1', minutes(2, 3), 1)).toBe(true);
    expect(seen.has('s1 a1', minutes(2, 4), 1)).toBe(false);
    expect(seen.has('s2 a1', minutes(1, 3), 1)).toBe(false);
    expect(seen.has('s1 a2', minutes(1, 3), 1)).toBe(false);
  });

  it.each([
    [sameLookMs - 1, true],
    [sameLookMs, false],
    // The clock was set back.
    [-1, false],
  ])('the same look after %d ms counts as recorded: %s', (afterMs, isKnown) => {
    const seen = createSeenMinutes();
    seen.note('s a', minutes(1, 2), 0);
    expect(seen.has('s a', minutes(1, 2), afterMs)).toBe(isKnown);
  });

  it('above the maximum, the oldest minute is forgotten, so that the next look at this minute is recorded again', () => {
    const seen = createSeenMinutes(2);
    seen.note('s a', minutes(1, 4), 0);
    expect(seen.has('s a', minutes(1, 2), 1)).toBe(false);
    expect(seen.has('s a', minutes(2, 4), 1)).toBe(true);
  });
});
