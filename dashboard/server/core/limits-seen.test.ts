import { describe, expect, it } from 'vitest';
import type { LimitChange } from '../../protocol/rest.ts';
import { newestChange, noteSent, type SentChange, seenFault } from './limits-seen.ts';

const by = { userId: 'p', name: 'Paul', role: 'physician' } as const;
const first = '2026-01-01T10:00:00.000Z';
const second = '2026-01-01T10:00:01.000Z';
const third = '2026-01-01T10:00:02.000Z';
const change = (at: string, limits: LimitChange['limits'] = { low: 45, high: 130 }): LimitChange => ({
  group: 'HR',
  limits,
  by,
  at,
});

describe('a change of limits', () => {
  it.each<[string, LimitChange | undefined, string | null, string | undefined]>([
    ['the first one', undefined, null, undefined],
    ['on what was shown', change(first), first, undefined],
    [
      'on none, where somebody set some',
      change(first),
      null,
      'Not saved: Paul set the HR limits to low 45, high 130 meanwhile.',
    ],
    ['on older ones', change(second, null), first, "Not saved: Paul set the HR limits back to the ward's meanwhile."],
    ['on one that was forgotten since', undefined, first, undefined],
  ])('%s', (_, newest, seenAt, message) => {
    expect(seenFault(newest, seenAt)?.message).toBe(message);
  });

  it('counts from when it was sent, not from when it was read back', () => {
    const sent = new Map<string, SentChange>();
    noteSent(sent, 'assoc-01/HR', { change: change(second), over: change(first), commandId: 'c-1' });
    expect(newestChange(change(first), sent.get('assoc-01/HR'))?.at).toBe(second);
    expect(newestChange(change(second), sent.get('assoc-01/HR'))?.at).toBe(second);
    expect(newestChange(change(third), sent.get('assoc-01/HR'))?.at).toBe(third);
    expect(newestChange(undefined, undefined)).toBeUndefined();
  });

  it('counts also if the clock was set back since the one before', () => {
    const sent = new Map<string, SentChange>();
    noteSent(sent, 'assoc-01/HR', { change: change(first), over: change(second), commandId: 'c-1' });
    expect(newestChange(change(second), sent.get('assoc-01/HR'))?.at).toBe(first);
    expect(newestChange(change(first), sent.get('assoc-01/HR'))?.at).toBe(first);
  });
});
