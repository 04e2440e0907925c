/** Attacks with stolen, forged, planted or old cookies, and with logins that have ended or are locked. */
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Watch } from '../../dashboard/protocol/live.ts';
import { closeCodes } from '../../dashboard/protocol/pace.ts';
import type { Browser } from '../../dashboard/server/browser.testing.ts';
import { root, until } from '../system.ts';
import {
  browserFrom,
  certFile,
  loggedInBrowser,
  origin,
  product,
  refusalsOf,
  routesOfServer,
  sendRaw,
} from './attacker.ts';

const address = '127.0.3.1';
const watchIcu: Watch = { type: 'watch', scope: { ward: 'icu' }, waves: null };

/** Returns the value of the session cookie of a browser. */
const tokenOf = (browser: Browser) => /__Host-vigil=([^;]+)/.exec(browser.cookie())?.[1] ?? '';

async function statusWith(cookie: string): Promise<number> {
  const browser = browserFrom(address);
  browser.setCookie(cookie);
  return (await browser.get('/api/wards')).status;
}

const encodePart = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decodePart = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
const signatureOf = (text: string, key: string | Buffer) => createHmac('sha256', key).update(text).digest('base64url');

const runAccountCommand = (...args: string[]) =>
  execFileSync(process.execPath, [
    join(root, 'dashboard/server/account.ts'),
    ...args,
    '--file',
    join(product.stateDir, 'secrets/accounts.json'),
  ]);

describe('a cookie', () => {
  it('the session cookie is hidden from scripts, other sites, plain HTTP and other hosts, and is deleted when the browser closes', async () => {
    const { headers } = await browserFrom(address).login('icu-nurse-1', product.passwords['icu-nurse-1'] ?? '');
    const cookies = headers['set-cookie'] as string[];
    const names = cookies.map((cookie) => cookie.split('=')[0] ?? '');
    expect(names).toEqual(expect.arrayContaining(['__Host-vigil', '__Host-vigil-station']));
    expect(names.filter((name) => !name.startsWith('__Host-vigil'))).toEqual([]);
    for (const cookie of cookies) {
      const flags = cookie.split(/; */).slice(1);
      expect(flags).toEqual(expect.arrayContaining(['Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict']));
      expect(flags.filter((flag) => /^Domain/i.test(flag))).toEqual([]);
    }
    const session = cookies.find((cookie) => cookie.startsWith('__Host-vigil='));
    expect(session).not.toMatch(/Max-Age|Expires/i);
  });

  it('a login replaces a cookie that was planted before it, and ends the login of the planted cookie', async () => {
    const plantedToken = tokenOf(await loggedInBrowser('icu-nurse-2', address));
    const otherLogin = await loggedInBrowser('icu-nurse-2', address);
    for (const value of [plantedToken, 'AAAA', 'x'.repeat(2_000)]) {
      const victim = browserFrom(address);
      victim.setCookie(`__Host-vigil=${value}`);
      // No other test guesses the password of this account. After such guesses a new browser would have to wait.
      expect((await victim.login('icu-nurse-4', product.passwords['icu-nurse-4'] ?? '')).status).toBe(200);
      expect(tokenOf(victim)).not.toBe(value);
      expect((await victim.get('/api/session')).body.actor.userId).toBe('icu-nurse-4');
    }
    const browserWithPlantedCookie = browserFrom(address);
    browserWithPlantedCookie.setCookie(`__Host-vigil=${plantedToken}`);
    expect((await browserWithPlantedCookie.get('/api/session')).status).toBe(401);
    expect((await otherLogin.get('/api/session')).body.actor.userId).toBe('icu-nurse-2');
  });

  it('a forged cookie is refused: no algorithm, another algorithm, a guessed or public key, changed claims, a shortened signature', async () => {
    const token = tokenOf(await loggedInBrowser('icu-nurse-4', address));
    const [header = '', payload = '', signature = ''] = token.split('.');
    const chiefPayload = encodePart({ ...decodePart(payload), sub: 'chief' });
    const prolongedPayload = encodePart({ ...decodePart(payload), exp: decodePart(payload).exp + 1_000_000 });
    const unsignedHeader = encodePart({ ...decodePart(header), alg: 'none' });
    const publicKeys = [certFile('ca.pem'), certFile('web-server.pem'), '', 'secret', 'vigil', Buffer.alloc(32)];
    const forged = [
      `${header}.${chiefPayload}.${signature}`,
      `${header}.${prolongedPayload}.${signature}`,
      ...['none', 'None', 'NONE', ''].map((alg) => `${encodePart({ alg, typ: 'JWT' })}.${chiefPayload}.`),
      `${unsignedHeader}.${payload}.${signature}`,
      ...publicKeys.map((key) => `${header}.${chiefPayload}.${signatureOf(`${header}.${chiefPayload}`, key)}`),
      ...['HS384', 'HS512', 'RS256', 'ES256', 'EdDSA'].map((alg) => `${encodePart({ alg })}.${payload}.${signature}`),
      `${encodePart({ alg: 'HS256', jwk: { kty: 'oct', k: '' } })}.${chiefPayload}.${signatureOf(`${encodePart({ alg: 'HS256' })}.${chiefPayload}`, '')}`,
      `${encodePart({ alg: 'HS256', crit: ['exp'], kid: '../../dev/null' })}.${payload}.${signature}`,
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

  it('a session cookie is refused under another name, behind a forged cookie, in the URL and as a bearer token', async () => {
    const token = tokenOf(await loggedInBrowser('icu-nurse-4', address));
    for (const name of ['vigil', '__Secure-vigil', '__host-vigil', ' __Host-vigil2'])
      expect([name, await statusWith(`${name}=${token}`)]).toEqual([name, 401]);
    const browser = browserFrom(address);
    expect((await browser.get(`/api/wards?__Host-vigil=${token}`)).status).toBe(401);
    const bearer = await browser.call('GET', '/api/wards', undefined, { authorization: `Bearer ${token}` });
    expect(bearer.status).toBe(401);
    // If two cookies have the same name, the server reads only the first.
    const twice = await sendRaw(
      product.httpPort,
      `GET /api/session HTTP/1.1\r\nHost: localhost\r\nCookie: __Host-vigil=forged; __Host-vigil=${token}\r\nConnection: close\r\n\r\n`,
    );
    expect(twice.text).toMatch(/^HTTP\/1\.1 401 /);
  });
});

describe('a login that has ended', () => {
  it('after a logout the old cookie is refused, and each live connection of the login is closed immediately', async () => {
    const nurse = await loggedInBrowser('icu-nurse-5', address);
    const other = await loggedInBrowser('icu-nurse-5', address);
    const liveConnections = [await nurse.live(watchIcu), await nurse.live(watchIcu)];
    const otherLogin = await other.live(watchIcu);
    await until('the ward on all connections', () =>
      [...liveConnections, otherLogin].every((live) => live.of('snapshot').length === 1),
    );
    const oldCookie = nurse.cookie();
    const { ticket } = (await nurse.post('/api/ticket')).body;
    expect((await nurse.post('/api/logout')).status).toBe(204);
    for (const live of liveConnections) expect(await live.closed).toBe(closeCodes.sessionEnded);
    const thief = browserFrom(address);
    thief.setCookie(oldCookie);
    for (const path of ['/api/session', '/api/wards', '/api/devices']) expect((await thief.get(path)).status).toBe(401);
    expect((await thief.post('/api/ticket')).status).toBe(401);
    expect(await (await thief.live(watchIcu, { ticket, cookie: oldCookie })).closed).toBe(401);
    const heartbeatsBefore = otherLogin.of('heartbeat').length;
    await until(
      'further heartbeats for the other login of the same person',
      () => otherLogin.of('heartbeat').length > heartbeatsBefore,
    );
    otherLogin.close();
  });

  it('when an account is disabled, its requests and live connections end within seconds, and the old login stays ended when the account is enabled again', async () => {
    const nurse = await loggedInBrowser('icu-nurse-6', address);
    const live = await nurse.live(watchIcu);
    await until('the ward', () => live.of('snapshot').length === 1);
    runAccountCommand('disable', '--user', 'icu-nurse-6');
    expect(await live.closed).toBe(closeCodes.sessionEnded);
    expect((await nurse.get('/api/wards')).status).toBe(401);
    expect((await browserFrom(address).login('icu-nurse-6', product.passwords['icu-nurse-6'] ?? '')).status).toBe(401);
    runAccountCommand('enable', '--user', 'icu-nurse-6');
    const newLogin = await until('a new login of the enabled account', async () =>
      loggedInBrowser('icu-nurse-6', address).catch(() => undefined),
    );
    expect((await newLogin.get('/api/wards')).status).toBe(200);
    expect((await nurse.get('/api/wards')).status).toBe(401);
  });
});

describe('the login of another person', () => {
  it('a person cannot use the login of another person with that person’s ticket or station cookie', async () => {
    const nurse = await loggedInBrowser('icu-nurse-7', address);
    const thief = await loggedInBrowser('step-nurse', address);
    const { ticket } = (await nurse.post('/api/ticket')).body;
    expect(await (await thief.live(watchIcu, { ticket })).closed).toBe(403);
    // The failed attempt has used up the ticket, even for its owner, because another person has seen the ticket.
    expect(await (await nurse.live(watchIcu, { ticket })).closed).toBe(403);
    const station = /__Host-vigil-station=[^;]+/.exec(nurse.cookie())?.[0] ?? '';
    expect(station).not.toBe('');
    const cookie = `__Host-vigil=${tokenOf(thief)}; ${station}`;
    const live = await thief.live(watchIcu, { cookie });
    expect(await live.closed).toBe(closeCodes.notAllowed);
    const auditor = await loggedInBrowser('auditor', address);
    await until('the attempts in the audit trail', async () =>
      (await refusalsOf(auditor, 'step-nurse')).some(
        ({ detail, address: from }) => from === address && detail?.includes('a ticket that is not valid'),
      ),
    );
  });
});

describe('a locked screen', () => {
  it('a locked screen can use only the routes of login, lock, health, confirmations of phones and its preferences, until the password is entered', async () => {
    const nurse = await loggedInBrowser('icu-nurse-8', address);
    const bed = (await nurse.get('/api/devices')).body.devices.find(
      (device: { current: { ward: string } | null }) => device.current?.ward === 'icu',
    );
    const { associationId } = bed.current;
    const patient = (await nurse.get(`/api/associations/${associationId}`)).body.bed.patient;
    expect(patient.familyName).toMatch(/^Demo-/);
    const cookieBeforeLock = nurse.cookie();
    expect((await nurse.post('/api/lock')).status).toBe(204);
    const routesWhileLocked = [
      'POST /api/login',
      'GET /api/session',
      'POST /api/logout',
      'POST /api/lock',
      'POST /api/unlock',
      'POST /api/ticket',
      'GET /healthz',
      // A phone in a pocket locks itself, and its service worker must still confirm calls. The answer has no data.
      'POST /api/push-receipt',
      // Returns language and colours, so that a locked page keeps them when the page is loaded again.
      'GET /api/preferences',
    ];
    // The cookie from before the lock belongs to the same login, and this login is locked.
    const thief = browserFrom(address);
    thief.setCookie(cookieBeforeLock);
    for (const route of await routesOfServer(nurse)) {
      if (routesWhileLocked.includes(route)) continue;
      const [method = '', path = ''] = route.split(' ');
      const filledPath = path.replace('{associationId}', associationId).replace(/\{\w+\}/g, 'bed-01-0123456789');
      for (const browser of [nurse, thief]) {
        const answer = await browser.call(method, filledPath, method === 'POST' ? {} : undefined);
        expect([route, answer.status]).toEqual([route, 423]);
        expect(JSON.stringify(answer.body)).not.toContain(patient.familyName);
      }
    }
    expect((await nurse.get('/api/session')).body).toMatchObject({ locked: true });
    expect((await nurse.post('/api/unlock', { password: 'not the password' })).status).toBe(403);
    expect((await nurse.get('/api/wards')).status).toBe(423);
    const unlocked = await nurse.post('/api/unlock', { password: product.passwords['icu-nurse-8'] });
    expect(unlocked.status).toBe(200);
    expect((await nurse.get('/api/wards')).status).toBe(200);
  });

  it('a locked screen still gets beds and values over a new live connection, without names, and its old connection is closed', async () => {
    const nurse = await loggedInBrowser('icu-nurse-9', address);
    const liveBefore = await nurse.live(watchIcu);
    await until('the ward with names', () => JSON.stringify(liveBefore.messages).includes('"familyName":"Demo-'));
    await nurse.post('/api/lock');
    expect(await liveBefore.closed).toBe(closeCodes.resync);
    const liveAfter = await nurse.live(watchIcu);
    await until('values that change', () => liveAfter.of('delta').length > 2);
    const text = JSON.stringify(liveAfter.messages);
    for (const word of ['Demo-', 'familyName', 'DEMO-0', 'birthDate'])
      expect([word, text.includes(word)]).toEqual([word, false]);
    expect(liveAfter.of('snapshot')[0]?.beds.some(({ occupied }) => occupied)).toBe(true);
    expect(liveAfter.of('delta').flatMap(({ beds }) => beds.flatMap(({ values }) => values)).length).toBeGreaterThan(0);
    liveAfter.close();
  });
});

it('no page, answer or header that a script can read contains the session cookie', async () => {
  const nurse = await loggedInBrowser('icu-nurse-9', address);
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
