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
    ['base64 from its first byte', Buffer.from(Buffer.from('Quetzalcoatlus').toString('base64'))],
    ['base64 after one other byte', Buffer.from(Buffer.from('"Quetzalcoatlus"').toString('base64'))],
    ['base64url after two other bytes', Buffer.from(Buffer.from('{"Quetzalcoatlus":1}').toString('base64url'))],
  ])('finds a name that is stored as %s', (name, bytes) => {
    writeFileSync(join(folder, `${name}.log`), bytes);
    expect(findReadable([join(folder, `${name}.log`)], ['Quetzalcoatlus'])).toHaveLength(1);
  });

  it('finds nothing in a file that holds only a part of the name', () => {
    writeFileSync(join(folder, 'clean'), 'Quetzal');
    expect(findReadable([join(folder, 'clean')], ['Quetzalcoatlus'])).toEqual([]);
    expect(filesBelow(folder)).toContain(join(folder, 'clean'));
  });
});

describe('listeningAddresses', () => {
  it('returns the ports on which a process listens, and isLoopback says whether other machines cannot reach them', async () => {
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
