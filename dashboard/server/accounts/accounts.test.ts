import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type Account, changeAccounts, followAccounts, readAccounts, writeAccounts } from './accounts.ts';
import { leaveLockOfKilledProcess } from './file-lock.testing.ts';
import { takeFileLock } from './file-lock.ts';
import { hashPassword, parseHash, unmatchableHash, verifyPassword } from './password.ts';

const file = () => join(mkdtempSync(join(tmpdir(), 'vigil-accounts-')), 'accounts.json');
let hash: string;
beforeAll(async () => {
  hash = await hashPassword('a long enough phrase');
});
const account = (fields: Partial<Account> = {}): Account => ({
  userId: 'nurse1',
  name: 'Nora',
  role: 'nurse',
  wards: ['icu'],
  password: hash,
  disabled: false,
  ...fields,
});

describe('hashPassword', () => {
  it('hashPassword returns an argon2id hash with the cost of RFC 9106 and a new salt; only its password matches the hash', async () => {
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=4\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await hashPassword('a long enough phrase')).not.toBe(hash);
    expect(await verifyPassword('a long enough phrase', hash)).toBe(true);
    expect(await verifyPassword('a long enough phrasE', hash)).toBe(false);
    expect(await verifyPassword('', hash)).toBe(false);
    expect(await verifyPassword('a long enough phrase', unmatchableHash)).toBe(false);
  });

  it('a password matches its hash even if a keyboard encodes its letters in another way (é as one or two code points)', async () => {
    expect(await verifyPassword('cafe\u0301 au lait tous', await hashPassword('caf\u00e9 au lait tous'))).toBe(true);
  });

  it('eight checks at the same time have the right results', async () => {
    const tries = Array.from({ length: 8 }, (_, at) =>
      verifyPassword(at % 2 === 0 ? 'a long enough phrase' : 'x', hash),
    );
    expect(await Promise.all(tries)).toEqual([true, false, true, false, true, false, true, false]);
  });

  it.each([
    '',
    'secret',
    '$argon2i$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
    '$argon2id$v=16$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
    '$argon2id$v=19$m=9999999,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
    '$argon2id$v=19$m=8,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
    '$argon2id$v=19$m=65536,t=0,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA',
  ])('parseHash refuses "%s"', (text) => {
    expect(parseHash(text)).toBeUndefined();
  });
});

describe('the accounts file', () => {
  it('only its owner may read a written file, and readAccounts returns its accounts', () => {
    const path = file();
    writeAccounts(path, new Map([['nurse1', account()]]));
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(readAccounts(path).get('nurse1')).toEqual(account());
  });

  it.each<[string, () => unknown, RegExp]>([
    ['no JSON', () => '{', /is not valid JSON/],
    ['an array', () => [], /is wrong at its root/],
    ['an unknown role', () => ({ accounts: [{ ...account(), role: 'boss' }] }), /is wrong at \/accounts\/0\/role/],
    ['a missing field', () => ({ accounts: [{ userId: 'a' }] }), /is wrong at \/accounts\/0/],
    ['an unknown field', () => ({ accounts: [{ ...account(), admin: true }] }), /is wrong at \/accounts\/0/],
    [
      'a name with a character that reverses the text',
      () => ({ accounts: [account(), { ...account(), userId: 'b', name: 'Nora\u202e' }] }),
      /in account 2 that cannot be shown: name holds .*U\+202E/,
    ],
    [
      'a ward that ends with a space',
      () => ({ accounts: [{ ...account(), wards: ['ICU '] }] }),
      /wards\.0 begins or ends with a space/,
    ],
    ['a plain password', () => ({ accounts: [{ ...account(), password: 'secret' }] }), /no argon2id hash in account 1/],
  ])('readAccounts refuses a file with %s', (_, content, message) => {
    const path = file();
    const written = content();
    writeFileSync(path, typeof written === 'string' ? written : JSON.stringify(written));
    expect(() => readAccounts(path)).toThrow(message);
  });

  it('readAccounts refuses a file with one user twice, and a file that does not exist', () => {
    const path = file();
    writeFileSync(path, JSON.stringify({ accounts: [account(), account()] }));
    expect(() => readAccounts(path)).toThrow(/has the user nurse1 twice/);
    expect(() => readAccounts(`${path}.absent`)).toThrow(/cannot be read/);
  });

  it('changeAccounts changes nothing while another running command has the lock', async () => {
    const path = file();
    writeAccounts(path, new Map([['nurse1', account()]]));
    const lock = await takeFileLock(`${path}.lock`, 50);
    const change = () => changeAccounts(path, (accounts) => accounts.clear(), 50);
    await expect(change()).rejects.toThrow(/^Nothing was changed: another command is changing .*accounts\.json/);
    expect(readAccounts(path).size).toBe(1);
    expect(lock?.isHeld()).toBe(true);
  });

  it('changeAccounts works at once after a command that had the lock was killed', async () => {
    const path = file();
    writeAccounts(path, new Map([['nurse1', account()]]));
    await leaveLockOfKilledProcess(`${path}.lock`);
    await changeAccounts(path, (accounts) => accounts.clear(), 60_000);
    expect(readAccounts(path).size).toBe(0);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('changeAccounts writes nothing if another process took over its lock meanwhile', async () => {
    const path = file();
    writeAccounts(path, new Map([['nurse1', account()]]));
    const change = changeAccounts(path, (accounts) => {
      accounts.clear();
      writeFileSync(`${path}.lock`, 'the lock of another process');
    });
    await expect(change).rejects.toThrow(/^Nothing was changed: another command changes the accounts now/);
    expect(readAccounts(path).size).toBe(1);
    // The lock of the other process stays, and no draft is left.
    expect(readFileSync(`${path}.lock`, 'utf8')).toBe('the lock of another process');
    expect(readdirSync(dirname(path)).sort()).toEqual(['accounts.json', 'accounts.json.lock']);
  });

  it('changeAccounts writes nothing and leaves no lock if the change is refused', async () => {
    const path = file();
    writeAccounts(path, new Map([['nurse1', account()]]));
    const refused = changeAccounts(path, (accounts) => {
      accounts.clear();
      throw new Error('refused');
    });
    await expect(refused).rejects.toThrow('refused');
    expect(readAccounts(path).size).toBe(1);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('followAccounts reads the file again when it changes, and keeps the former accounts after a faulty change', async () => {
    const path = file();
    writeAccounts(path, new Map([['nurse1', account()]]));
    const accounts = followAccounts(path, pino({ level: 'silent' }));
    writeAccounts(path, new Map([['nurse1', account({ disabled: true })]]));
    await vi.waitFor(() => expect(accounts.get('nurse1')?.disabled).toBe(true), { timeout: 20_000 });
    writeFileSync(path, '{');
    chmodSync(path, 0o600);
    writeAccounts(`${path}.other`, new Map());
    await new Promise((done) => setTimeout(done, 2_500));
    expect(accounts.get('nurse1')?.disabled).toBe(true);
    accounts.close();
  }, 30_000);
});
