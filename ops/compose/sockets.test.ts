import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { missingSockets } from './sockets.ts';

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:22B3 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1 0 100 0 0 10 0
   1: 020012AC:8C2E 030012AC:2384 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 0 20 4 30 10 -1
   2: 020012AC:8C30 030012AC:1F96 06 00000000:00000000 00:00000000 00000000  1000        0 3 1 0 20 4 30 10 -1
`;

describe('missingSockets', () => {
  it.each([
    ['nothing if both sockets exist', { listens: [8883], connected: [9092] }, []],
    ['nothing if no socket is demanded', { listens: [], connected: [] }, []],
    ['a port without a listener', { listens: [8884], connected: [] }, ['nothing listens on port 8884']],
    [
      'a port whose only connection is closing',
      { listens: [], connected: [8086] },
      ['there is no connection to port 8086'],
    ],
    [
      'a listener if the port is only the local port of a connection',
      { listens: [35886], connected: [] },
      ['nothing listens on port 35886'],
    ],
    [
      'a connection if the port has only a listener',
      { listens: [], connected: [8883] },
      ['there is no connection to port 8883'],
    ],
  ])('missingSockets returns %s', (_name, wanted, missing) => {
    expect(missingSockets([table, ''], wanted)).toEqual(missing);
  });

  it('missingSockets finds no socket in an empty table', () => {
    expect(missingSockets([''], { listens: [1], connected: [] })).toEqual(['nothing listens on port 1']);
  });

  it.runIf(process.platform === 'linux')('missingSockets finds a listener in the table of this machine', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    expect(missingSockets([readFileSync('/proc/net/tcp', 'utf8')], { listens: [port], connected: [] })).toEqual([]);
    server.close();
  });
});
