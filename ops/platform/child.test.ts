import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startChild } from './child.ts';
import { openLogFile } from './logFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-child-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

function start(
  script: string,
  options: { isReady?: (line: string) => boolean; readyTimeoutMs?: number; signal?: AbortSignal } = {},
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

async function untilGone(pid: number): Promise<void> {
  for (const endMs = Date.now() + 30_000; isRunning(pid) && Date.now() < endMs; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const forever = 'setInterval(() => {}, 1000);';
const isReady = (line: string) => line === 'ready';

describe('startChild', () => {
  it('is ready when the process says so, keeps its output, and stops it', async () => {
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

  it('kills what does not obey', async () => {
    const { child } = start(`process.on('SIGTERM', () => {}); console.log('ready'); ${forever}`, { isReady });
    await child.ready;
    await child.stop(100);
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it.each([
    [
      'its last words on standard error',
      "console.error('Bad settings.'); process.exit(1)",
      /exit code 1\): Bad settings\.$/,
    ],
    ['the error, not its stack', "throw new Error('no such thing')", /exit code 1\): Error: no such thing$/],
    ['nothing more where it said nothing', 'process.exit(3)', /ended before it was ready \(exit code 3\)$/],
    ['the signal', "process.kill(process.pid, 'SIGKILL')", /\(SIGKILL\)$/],
  ])('tells %s when it ends too early', async (_name, script, message) => {
    await expect(start(script, { isReady }).child.ready).rejects.toThrow(message);
  });

  it('tells that it took too long, and what cannot be started', async () => {
    const slow = start(forever, { isReady, readyTimeoutMs: 50 });
    await expect(slow.child.ready).rejects.toThrow(/not ready within 0\.05 s; see .*\.log\.$/);
    await slow.child.stop();
    const options = { name: 'nothing', args: [], logFile: join(folder, 'nothing.log') };
    const missing = startChild({ ...options, command: '/nowhere/program', isReady });
    await expect(missing.ready).rejects.toThrow(/^nothing /);
    await missing.stop();
  });

  it('ends a start that is called off, and leaves alone what is ready', async () => {
    const stopping = new AbortController();
    const { child: ready } = start(`console.log('ready'); ${forever}`, { isReady, signal: stopping.signal });
    await ready.ready;
    const { child } = start(forever, { isReady, signal: stopping.signal });
    stopping.abort();
    await expect(child.ready).rejects.toThrow(/SIGTERM/);
    expect(isRunning(ready.pid)).toBe(true);
    await ready.stop();
  });

  it.runIf(process.platform === 'linux')('does not outlive a parent that was killed', async () => {
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
    await untilGone(pid);
    expect(isRunning(pid)).toBe(false);
  });
});

describe('openLogFile', () => {
  it('holds at most two files of its size, readable by us alone', () => {
    const file = join(folder, 'sub', 'a.log');
    const log = openLogFile(file, 100);
    for (let line = 0; line < 100; line += 1) log.write(`line ${line}\n`);
    log.close();
    log.write('after closing\n');
    expect(readFileSync(file, 'utf8')).toMatch(/line 99\n$/);
    expect(statSync(file).size + statSync(`${file}.1`).size).toBeLessThan(240);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('goes on where it left off', () => {
    const file = join(folder, 'b.log');
    for (const text of ['one\n', 'two\n']) {
      const log = openLogFile(file);
      log.write(text);
      log.close();
    }
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
  });
});
