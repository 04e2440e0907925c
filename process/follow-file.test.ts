import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FollowedFile, followFile } from './follow-file.ts';

let folder: string;
let path: string;
let readFault: string | undefined;
let heard: string[];
let file: FollowedFile<string>;

function replace(text: string) {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

function check(times: number) {
  for (let i = 0; i < times; i++) file.check();
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-follow-'));
  path = join(folder, 'accounts.json');
  readFault = undefined;
  heard = [];
  replace('nora may log in');
  file = followFile({
    path,
    read(from) {
      if (readFault !== undefined) throw new Error(readFault);
      return readFileSync(from, 'utf8');
    },
    onRead: (content) => heard.push(content),
    onFault: (message) => heard.push(`fault: ${message}`),
    everyMs: 2 ** 31 - 1,
  });
});

afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true });
});

it('followFile reads the file again when it changes, and only then', () => {
  check(20);
  expect(heard).toEqual([]);
  replace('nora is disabled');
  check(20);
  expect(heard).toEqual(['nora is disabled']);
});

it('a changed file that could not be read is used soon after it can be read, even without another change', () => {
  replace('nora is disabled');
  readFault = 'too many open files';
  check(1);
  expect(file.current()).toBe('nora may log in');
  readFault = undefined;
  check(5);
  expect(file.current()).toBe('nora is disabled');
  expect(heard).toEqual(['fault: too many open files', 'nora is disabled']);
});

it('a file that stays wrong is reported once for each change and each reason', () => {
  readFault = 'wrong';
  replace('?');
  check(50);
  replace('??');
  check(50);
  readFault = 'cannot be read';
  check(50);
  expect(heard).toEqual(['fault: wrong', 'fault: wrong', 'fault: cannot be read']);
});
