/**
 * Attacks by a page of another site in the browser of a person who is logged in. Such a page can send requests, but
 * cannot read answers and cannot set the header of the dashboard's page.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { requestHeader } from '../../dashboard/protocol/pace.ts';
import type { Browser } from '../../dashboard/server/browser.testing.ts';
import { until } from '../system.ts';
import { loggedInBrowser, origin, product, refusalsOf, routesOfServer, sendRaw } from './attacker.ts';

const address = '127.0.4.1';
const ownHeader = { [requestHeader.name]: requestHeader.value };
const json = { 'content-type': 'application/json' };
const { httpPort } = product;

let nurse: Browser;
let changingRoutes: string[];

beforeAll(async () => {
  nurse = await loggedInBrowser('icu-nurse-10', address);
  changingRoutes = (await routesOfServer(nurse)).filter((route) => !route.startsWith('GET '));
});

/** Fills valid ids into a path, so that a refusal can only be due to the origin. */
const filled = (path: string) =>
  path.replace('{deviceId}', 'bed-01').replace(/\{\w+\}/g, '0189-0000-nobody-0000000000');

const foreignHeaders: readonly [string, Record<string, string>][] = [
  ['another site, with Vigil’s header', { origin: 'https://evil.example', ...ownHeader }],
  ['another site, without Vigil’s header', { origin: 'https://evil.example' }],
  ['a sandboxed frame', { origin: 'null', ...ownHeader }],
  ['a host whose name begins with Vigil’s name', { origin: `${origin}.evil.example`, ...ownHeader }],
  ['a URL with Vigil’s host as its user name', { origin: `https://localhost:${httpPort}@evil.example`, ...ownHeader }],
  ['Vigil’s host without TLS', { origin: `http://localhost:${httpPort}`, ...ownHeader }],
  ['Vigil’s host at another port', { origin: 'https://localhost:1', ...ownHeader }],
  ['Vigil’s host with a path', { origin: `${origin}/`, ...ownHeader }],
  ['Vigil’s host in capitals', { origin: origin.toUpperCase(), ...ownHeader }],
  ['two origins', { origin: `${origin}, https://evil.example`, ...ownHeader }],
  ['an unknown origin, without Vigil’s header', {}],
  ['Vigil’s own origin, without Vigil’s header', { origin }],
  ['Vigil’s own origin, with another value of the header', { origin, [requestHeader.name]: '0' }],
];

describe('a request that changes something', () => {
  it.each(foreignHeaders)(
    'every route of the running server that changes something refuses a request from %s',
    async (_name, headers) => {
      expect(changingRoutes.length).toBeGreaterThan(10);
      for (const route of changingRoutes) {
        const [method = '', path = ''] = route.split(' ');
        const answer = await nurse.call(method, filled(path), method === 'POST' ? {} : undefined, headers);
        expect([route, answer.status]).toEqual([route, 403]);
        expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      }
      expect((await nurse.get('/api/session')).body).toMatchObject({ locked: false });
    },
  );

  it('a request like that of an HTML form is refused, with any content type', async () => {
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
      for (const [senderHeaders, status] of [
        [`Origin: https://evil.example`, 403],
        [`Origin: ${origin}\r\n${requestHeader.name}: ${requestHeader.value}`, 415],
      ] as const) {
        const { text } = await sendRaw(
          httpPort,
          `POST /api/lock HTTP/1.1\r\nHost: localhost:${httpPort}\r\nCookie: ${cookie}\r\n${senderHeaders}\r\n` +
            `${type === '' ? '' : `Content-Type: ${type}\r\n`}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
        );
        expect([type, senderHeaders, Number(text.split(' ')[1])]).toEqual([type, senderHeaders, status]);
      }
    }
    expect((await nurse.get('/api/session')).body).toMatchObject({ locked: false });
  });

  it('a GET, an override of the method or a preflight changes nothing', async () => {
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

  it('the audit trail has a refused request with its origin, the login of the browser and the address', async () => {
    await nurse.call('POST', '/api/lock', {}, { origin: 'https://evil.example', ...ownHeader });
    const auditor = await loggedInBrowser('auditor', address);
    const refusal = await until('the refused request in the audit trail', async () =>
      (await refusalsOf(auditor, 'icu-nurse-10')).find(
        (entry) => entry.detail?.includes('origin https://evil.example') && entry.address === address,
      ),
    );
    expect(refusal).toMatchObject({ address, role: 'nurse', verified: true, signed: true });
    expect(refusal.session).toMatch(/^[\w-]{22}$/);
  });
});

it('the headers of the dashboard’s page forbid frames, scripts of other sites and referrers', async () => {
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
