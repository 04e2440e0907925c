import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';

const platform = inject('platform');
const ca = readFileSync(join(platform.stateDir, 'certs', 'ca.pem'), 'utf8');

const agent = new Agent({ keepAlive: true, maxSockets: 20 });

type Answer = { status: number; body: string };

function send(path: string, user: string | undefined, body: string, password = passwordOf(user)): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    ...(user === undefined ? {} : { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }),
  };
  const call = request(new URL(path, platform.influxUrl), { method: 'POST', ca, headers, agent }, (response) => {
    let text = '';
    response.on('data', (chunk) => {
      text += String(chunk);
    });
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
  });
  call.on('error', reject);
  call.end(body);
  return promise;
}

function passwordOf(user: string | undefined): string {
  if (user === undefined) return '';
  return readFileSync(join(platform.stateDir, 'secrets', `influx-${user}.password`), 'utf8').trim();
}

const query = (user: string | undefined, q: string, password?: string) =>
  send('/query?db=vigil&epoch=ms', user, new URLSearchParams({ q }).toString(), password);

describe('InfluxDB', () => {
  it('InfluxDB lets the account `trends` write a point, and lets the account `dashboard` read it', async () => {
    expect((await send('/write?db=vigil&precision=ms', 'trends', `probe value=1 ${Date.now()}`)).status).toBe(204);
    expect((await query('dashboard', 'SELECT value FROM probe')).body).toContain('"probe"');
  });

  it('InfluxDB does not let the account `trends` read, or the account `dashboard` write', async () => {
    expect((await send('/write?db=vigil', 'dashboard', 'probe value=2')).status).toBe(403);
    expect((await query('trends', 'SELECT value FROM probe')).status).toBe(403);
    expect((await query('dashboard', 'DROP DATABASE vigil')).status).toBe(403);
  });

  it.each([
    ['no login', undefined, ''],
    ['a wrong password', 'dashboard', 'wrong'],
    ['an unknown name', 'nobody', 'x'],
  ])('InfluxDB answers with status 401 to a request with %s', async (_name, user, password) => {
    expect((await query(user, 'SHOW DATABASES', password)).status).toBe(401);
    expect((await send('/write?db=vigil', user, 'probe value=3', password)).status).toBe(401);
  });

  it('InfluxDB answers all of 200 simultaneous requests of different sizes on connections that stay open', async () => {
    const requests = Array.from({ length: 200 }, (_, n) =>
      n % 2 === 0
        ? query(n % 4 === 0 ? undefined : 'dashboard', 'SHOW MEASUREMENTS').then(({ status }) => status)
        : send('/write?db=vigil', 'trends', `probe value=${n}\n`.repeat(n * 20)).then(({ status }) => status),
    );
    const statuses = await Promise.all(requests);
    expect(statuses.filter((_, n) => n % 4 === 0)).toEqual(Array(50).fill(401));
    expect(statuses.filter((_, n) => n % 4 === 2)).toEqual(Array(50).fill(200));
    expect(statuses.filter((_, n) => n % 2 === 1)).toEqual(Array(100).fill(204));
  });

  it('InfluxDB keeps raw values for 7 days by default and minutes for 400 days', async () => {
    const { body } = await query('admin', 'SHOW RETENTION POLICIES ON vigil');
    const rows = JSON.parse(body).results[0].series[0].values as [string, string, string, number, boolean][];
    expect(rows.map(([name, duration, , , isDefault]) => [name, duration, isDefault])).toEqual([
      ['raw', '168h0m0s', true],
      ['minutes', '9600h0m0s', false],
    ]);
  });
});
