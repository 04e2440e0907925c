/** Checks which answers of the dashboard are compressed. */
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openScreenServer, type ScreenServer } from './server.ts';

let server: ScreenServer;
let script: string;

beforeAll(async () => {
  server = await openScreenServer({ accounts: [{ userId: 'nora', name: 'Nora', role: 'nurse', wards: ['ICU'] }] });
  script = readdirSync(join(server.clientDir, 'assets')).find((name) => name.endsWith('.js'))!;
});

afterAll(() => server.close());

function get(path: string, headers: Record<string, string>) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number;
    headers: Record<string, string | string[] | undefined>;
    bytes: Buffer;
  }>();
  const options = { host: '127.0.0.1', port: server.httpPort, path, headers, rejectUnauthorized: false };
  const sent = request(options, (response) => {
    const parts: Buffer[] = [];
    response.on('data', (part) => parts.push(part));
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(parts) }),
    );
  });
  sent.on('error', reject);
  sent.end();
  return promise;
}

describe('the script of the page', () => {
  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const)(
    'the server sends the script compressed with %s to a browser that accepts this encoding',
    async (encoding, open) => {
      const uncompressed = readFileSync(join(server.clientDir, 'assets', script));
      const answer = await get(`/assets/${script}`, { 'accept-encoding': encoding });
      expect(answer.status).toBe(200);
      expect(answer.headers['content-encoding']).toBe(encoding);
      expect(answer.headers['content-type']).toContain('javascript');
      expect(String(answer.headers.vary).toLowerCase()).toContain('accept-encoding');
      expect(answer.headers['cache-control']).toContain('immutable');
      expect(answer.bytes.length).toBeLessThan(uncompressed.length / 2);
      expect(open(answer.bytes).equals(uncompressed)).toBe(true);
    },
  );

  it('the server sends the script uncompressed, under another ETag, to a browser that accepts no encoding', async () => {
    const plain = await get(`/assets/${script}`, { 'accept-encoding': 'identity' });
    const packed = await get(`/assets/${script}`, { 'accept-encoding': 'br' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers.etag).not.toBe(packed.headers.etag);
  });
});

describe('an answer that may hold a secret', () => {
  it('the server does not compress an answer that may hold a secret', async () => {
    for (const path of ['/api/session', '/api/openapi.json', '/healthz']) {
      const answer = await get(path, { 'accept-encoding': 'br, gzip' });
      expect([path, answer.headers['content-encoding']]).toEqual([path, undefined]);
    }
  });
});
