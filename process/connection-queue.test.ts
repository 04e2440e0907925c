/**
 * Tests of the queue of connections, with a clock of the test and real sockets on loopback (Linux has all addresses of
 * 127/8).
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type ConnectionQueue, createConnectionQueue } from './connection-queue.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 60_000; Date.now() < endMs; await new Promise((done) => setTimeout(done, 5)))
    if (holds()) return;
  throw new Error(`not seen: ${what}`);
}

/** Opens a port with a queue. Only the test moves the clock of the queue. */
async function openQueue({ handshakesPerS, waitingMax }: { handshakesPerS: number; waitingMax: number }) {
  const clock = { ms: 0 };
  const begun: Socket[] = [];
  const counts = { turnedAway: 0, gaveUp: 0 };
  const queue: ConnectionQueue = createConnectionQueue({
    handshakesPerS,
    waitingMax,
    monotonicMs: () => clock.ms,
    begin: (socket) => void begun.push(socket),
    onTurnedAway: () => void counts.turnedAway++,
    onGaveUp: () => void counts.gaveUp++,
  });
  const server = createServer(queue.arrive);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  ends.push(() => {
    queue.close();
    server.close();
    for (const socket of begun) socket.destroy();
  });
  return {
    ...{ clock, begun, counts, queue },
    addresses: () => begun.map(({ remoteAddress }) => remoteAddress),
    async connectFrom(localAddress: string): Promise<Socket> {
      const socket = connect({ port, host: '127.0.0.1', localAddress });
      ends.push(() => socket.destroy());
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      return socket;
    },
  };
}

it('a connection waits for at most one of the 199 waiting connections of another address', async () => {
  const opened = await openQueue({ handshakesPerS: 20, waitingMax: 1_000 });
  for (let n = 0; n < 200; n += 1) await opened.connectFrom('127.0.0.2');
  // One handshake began immediately. After that, the clock did not move.
  await until('199 connections wait', () => opened.queue.waiting() === 199);
  await opened.connectFrom('127.0.0.3');
  await until('200 connections wait', () => opened.queue.waiting() === 200);
  for (let turn = 0; turn < 2; turn += 1) {
    opened.clock.ms += 50;
    await until('one more handshake began', () => opened.begun.length === 2 + turn);
  }
  expect(opened.addresses()).toContain('127.0.0.3');
});

it('after a pause, the queue begins only the handshakes of a twentieth of a second at once', async () => {
  const opened = await openQueue({ handshakesPerS: 100, waitingMax: 1_000 });
  for (let n = 0; n < 60; n += 1) await opened.connectFrom('127.0.0.2');
  await until('55 connections wait', () => opened.queue.waiting() === 55);
  // A process that was busy for a minute does not begin all handshakes at the same time.
  opened.clock.ms += 60_000;
  await until('five more handshakes began', () => opened.queue.waiting() <= 50);
  await new Promise((done) => setTimeout(done, 200));
  expect(opened.queue.waiting()).toBe(50);
});

it('a full queue closes the newest connection of the address with the most connections, and keeps the other connections', async () => {
  const opened = await openQueue({ handshakesPerS: 1, waitingMax: 10 });
  for (let n = 0; n < 11; n += 1) await opened.connectFrom('127.0.0.2');
  await until('ten connections wait', () => opened.queue.waiting() === 10);
  const otherClient = await opened.connectFrom('127.0.0.3');
  await until('one connection was closed', () => opened.counts.turnedAway === 1);
  expect(opened.queue.waiting()).toBe(10);
  for (let turn = 0; turn < 2; turn += 1) {
    opened.clock.ms += 1_000;
    await until('one more handshake began', () => opened.begun.length === 2 + turn);
  }
  expect(opened.addresses()).toContain('127.0.0.3');
  expect(otherClient.closed).toBe(false);
});

it('the queue keeps the bytes that a waiting client sends, removes clients that give up, and closes the waiting connections when it is closed', async () => {
  const opened = await openQueue({ handshakesPerS: 1, waitingMax: 10 });
  await opened.connectFrom('127.0.0.2');
  const [first, second, third] = [
    await opened.connectFrom('127.0.0.2'),
    await opened.connectFrom('127.0.0.2'),
    await opened.connectFrom('127.0.0.2'),
  ];
  first.write('hello');
  await until('three connections wait', () => opened.queue.waiting() === 3);
  second.resetAndDestroy();
  await until('one client gave up', () => opened.counts.gaveUp === 1);
  opened.clock.ms += 1_000;
  await until('the second handshake began', () => opened.begun.length === 2);
  opened.begun[1]!.resume();
  expect(String((await once(opened.begun[1]!, 'data'))[0])).toBe('hello');
  opened.queue.close();
  await until('the third connection was closed', () => third.resume().closed);
  expect(opened.queue.waiting()).toBe(0);
});
