import { expect, it } from 'vitest';
import type { AccountAct, ListedAccount } from '../../protocol/accounts.ts';
import { darkensDisplay } from './account-words.ts';

const display: ListedAccount = {
  ...{ userId: 'wall', name: 'Wall', role: 'display', wards: ['icu'], disabled: false, revision: 'r', openSessions: 1 },
};
const rights = (role: 'display' | 'nurse', ward: string): AccountAct => ({
  type: 'change-rights',
  role,
  wards: [ward],
});

it.each<[string, Partial<ListedAccount>, AccountAct, RegExp | undefined]>([
  ['the end of its sessions', {}, { type: 'end-sessions' }, /of icu then shows and sounds no alarms, until somebody/],
  ['its end', {}, { type: 'disable' }, /until the account is enabled and somebody logs in there/],
  ['a new password', {}, { type: 'reset-password' }, /shows and sounds no alarms/],
  ['another role', {}, rights('nurse', 'icu'), /shows and sounds no alarms/],
  ['no change but the sound', {}, { ...rights('display', 'icu'), ownsSound: true } as AccountAct, undefined],
  ['another ward', {}, rights('display', 'step'), /of icu then shows step/],
  ['an act on a display that is not open', { openSessions: 0 }, { type: 'end-sessions' }, undefined],
  ['an act on a disabled display', { disabled: true }, { type: 'enable' }, undefined],
  ['an act on the account of a person', { role: 'nurse' }, { type: 'end-sessions' }, undefined],
])('darkensDisplay has a warning only if the act turns an open wall display dark: %s', (_, more, act, expected) => {
  const { darkens } = darkensDisplay({ ...display, ...more }, act);
  if (expected) expect(darkens).toMatch(expected);
  else expect(darkens).toBeUndefined();
});
