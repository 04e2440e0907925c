import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeOldDrafts, replaceFile } from './replace-file.ts';

it('replaceFile replaces a file with its rights and leaves no draft, also if the replacement is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-replace-'));
  const path = join(folder, 'accounts.json');
  replaceFile(path, 'first', 0o600);
  replaceFile(path, 'second', 0o600);
  const refuse = () => {
    throw new Error('the lock is gone');
  };
  expect(() => replaceFile(path, 'third', 0o600, refuse)).toThrow('the lock is gone');
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777, readdirSync(folder)]).toEqual([
    'second',
    0o600,
    ['accounts.json'],
  ]);
});

it('two processes with the same process id that write at the same time replace the file only with their own content', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'vigil-replace-')), 'accounts.json');
  // The second process replaces the file after the first process has written its draft and before it renames the draft.
  replaceFile(path, 'first process', 0o600, () => replaceFile(path, 'second process', 0o600));
  expect(readFileSync(path, 'utf8')).toBe('first process');
  // This draft has the process id in its name. An older version, or a killed process, has left it.
  writeFileSync(`${path}.${process.pid}.new`, 'half');
  replaceFile(path, 'later', 0o600);
  expect(readFileSync(path, 'utf8')).toBe('later');
});

it.each([
  ['at a start', (path: string) => removeOldDrafts(path)],
  ['at the next writing', (path: string) => replaceFile(path, 'next', 0o600)],
])('%s, drafts that killed processes left are removed, and no other file', (_, act) => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-replace-'));
  const path = join(folder, 'accounts.json');
  const random = '0123456789abcdef01';
  const put = (name: string, ageMinutes: number) => {
    writeFileSync(join(folder, name), 'content');
    const seconds = Date.now() / 1000 - 60 * ageMinutes;
    utimesSync(join(folder, name), seconds, seconds);
  };
  const kept = [
    `accounts.json.${random.slice(1)}.new`,
    `accounts.json.${random.toUpperCase()}.new`,
    `accounts.json.${random}.new.bak`,
    `accounts.preferences.json.${random}.new`,
    `accountsXjson.${random}.new`,
    'accounts.json',
    'accounts.json.new',
  ];
  for (const name of kept) put(name, 60);
  put(`accounts.json.${random}.new`, 11);
  put('accounts.json.aaaaaaaaaaaaaaaaaa.new', 9);
  act(path);
  expect(readdirSync(folder).sort()).toEqual([...kept, 'accounts.json.aaaaaaaaaaaaaaaaaa.new'].sort());
});

it('removeOldDrafts does nothing if the folder does not exist', () => {
  expect(() => removeOldDrafts(join(tmpdir(), 'vigil-no-such-folder', 'accounts.json'))).not.toThrow();
});

it('removeOldDrafts leaves out a folder with the name of a draft, and removes the other drafts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-replace-'));
  const path = join(folder, 'accounts.json');
  const draftOf = (digit: string) => `accounts.json.${digit.repeat(18)}.new`;
  const later = Date.now() + 60 * 60_000;
  symlinkSync('nowhere', join(folder, draftOf('0')));
  mkdirSync(join(folder, draftOf('1')));
  writeFileSync(join(folder, draftOf('2')), 'hashes');
  removeOldDrafts(path, later);
  expect(readdirSync(folder)).toEqual([draftOf('1')]);
});
