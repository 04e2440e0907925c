/**
 * Attacks on InfluxDB by another user of the same machine: on its backup service, which has no login, and on its debug
 * pages.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listeningAddresses } from '../scan.ts';
import { certFile, product } from './attacker.ts';

/** The user `nobody` of Debian. If the tests do not run as root, the attacks run as the user of the tests. */
const otherUser = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

const influxd = readdirSync('/proc')
  .filter((name) => /^\d+$/.test(name))
  .find((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return command.includes('influxd') && command.includes(product.stateDir);
    } catch {
      return false;
    }
  });

/** Returns whether a shell script of the other user succeeds. */
function otherUserCan(script: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const child = spawn('/bin/bash', ['-c', script], { ...otherUser, cwd: '/', stdio: 'ignore', timeout: 10_000 });
  child.once('error', reject);
  child.once('close', (code) => resolve(code === 0));
  return promise;
}

const canConnect = (host: string, port: number) => otherUserCan(`exec 3<>/dev/tcp/${host}/${port}`);

function statusOf(path: string, user?: 'trends'): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const password = () => readFileSync(join(product.stateDir, 'secrets', `influx-${user}.password`), 'utf8').trim();
  const auth = user === undefined ? {} : { auth: `${user}:${password()}` };
  // The path is sent as it is. The class URL would normalise the path.
  const target = { host: '127.0.0.1', port: product.influxPort, path, servername: 'influxdb' };
  const call = request({ ...target, ca: certFile('ca.pem'), agent: false, ...auth }, (answer) => {
    answer.resume();
    resolve(answer.statusCode ?? 0);
  });
  call.once('error', reject);
  call.end();
  return promise;
}

describe('InfluxDB', () => {
  it('InfluxDB has no listener that another user of the machine can reach, except the one that demands a login', async () => {
    expect(await canConnect('127.0.0.1', product.influxPort)).toBe(true);
    const addresses = listeningAddresses(Number(influxd));
    expect(addresses.length).toBeGreaterThan(0);
    for (const address of addresses) {
      const port = Number(address.split(':').at(-1));
      for (const host of [address.slice(0, address.lastIndexOf(':')), '127.0.0.1'])
        expect(await canConnect(host, port), `${host}:${port}`).toBe(false);
    }
  });

  it('InfluxDB has its socket in a folder that another user cannot enter', async () => {
    const folder = join(product.stateDir, 'influxdb');
    expect(readdirSync(folder)).toContain('http.sock');
    if (process.getuid?.() === 0) expect(await otherUserCan(`[ -e '${folder}/http.sock' ]`)).toBe(false);
  });

  it.each([
    '/debug/vars',
    '/debug/requests',
    '/debug/pprof/',
    '/metrics',
    '/status',
    '/ping',
    '/',
    '//debug/vars',
    '/query/../debug/vars',
  ])('InfluxDB shows no internal data at %s, with a login or without', async (path) => {
    expect([401, 404]).toContain(await statusOf(path));
    expect([401, 404]).toContain(await statusOf(path, 'trends'));
  });

  it('InfluxDB demands a login for queries and writes', async () => {
    expect(await statusOf('/query?db=vigil&q=SHOW%20DATABASES')).toBe(401);
    expect(await statusOf('/write?db=vigil')).toBeGreaterThanOrEqual(401);
  });
});
