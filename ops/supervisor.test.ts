import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startChild } from './platform/child.ts';
import { supervise } from './supervisor.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-supervisor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const forever = "console.log('ready'); setInterval(() => {}, 1000);";

/**
 * Supervises a process. Each start runs the next script. After the last script, each start runs a script that does not
 * end by itself.
 */
function superviseScripts(scripts: string[], signal?: AbortSignal) {
  const lines: string[] = [];
  const starts: number[] = [];
  const pids: number[] = [];
  const supervised = supervise({
    name: 'probe',
    report: (line) => lines.push(line),
    firstDelayMs: 10,
    lastDelayMs: 40,
    ...(signal && { signal }),
    start: async (stopSignal) => {
      starts.push(performance.now());
      const child = startChild({
        name: 'probe',
        command: process.execPath,
        args: ['-e', scripts.shift() ?? forever],
        logFile: join(folder, 'probe.log'),
        isReady: (line) => line === 'ready',
        signal: stopSignal,
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
    if (Date.now() > endMs) throw new Error('the condition did not become true within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('supervise', () => {
  it('supervise restarts a killed process, and does not report an old line of its output as the reason of its end', async () => {
    const { supervised, lines } = superviseScripts([]);
    const probe = await supervised;
    const firstPid = probe.pid();
    process.kill(firstPid, 'SIGKILL');
    await until(() => lines.includes('probe runs again'));
    expect(probe.pid()).not.toBe(firstPid);
    expect(lines).toEqual(['probe ended by itself (SIGKILL)', 'probe is started again in 0.0 s', 'probe runs again']);
    await probe.close();
    expect(() => process.kill(probe.pid(), 0)).toThrow();
    expect(lines.length).toBe(3);
  });

  it('supervise tries again after each failed restart until a restart succeeds', async () => {
    const failing = "console.error('start failed'); process.exit(1)";
    const { supervised, lines, starts } = superviseScripts([forever, failing, failing, failing]);
    const probe = await supervised;
    process.kill(probe.pid(), 'SIGKILL');
    await until(() => lines.includes('probe runs again'));
    expect(starts.length).toBe(5);
    expect(lines.filter((line) => line.endsWith('start failed')).length).toBe(3);
    await probe.close();
  });

  it('supervise rejects if the first start fails', async () => {
    const { supervised } = superviseScripts(["console.error('bad settings'); process.exit(1)"]);
    await expect(supervised).rejects.toThrow(/bad settings/);
  });

  it('supervise restarts the process on request, without reporting that it ended', async () => {
    const { supervised, lines } = superviseScripts([]);
    const probe = await supervised;
    const firstPid = probe.pid();
    await probe.restart();
    expect(probe.pid()).not.toBe(firstPid);
    expect(() => process.kill(firstPid, 0)).toThrow();
    expect(lines).toEqual(['probe runs again']);
    process.kill(probe.pid(), 'SIGKILL');
    await until(() => lines.length >= 4);
    expect(lines[1]).toMatch(/ended by itself/);
    await probe.close();
  });

  it('two restarts that are requested at the same time both happen, one after the other', async () => {
    const { supervised, pids } = superviseScripts([]);
    const probe = await supervised;
    await Promise.all([probe.restart(), probe.restart()]);
    expect([pids.length, probe.pid()]).toEqual([3, pids[2]]);
    await probe.close();
  });

  it('a restart that is requested during a start starts the process once more, because the start may have read old files', async () => {
    const { supervised, pids } = superviseScripts([forever, `setTimeout(() => { ${forever} }, 300);`]);
    const probe = await supervised;
    process.kill(probe.pid(), 'SIGKILL');
    await until(() => pids.length === 2);
    await probe.restart();
    expect([pids.length, probe.pid()]).toEqual([3, pids[2]]);
    await probe.close();
  });

  it('a supervisor can be closed during the delay before a restart', async () => {
    const { supervised, lines, starts } = superviseScripts([]);
    const probe = await supervised;
    process.kill(probe.pid(), 'SIGKILL');
    await until(() => lines.some((line) => line.includes('is started again')));
    await probe.close();
    expect(starts.length).toBeLessThanOrEqual(2);
    expect(() => process.kill(probe.pid(), 0)).toThrow();
  });

  it('a supervisor can be closed during a restart of a process that does not become ready and ignores SIGTERM', async () => {
    // If close did not abort the start, this test would wait 120 s until the start fails.
    const { supervised, lines, pids } = superviseScripts([
      forever,
      "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);",
    ]);
    const probe = await supervised;
    process.kill(probe.pid(), 'SIGKILL');
    await until(() => pids.length === 2);
    await probe.close();
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
    expect(lines.some((line) => line.includes('runs again'))).toBe(false);
  });

  it('supervise does not restart the process after the signal was aborted', async () => {
    const stopping = new AbortController();
    const { supervised, starts, lines } = superviseScripts([], stopping.signal);
    const probe = await supervised;
    stopping.abort();
    process.kill(probe.pid(), 'SIGKILL');
    await probe.restart();
    await probe.close();
    expect(starts).toHaveLength(1);
    expect(lines).toEqual([]);
  });
});

it('the supervisor still restarts the process after the folder of its log file was removed', async () => {
  const logFile = join(folder, 'removed', 'probe.log');
  const lines: string[] = [];
  const talkative = `console.log('ready'); const line = 'x'.repeat(100_000);
    setInterval(() => { for (let n = 0; n < 20; n += 1) console.log(line); }, 1);`;
  const probe = await supervise({
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
  // When `probe.log.1` exists, the log file was full once and was renamed. Now the folder is removed, so the next
  // renaming fails.
  await until(() => existsSync(`${logFile}.1`));
  rmSync(join(folder, 'removed'), { recursive: true });
  await until(() => existsSync(logFile) && statSync(logFile).size > 1_000_000);
  process.kill(probe.pid(), 'SIGKILL');
  await until(() => lines.includes('probe runs again'));
  await probe.close();
});
