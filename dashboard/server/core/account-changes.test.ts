import { describe, expect, it } from 'vitest';
import { type AccountFacts, accountChanges, endsSessions } from './account-changes.ts';

const nora: AccountFacts = {
  ...{ userId: 'nora', name: 'Nora', role: 'nurse', wards: ['icu'] },
  ...{ disabled: false, secret: 's1' },
};
const accounts = (...all: AccountFacts[]) => new Map(all.map((account) => [account.userId, account]));

describe('a change of accounts', () => {
  it.each<[string, AccountFacts[], AccountFacts[], [string, string, boolean][]]>([
    ['of nothing is none', [nora], [{ ...nora }], []],
    ['creates', [], [nora], [['account-created', 'Nora, nurse of icu', false]]],
    ['removes', [nora], [], [['account-removed', 'Nora, nurse of icu', true]]],
    ['disables', [nora], [{ ...nora, disabled: true }], [['account-disabled', 'Nora, nurse of icu, disabled', true]]],
    ['enables', [{ ...nora, disabled: true }], [nora], [['account-enabled', 'Nora, nurse of icu', true]]],
    ['gives a password', [nora], [{ ...nora, secret: 's2' }], [['account-changed', 'password', true]]],
    [
      'gives rights, and logs nobody out',
      [nora],
      [{ ...nora, role: 'physician', wards: ['icu', 'step'] }],
      [['account-changed', 'role nurse → physician, wards icu → icu step', false]],
    ],
    [
      'does two things at once',
      [nora],
      [{ ...nora, disabled: true, secret: 's2', name: 'Nora N.' }],
      [
        ['account-changed', 'password, name Nora → Nora N.', true],
        ['account-disabled', 'Nora N., nurse of icu, disabled', true],
      ],
    ],
  ])('%s', (_, before, after, changes) => {
    const found = accountChanges(accounts(...before), accounts(...after));
    expect(found.map((change) => [change.action, change.detail, endsSessions(change)])).toEqual(changes);
  });

  it('must not be the name of the account', () => {
    expect(endsSessions({ action: 'account-changed', detail: 'name Nora → password' })).toBe(false);
  });

  it('fits into a record, however many wards there are', () => {
    const wards = Array.from({ length: 200 }, (_, n) => `a ward with a long name, number ${n}`);
    const [change] = accountChanges(accounts(nora), accounts({ ...nora, wards }));
    expect(change!.detail.length).toBeLessThan(1000);
  });
});
