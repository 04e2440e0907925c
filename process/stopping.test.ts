import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Runs a process that stops on a signal. Returns its exit code and its output. */
async function runAndStop(close: string, withinMs: number, signals: readonly NodeJS.Signals[]) {
  const program = `
    import { pino } from 'pino';
    import { stopOnSignals } from ${JSON.stringify(join(import.meta.dirname, 'stopping.ts'))};
    stopOnSignals({ withinMs: ${withinMs}, log: pino(), close: ${close} });
    setInterval(() => {}, 1000);
    console.log('up');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk) => {
    const before = out;
    out += String(chunk);
    if (!before.includes('up') && out.includes('up')) for (const signal of signals) child.kill(signal);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out };
}

it('the process closes only once, even if several signals come, and ends with 0', async () => {
  const close = "async () => { console.log('closing'); await new Promise((done) => setTimeout(done, 300)); }";
  const { code, out } = await runAndStop(close, 60_000, ['SIGTERM', 'SIGINT', 'SIGTERM']);
  expect(code).toBe(0);
  expect(out.match(/^closing$/gm)).toHaveLength(1);
  expect(out).not.toContain('not closed in time');
});

it('the process ends with the exit code that it has set', async () => {
  const { code } = await runAndStop('async () => { process.exitCode = 3; }', 60_000, ['SIGTERM']);
  expect(code).toBe(3);
});

it('the process ends if closing takes too long', async () => {
  const { code, out } = await runAndStop('() => new Promise(() => {})', 200, ['SIGINT']);
  expect(code).toBe(0);
  expect(out).toContain('not closed in time: the process ends now');
});

it('the process ends with 1 if closing fails', async () => {
  const { code, out } = await runAndStop("async () => { throw new Error('no'); }", 60_000, ['SIGTERM']);
  expect(code).toBe(1);
  expect(out).toContain('closing failed');
});
