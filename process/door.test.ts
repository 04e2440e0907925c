/** Tests of the limits for new connections, with real sockets. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createDoor, type Door, type DoorOptions } from './door.ts';

let server: Server;
let door: Door;
const clients: Socket[] = [];
const closeReasons: string[] = [];
afterEach(() => {
  door.close();
  for (const client of clients.splice(0)) client.destroy();
  closeReasons.length = 0;
  server.close();
});

/** Opens a server with a door. A client that sends "me" has identified itself. */
async function open(options: Partial<DoorOptions>): Promise<void> {
  door = createDoor({
    connectionsMax: 100,
    perAddressMax: 100,
    identifyMsMax: 60_000,
    onClosed: (why) => closeReasons.push(why),
    ...options,
  });
  server = createServer((socket) => {
    door.startCounting(socket);
    socket.on('data', (chunk) => {
      if (chunk.toString() !== 'me') return;
      door.stopCounting(socket);
      socket.write('welcome');
    });
    socket.on('error', () => undefined);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
}

/** Connects a client to the server. @param from an address of loopback; Linux has all addresses of 127/8 */
async function connectClient(from = '127.0.0.1'): Promise<Socket> {
  const { port } = server.address() as AddressInfo;
  const countBefore = door.count() + closeReasons.length;
  const client = connect({ host: '127.0.0.1', port, localAddress: from });
  client.on('error', () => undefined);
  clients.push(client);
  await once(client, 'connect');
  await until(() => door.count() + closeReasons.length > countBefore);
  return client;
}

async function until(holds: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 30_000; Date.now() < endMs; ) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('the condition did not become true in time');
}

/** Resolves when the client is closed. Does not use `once`, which rejects if the connection is reset. */
const ended = (client: Socket) =>
  new Promise<void>((resolve) => {
    if (client.closed) resolve();
    else client.resume().once('close', () => resolve());
  });

it('the door closes a connection that does not identify itself in time, even if it sends bytes', async () => {
  await open({ identifyMsMax: 600 });
  const silent = await connectClient();
  const trickling = await connectClient();
  const trickle = setInterval(() => trickling.write('x'), 50);
  await Promise.all([ended(silent), ended(trickling)]);
  clearInterval(trickle);
  expect(closeReasons).toEqual(['too-slow', 'too-slow']);
  expect(door.count()).toBe(0);
});

it('the door does not close a connection that has identified itself', async () => {
  await open({ identifyMsMax: 600 });
  const identified = await connectClient();
  identified.write('me');
  await once(identified, 'data');
  const silent = await connectClient();
  await ended(silent);
  expect(identified.closed).toBe(false);
  expect(door.count()).toBe(0);
});

it('the door closes the oldest connection of an address that has too many, and lets the newest in', async () => {
  await open({ perAddressMax: 3 });
  const silent = [await connectClient(), await connectClient(), await connectClient()];
  const honest = await connectClient();
  await ended(silent[0]!);
  expect(closeReasons).toEqual(['too-many']);
  honest.write('me');
  expect((await once(honest, 'data')).toString()).toBe('welcome');
});

it('if there are too many connections, the door closes the oldest connection of the address with the most connections', async () => {
  await open({ connectionsMax: 4 });
  const otherAddress = await connectClient('127.0.0.2');
  const silent = [await connectClient(), await connectClient(), await connectClient()];
  await connectClient('127.0.0.3');
  await ended(silent[0]!);
  expect(otherAddress.closed).toBe(false);
  expect(closeReasons).toEqual(['too-many']);
  expect(door.count()).toBe(4);
});

it('the door does not count a connection that its client has closed', async () => {
  await open({});
  const client = await connectClient();
  client.destroy();
  await until(() => door.count() === 0);
  expect(closeReasons).toEqual([]);
});
