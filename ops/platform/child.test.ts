import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ChildOptions, startChild } from './child.ts';
import { openLogFile } from './log-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-child-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

function start(
  script: string,
  options: Partial<Pick<ChildOptions, 'isReady' | 'readyTimeoutMs' | 'signal' | 'graceMs'>> = {},
) {
  count += 1;
  const logFile = join(folder, `${count}.log`);
  const child = startChild({ name: 'probe', command: process.execPath, args: ['-e', script], logFile, ...options });
  return { child, log: () => readFileSync(logFile, 'utf8') };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(probe: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 30_000; !probe(); await new Promise((resolve) => setTimeout(resolve, 10))) {
    if (Date.now() > endMs) throw new Error('the condition did not become true within 30 s');
  }
}

async function untilEnded(pid: number): Promise<void> {
  for (const endMs = Date.now() + 30_000; isRunning(pid) && Date.now() < endMs; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const forever = 'setInterval(() => {}, 1000);';
const isReady = (line: string) => line === 'ready';

describe('startChild', () => {
  it('startChild waits until the process is ready, writes its output to the log, and stops the process', async () => {
    const { child, log } = start(`console.log('one'); console.error('two'); console.log('ready'); ${forever}`, {
      isReady,
    });
    await child.ready;
    await child.stop();
    expect(isRunning(child.pid)).toBe(false);
    expect(await child.exited).toEqual({ code: null, signal: 'SIGTERM' });
    expect(log().split('\n').sort()).toEqual(['', 'one', 'ready', 'two']);
    await child.stop();
  });

  it('stop kills a process that ignores SIGTERM', async () => {
    const { child } = start(`process.on('SIGTERM', () => {}); console.log('ready'); ${forever}`, { isReady });
    await child.ready;
    await child.stop(100);
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it.each([
    ['the last line', "console.error('Bad settings.'); process.exit(1)", /exit code 1\): Bad settings\.$/],
    ['the error without its stack', "throw new Error('no such thing')", /exit code 1\): Error: no such thing$/],
    ['only the exit code without output', 'process.exit(3)', /ended before it was ready \(exit code 3\)$/],
    ['the signal', "process.kill(process.pid, 'SIGKILL')", /\(SIGKILL\)$/],
  ])('startChild reports %s if the process ends before it is ready', async (_name, script, message) => {
    await expect(start(script, { isReady }).child.ready).rejects.toThrow(message);
  });

  it('`ready` rejects if the process is not ready in time or cannot be started', async () => {
    const slow = start(forever, { isReady, readyTimeoutMs: 50 });
    await expect(slow.child.ready).rejects.toThrow(/not ready within 0\.05 s: read its log .*\.log\.$/);
    await slow.child.stop();
    const options = { name: 'nothing', args: [], logFile: join(folder, 'nothing.log') };
    const missing = startChild({ ...options, command: '/nowhere/program', isReady });
    await expect(missing.ready).rejects.toThrow(/^nothing /);
    await missing.stop();
  });

  it('an abort of the start ends a process that is not ready yet, but not a process that is ready', async () => {
    const stopping = new AbortController();
    const { child: readyChild } = start(`console.log('ready'); ${forever}`, { isReady, signal: stopping.signal });
    await readyChild.ready;
    const { child } = start(forever, { isReady, signal: stopping.signal });
    stopping.abort();
    await expect(child.ready).rejects.toThrow(/SIGTERM/);
    expect(isRunning(readyChild.pid)).toBe(true);
    await readyChild.stop();
  });

  it('an abort of the start kills a process that ignores SIGTERM', async () => {
    const stopping = new AbortController();
    const { child, log } = start(`process.on('SIGTERM', () => {}); console.log('ignores SIGTERM'); ${forever}`, {
      isReady,
      signal: stopping.signal,
      graceMs: 100,
    });
    await until(() => log().includes('ignores SIGTERM'));
    stopping.abort();
    await expect(child.ready).rejects.toThrow(/SIGKILL/);
    expect(isRunning(child.pid)).toBe(false);
  });

  it('startChild starts no process if the start is already aborted', () => {
    expect(() => start(forever, { signal: AbortSignal.abort() })).toThrow(/abort/i);
    expect(existsSync(join(folder, `${count}.log`))).toBe(false);
  });

  it.runIf(process.platform === 'linux')('the process ends when its parent is killed by SIGKILL', async () => {
    const script = `
      import { startChild } from ${JSON.stringify(join(import.meta.dirname, 'child.ts'))};
      const child = startChild({ name: 'c', command: process.execPath, args: ['-e', ${JSON.stringify(`console.log('ready'); ${forever}`)}],
        logFile: ${JSON.stringify(join(folder, 'orphan.log'))}, isReady: (line) => line === 'ready' });
      await child.ready;
      console.log(child.pid);
      ${forever}`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (data) => resolve(Number(String(data)))),
    );
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await untilEnded(pid);
    expect(isRunning(pid)).toBe(false);
  });
});

describe('openLogFile', () => {
  it('a log keeps at most two files of the maximum size, which only their owner can read', () => {
    const file = join(folder, 'sub', 'a.log');
    const log = openLogFile(file, { bytesMax: 100 });
    for (let line = 0; line < 100; line += 1) log.write(`line ${line}\n`);
    log.close();
    log.write('after closing\n');
    expect(readFileSync(file, 'utf8')).toMatch(/line 99\n$/);
    expect(statSync(file).size + statSync(`${file}.1`).size).toBeLessThan(240);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('a log creates its file again if somebody removed it, even if it was full', () => {
    const file = join(folder, 'removed', 'c.log');
    let nowMs = 0;
    const log = openLogFile(file, { bytesMax: 20, nowMs: () => nowMs });
    log.write('first\n');
    rmSync(join(folder, 'removed'), { recursive: true });
    nowMs += 1_000;
    log.write('second\n');
    expect(readFileSync(file, 'utf8')).toBe('second\n');
    log.write('a line beyond the size of the file\n');
    rmSync(join(folder, 'removed'), { recursive: true });
    log.write('lost: the file is gone, and cannot be moved aside\n');
    nowMs += 1_000;
    log.write('third\n');
    log.close();
    expect(readFileSync(file, 'utf8')).toBe('1 lines of this log could not be written\nthird\n');
  });

  it.runIf(process.platform === 'linux')(
    'a log does not throw on a full disk, and writes later how many lines were lost',
    () => {
      const file = join(folder, 'full', 'd.log');
      mkdirSync(join(folder, 'full'));
      symlinkSync('/dev/full', file);
      let nowMs = 0;
      const log = openLogFile(file, { nowMs: () => nowMs });
      for (const line of ['one\n', 'two\n', 'three\n']) log.write(line);
      rmSync(file);
      nowMs += 1_000;
      log.write('four\n');
      log.close();
      log.close();
      expect(readFileSync(file, 'utf8')).toBe('3 lines of this log could not be written\nfour\n');
    },
  );

  it('openLogFile does not throw if the folder cannot be created; the process runs without a log', async () => {
    writeFileSync(join(folder, 'no-folder'), '');
    const logFile = join(folder, 'no-folder', 'e.log');
    const log = openLogFile(logFile);
    log.write('nothing\n');
    log.close();
    const options = {
      name: 'probe',
      command: process.execPath,
      args: ['-e', `console.log('ready')`],
      logFile,
      isReady,
    };
    const child = startChild(options);
    await child.ready;
    expect(await child.exited).toEqual({ code: 0, signal: null });
  });

  it('openLogFile appends to an existing file', () => {
    const file = join(folder, 'b.log');
    for (const text of ['one\n', 'two\n']) {
      const log = openLogFile(file);
      log.write(text);
      log.close();
    }
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
  });
});
