/** Who steals, forges, plants or keeps a cookie, and what a login that ended or a screen that is locked still gives. */
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Watch } from '../../dashboard/protocol/live.ts';
import { closeCodes } from '../../dashboard/protocol/pace.ts';
import type { Browser } from '../../dashboard/server/browser.testing.ts';
import { root, until } from '../system.ts';
import { browserFrom, certFile, loggedIn, origin, product, refusalsOf, routesOfServer, sendRaw } from './attacker.ts';

const address = '127.0.3.1';
const watchIcu: Watch = { type: 'watch', scope: { ward: 'icu' }, waves: null };

/** The value of the session's cookie in a browser. */
const tokenOf = (browser: Browser) => /__Host-vigil=([^;]+)/.exec(browser.cookie())?.[1] ?? '';

async function statusWith(cookie: string): Promise<number> {
  const browser = browserFrom(address);
  browser.setCookie(cookie);
  return (await browser.get('/api/wards')).status;
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
const signed = (text: string, key: string | Buffer) => createHmac('sha256', key).update(text).digest('base64url');

const accounts = (...args: string[]) =>
  execFileSync(process.execPath, [
    join(root, 'dashboard/server/account.ts'),
    ...args,
    '--file',
    join(product.stateDir, 'secrets/accounts.json'),
  ]);

describe('a cookie', () => {
  it('a cookie is kept from scripts, other sites, plain HTTP and other hosts, and ends with the browser', async () => {
    const { headers } = await browserFrom(address).login('icu-nurse-1', product.passwords['icu-nurse-1'] ?? '');
    const cookies = headers['set-cookie'] as string[];
    const names = cookies.map((one) => one.split('=')[0] ?? '');
    expect(names).toEqual(expect.arrayContaining(['__Host-vigil', '__Host-vigil-station']));
    expect(names.filter((name) => !name.startsWith('__Host-vigil'))).toEqual([]);
    for (const cookie of cookies) {
      const flags = cookie.split(/; */).slice(1);
      expect(flags).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict']));
      expect(flags.filter((flag) => /^Domain/i.test(flag))).toEqual([]);
    }
    const session = cookies.find((one) => one.startsWith('__Host-vigil='));
    expect(session).not.toMatch(/Max-Age|Expires/i);
  });

  it('a cookie that was planted before the login is not the one after it, and what it opened is over', async () => {
    const planted = tokenOf(await loggedIn('icu-nurse-2', address));
    const kept = await loggedIn('icu-nurse-2', address);
    for (const value of [planted, 'AAAA', 'x'.repeat(2_000)]) {
      const victim = browserFrom(address);
      victim.setCookie(`__Host-vigil=${value}`);
      // An account whose password no other file guesses: a new browser would have to wait.
      expect((await victim.login('icu-nurse-4', product.passwords['icu-nurse-4'] ?? '')).status).toBe(200);
      expect(tokenOf(victim)).not.toBe(value);
      expect((await victim.get('/api/session')).body.actor.userId).toBe('icu-nurse-4');
    }
    const again = browserFrom(address);
    again.setCookie(`__Host-vigil=${planted}`);
    expect((await again.get('/api/session')).status).toBe(401);
    expect((await kept.get('/api/session')).body.actor.userId).toBe('icu-nurse-2');
  });

  it('a forged cookie opens nothing: no algorithm, another algorithm, a guessed or public key, changed claims, a cut signature', async () => {
    const token = tokenOf(await loggedIn('icu-nurse-4', address));
    const [header = '', payload = '', signature = ''] = token.split('.');
    const chief = encoded({ ...decoded(payload), sub: 'chief' });
    const longer = encoded({ ...decoded(payload), exp: decoded(payload).exp + 1_000_000 });
    const none = encoded({ ...decoded(header), alg: 'none' });
    const publicKeys = [certFile('ca.pem'), certFile('web-server.pem'), '', 'secret', 'vigil', Buffer.alloc(32)];
    const forged = [
      `${header}.${chief}.${signature}`,
      `${header}.${longer}.${signature}`,
      ...['none', 'None', 'NONE', ''].map((alg) => `${encoded({ alg, typ: 'JWT' })}.${chief}.`),
      `${none}.${payload}.${signature}`,
      ...publicKeys.map((key) => `${header}.${chief}.${signed(`${header}.${chief}`, key)}`),
      ...['HS384', 'HS512', 'RS256', 'ES256', 'EdDSA'].map((alg) => `${encoded({ alg })}.${payload}.${signature}`),
      `${encoded({ alg: 'HS256', jwk: { kty: 'oct', k: '' } })}.${chief}.${signed(`${encoded({ alg: 'HS256' })}.${chief}`, '')}`,
      `${encoded({ alg: 'HS256', crit: ['exp'], kid: '../../dev/null' })}.${payload}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -2)}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${token}.${token}`,
      payload,
      'x'.repeat(10_000),
    ];
    expect(await statusWith(`__Host-vigil=${token}`)).toBe(200);
    for (const value of forged) expect([value, await statusWith(`__Host-vigil=${value}`)]).toEqual([value, 401]);
  });

  it('a cookie under another name, or twice, or in the address, is not taken for a login', async () => {
    const token = tokenOf(await loggedIn('icu-nurse-4', address));
    for (const name of ['vigil', '__Secure-vigil', '__host-vigil', ' __Host-vigil2'])
      expect([name, await statusWith(`${name}=${token}`)]).toEqual([name, 401]);
    const browser = browserFrom(address);
    expect((await browser.get(`/api/wards?__Host-vigil=${token}`)).status).toBe(401);
    const bearer = await browser.call('GET', '/api/wards', undefined, { authorization: `Bearer ${token}` });
    expect(bearer.status).toBe(401);
    // Of two of one name the first is judged, and the second changes nothing.
    const twice = await sendRaw(
      product.httpPort,
      `GET /api/session HTTP/1.1\r\nHost: localhost\r\nCookie: __Host-vigil=forged; __Host-vigil=${token}\r\nConnection: close\r\n\r\n`,
    );
    expect(twice.text).toMatch(/^HTTP\/1\.1 401 /);
  });
});

describe('a login that is over', () => {
  it('after a logout, the old cookie gives nothing, and each live connection of the login is closed at once', async () => {
    const nurse = await loggedIn('icu-nurse-5', address);
    const other = await loggedIn('icu-nurse-5', address);
    const lives = [await nurse.live(watchIcu), await nurse.live(watchIcu)];
    const kept = await other.live(watchIcu);
    await until('all see the ward', () => [...lives, kept].every((live) => live.of('snapshot').length === 1));
    const old = nurse.cookie();
    const { ticket } = (await nurse.post('/api/ticket')).body;
    expect((await nurse.post('/api/logout')).status).toBe(204);
    for (const live of lives) expect(await live.closed).toBe(closeCodes.sessionEnded);
    const thief = browserFrom(address);
    thief.setCookie(old);
    for (const path of ['/api/session', '/api/wards', '/api/devices']) expect((await thief.get(path)).status).toBe(401);
    expect((await thief.post('/api/ticket')).status).toBe(401);
    expect(await (await thief.live(watchIcu, { ticket, cookie: old })).closed).toBe(401);
    const beats = kept.of('heartbeat').length;
    await until('the other login of the same person goes on', () => kept.of('heartbeat').length > beats);
    kept.close();
  });

  it('when an account is disabled, its requests and live connections end within seconds, and its login does not come back with the account', async () => {
    const nurse = await loggedIn('icu-nurse-6', address);
    const live = await nurse.live(watchIcu);
    await until('the ward', () => live.of('snapshot').length === 1);
    accounts('disable', '--user', 'icu-nurse-6');
    expect(await live.closed).toBe(closeCodes.sessionEnded);
    expect((await nurse.get('/api/wards')).status).toBe(401);
    expect((await browserFrom(address).login('icu-nurse-6', product.passwords['icu-nurse-6'] ?? '')).status).toBe(401);
    accounts('enable', '--user', 'icu-nurse-6');
    const again = await until('the account is back', async () =>
      loggedIn('icu-nurse-6', address).catch(() => undefined),
    );
    expect((await again.get('/api/wards')).status).toBe(200);
    expect((await nurse.get('/api/wards')).status).toBe(401);
  });
});

describe("another's login", () => {
  it('a person does not enter another’s login by a ticket of it, nor by an own ticket with its station', async () => {
    const nurse = await loggedIn('icu-nurse-7', address);
    const thief = await loggedIn('step-nurse', address);
    const { ticket } = (await nurse.post('/api/ticket')).body;
    expect(await (await thief.live(watchIcu, { ticket })).closed).toBe(403);
    // Tried once, it is used up for its owner, too: a ticket that somebody else has seen is worth nothing.
    expect(await (await nurse.live(watchIcu, { ticket })).closed).toBe(403);
    const station = /__Host-vigil-station=[^;]+/.exec(nurse.cookie())?.[0] ?? '';
    expect(station).not.toBe('');
    const cookie = `__Host-vigil=${tokenOf(thief)}; ${station}`;
    const live = await thief.live(watchIcu, { cookie });
    expect(await live.closed).toBe(closeCodes.notAllowed);
    const auditor = await loggedIn('auditor', address);
    await until('the attempts on record', async () =>
      (await refusalsOf(auditor, 'step-nurse')).some(
        ({ detail, address: from }) => from === address && detail?.includes('a ticket that is not valid'),
      ),
    );
  });
});

describe('a locked screen', () => {
  it('a locked screen gets no name, no value history and no act from any route of the running server until the password is entered', async () => {
    const nurse = await loggedIn('icu-nurse-8', address);
    const bed = (await nurse.get('/api/devices')).body.devices.find(
      (one: { current: { ward: string } | null }) => one.current?.ward === 'icu',
    );
    const { associationId } = bed.current;
    const known = (await nurse.get(`/api/associations/${associationId}`)).body.bed.patient;
    expect(known.familyName).toMatch(/^Demo-/);
    const old = nurse.cookie();
    expect((await nurse.post('/api/lock')).status).toBe(204);
    const mayStill = [
      'POST /api/login',
      'GET /api/session',
      'POST /api/logout',
      'POST /api/lock',
      'POST /api/unlock',
      'POST /api/ticket',
      'GET /healthz',
    ];
    // The cookie of before the lock is the same login: it is locked, too.
    const thief = browserFrom(address);
    thief.setCookie(old);
    for (const route of await routesOfServer(nurse)) {
      if (mayStill.includes(route)) continue;
      const [method = '', path = ''] = route.split(' ');
      const filled = path.replace('{associationId}', associationId).replace(/\{\w+\}/g, 'bed-01-0123456789');
      for (const browser of [nurse, thief]) {
        const answer = await browser.call(method, filled, method === 'POST' ? {} : undefined);
        expect([route, answer.status]).toEqual([route, 423]);
        expect(JSON.stringify(answer.body)).not.toContain(known.familyName);
      }
    }
    expect((await nurse.get('/api/session')).body).toMatchObject({ locked: true });
    expect((await nurse.post('/api/unlock', { password: 'not the password' })).status).toBe(403);
    expect((await nurse.get('/api/wards')).status).toBe(423);
    const unlocked = await nurse.post('/api/unlock', { password: product.passwords['icu-nurse-8'] });
    expect(unlocked.status).toBe(200);
    expect((await nurse.get('/api/wards')).status).toBe(200);
  });

  it('a locked screen still gets alarms and values over the live connection, without a name, on an open connection and on a new one', async () => {
    const nurse = await loggedIn('icu-nurse-9', address);
    const before = await nurse.live(watchIcu);
    await until('the ward with names', () => JSON.stringify(before.messages).includes('"familyName":"Demo-'));
    await nurse.post('/api/lock');
    expect(await before.closed).toBe(closeCodes.resync);
    const after = await nurse.live(watchIcu);
    await until('values that change', () => after.of('delta').length > 2);
    const text = JSON.stringify(after.messages);
    for (const word of ['Demo-', 'familyName', 'DEMO-0', 'birthDate'])
      expect([word, text.includes(word)]).toEqual([word, false]);
    expect(after.of('snapshot')[0]?.beds.some(({ occupied }) => occupied)).toBe(true);
    expect(after.of('delta').flatMap(({ beds }) => beds.flatMap(({ values }) => values)).length).toBeGreaterThan(0);
    after.close();
  });
});

it('a page of another site finds no session in the page, in its address or in a header that a script can read', async () => {
  const nurse = await loggedIn('icu-nurse-9', address);
  const token = tokenOf(nurse);
  for (const path of ['/', '/api/session', '/api/wards']) {
    const { body, headers } = await nurse.get(path);
    const { 'set-cookie': _, ...readable } = headers;
    expect(JSON.stringify([body, readable])).not.toContain(token);
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  }
  expect(origin).toMatch(/^https:/);
});
