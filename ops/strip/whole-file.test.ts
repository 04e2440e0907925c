import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkTarget, writeWholeFile } from './whole-file.ts';

let folder: string;
const bytes = Buffer.from('%PDF');
const choose = (name: string, more: { mayReplace?: boolean; mayBeInGit?: boolean } = {}) => ({
  ...{ file: join(folder, name), mayReplace: false, mayBeInGit: false },
  ...more,
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-strip-'));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

it('the file has the bytes, only its owner can read it, and nothing else is left in the folder', () => {
  checkTarget(choose('a.pdf'));
  writeWholeFile(choose('a.pdf'), bytes);
  expect(readFileSync(join(folder, 'a.pdf'))).toEqual(bytes);
  expect(statSync(join(folder, 'a.pdf')).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['a.pdf']);
});

it('an existing file is kept without --force, at the check and also if it appears after the check', () => {
  checkTarget(choose('a.pdf'));
  writeFileSync(join(folder, 'a.pdf'), 'older');
  expect(() => checkTarget(choose('a.pdf'))).toThrow('exists already: name another file, or add --force');
  expect(() => writeWholeFile(choose('a.pdf'), bytes)).toThrow('exists already: name another file, or add --force');
  expect(readFileSync(join(folder, 'a.pdf'), 'utf8')).toBe('older');
  expect(readdirSync(folder)).toEqual(['a.pdf']);
});

it('with --force the file is replaced, and only its owner can read the new file, even if everybody could read the old file', () => {
  writeFileSync(join(folder, 'a.pdf'), 'older', { mode: 0o644 });
  checkTarget(choose('a.pdf', { mayReplace: true }));
  writeWholeFile(choose('a.pdf', { mayReplace: true }), bytes);
  expect(readFileSync(join(folder, 'a.pdf'))).toEqual(bytes);
  expect(statSync(join(folder, 'a.pdf')).mode & 0o777).toBe(0o600);
});

it.each([
  ['a folder', () => mkdirSync(join(folder, 'a.pdf')), /is not a file/],
  ['a link, which could lead to another file', () => symlinkSync('/dev/null', join(folder, 'a.pdf')), /is not a file/],
])('%s is refused as the target, also with --force', (_what, make, message) => {
  make();
  expect(() => checkTarget(choose('a.pdf', { mayReplace: true }))).toThrow(message);
});

it('a folder that does not exist is refused before anything is read', () => {
  expect(() => checkTarget(choose('none/a.pdf'))).toThrow(/There is no folder .*none/);
});

it('a folder in a git work tree is refused without --in-git', () => {
  mkdirSync(join(folder, '.git'));
  expect(() => checkTarget(choose('a.pdf'))).toThrow(/git work tree.*--in-git/);
  checkTarget(choose('a.pdf', { mayBeInGit: true }));
});

it('if the file cannot be written, the error says so, and nothing is left', () => {
  expect(() => writeWholeFile(choose('none/a.pdf'), bytes)).toThrow(/cannot be written \(ENOENT\)/);
  expect(readdirSync(folder)).toEqual([]);
});
