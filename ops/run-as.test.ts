/**
 * Tests which users VIGIL_RUN_AS accepts, and which files get a new owner. tests/start.e2e.test.ts starts Vigil as
 * another user.
 */
import { spawnSync } from 'node:child_process';
import {
  chownSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { isRoot, userIdsOf } from '../process/run-as.ts';
import { handOver } from './run-as.ts';

/** Called after the check of a folder and before the folder is read. */
let beforeReading = () => {};
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const readdirSync = (path: string) => {
    beforeReading();
    return fs.readdirSync(path);
  };
  return { ...fs, readdirSync };
});

it.each(['0', '0:5', '5:0', 'root'])('userIdsOf refuses the user %s, because it is root', (user) => {
  expect(() => userIdsOf(user)).toThrow(/is root/);
});

it('userIdsOf accepts numbers of a user that does not exist, and refuses an unknown name', () => {
  expect(userIdsOf('59443')).toEqual({ uid: 59_443, gid: 59_443 });
  expect(userIdsOf('59443:59444')).toEqual({ uid: 59_443, gid: 59_444 });
  expect(() => userIdsOf('nobody-has-this-name')).toThrow(/no user .* exists/);
  expect(() => userIdsOf('--help')).toThrow(/no user .* exists/);
});

it.runIf(isRoot())(
  'changeUserToOwnerOf changes root to the owner of a folder, and the process cannot become root again',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'vigil-run-as-'));
    chownSync(folder, 59_443, 59_443);
    const module = join(import.meta.dirname, '..', 'process', 'run-as.ts');
    const program = `import { changeUserToOwnerOf } from ${JSON.stringify(module)};
    changeUserToOwnerOf(${JSON.stringify(folder)});
    let back = 'refused';
    try { process.setuid(0); back = 'root again'; } catch {}
    console.log(process.getuid(), process.getgid(), process.getgroups().join(), back);`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(stdout.trim()).toBe('59443 59443 59443 refused');
  },
);

it.runIf(isRoot())(
  'handOver changes the owner of a folder’s content, but not of files behind links or with a second name',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'vigil-run-as-'));
    const path = (name: string) => join(folder, name);
    mkdirSync(path('state'), { mode: 0o700 });
    mkdirSync(path('state/secrets'), { mode: 0o700 });
    mkdirSync(path('elsewhere'));
    for (const name of ['state/secrets/key', 'elsewhere/file', 'elsewhere/twice']) writeFileSync(path(name), 'x');
    symlinkSync(path('elsewhere'), path('state/link'));
    linkSync(path('elsewhere/twice'), path('state/second-name'));
    handOver(path('state'), { uid: 59_443, gid: 59_443 });
    const ownerOf = (name: string) => lstatSync(path(name)).uid;
    expect(['state', 'state/secrets', 'state/secrets/key', 'state/link'].map(ownerOf)).toEqual(Array(4).fill(59_443));
    expect(['elsewhere', 'elsewhere/file', 'elsewhere/twice'].map(ownerOf)).toEqual([0, 0, 0]);
    rmSync(folder, { recursive: true });
  },
);

it.runIf(isRoot() && process.platform === 'linux')(
  'handOver changes no owner in a folder that replaced the checked folder',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'vigil-run-as-'));
    const path = (name: string) => join(folder, name);
    mkdirSync(path('state'));
    mkdirSync(path('elsewhere'));
    for (const name of ['state/key', 'elsewhere/key']) writeFileSync(path(name), 'x');
    beforeReading = () => {
      beforeReading = () => {};
      renameSync(path('state'), path('moved'));
      symlinkSync(path('elsewhere'), path('state'));
    };
    handOver(path('state'), { uid: 59_443, gid: 59_443 });
    const ownerOf = (name: string) => lstatSync(path(name)).uid;
    expect(['moved', 'moved/key', 'elsewhere', 'elsewhere/key'].map(ownerOf)).toEqual([59_443, 59_443, 0, 0]);
    rmSync(folder, { recursive: true });
  },
);

it.runIf(isRoot())(
  'runAs as root changes nothing in the software folder if another user can replace this folder',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'vigil-run-as-'));
    const path = (name: string) => join(folder, name);
    mkdirSync(path('state'));
    mkdirSync(path('elsewhere'), { mode: 0o755 });
    symlinkSync(path('elsewhere'), path('state/software'));
    lchownSync(path('state/software'), 59_443, 59_443);
    const program = `import { runAs } from ${JSON.stringify(join(import.meta.dirname, 'run-as.ts'))};
    await runAs('59443', ${JSON.stringify({ stateDir: path('state'), softwareDir: path('state/software') })});`;
    // With an empty PATH, Java is missing and cannot be installed. So the start fails before it downloads anything.
    const options = { encoding: 'utf8', env: { PATH: '' } } as const;
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], options);
    const mode = lstatSync(path('elsewhere')).mode & 0o777;
    rmSync(folder, { recursive: true });
    expect(stderr).toMatch(/Java/);
    expect(mode.toString(8)).toBe('755');
  },
);
