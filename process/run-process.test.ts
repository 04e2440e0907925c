import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const here = (file: string) => JSON.stringify(join(import.meta.dirname, file));

/**
 * Runs a process with this code in its function `open`. Sends SIGTERM after the process has written `up`. Returns exit
 * code and output.
 */
async function run(open: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  const program = `
    import { VigilError } from ${here('../contracts/errors.ts')};
    import { runProcess } from ${here('run-process.ts')};
    import { setTimeout as sleep } from 'node:timers/promises';
    const logLevel = { kind: 'choice', env: 'VIGIL_LOG_LEVEL', help: 'level', choices: ['info', 'error'], fallback: 'info' };
    runProcess({
      title: 'The test',
      manifest: { logLevel },
      env: process.env,
      log: { base: { process: 'test' } },
      closeMsMax: 60_000,
      async open(settings, log) { ${open} },
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, '--', ...args], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    const before = out;
    out += String(chunk);
    if (!before.includes('up') && out.includes('up')) child.kill('SIGTERM');
  });
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, errors };
}

describe('runProcess', () => {
  it('at SIGTERM the process closes what it opened, and exits with code 0', async () => {
    const { code, out } = await run(
      `setInterval(() => {}, 1000); console.log('up'); return { async close() { log.info('closed'); } };`,
    );
    expect(code).toBe(0);
    expect(out).toContain('"process":"test"');
    expect(out).toContain('closed');
  });

  it('a process that gets SIGTERM while it starts exits with code 0', async () => {
    const { code, out } = await run(`console.log('up'); await sleep(60_000); console.log('started');`);
    expect(code).toBe(0);
    expect(out).not.toContain('started');
  });

  it('a process that cannot start prints why, and exits with code 1', async () => {
    const { code, errors } = await run(`throw new VigilError('settings-invalid', 'The port is taken.');`);
    expect({ code, errors }).toEqual({ code: 1, errors: 'The port is taken.\n' });
  });

  it('the process prints its name and the error if `open` throws an unknown error', async () => {
    const { code, errors } = await run(`throw new Error('odd');`);
    expect({ code, errors }).toEqual({ code: 1, errors: 'The test did not start: Error: odd\n' });
  });

  it('the process refuses an impossible setting before it opens anything', async () => {
    const { code, out, errors } = await run(`console.log('opened');`, [], { VIGIL_LOG_LEVEL: 'loud' });
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(errors).toContain('VIGIL_LOG_LEVEL');
  });

  it('the process logs an error that nothing catches, and exits with code 1', async () => {
    const { code, out } = await run(`setTimeout(() => { throw new Error('odd'); }, 10); return { async close() {} };`);
    expect(code).toBe(1);
    expect(out).toContain('an error was not caught');
    expect(out).toContain('odd');
  });

  it('the process prints its settings with --help, and opens nothing', async () => {
    const { code, out } = await run(`console.log('opened');`, ['--help']);
    expect(code).toBe(0);
    expect(out).toContain('The test. Settings (environment):');
    expect(out).toContain('VIGIL_LOG_LEVEL');
    expect(out).not.toContain('opened');
  });
});
