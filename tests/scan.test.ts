import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { filesBelow, findReadable, isLoopback, listeningAddresses } from './scan.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-scan-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('findReadable', () => {
  it.each([
    ['plain text', Buffer.from('xx Quetzalcoatlus yy')],
    ['UTF-16', Buffer.from('xQuetzalcoatlus', 'utf16le')],
    [
      'base64, if the name begins at the first byte of a group of three',
      Buffer.from(Buffer.from('Quetzalcoatlus').toString('base64')),
    ],
    [
      'base64, if the name begins at the second byte of a group of three',
      Buffer.from(Buffer.from('"Quetzalcoatlus"').toString('base64')),
    ],
    [
      'base64url, if the name begins at the third byte of a group of three',
      Buffer.from(Buffer.from('{"Quetzalcoatlus":1}').toString('base64url')),
    ],
  ])('findReadable finds a name that is stored as %s', (name, bytes) => {
    writeFileSync(join(folder, `${name}.log`), bytes);
    expect(findReadable([join(folder, `${name}.log`)], ['Quetzalcoatlus'])).toHaveLength(1);
  });

  it('findReadable finds nothing in a file that contains only a part of the name', () => {
    writeFileSync(join(folder, 'clean'), 'Quetzal');
    expect(findReadable([join(folder, 'clean')], ['Quetzalcoatlus'])).toEqual([]);
    expect(filesBelow(folder)).toContain(join(folder, 'clean'));
  });
});

describe('listeningAddresses', () => {
  it('listeningAddresses returns where a process listens, and isLoopback returns whether only this machine can reach an address', async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const addresses = listeningAddresses(process.pid);
    expect(addresses).toContain(`127.0.0.1:${port}`);
    expect(isLoopback(`127.0.0.1:${port}`)).toBe(true);
    for (const open of ['0.0.0.0:80', '[0000:0000:0000:0000:0000:0000:0000:0000]:80', '192.168.1.1:80'])
      expect(isLoopback(open)).toBe(false);
    server.close();
  });
});
