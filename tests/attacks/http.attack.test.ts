/**
 * Attacks with requests that two servers could read in different ways, and with paths to files outside of the page's
 * folder.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from '../../dashboard/server/browser.testing.ts';
import { loggedInBrowser, origin, product, sendRaw } from './attacker.ts';

const { httpPort } = product;
const address = '127.0.6.1';
let nurse: Browser;
beforeAll(async () => {
  nurse = await loggedInBrowser('icu-nurse-12', address);
});

const statusesOf = (text: string) => [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status));
const answersTo = async (bytes: string) => {
  const { text, isClosed } = await sendRaw(httpPort, bytes);
  return { statuses: statusesOf(text), isClosed, text };
};

/**
 * The smuggled request. The server answers this request only if the server takes these bytes for a separate request.
 */
const smuggled = `GET /healthz HTTP/1.1\r\nHost: localhost\r\nx-marker: smuggled\r\n\r\n`;
const hostHeader = `Host: localhost:${httpPort}\r\n`;
const jsonHeader = 'content-type: application/json\r\n';

describe('an ambiguous request', () => {
  it('a correct request is answered, and the request behind it is answered too', async () => {
    const correctRequest = `GET /healthz HTTP/1.1\r\n${hostHeader}\r\n`;
    expect((await answersTo(`${correctRequest}${smuggled}`)).statuses).toEqual([200, 200]);
    const chunked = `POST /api/login HTTP/1.1\r\n${hostHeader}${jsonHeader}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`;
    expect((await answersTo(`${chunked}${smuggled}`)).statuses).toEqual([403, 200]);
  });

  const cases: [string, string][] = [
    ['with a length and chunks', `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['with chunks and a length', `Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${smuggled}`],
    ['with two lengths', `Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`],
    ['with the same length twice', `Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}${smuggled}`],
    ['with a list of lengths', `Content-Length: 2, 2\r\n\r\n{}${smuggled}`],
    ['with a length that has a sign', `Content-Length: +2\r\n\r\n{}${smuggled}`],
    ['with a negative length', `Content-Length: -1\r\n\r\n${smuggled}`],
    ['with a length in hexadecimal', `Content-Length: 0x2\r\n\r\n{}${smuggled}`],
    ['with a length that is too large for a number', `Content-Length: 99999999999999999999\r\n\r\n{}${smuggled}`],
    ['with a space before the colon', `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['with a space before the colon of the length', `Content-Length : 2\r\n\r\n{}${smuggled}`],
    ['with an unknown encoding', `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['with chunked before the last encoding', `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`],
    ['with two encodings', `Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['with a folded header', `X-a: b\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['with a NUL in a header', `X-a: b\0\r\nContent-Length: 0\r\n\r\n${smuggled}`],
    ['with a line end of LF alone before the length', `X-a: b\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`],
    ['with a CR alone in a header', `X-a: b\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ['with a chunk size that is no number', `Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n${smuggled}`],
    ['with a chunk size that is too large', `Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${smuggled}`],
    ['with a chunk that LF alone ends', `Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n${smuggled}`],
    ['with a chunk longer than it says', `Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n${smuggled}`],
  ];

  it.each(cases)(
    'a request %s gets at most an error, the request behind it gets no answer, and the connection is closed',
    async (_name, rest) => {
      const { statuses, isClosed, text } = await answersTo(
        `POST /api/login HTTP/1.1\r\n${hostHeader}${jsonHeader}${rest}`,
      );
      expect([statuses.filter((status) => status === 200), isClosed]).toEqual([[], true]);
      expect([[], [400], [403], [403, 400]]).toContainEqual(statuses);
      expect(text).not.toContain('"status":"');
    },
  );

  it.each([
    ['in HTTP/0.9', `GET /healthz\r\n\r\n`],
    ['in HTTP/2 without negotiation', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`],
    ['in HTTP/9.9', `GET /healthz HTTP/9.9\r\n${hostHeader}\r\n`],
    ['with a space in its path', `GET /healthz /x HTTP/1.1\r\n${hostHeader}\r\n`],
    ['without a host', `GET /healthz HTTP/1.1\r\n\r\n`],
    ['with two hosts', `GET /healthz HTTP/1.1\r\n${hostHeader}Host: evil.example\r\n\r\n`],
    ['with a header name that is not valid', `GET /healthz HTTP/1.1\r\n${hostHeader}x(y): z\r\n\r\n`],
    ['with headers of 100 kB', `GET /healthz HTTP/1.1\r\n${hostHeader}x: ${'y'.repeat(100_000)}\r\n\r\n`],
    ['with a method that does not exist', `GETX /healthz HTTP/1.1\r\n${hostHeader}\r\n`],
    ['to connect to another machine', `CONNECT evil.example:443 HTTP/1.1\r\n${hostHeader}\r\n`],
    ['to send the request back (TRACE)', `TRACE / HTTP/1.1\r\n${hostHeader}x-secret: echo-me\r\n\r\n`],
  ])('a request %s is refused', async (_name, bytes) => {
    const { statuses, text } = await answersTo(bytes);
    expect(statuses.filter((status) => status < 400)).toEqual([]);
    expect(text).not.toContain('echo-me');
  });
});

describe('a path', () => {
  /** Texts from files outside of the page's folder, which no answer may contain. */
  const secrets = [
    readFileSync(join(product.stateDir, 'secrets', 'session.key'), 'utf8').trim(),
    '"name": "vigil"',
    'PRIVATE KEY',
    'root:x:0',
    'export async function buildServer',
    '"password":',
  ];
  const targets = ['package.json', 'etc/passwd', '.vigil/secrets/session.key', 'dashboard/server/server.ts'];
  const steps = [
    ...['../', '..\\', '%2e%2e/', '%2e%2e%2f', '..%2f', '..%5c', '.%2e/', '%2e./'],
    ...['%252e%252e%252f', '..%252f', '%c0%ae%c0%ae/', '..%c0%af', '..%ef%bc%8f', '....//', '..;/', '..%00/', './../'],
  ];
  const urlStarts = ['/', '/assets/', '/assets/..%2f', '//', '/api/', '/api/associations/'];

  it('a path to files leads to no file outside of the folder with the page, in any notation', async () => {
    const texts: (readonly [string, string])[] = [];
    // Only a few dozen connections at the same time, because the server limits the handshakes of an address.
    for (const step of steps) {
      const paths = urlStarts.flatMap((start) => targets.map((target) => `${start}${step.repeat(4)}${target}`));
      const requestFor = (path: string) => `GET ${path} HTTP/1.1\r\n${hostHeader}Connection: close\r\n\r\n`;
      texts.push(
        ...(await Promise.all(
          paths.map(async (path) => [path, (await sendRaw(httpPort, requestFor(path))).text] as const),
        )),
      );
    }
    const statuses = new Set<number>();
    for (const [path, text] of texts) {
      for (const status of statusesOf(text)) statuses.add(status);
      for (const secret of secrets) expect([path, text.includes(secret)]).toEqual([path, false]);
    }
    expect(texts.length).toBe(steps.length * urlStarts.length * targets.length);
    // The server answered these requests with the page, or with an error.
    expect([...statuses].every((status) => [200, 400, 401, 403, 404, 414].includes(status))).toBe(true);
    expect(statuses.has(404)).toBe(true);
  });

  it.each([
    ['/etc/passwd'],
    ['//etc/passwd'],
    ['file:///etc/passwd'],
    ['https://evil.example/'],
    ['http://169.254.169.254/latest/meta-data/'],
    ['/assets/'],
    ['/assets'],
    ['/.env'],
    ['/.git/config'],
    ['/package.json'],
    ['/node_modules/fastify/package.json'],
    ['/index.html%00.svg'],
    ['/assets/%00'],
    ['/%'],
    ['/%zz'],
    ['*'],
  ])('the path %s leads to the page or to an error, and never to another file or a list of files', async (path) => {
    const { statuses, text } = await answersTo(`GET ${path} HTTP/1.1\r\n${hostHeader}Connection: close\r\n\r\n`);
    for (const secret of secrets) expect([path, text.includes(secret)]).toEqual([path, false]);
    expect(text).not.toMatch(/Index of|Directory listing|repositoryformatversion/i);
    expect([200, 400, 404]).toContain(statuses[0]);
    if (statuses[0] === 200) expect(text).toContain('<title>Vigil');
  });

  it('a path instead of an id leads to no other route and to no file', async () => {
    for (const id of [
      '..%2f..%2fsession',
      '%2e%2e',
      '..',
      '.',
      '%00',
      '%2fetc%2fpasswd',
      "'%20OR%201=1--",
      '*',
      '%0d%0aSet-Cookie:x=y',
    ]) {
      for (const path of [`/api/associations/${id}`, `/api/associations/${id}/trends?codes=MDC_TEMP&from=a&to=b`]) {
        const { statuses, text } = await answersTo(
          `GET ${path} HTTP/1.1\r\n${hostHeader}Cookie: ${nurse.cookie()}\r\nConnection: close\r\n\r\n`,
        );
        expect([path, [400, 404].includes(statuses[0] ?? 0)]).toEqual([path, true]);
        expect(text).not.toMatch(/set-cookie: x=y/i);
      }
    }
    const headers = { origin, 'x-vigil': '1' };
    for (const id of ['..%2f..%2faccounts', '.', '..', '%2e%2e%2fx', 'a%2fb']) {
      const moved = await nurse.call(
        'POST',
        `/api/devices/${id}/move`,
        { ward: 'icu', bed: 'ICU-9', version: 1 },
        headers,
      );
      expect([id, [400, 404].includes(moved.status)]).toEqual([id, true]);
    }
  });
});
