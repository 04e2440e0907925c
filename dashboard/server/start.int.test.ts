/** Tests that a start of the server with wrong settings fails with one clear sentence and an exit code other than 0. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, inject, it } from 'vitest';
import { freePorts } from '../../ops/platform/ports.ts';
import { serviceEnv } from '../../ops/platform/service-env.ts';
import { until } from '../../tests/system.ts';
import { writeAccounts } from './accounts/accounts.ts';
import { newBrowser } from './browser.testing.ts';

const directory = mkdtempSync(join(tmpdir(), 'vigil-start-'));

async function start(overrides: Record<string, string>) {
  const [httpPort = 0] = await freePorts(1);
  const accounts = join(directory, 'accounts.json');
  writeAccounts(accounts, new Map());
  const settings = { VIGIL_ACCOUNTS_FILE: accounts, ...overrides };
  const env = serviceEnv({ ...inject('platform'), httpPort }, 'dashboard', settings);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], { env, stdio: 'pipe' });
  const [error, code] = await Promise.all([text(child.stderr), new Promise((done) => child.on('close', done))]);
  return { lines: error.trim().split('\n'), code };
}

function file(name: string, content: string, mode = 0o600): string {
  const path = join(directory, name);
  writeFileSync(path, content, { mode });
  return path;
}

it.each<[string, () => Record<string, string>, RegExp]>([
  [
    'an accounts file that is not valid',
    () => ({ VIGIL_ACCOUNTS_FILE: file('a', '{') }),
    /accounts file .* is not valid JSON/,
  ],
  ['an accounts file that does not exist', () => ({ VIGIL_ACCOUNTS_FILE: '/absent' }), /VIGIL_ACCOUNTS_FILE names/],
  [
    'a short session key',
    () => ({ VIGIL_SESSION_KEY_FILE: file('k', 'c2hvcnQ') }),
    /VIGIL_SESSION_KEY_FILE .* fewer than 32/,
  ],
  ['a key that others may read', () => ({ VIGIL_SESSION_KEY_FILE: file('o', 'x'.repeat(43), 0o644) }), /chmod 600/],
  ['an origin with a path', () => ({ VIGIL_PUBLIC_ORIGIN: 'https://localhost:1/' }), /VIGIL_PUBLIC_ORIGIN has/],
  ['an origin without TLS', () => ({ VIGIL_PUBLIC_ORIGIN: 'http://localhost' }), /VIGIL_PUBLIC_ORIGIN has/],
  ['an invalid port', () => ({ VIGIL_HTTP_PORT: '99999' }), /VIGIL_HTTP_PORT is not a whole number/],
  [
    'a certificate file without a certificate',
    () => ({ VIGIL_HTTP_CERT_FILE: file('c', 'x') }),
    /VIGIL_HTTP_CERT_FILE/,
  ],
])('a start fails in one sentence with %s', async (_, overrides, message) => {
  const { lines, code } = await start(overrides());
  expect([lines.length, code]).toEqual([1, 1]);
  expect(lines[0]).toMatch(message);
});

it('a start fails in one sentence if another program uses the port', async () => {
  const otherServer = createServer();
  await new Promise<void>((done) => otherServer.listen(0, '127.0.0.1', done));
  const { port } = otherServer.address() as { port: number };
  const { lines, code } = await start({ VIGIL_HTTP_PORT: String(port) });
  expect([lines.length, code]).toEqual([1, 1]);
  expect(lines[0]).toContain(`Port ${port} (VIGIL_HTTP_PORT) is in use`);
  await new Promise((done) => otherServer.close(done));
});

it('a server without Kafka keeps running, answers at its port that it is starting, and ends at SIGTERM', async () => {
  const [httpPort = 0, unusedPort = 0, metricsPort = 0] = await freePorts(3);
  const platform = { ...inject('platform'), httpPort, dashboardMetricsPort: metricsPort };
  const accounts = join(directory, 'accounts.json');
  writeAccounts(accounts, new Map());
  const settings = { VIGIL_ACCOUNTS_FILE: accounts, VIGIL_KAFKA_BROKERS: `127.0.0.1:${unusedPort}` };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: serviceEnv(platform, 'dashboard', settings),
    stdio: 'ignore',
  });
  const ended = new Promise((done) => child.on('close', done));
  const ca = readFileSync(join(platform.stateDir, 'certs', 'ca.pem'), 'utf8');
  const browser = newBrowser({ port: httpPort, ca, origin: `https://localhost:${httpPort}` });
  const health = await until('an answer', () => browser.get('/healthz').catch(() => undefined));
  expect([health.status, health.body.status]).toEqual([503, 'starting']);
  const figures = await fetch(`http://127.0.0.1:${metricsPort}/healthz`);
  expect([figures.status, await figures.text()]).toEqual([503, 'starting\n']);
  const page = await browser.call('GET', '/', undefined, { accept: 'text/html' });
  expect(page.body).toContain('cannot reach Kafka');
  expect((await browser.login('nurse', 'a long enough phrase')).status).toBe(503);
  expect(child.exitCode).toBeNull();
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});
