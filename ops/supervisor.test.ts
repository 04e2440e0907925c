import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startChild } from './platform/child.ts';
import { supervise } from './supervisor.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-supervisor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const forever = "console.log('ready'); setInterval(() => {}, 1000);";

function keep(scripts: string[], signal?: AbortSignal) {
  const lines: string[] = [];
  const starts: number[] = [];
  const pids: number[] = [];
  const supervised = supervise({
    name: 'probe',
    report: (line) => lines.push(line),
    firstDelayMs: 10,
    lastDelayMs: 40,
    ...(signal && { signal }),
    start: async (ending) => {
      starts.push(performance.now());
      const child = startChild({
        name: 'probe',
        command: process.execPath,
        args: ['-e', scripts.shift() ?? forever],
        logFile: join(folder, 'probe.log'),
        isReady: (line) => line === 'ready',
        signal: ending,
        graceMs: 200,
      });
      pids.push(child.pid);
      await child.ready;
      return child;
    },
  });
  return { supervised, lines, starts, pids };
}

async function until(probe: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 30_000; !probe(); ) {
    if (Date.now() > endMs) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('supervise', () => {
  it('restarts a killed process and reports it, without an older line as the reason', async () => {
    const { supervised, lines } = keep([]);
    const one = await supervised;
    const first = one.pid();
    process.kill(first, 'SIGKILL');
    await until(() => lines.includes('probe runs again'));
    expect(one.pid()).not.toBe(first);
    expect(lines).toEqual(['probe ended by itself (SIGKILL)', 'probe is started again in 0.0 s', 'probe runs again']);
    await one.close();
    expect(() => process.kill(one.pid(), 0)).toThrow();
    expect(lines.length).toBe(3);
  });

  it('keeps trying, more and more slowly, if the start itself fails', async () => {
    const broken = "console.error('no luck'); process.exit(1)";
    const { supervised, lines, starts } = keep([forever, broken, broken, broken]);
    const one = await supervised;
    process.kill(one.pid(), 'SIGKILL');
    await until(() => lines.includes('probe runs again'));
    expect(starts.length).toBe(5);
    expect(lines.filter((line) => line.endsWith('no luck')).length).toBe(3);
    await one.close();
  });

  it('fails at once if the first start fails', async () => {
    const { supervised } = keep(["console.error('bad settings'); process.exit(1)"]);
    await expect(supervised).rejects.toThrow(/bad settings/);
  });

  it('restarts on request, without reporting an end', async () => {
    const { supervised, lines } = keep([]);
    const one = await supervised;
    const first = one.pid();
    await one.restart();
    expect(one.pid()).not.toBe(first);
    expect(() => process.kill(first, 0)).toThrow();
    expect(lines).toEqual(['probe runs again']);
    process.kill(one.pid(), 'SIGKILL');
    await until(() => lines.length >= 4);
    expect(lines[1]).toMatch(/ended by itself/);
    await one.close();
  });

  it('can be closed while it waits to start again', async () => {
    const { supervised, lines, starts } = keep([]);
    const one = await supervised;
    process.kill(one.pid(), 'SIGKILL');
    await until(() => lines.some((line) => line.includes('is started again')));
    await one.close();
    expect(starts.length).toBeLessThanOrEqual(2);
    expect(() => process.kill(one.pid(), 0)).toThrow();
  });

  it('can be closed during a restart that neither gets ready nor obeys', async () => {
    // Without a signal this would last until the start is given up, after 120 s.
    const { supervised, lines, pids } = keep([
      forever,
      "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);",
    ]);
    const one = await supervised;
    process.kill(one.pid(), 'SIGKILL');
    await until(() => pids.length === 2);
    await one.close();
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
    expect(lines.some((line) => line.includes('runs again'))).toBe(false);
  });

  it('restarts nothing once everything is being stopped, even before it is closed', async () => {
    const stopping = new AbortController();
    const { supervised, starts, lines } = keep([], stopping.signal);
    const one = await supervised;
    stopping.abort();
    process.kill(one.pid(), 'SIGKILL');
    await one.restart();
    await one.close();
    expect(starts).toHaveLength(1);
    expect(lines).toEqual([]);
  });
});

it('survives a log file that was removed when it is full, and restarts the process', async () => {
  const logFile = join(folder, 'removed', 'probe.log');
  const lines: string[] = [];
  const talkative = `console.log('ready'); const line = 'x'.repeat(100_000);
    setInterval(() => { for (let n = 0; n < 20; n += 1) console.log(line); }, 1);`;
  const one = await supervise({
    name: 'probe',
    report: (line) => lines.push(line),
    firstDelayMs: 10,
    start: async (signal) => {
      const isReady = (line: string) => line === 'ready';
      const child = startChild({
        name: 'probe',
        command: process.execPath,
        args: ['-e', talkative],
        logFile,
        isReady,
        signal,
      });
      await child.ready;
      return child;
    },
  });
  // Two files of 10 MB: the second time it is full, there is none to move aside.
  await until(() => existsSync(`${logFile}.1`));
  rmSync(join(folder, 'removed'), { recursive: true });
  await until(() => existsSync(logFile) && statSync(logFile).size > 1_000_000);
  process.kill(one.pid(), 'SIGKILL');
  await until(() => lines.includes('probe runs again'));
  await one.close();
});
