import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startChild } from './platform/child.ts';
import { supervise } from './supervisor.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-supervisor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const forever = "console.log('ready'); setInterval(() => {}, 1000);";

function keep(scripts: string[]) {
  const lines: string[] = [];
  const starts: number[] = [];
  const supervised = supervise({
    name: 'probe',
    report: (line) => lines.push(line),
    firstDelayMs: 10,
    lastDelayMs: 40,
    start: async () => {
      starts.push(performance.now());
      const child = startChild({
        name: 'probe',
        command: process.execPath,
        args: ['-e', scripts.shift() ?? forever],
        logFile: join(folder, 'probe.log'),
        isReady: (line) => line === 'ready',
      });
      await child.ready;
      return child;
    },
  });
  return { supervised, lines, starts };
}

async function until(probe: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 30_000; !probe(); ) {
    if (Date.now() > endMs) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('supervise', () => {
  it('starts again what was killed, and says so', async () => {
    const { supervised, lines } = keep([]);
    const one = await supervised;
    const first = one.pid();
    process.kill(first, 'SIGKILL');
    await until(() => lines.includes('probe runs again'));
    expect(one.pid()).not.toBe(first);
    expect(lines).toEqual([
      'probe ended by itself (SIGKILL): ready',
      'probe is started again in 0.0 s',
      'probe runs again',
    ]);
    await one.close();
    expect(() => process.kill(one.pid(), 0)).toThrow();
    expect(lines.length).toBe(3);
  });

  it('tries again and again, ever slower, where the start itself fails', async () => {
    const broken = "console.error('no luck'); process.exit(1)";
    const { supervised, lines, starts } = keep([forever, broken, broken, broken]);
    const one = await supervised;
    process.kill(one.pid(), 'SIGKILL');
    await until(() => lines.includes('probe runs again'));
    expect(starts.length).toBe(5);
    expect(lines.filter((line) => line.endsWith('no luck')).length).toBe(3);
    await one.close();
  });

  it('fails at once where the first start fails', async () => {
    const { supervised } = keep(["console.error('bad settings'); process.exit(1)"]);
    await expect(supervised).rejects.toThrow(/bad settings/);
  });

  it('is started anew when asked, without a word about an end', async () => {
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
});
