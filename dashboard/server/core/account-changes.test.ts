import { describe, expect, it } from 'vitest';
import { type AccountFacts, accountChanges, endsSessions } from './account-changes.ts';

const nora: AccountFacts = {
  ...{ userId: 'nora', name: 'Nora', role: 'nurse', wards: ['icu'] },
  ...{ disabled: false, secret: 's1' },
};
const accounts = (...all: AccountFacts[]) => new Map(all.map((account) => [account.userId, account]));

describe('accountChanges', () => {
  it.each<[string, AccountFacts[], AccountFacts[], [string, string, boolean][]]>([
    ['no change', [nora], [{ ...nora }], []],
    ['a new account', [], [nora], [['account-created', 'Nora, nurse of icu', false]]],
    ['a removed account', [nora], [], [['account-removed', 'Nora, nurse of icu', true]]],
    [
      'a disabled account',
      [nora],
      [{ ...nora, disabled: true }],
      [['account-disabled', 'Nora, nurse of icu, disabled', true]],
    ],
    ['an enabled account', [{ ...nora, disabled: true }], [nora], [['account-enabled', 'Nora, nurse of icu', true]]],
    ['a new password', [nora], [{ ...nora, secret: 's2' }], [['account-changed', 'password', true]]],
    [
      'new rights, which end no session',
      [nora],
      [{ ...nora, role: 'physician', wards: ['icu', 'step'] }],
      [['account-changed', 'role nurse → physician, wards icu → icu step', false]],
    ],
    [
      'a changed and disabled account, as two changes',
      [nora],
      [{ ...nora, disabled: true, secret: 's2', name: 'Nora N.' }],
      [
        ['account-disabled', 'Nora N., nurse of icu, disabled', true],
        ['account-changed', 'name Nora → Nora N.', false],
      ],
    ],
    [
      'only `account-disabled`, and no new password, if an account was disabled and has a new secret',
      [nora],
      [{ ...nora, disabled: true, secret: 's2' }],
      [['account-disabled', 'Nora, nurse of icu, disabled', true]],
    ],
    [
      'an enabled account with a new secret, which may come from the enabling or from a new password',
      [{ ...nora, disabled: true }],
      [{ ...nora, secret: 's2' }],
      [['account-enabled', 'Nora, nurse of icu, possibly with another password', true]],
    ],
  ])('accountChanges returns %s', (_, before, after, expected) => {
    const changes = accountChanges(accounts(...before), accounts(...after));
    expect(changes.map((change) => [change.action, change.detail, endsSessions(change)])).toEqual(expected);
  });

  it('a new name that is the word `password` does not end sessions', () => {
    expect(endsSessions({ action: 'account-changed', detail: 'name Nora → password' })).toBe(false);
  });

  it('the detail of a change fits into an audit record, even with 200 wards', () => {
    const wards = Array.from({ length: 200 }, (_, n) => `a ward with a long name, number ${n}`);
    const [change] = accountChanges(accounts(nora), accounts({ ...nora, wards }));
    expect(change!.detail.length).toBeLessThan(1000);
  });
});
