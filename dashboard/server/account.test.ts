/** Tests the command line of accounts, as `npm start` and operators use it. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommandHere } from '../../process/command.testing.ts';
import { runProgram } from '../../tests/program.ts';
import { accountCommand } from './account-command.ts';
import { readAccounts } from './accounts/accounts.ts';
import { verifyPassword } from './accounts/password.ts';

const registry = { version: 1, wards: ['icu', 'step'].map((ward) => ({ ward, beds: ['1'] })) };
const newFile = () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-account-'));
  writeFileSync(join(folder, 'wards.json'), JSON.stringify(registry));
  return join(folder, 'accounts.json');
};

async function call(args: string[], input = '') {
  const { code, out, err } = await runCommandHere(accountCommand, args, { input });
  return { output: out.trim(), error: err.trim(), code };
}

const add = (file: string, ...more: string[]) => [
  ...['add', '--user', 'nurse1', '--name', 'Nora', '--role', 'nurse', '--wards', 'icu, step', '--password-stdin'],
  ...['--file', file],
  ...more,
];

/** A file with the account nurse1. Tests copy it, because the hash of a password takes most of the time of `add`. */
const nurseFile = newFile();
beforeAll(() => call(add(nurseFile), 'a long enough phrase'));

const newFileWithNurse = () => {
  const file = newFile();
  copyFileSync(nurseFile, file);
  return file;
};

describe('the account command', () => {
  it('the commands `add`, `list`, `disable` and `enable` work, and each change sets a new epoch', async () => {
    const file = newFile();
    expect(await call(add(file), 'a long enough phrase\n')).toEqual({
      output: `nurse1: nurse of icu, step, in the new file ${file}`,
      error: '',
      code: 0,
    });
    expect(readFileSync(file, 'utf8')).not.toContain('phrase');
    expect(await verifyPassword('a long enough phrase', readAccounts(file).get('nurse1')!.password)).toBe(true);
    const epochs = [readAccounts(file).get('nurse1')?.epoch];
    await call(['disable', '--user', 'nurse1', '--file', file]);
    epochs.push(readAccounts(file).get('nurse1')?.epoch);
    expect((await call(['list', '--file', file])).output).toBe('nurse1\tnurse\ticu,step\tdisabled');
    await call(['enable', '--user', 'nurse1', '--file', file]);
    expect((await call(['list', '--file', file])).output).toBe('nurse1\tnurse\ticu,step');
    // Each change sets a new epoch, which ends the former sessions.
    epochs.push(readAccounts(file).get('nurse1')?.epoch);
    expect(new Set(epochs.filter((epoch) => epoch !== undefined)).size).toBe(3);
  }, 60_000);

  it('if three commands change the file at the same moment, the file has all three changes', async () => {
    const file = newFileWithNurse();
    const results = await Promise.all([
      call(add(file, '--user', 'nurse2'), 'a long enough phrase'),
      call(add(file, '--user', 'nurse3'), 'a long enough phrase'),
      call(['disable', '--user', 'nurse1', '--file', file]),
    ]);
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
    const accounts = readAccounts(file);
    expect([...accounts.keys()].sort()).toEqual(['nurse1', 'nurse2', 'nurse3']);
    expect(accounts.get('nurse1')?.disabled).toBe(true);
    expect(existsSync(`${file}.lock`)).toBe(false);
  }, 60_000);

  it('if `add` replaces an account, the output shows the role and wards of the former account, so that a mistake is noticed', async () => {
    const file = newFileWithNurse();
    await call(['disable', '--user', 'nurse1', '--file', file]);
    const { output } = await call(add(file, '--role', 'physician'), 'a long enough phrase');
    expect(output).toBe('nurse1: physician of icu, step (replaces nurse of icu, step, disabled)');
  }, 60_000);

  it('`add` also finds the registry in the folder above the file, and accepts `--wards *` and an auditor without wards', async () => {
    const above = newFile();
    mkdirSync(join(dirname(above), 'secrets'));
    const file = join(dirname(above), 'secrets', 'accounts.json');
    expect((await call(add(file, '--wards', 'ICU'), 'a long enough phrase')).error).toMatch(/ICU is not registered/);
    expect((await call(add(file, '--wards', '*'), 'a long enough phrase')).output).not.toContain('egist');
    const auditor = await call(add(file, '--role', 'auditor', '--wards', ''), 'a long enough phrase');
    expect(auditor.output).not.toContain('egist');
  }, 60_000);

  it('with --unregistered, `add` accepts a ward that is not registered, and the output names this ward', async () => {
    const file = newFile();
    const { output, code } = await call(add(file, '--wards', 'icu,picu', '--unregistered'), 'a long enough phrase');
    expect([output, code]).toEqual([expect.stringMatching(/\nNot registered yet in .*wards\.json: picu\.$/), 0]);
    expect(readAccounts(file).get('nurse1')?.wards).toEqual(['icu', 'picu']);
  }, 60_000);

  it('if `add` finds no registry, the output says that --wards was not checked', async () => {
    const file = newFile();
    const registryFile = join(dirname(file), 'elsewhere.json');
    renameSync(join(dirname(file), 'wards.json'), registryFile);
    const withoutRegistry = await call(add(file, '--wards', 'icv'), 'a long enough phrase');
    const warning = expect.stringMatching(/--wards was not checked\. .*--wards-file/);
    expect([withoutRegistry.output, withoutRegistry.code]).toEqual([warning, 0]);
    const withRegistry = await call(add(file, '--wards', 'icv', '--wards-file', registryFile), 'a long enough phrase');
    expect(withRegistry.error).toMatch(/icv is not registered in .*elsewhere\.json/);
  }, 60_000);

  it('if an account does not exist, the error suggests an account with a similar name', async () => {
    const file = newFileWithNurse();
    const { error, code } = await call(['disable', '--user', 'nurse2', '--file', file]);
    expect({ error, code }).toEqual({ error: 'There is no account nurse2. Did you mean nurse1?', code: 1 });
  }, 60_000);

  it.each<[string[], RegExp]>([
    [['disable', 'nurse1'], /^Name the account: disable --user ID\.$/],
    [['enable'], /^Name the account: enable --user ID\.$/],
    [['list', 'nurse1'], /^list takes no name\.$/],
    [['list', '--wards', 'icu'], /^--wards does not belong to list\.$/],
    [['disable', '--user', 'nurse1', '--role', 'nurse'], /^--role does not belong to disable\.$/],
    [['remove', '--user', 'nurse1'], /^Usage:/],
  ])(
    'the account command refuses %j and says what is wrong',
    async (args, message) => {
      const file = newFileWithNurse();
      const { error, code } = await call([...args, '--file', file]);
      expect([error, code]).toEqual([expect.stringMatching(message), 1]);
      expect(readAccounts(file).get('nurse1')).toMatchObject({ disabled: false, role: 'nurse' });
    },
    60_000,
  );

  it.each(['list', 'disable', 'enable', 'check'])(
    'the command %s refuses a file that does not exist, and does not create it',
    async (command) => {
      const file = newFile();
      const user = command === 'list' ? [] : ['--user', 'nurse1'];
      const { error, code } = await call([command, ...user, '--file', file], 'x');
      expect({ error, code }).toEqual({ error: `There is no file ${file}.`, code: 1 });
      expect(existsSync(file)).toBe(false);
    },
    60_000,
  );

  it.each<[string, string[], string, RegExp]>([
    ['a short password', ['--user', 'nurse1'], 'short', /it needs at least 12/],
    ['a common password', ['--user', 'nurse1'], 'Password1234', /is common, or easy to guess/],
    ['a bad user', ['--user', 'a b'], 'a long enough phrase', /--user must have/],
    ['a bad role', ['--role', 'boss'], 'a long enough phrase', /--role must be one of/],
    ['a name with an override', ['--name', 'No\u202era'], 'a long enough phrase', /--name holds .*U\+202E/],
    ['a name with a line end', ['--name', 'No\nra'], 'a long enough phrase', /--name holds a control character/],
    ['a ward with an invisible character', ['--wards', 'icu,\u200b'], 'a long enough phrase', /--wards: ward 2 holds/],
    [
      'a ward that is not registered',
      ['--wards', 'icu,setp'],
      'a long enough phrase',
      /setp is not registered .*Registered: icu, step\. Did you mean step\?/,
    ],
    [
      'a registry that does not exist',
      ['--wards-file', '/nowhere'],
      'a long enough phrase',
      /wards file \/nowhere cannot be read/,
    ],
    ['an empty list of wards', ['--wards', ''], 'a long enough phrase', /--wards must be/],
    ['an unknown option', ['--admin'], '', /Unknown option/],
  ])(
    '`add` refuses %s in one sentence and writes nothing',
    async (_, more, input, message) => {
      const file = newFile();
      const { error, code } = await call(add(file, ...more), input);
      expect([error.split('\n').length, code]).toEqual([1, 1]);
      expect(error).toMatch(message);
      expect(existsSync(file)).toBe(false);
    },
    60_000,
  );

  it('`check` returns the account of a right password, and the same error for every other user or password', async () => {
    const file = newFileWithNurse();
    const check = (user: string, password: string) =>
      call(['check', '--user', user, '--password-stdin', '--file', file], password);
    const { output, code } = await check('nurse1', 'a long enough phrase');
    expect(code).toBe(0);
    expect(JSON.parse(output)).toEqual({
      actor: { userId: 'nurse1', name: 'Nora', role: 'nurse' },
      wards: ['icu', 'step'],
      may: expect.arrayContaining(['view-vitals']),
    });
    const wrong = { output: '', error: 'User or password is wrong.', code: 1 };
    expect(await check('nurse1', 'another phrase')).toEqual(wrong);
    expect(await check('nobody', 'a long enough phrase')).toEqual(wrong);
    await call(['disable', '--user', 'nurse1', '--file', file]);
    expect(await check('nurse1', 'a long enough phrase')).toEqual(wrong);
  }, 60_000);

  it('`add` does not change a file that is not valid JSON', async () => {
    const file = newFile();
    writeFileSync(file, '{');
    expect(await call(add(file), 'a long enough phrase')).toMatchObject({ code: 1 });
    expect(readFileSync(file, 'utf8')).toBe('{');
  }, 60_000);
});

it('the program account.ts reads its arguments and standard input, and ends with the exit code of the command', () => {
  const program = 'dashboard/server/account.ts';
  const file = newFile();
  expect(runProgram(program, add(file), { input: 'a long enough phrase\n' })).toEqual({
    code: 0,
    out: `nurse1: nurse of icu, step, in the new file ${file}\n`,
    err: '',
  });
  const refused = runProgram(program, ['disable', '--user', 'nurse2', '--file', file]);
  expect(refused).toEqual({ code: 1, out: '', err: 'There is no account nurse2. Did you mean nurse1?\n' });
});
