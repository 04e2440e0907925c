import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../system.ts';
import { type Cable, openCable } from './cable.ts';

/** A server that sends back what it receives. */
const echo = createServer((socket) => void socket.on('error', () => {}).pipe(socket));
let cable: Cable;

beforeEach(async () => {
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  cable = await openCable((echo.address() as AddressInfo).port);
});
afterEach(async () => {
  cable.close();
  echo.close();
  await once(echo, 'close');
});

async function openClient() {
  const socket: Socket = connect(cable.port, '127.0.0.1').on('error', () => {});
  let heard = '';
  socket.on('data', (data) => {
    heard += String(data);
  });
  return { socket, heard: () => heard };
}

it('a whole cable passes everything on, in both directions', async () => {
  const { socket, heard } = await openClient();
  socket.write('one');
  await until('the echo', () => heard() === 'one');
});

it('a closed cable ends its connections and accepts none until it is repaired', async () => {
  const { socket, heard } = await openClient();
  socket.write('one');
  await until('the echo', () => heard() === 'one');
  expect(cable.cut('closed')).toBeGreaterThan(0);
  await once(socket, 'close');
  const refused = await openClient();
  await once(refused.socket, 'close');
  cable.repair();
  const again = await openClient();
  again.socket.write('two');
  await until('the echo', () => again.heard() === 'two');
});

it('a silent cable keeps its connections open; after the repair it passes on what was sent meanwhile', async () => {
  const { socket, heard } = await openClient();
  socket.write('one');
  await until('the echo', () => heard() === 'one');
  expect(cable.cut('silent')).toBeGreaterThan(0);
  socket.write('two');
  await new Promise((done) => setTimeout(done, 200));
  expect([heard(), socket.destroyed]).toEqual(['one', false]);
  cable.repair();
  await until('the echo', () => heard() === 'onetwo');
});
