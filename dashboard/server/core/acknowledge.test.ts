import { describe, expect, it } from 'vitest';
import { acknowledgeFault } from './acknowledge.ts';
import { alarm } from './fold.testing.ts';

const nurse = { userId: 'n', name: 'Nora', role: 'nurse' } as const;

describe('acknowledgeFault', () => {
  it.each([
    ['the current revision', 3, 3, 3, undefined],
    ['an older revision, after which the alarm got worse', 2, 3, 3, 'conflict'],
    ['an older revision, since which the alarm did not get worse', 2, 2, 3, undefined],
    ['a much older revision, after which the alarm got worse', 1, 2, 3, 'conflict'],
    // The person has seen a screen of another dashboard, which has read more records than this server.
    ['a newer revision than the server has read', 4, 2, 3, 'conflict'],
  ])(
    'acknowledging %s (seen %d, not worse since %d, current %d) gives the fault %s',
    (_, seen, since, current, code) => {
      expect(acknowledgeFault(alarm('a1', 'assoc-1', current), { rev: since }, seen)?.code).toBe(code);
    },
  );

  it('acknowledgeFault refuses to acknowledge an alarm that somebody else has just acknowledged', () => {
    const now = alarm('a1', 'assoc-1', 3, { signal: 'acknowledged', acknowledgedBy: nurse });
    expect(acknowledgeFault(now, { rev: 1 }, 2)?.code).toBe('conflict');
  });

  it('the refusal has the present text of the alarm', () => {
    const now = alarm('a1', 'assoc-1', 2, { text: 'HR 199 > 140' });
    expect(acknowledgeFault(now, { rev: 2 }, 1)?.message).toBe(
      'Not acknowledged: the alarm has changed since you saw it. It now says: HR 199 > 140.',
    );
  });

  it('the refusal names the person who acknowledged the alarm first', () => {
    const now = alarm('a1', 'assoc-1', 2, { signal: 'acknowledged', acknowledgedBy: nurse });
    expect(acknowledgeFault(now, { rev: 2 }, 1)?.message).toBe(
      'Meanwhile Nora has acknowledged this alarm. It now says: HR rev 2.',
    );
  });

  it('the refusal says that the condition has ended since the person saw the alarm', () => {
    const now = alarm('a1', 'assoc-1', 2, { signal: 'latched', present: false, text: 'HR 130 > 120' });
    expect(acknowledgeFault(now, { rev: 2 }, 1)?.message).toBe(
      'Not acknowledged: the condition has ended since you saw the alarm. It now says: HR 130 > 120.',
    );
  });
});
