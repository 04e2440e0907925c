/** Another site's page in the browser of somebody who is logged in: it can send requests, but it cannot read answers nor set our header. */
import { beforeAll, describe, expect, it } from 'vitest';
import { requestHeader } from '../../dashboard/protocol/pace.ts';
import type { Browser } from '../../dashboard/server/browser.testing.ts';
import { until } from '../system.ts';
import { loggedIn, origin, product, refusalsOf, routesOfServer, sendRaw } from './attacker.ts';

const address = '127.0.4.1';
const ours = { [requestHeader.name]: requestHeader.value };
const json = { 'content-type': 'application/json' };
const { httpPort } = product;

let nurse: Browser;
let changing: string[];

beforeAll(async () => {
  nurse = await loggedIn('icu-nurse-10', address);
  changing = (await routesOfServer(nurse)).filter((route) => !route.startsWith('GET '));
});

/** Ids that fit each place, so that only the origin can be the reason of a refusal. */
const filled = (path: string) =>
  path.replace('{deviceId}', 'bed-01').replace(/\{\w+\}/g, '0189-0000-nobody-0000000000');

const foreign: readonly [string, Record<string, string>][] = [
  ['another site, with our header', { origin: 'https://evil.example', ...ours }],
  ['another site, without it', { origin: 'https://evil.example' }],
  ['a sandboxed frame', { origin: 'null', ...ours }],
  ['our name in front of another', { origin: `${origin}.evil.example`, ...ours }],
  ['our name as a user', { origin: `https://localhost:${httpPort}@evil.example`, ...ours }],
  ['our host without TLS', { origin: `http://localhost:${httpPort}`, ...ours }],
  ['our host at another port', { origin: 'https://localhost:1', ...ours }],
  ['our host with a path', { origin: `${origin}/`, ...ours }],
  ['our host in capitals', { origin: origin.toUpperCase(), ...ours }],
  ['two origins', { origin: `${origin}, https://evil.example`, ...ours }],
  ['no origin and no header', {}],
  ['our own origin without the header', { origin }],
  ['the header with another value', { origin, [requestHeader.name]: '0' }],
];

describe('a request that changes something', () => {
  it.each(foreign)(
    'a request that changes something is refused at every route of the running server from %s',
    async (_name, headers) => {
      expect(changing.length).toBeGreaterThan(10);
      for (const route of changing) {
        const [method = '', path = ''] = route.split(' ');
        const answer = await nurse.call(method, filled(path), method === 'POST' ? {} : undefined, headers);
        expect([route, answer.status]).toEqual([route, 403]);
        expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      }
      expect((await nurse.get('/api/session')).body).toMatchObject({ locked: false });
    },
  );

  it('a request as a form sends it is refused, with any content type', async () => {
    const cookie = nurse.cookie();
    const body = '{"userId":"chief","password":"x"}';
    for (const type of [
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain',
      'text/plain; application/json',
      'application/json, text/plain',
      '',
    ]) {
      for (const [who, status] of [
        [`Origin: https://evil.example`, 403],
        [`Origin: ${origin}\r\n${requestHeader.name}: ${requestHeader.value}`, 415],
      ] as const) {
        const { text } = await sendRaw(
          httpPort,
          `POST /api/lock HTTP/1.1\r\nHost: localhost:${httpPort}\r\nCookie: ${cookie}\r\n${who}\r\n` +
            `${type === '' ? '' : `Content-Type: ${type}\r\n`}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
        );
        expect([type, who, Number(text.split(' ')[1])]).toEqual([type, who, status]);
      }
    }
    expect((await nurse.get('/api/session')).body).toMatchObject({ locked: false });
  });

  it('no GET, no override of the method and no preflight lets another site change something', async () => {
    for (const path of ['/api/lock', '/api/logout', '/api/ticket'])
      expect([path, (await nurse.get(path)).status]).toEqual([path, 404]);
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
      await nurse.call('GET', '/api/session', undefined, { [name]: 'POST', ...json });
      await nurse.call('GET', '/api/lock?_method=POST', undefined, { [name]: 'POST' });
    }
    expect((await nurse.get('/api/session')).body).toMatchObject({ locked: false });
    const preflight = await nurse.call('OPTIONS', '/api/lock', undefined, {
      origin: 'https://evil.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': requestHeader.name,
    });
    expect(preflight.status).not.toBe(200);
    const allowed = Object.keys(preflight.headers).filter((name) => name.startsWith('access-control-'));
    expect(allowed).toEqual([]);
  });

  it('a refused request is on record with the site that it came from, the login of the browser, and the address', async () => {
    await nurse.call('POST', '/api/lock', {}, { origin: 'https://evil.example', ...ours });
    const auditor = await loggedIn('auditor', address);
    const found = await until('the foreign request on record', async () =>
      (await refusalsOf(auditor, 'icu-nurse-10')).find(
        (one) => one.detail?.includes('origin https://evil.example') && one.address === address,
      ),
    );
    expect(found).toMatchObject({ address, role: 'nurse', verified: true, signed: true });
    expect(found.session).toMatch(/^[\w-]{22}$/);
  });
});

it('no page may put ours into a frame, run a script in it, or learn its address', async () => {
  const { headers } = await nurse.get('/');
  const policy = String(headers['content-security-policy']).split(';');
  expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]));
  expect(String(headers['content-security-policy'])).not.toMatch(/unsafe|\*/);
  expect(headers).toMatchObject({
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
  expect(headers['x-powered-by'] ?? headers.server).toBeUndefined();
});
