import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { acceptsGzip } from './compress.ts';

it.each([
  ['gzip, deflate, br, zstd', true],
  ['br;q=1.0, GZIP;q=0.5', true],
  ['*', true],
  ['gzip;q=0, *', false],
  ['gzip; q=0.000', false],
  ['br', false],
  ['identity', false],
  ['x-gzipped', false],
  ['', false],
  [undefined, false],
])('the header Accept-Encoding "%s": gzip is allowed: %s', (header, expected) => {
  expect(acceptsGzip(header)).toBe(expected);
});

it('only the route of the list of devices compresses its answers, because other answers may have a secret', () => {
  const server = import.meta.dirname;
  const uses = readdirSync(server, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('.test.') && name !== 'compress.ts')
    .flatMap((name) => {
      const source = readFileSync(join(server, name), 'utf8');
      const compressing = source.match(/onSend: compressLongAnswer|node:zlib|fastify\/compress/g) ?? [];
      return compressing.map((use) => `${name}: ${use}`);
    });
  expect(uses).toEqual(['routes/devices.ts: onSend: compressLongAnswer']);
});
