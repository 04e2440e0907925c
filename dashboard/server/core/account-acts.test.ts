import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Role, roles } from '../../../contracts/messages/records.ts';
import type { AccountAct } from '../../protocol/accounts.ts';
import { type ActContext, decideAct, decideNewAccount, isAdministrator, type ManagedAccount } from './account-acts.ts';

const t0 = Date.UTC(2026, 0, 1);
const account = (userId: string, role: Role, wards: string[], more: Partial<ManagedAccount> = {}): ManagedAccount => ({
  ...{ userId, name: userId, role, wards, password: 'old-hash', disabled: false, epoch: 'old-epoch' },
  ...more,
});
const root = account('root', 'administrator', ['*']);
const icuAdmin = account('ida', 'administrator', ['icu']);
const nora = account('nora', 'nurse', ['icu']);
const context = (actor: ManagedAccount | undefined): ActContext => ({
  actor,
  registered: ['icu', 'step'],
  newEpoch: 'new-epoch',
  newHash: 'new-hash',
  nowMs: t0,
});
const act = (type: 'disable' | 'enable' | 'end-sessions' | 'reset-password'): AccountAct => ({ type });
const rights = (role: Role, ...wards: string[]): AccountAct => ({ type: 'change-rights', role, wards });
const judge = (
  of: AccountAct,
  target: ManagedAccount | undefined,
  actor: ManagedAccount | undefined,
  isSeen = true,
) => {
  const decision = decideAct(of, target, isSeen, context(actor));
  return decision.ok ? 'done' : decision.code;
};

describe('decideAct', () => {
  it.each<[string, string, AccountAct, ManagedAccount | undefined, ManagedAccount | undefined]>([
    ['an administrator of all wards disables a nurse', 'done', act('disable'), nora, root],
    ['an administrator of the ward disables a nurse', 'done', act('disable'), nora, icuAdmin],
    ['an account that is already disabled', 'conflict', act('disable'), { ...nora, disabled: true }, root],
    ['an account that is already enabled', 'conflict', act('enable'), nora, root],
    ['a nurse', 'not-allowed', act('disable'), nora, account('x', 'nurse', ['*'])],
    ['a disabled administrator', 'not-allowed', act('disable'), nora, { ...root, disabled: true }],
    [
      'an administrator who has only a one-time password',
      'not-allowed',
      act('disable'),
      nora,
      { ...root, oneTimePasswordUntil: '2026-01-02T00:00:00.000Z' },
    ],
    ['an administrator whose account was removed', 'not-allowed', act('disable'), nora, undefined],
    ['an account that does not exist', 'not-found', act('disable'), undefined, root],
    ['an account of another ward', 'not-found', act('disable'), account('sam', 'nurse', ['step']), icuAdmin],
    [
      'an account of this ward and another',
      'not-found',
      act('disable'),
      account('s', 'nurse', ['icu', 'step']),
      icuAdmin,
    ],
    ['an account of all wards', 'not-found', act('reset-password'), account('p', 'physician', ['*']), icuAdmin],
    ['an auditor without wards', 'not-found', act('disable'), account('a', 'auditor', []), icuAdmin],
    ['an administrator of all wards', 'not-found', act('disable'), root, icuAdmin],
    [
      'another administrator of the same ward',
      'not-found',
      act('disable'),
      account('i', 'administrator', ['icu']),
      icuAdmin,
    ],
    ['the own account', 'not-allowed', act('disable'), root, root],
    ['the own role', 'not-allowed', rights('nurse', 'icu'), root, root],
    ['a further ward', 'done', rights('nurse', 'icu', 'step'), nora, root],
    ['a ward that the administrator does not have', 'not-allowed', rights('nurse', 'icu', 'step'), nora, icuAdmin],
    ['all wards, from an administrator of a ward', 'not-allowed', rights('nurse', '*'), nora, icuAdmin],
    [
      'the role administrator, from an administrator of a ward',
      'not-allowed',
      rights('administrator', 'icu'),
      nora,
      icuAdmin,
    ],
    ['the role auditor, from an administrator of a ward', 'not-allowed', rights('auditor', 'icu'), nora, icuAdmin],
    ['the role administrator, from an administrator of all wards', 'done', rights('administrator', '*'), nora, root],
    ['a ward that is not registered', 'place-unknown', rights('nurse', 'icu', 'icv'), nora, root],
    ['no ward', 'payload-schema', rights('nurse'), nora, root],
    ['a wall display of one ward', 'done', rights('display', 'icu'), nora, root],
    ['a wall display of two wards', 'payload-schema', rights('display', 'icu', 'step'), nora, root],
    ['a wall display of all wards', 'payload-schema', rights('display', '*'), nora, root],
    ['all wards and a ward', 'payload-schema', rights('nurse', '*', 'icu'), nora, root],
    ['a ward twice', 'payload-schema', rights('nurse', 'icu', 'icu'), nora, root],
    ['the same rights', 'conflict', rights('nurse', 'icu'), nora, root],
  ])('decideAct decides about %s: %s', (_name, expected, wanted, target, actor) => {
    expect(judge(wanted, target, actor)).toBe(expected);
  });

  it('decideAct refuses every act on an account that somebody has changed since the administrator saw it', () => {
    for (const wanted of [act('disable'), act('end-sessions'), act('reset-password'), rights('physician', 'icu')])
      expect(judge(wanted, nora, root, false)).toBe('conflict');
  });

  it('an account may keep a ward that is not registered any more', () => {
    const former = account('nora', 'nurse', ['icu', 'closed-ward']);
    expect(judge(rights('physician', 'icu', 'closed-ward'), former, root)).toBe('done');
  });

  it('each act ends all sessions, except a change of rights, which applies to open sessions', () => {
    const changedBy = (wanted: AccountAct, target = nora) => {
      const decision = decideAct(wanted, target, true, context(root));
      return decision.ok ? decision.account : undefined;
    };
    expect(changedBy(act('disable'))).toEqual({ ...nora, disabled: true, epoch: 'new-epoch' });
    expect(changedBy(act('end-sessions'))).toEqual({ ...nora, epoch: 'new-epoch' });
    expect(changedBy(act('reset-password'))).toEqual({
      ...nora,
      ...{ password: 'new-hash', epoch: 'new-epoch', oneTimePasswordUntil: '2026-01-02T00:00:00.000Z' },
    });
    expect(changedBy(rights('physician', 'step'))).toEqual({ ...nora, role: 'physician', wards: ['step'] });
  });

  it('after any acts of any persons, there is still an administrator of all wards who can act', () => {
    const userIds = ['a', 'b', 'c', 'n'];
    const step = fc.record({
      actor: fc.constantFrom(...userIds),
      target: fc.constantFrom(...userIds),
      wanted: fc.oneof(
        fc.constantFrom(act('disable'), act('enable'), act('reset-password'), act('end-sessions')),
        fc.record({
          type: fc.constant('change-rights' as const),
          role: fc.constantFrom(...roles),
          wards: fc.constantFrom<string[]>(['*'], ['icu'], []),
        }),
      ),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const accounts = new Map<string, ManagedAccount>([
          ['a', account('a', 'administrator', ['*'])],
          ['b', account('b', 'administrator', ['*'])],
          ['c', account('c', 'administrator', ['icu'])],
          ['n', account('n', 'nurse', ['icu'])],
        ]);
        for (const { actor, target, wanted } of steps) {
          const decision = decideAct(wanted, accounts.get(target), true, context(accounts.get(actor)));
          if (decision.ok) accounts.set(target, decision.account);
          const able = [...accounts.values()].filter((entry) => isAdministrator(entry) && entry.wards.includes('*'));
          expect(able.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});

describe('decideNewAccount', () => {
  const wanted = { userId: 'new', name: 'New', role: 'nurse', wards: ['icu'] } as const;
  it('decideNewAccount makes an account whose one-time password ends after 24 hours', () => {
    expect(decideNewAccount(wanted, undefined, context(icuAdmin))).toEqual({
      ok: true,
      account: {
        ...{ ...wanted, wards: ['icu'], disabled: false, password: 'new-hash', epoch: 'new-epoch' },
        oneTimePasswordUntil: '2026-01-02T00:00:00.000Z',
      },
    });
  });

  it.each<[string, string, Partial<ManagedAccount>, boolean, ManagedAccount]>([
    ['a user name that is taken', 'conflict', {}, true, root],
    ['a ward of other administrators', 'not-allowed', { wards: ['step'] }, false, icuAdmin],
    ['an administrator, from an administrator of a ward', 'not-allowed', { role: 'administrator' }, false, icuAdmin],
    ['an account without a ward, from an administrator of a ward', 'not-allowed', { wards: [] }, false, icuAdmin],
    ['a ward that is not registered', 'place-unknown', { wards: ['icv'] }, false, root],
  ])('decideNewAccount refuses %s: %s', (_name, expected, more, isTaken, actor) => {
    const decision = decideNewAccount(
      { ...wanted, wards: ['icu'], ...more },
      isTaken ? nora : undefined,
      context(actor),
    );
    expect(decision.ok ? 'done' : decision.code).toBe(expected);
  });

  it('the trail records a refusal that shows an administrator of a ward that an account of another ward exists', () => {
    const other = account('new', 'nurse', ['step']);
    const deniedBy = (actor: ManagedAccount, taken: ManagedAccount, mayTry?: boolean) => {
      const decision = decideNewAccount({ ...wanted, wards: ['icu'] }, taken, context(actor), mayTry);
      return decision.ok ? undefined : [decision.code, decision.isDenied];
    };
    expect(deniedBy(icuAdmin, other)).toEqual(['conflict', true]);
    expect(deniedBy(icuAdmin, nora)).toEqual(['conflict', undefined]);
    expect(deniedBy(root, other)).toEqual(['conflict', undefined]);
  });

  it('after too many taken user names, every further name is refused with the same words, taken or not', () => {
    const decide = (actor: ManagedAccount, taken: ManagedAccount | undefined) =>
      decideNewAccount({ ...wanted, wards: ['icu'] }, taken, context(actor), false);
    const refusal = decide(icuAdmin, undefined);
    expect(refusal).toMatchObject({ ok: false, code: 'not-allowed', isDenied: true });
    expect(decide(icuAdmin, account('new', 'nurse', ['step']))).toEqual(refusal);
    expect(decide(root, undefined).ok).toBe(true);
  });
});
