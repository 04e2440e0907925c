import { describe, expect, it } from 'vitest';
import type { LimitChange } from '../../protocol/rest.ts';
import { conflictFault, newestChange, rememberSent, type SentChange } from './limits-seen.ts';

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

describe('conflictFault and newestChange', () => {
  it.each<[string, LimitChange | undefined, string | null, string | undefined]>([
    ['a first change', undefined, null, undefined],
    ['a change of limits that the form showed', change(first), first, undefined],
    [
      'a change if the form showed no limits and somebody has set some',
      change(first),
      null,
      'Not saved: meanwhile Paul set the HR limits to low 45, high 130.',
    ],
    [
      'a change if the form showed older limits',
      change(second, null),
      first,
      'Not saved: meanwhile Paul set the HR limits back to the limits of the ward.',
    ],
    ['a change of limits that the server has forgotten', undefined, first, undefined],
  ])('conflictFault returns the expected message for %s', (_, newest, seenAt, message) => {
    expect(conflictFault(newest, seenAt)?.message).toBe(message);
  });

  it('newestChange returns a sent change until the server has read a later change', () => {
    const sent = new Map<string, SentChange>();
    rememberSent(sent, 'assoc-01/HR', { change: change(second), newestReadBefore: change(first), commandId: 'c-1' });
    expect(newestChange(change(first), sent.get('assoc-01/HR'))?.at).toBe(second);
    expect(newestChange(change(second), sent.get('assoc-01/HR'))?.at).toBe(second);
    expect(newestChange(change(third), sent.get('assoc-01/HR'))?.at).toBe(third);
    expect(newestChange(undefined, undefined)).toBeUndefined();
  });

  it('newestChange returns a sent change even if its time is earlier, because the clock was set back', () => {
    const sent = new Map<string, SentChange>();
    rememberSent(sent, 'assoc-01/HR', { change: change(first), newestReadBefore: change(second), commandId: 'c-1' });
    expect(newestChange(change(second), sent.get('assoc-01/HR'))?.at).toBe(first);
    expect(newestChange(change(first), sent.get('assoc-01/HR'))?.at).toBe(first);
  });
});
