import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const state = mkdtempSync(join(tmpdir(), 'vigil-certs-'));
afterAll(() => rmSync(state, { recursive: true, force: true }));

function certs(...args: string[]) {
  const result = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    encoding: 'utf8',
    timeout: 30_000,
    env: { PATH: process.env.PATH, VIGIL_STATE_DIR: state },
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

describe('npm run certs', () => {
  it('makes all, then has nothing to do, then issues one more', () => {
    expect(certs()).toMatchObject({ code: 0, err: '', out: expect.stringContaining('certs/kafka: issued (missing)') });
    expect(certs().out).toMatch(/^Nothing to do/);
    expect(certs('device', 'bed-07').out).toBe('certs/devices/bed-07: issued (missing)\n');
    expect(existsSync(join(state, 'certs/devices/bed-07.key'))).toBe(true);
  });

  it('explains itself', () => {
    expect(certs('--help')).toMatchObject({ code: 0, err: '', out: expect.stringContaining('VIGIL_STATE_DIR') });
  });

  it.each([
    [['frobnicate'], /"frobnicate" is no command/],
    [['device'], /Name the device/],
    [['device', 'a/b'], /"a\/b" is no device id/],
    [['--nonsense'], /--nonsense/],
    [['--state', '/proc/nowhere'], /^Cannot write \/proc\/nowhere/],
  ])('answers %j in one sentence and exits 1', (args, message) => {
    const { code, out, err } = certs(...args);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n').length).toBe(1);
  });
});
