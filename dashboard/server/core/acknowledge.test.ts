import { describe, expect, it } from 'vitest';
import { acknowledgeFault } from './acknowledge.ts';
import { alarm } from './fold.testing.ts';

const nurse = { userId: 'n', name: 'Nora', role: 'nurse' } as const;

describe('acknowledgeFault', () => {
  it.each([
    ['the same revision', 3, 3, 3, undefined],
    ['an older revision than the current one, which says more', 2, 3, 3, 'conflict'],
    ['an older revision that says no less', 2, 2, 3, undefined],
    ['a revision of before it became graver', 1, 2, 3, 'conflict'],
    // Another dashboard server had read further: the person saw what this server does not know yet.
    ['a newer revision than the server has read', 4, 2, 3, 'conflict'],
  ])('%s: seen %d, no graver since %d, current %d → %s', (_, seen, since, current, code) => {
    expect(acknowledgeFault(alarm('a1', 'assoc-1', current), { rev: since }, seen)?.code).toBe(code);
  });

  it('refuses a second answer to an alarm that was answered meanwhile', () => {
    const now = alarm('a1', 'assoc-1', 3, { signal: 'acknowledged', acknowledgedBy: nurse });
    expect(acknowledgeFault(now, { rev: 1 }, 2)?.code).toBe('conflict');
  });

  it('says what the alarm says now', () => {
    const now = alarm('a1', 'assoc-1', 2, { text: 'HR 199 > 140' });
    expect(acknowledgeFault(now, { rev: 2 }, 1)?.message).toBe(
      'Not acknowledged: the alarm has changed since you saw it. It now says: HR 199 > 140.',
    );
  });

  it('says who acknowledged it first', () => {
    const now = alarm('a1', 'assoc-1', 2, { signal: 'acknowledged', acknowledgedBy: nurse });
    expect(acknowledgeFault(now, { rev: 2 }, 1)?.message).toBe(
      'Nora has acknowledged this alarm meanwhile. It now says: HR rev 2.',
    );
  });

  it('says that the condition has ended meanwhile', () => {
    const now = alarm('a1', 'assoc-1', 2, { signal: 'latched', present: false, text: 'HR 130 > 120' });
    expect(acknowledgeFault(now, { rev: 2 }, 1)?.message).toBe(
      'Not acknowledged: the condition has ended since you saw the alarm. It now says: HR 130 > 120.',
    );
  });
});
