import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { leaveLockOfKilledProcess } from './file-lock.testing.ts';
import { takeFileLock } from './file-lock.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'vigil-lock-'));

it('two processes never have the lock at the same time; the second process gets the lock after the release', async () => {
  const path = join(newFolder(), 'a.lock');
  const first = await takeFileLock(path, 50);
  expect(await takeFileLock(path, 50)).toBeUndefined();
  const waiting = takeFileLock(path, 60_000);
  first?.release();
  const second = await waiting;
  expect([first?.isHeld(), second?.isHeld()]).toEqual([false, true]);
  second?.release();
});

it('the lock of a process that was killed is taken over, and no file is left', async () => {
  const folder = newFolder();
  const path = join(folder, 'a.lock');
  await leaveLockOfKilledProcess(path);
  expect(readdirSync(folder)).toEqual(['a.lock']);
  const lock = await takeFileLock(path, 60_000, 60_000);
  expect(lock?.isHeld()).toBe(true);
  lock?.release();
  expect(readdirSync(folder)).toEqual([]);
});

it('a lock of a process whose pid belongs to another process now is taken over', async () => {
  const path = join(newFolder(), 'a.lock');
  const own = await takeFileLock(path, 50);
  const text = JSON.parse(readFileSync(path, 'utf8'));
  own?.release();
  writeFileSync(path, JSON.stringify({ ...text, started: '1' }));
  expect((await takeFileLock(path, 60_000, 60_000))?.isHeld()).toBe(true);
});

it.each<[string, string]>([
  ['another container', JSON.stringify({ id: 'a', system: 'another', pid: 1, started: '5' })],
  ['an older version, without a text', ''],
])('the lock of %s is taken over only if it has not changed for a time', async (_, text) => {
  const path = join(newFolder(), 'a.lock');
  writeFileSync(path, text);
  expect(await takeFileLock(path, 50, 60_000)).toBeUndefined();
  expect((await takeFileLock(path, 60_000, 50))?.isHeld()).toBe(true);
});

it('if many processes want the lock at the same time after a kill, never two of them have it', async () => {
  const path = join(newFolder(), 'a.lock');
  await leaveLockOfKilledProcess(path);
  let holders = 0;
  const takers = Array.from({ length: 20 }, async () => {
    const lock = await takeFileLock(path, 60_000);
    holders += 1;
    expect(holders).toBe(1);
    expect(lock?.isHeld()).toBe(true);
    await new Promise(setImmediate);
    holders -= 1;
    lock?.release();
  });
  await Promise.all(takers);
});
