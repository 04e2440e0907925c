/** Tests the acts of administrators on one accounts file that two dashboards follow. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import type { AccountRecord } from '../../../contracts/messages/records.ts';
import type { AuditEvent } from '../../../log/audit/chain.ts';
import type { AccountAct } from '../../protocol/accounts.ts';
import { createAccountDesk, revisionOf } from './account-desk.ts';
import { type Account, followAccounts, readAccounts, writeAccounts } from './accounts.ts';
import { takeFileLock } from './file-lock.ts';
import { hashPassword, unmatchableHash, verifyPassword } from './password.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const account = (userId: string, role: Account['role'], wards: string[]): [string, Account] => [
  userId,
  { userId, name: userId, role, wards, password: unmatchableHash, disabled: false, epoch: 'first' },
];
const who = (userId: string) => ({ actor: { userId, name: userId, role: 'administrator' as const } });

/** Opens two dashboards that share one accounts file. */
function openTwo(more: [string, Account][] = [], failing: { audit?: boolean } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-desk-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'accounts.json');
  writeAccounts(
    file,
    new Map([
      account('root', 'administrator', ['*']),
      account('rita', 'administrator', ['*']),
      account('nora', 'nurse', ['icu']),
      ...more,
    ]),
  );
  const audit: AuditEvent[] = [];
  const ended: string[] = [];
  /** What was announced and recorded, in this order. */
  const order: string[] = [];
  /** Called with each audit record before it is written. */
  const hooks: { onRecord?: () => Promise<unknown> } = {};
  const noteAnnounced = ({ userId, disabled, removed }: AccountRecord) => {
    const state = removed ? 'removed' : disabled;
    order.push(`announced ${userId} ${state}, file ${readAccounts(file).get(userId)?.disabled}`);
  };
  const open = () => {
    const accounts = followAccounts(file, pino({ level: 'silent' }));
    closers.push(accounts.close);
    const expected: string[] = [];
    const desk = createAccountDesk({
      accounts,
      records: {
        expect: (userId) => void expected.push(userId),
        announce: async (facts) => noteAnnounced(facts),
        withdraw: async (announced, former) => noteAnnounced(former ?? { ...announced, removed: true }),
      },
      trail: {
        async record(event) {
          if (failing.audit) throw new Error('Kafka is away');
          await hooks.onRecord?.();
          audit.push(event);
          order.push(`recorded ${event.action}`);
        },
      },
      endSessions: (userId) => void ended.push(userId),
      registered: () => ['icu', 'step'],
      now: Date.now,
      logger: pino({ level: 'silent' }),
    });
    return { accounts, desk, expected };
  };
  const revision = (userId: string) => revisionOf(readAccounts(file).get(userId)!);
  const request = (userId: string, act: AccountAct, by = 'root') => ({
    ...{ who: who(by), userId, act },
    revision: revision(userId),
  });
  return { file, audit, ended, order, hooks, folder, revision, request, one: open(), two: open() };
}

const noCheck = () => {};

it('a change is recorded with the administrator and with the state before and after, is written to the file, and ends the sessions', async () => {
  const { one, two, audit, ended, file, request } = openTwo();
  await one.desk.act(request('nora', { type: 'change-rights', role: 'physician', wards: ['icu', 'step'] }), noCheck);
  await one.desk.act(request('nora', { type: 'end-sessions' }), noCheck);
  await one.desk.act(request('nora', { type: 'disable' }), noCheck);
  expect(audit.map(({ actor, action, account, detail }) => [actor.userId, action, account, detail])).toEqual([
    ['root', 'account-changed', 'nora', 'role nurse → physician, wards icu → icu step'],
    ['root', 'account-changed', 'nora', 'sessions ended'],
    ['root', 'account-disabled', 'nora', 'nora, physician of icu step, disabled'],
  ]);
  expect(ended).toEqual(['nora', 'nora']);
  expect(one.expected).toEqual(['nora', 'nora', 'nora']);
  expect(readAccounts(file).get('nora')).toMatchObject({ role: 'physician', disabled: true });
  // This dashboard has read the file already. The other dashboard reads the file at its next check.
  expect(one.accounts.get('nora')?.disabled).toBe(true);
  two.accounts.readAgain();
  expect(two.accounts.get('nora')?.disabled).toBe(true);
});

it('if two administrators change the same account at two dashboards, the second change is refused and overwrites nothing', async () => {
  const { one, two, file, request } = openTwo();
  const first = request('nora', { type: 'change-rights', role: 'nurse', wards: ['step'] });
  const second = request('nora', { type: 'change-rights', role: 'physician', wards: ['icu'] }, 'rita');
  await one.desk.act(first, noCheck);
  await expect(two.desk.act(second, noCheck)).rejects.toMatchObject({ code: 'conflict' });
  expect(readAccounts(file).get('nora')).toMatchObject({ role: 'nurse', wards: ['step'] });
});

it('if the file changes while the audit record is written, this change is not overwritten, and the trail says that the act was not done', async () => {
  const { one, audit, hooks, file, request } = openTwo();
  const disable = request('nora', { type: 'disable' });
  hooks.onRecord = async () => {
    delete hooks.onRecord;
    const [, nora] = account('nora', 'nurse', ['step']);
    writeAccounts(file, new Map([...readAccounts(file), ['nora', nora]]));
  };
  await expect(one.desk.act(disable, noCheck)).rejects.toMatchObject({ code: 'conflict' });
  expect(readAccounts(file).get('nora')).toMatchObject({ wards: ['step'], disabled: false });
  expect(audit.map(({ action, detail }) => [action, detail?.slice(0, 50)])).toEqual([
    ['account-disabled', 'nora, nurse of icu, disabled'],
    ['access-denied', 'the change of the account was recorded but not mad'],
  ]);
});

it('a change is announced, then recorded, then written; if it cannot be written, the former state is announced', async () => {
  const { one, order, hooks, file, request } = openTwo();
  await one.desk.act(request('nora', { type: 'disable' }), noCheck);
  expect(order.splice(0)).toEqual(['announced nora true, file false', 'recorded account-disabled']);
  hooks.onRecord = async () => {
    delete hooks.onRecord;
    const [, nora] = account('nora', 'nurse', ['step']);
    writeAccounts(file, new Map([...readAccounts(file), ['nora', { ...nora, disabled: true }]]));
  };
  await expect(one.desk.act(request('nora', { type: 'enable' }), noCheck)).rejects.toMatchObject({ code: 'conflict' });
  expect(order).toEqual([
    'announced nora false, file true',
    'recorded account-enabled',
    'announced nora true, file true',
    'recorded access-denied',
  ]);
});

it('a new account that could not be written is announced as removed, and an account that another dashboard has added stays announced', async () => {
  const { one, order, hooks, file, folder } = openTwo();
  const wanted = { userId: 'new', name: 'New', role: 'nurse' as const, wards: ['icu'] };
  const lock = await takeFileLock(join(folder, 'accounts.json.lock'), 50);
  await expect(one.desk.add({ who: who('root'), wanted })).rejects.toMatchObject({ code: 'log-unavailable' });
  lock?.release();
  const failed = ['announced new false, file undefined', 'recorded account-created'];
  expect(order.splice(0)).toEqual([...failed, 'announced new removed, file undefined', 'recorded access-denied']);
  hooks.onRecord = async () => {
    delete hooks.onRecord;
    writeAccounts(file, new Map([...readAccounts(file), account('new', 'nurse', ['step'])]));
  };
  await expect(one.desk.add({ who: who('root'), wanted })).rejects.toMatchObject({ code: 'conflict' });
  expect(order).toEqual([...failed, 'announced new false, file false', 'recorded access-denied']);
}, 60_000);

it('if two administrators disable each other at the same moment, only one of them is disabled', async () => {
  for (let round = 0; round < 5; round++) {
    const { one, two, file, request } = openTwo();
    await Promise.allSettled([
      one.desk.act(request('rita', { type: 'disable' }, 'root'), noCheck),
      two.desk.act(request('root', { type: 'disable' }, 'rita'), noCheck),
    ]);
    const disabled = ['root', 'rita'].filter((userId) => readAccounts(file).get(userId)?.disabled);
    expect(disabled).toHaveLength(1);
  }
});

it('nothing is written if the act cannot be recorded, or if the check refuses it', async () => {
  const { one, file, request } = openTwo([], { audit: true });
  await expect(one.desk.act(request('nora', { type: 'disable' }), noCheck)).rejects.toThrow('Kafka is away');
  const refuse = () => {
    throw new Error('duties');
  };
  await expect(one.desk.act(request('nora', { type: 'disable' }), refuse)).rejects.toThrow('duties');
  expect(readAccounts(file).get('nora')?.disabled).toBe(false);
});

it('while another command has the lock of the file, the file is not written, and the message says which person to ask', async () => {
  const { one, file, request, folder } = openTwo();
  await takeFileLock(join(folder, 'accounts.json.lock'), 50);
  await expect(one.desk.act(request('nora', { type: 'disable' }), noCheck)).rejects.toMatchObject({
    code: 'log-unavailable',
    message: 'Nothing was changed: the server cannot write the accounts file now. Tell the operator.',
  });
  expect(readAccounts(file).get('nora')?.disabled).toBe(false);
}, 60_000);

it('each new account gets its own random one-time password, and the trail does not contain the password', async () => {
  const { one, two, audit, file } = openTwo();
  const wanted = (userId: string) => ({ userId, name: 'New', role: 'nurse' as const, wards: ['icu'] });
  const [first, second] = await Promise.all([
    one.desk.add({ who: who('root'), wanted: wanted('new1') }),
    one.desk.add({ who: who('root'), wanted: wanted('new2') }),
  ]);
  expect(first.oneTimePassword).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
  expect(first.oneTimePassword).not.toBe(second.oneTimePassword);
  const added = readAccounts(file).get('new1')!;
  expect(await verifyPassword(first.oneTimePassword!, added.password)).toBe(true);
  expect(added.oneTimePasswordUntil).toBeDefined();
  expect(JSON.stringify(audit)).not.toContain(first.oneTimePassword);
  await expect(two.desk.add({ who: who('rita'), wanted: wanted('new1') })).rejects.toMatchObject({ code: 'conflict' });
});

it('an administrator of a ward learns of at most three user names of other wards in an hour', async () => {
  const { one, audit } = openTwo([
    account('ida', 'administrator', ['icu']),
    ...['a', 'b', 'c', 'd'].map((userId) => account(userId, 'nurse', ['step'])),
  ]);
  const add = (userId: string) =>
    one.desk.add({ who: who('ida'), wanted: { userId, name: 'New', role: 'nurse', wards: ['icu'] } }).then(
      () => 'added',
      (error) => error.code,
    );
  const answers: string[] = [];
  for (const userId of ['a', 'a', 'b', 'c', 'd', 'free', 'a']) answers.push(await add(userId));
  // A name that was refused before may be tried again, because a second refusal shows nothing new.
  expect(answers).toEqual([...Array(4).fill('conflict'), 'not-allowed', 'not-allowed', 'conflict']);
  expect(audit.map(({ action }) => action)).toEqual(Array(7).fill('access-denied'));
});

it('a person’s own password replaces the one-time password once, and ends the sessions', async () => {
  const { one, two, ended, file, request } = openTwo();
  await one.desk.act(request('nora', { type: 'reset-password' }), noCheck);
  const seen = readAccounts(file).get('nora')!;
  const newHash = await hashPassword('a password of her own');
  await two.desk.setOwnPassword(seen, newHash, who('nora'));
  const after = readAccounts(file).get('nora')!;
  expect(after.password).toBe(newHash);
  expect(after.oneTimePasswordUntil).toBeUndefined();
  expect(after.epoch).not.toBe(seen.epoch);
  expect(ended).toEqual(['nora', 'nora']);
  await expect(one.desk.setOwnPassword(seen, newHash, who('nora'))).rejects.toMatchObject({ code: 'conflict' });
});
