/** Tests of the queue of connections, with a clock of the test and real sockets on loopback (Linux has all addresses of 127/8). */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type ConnectionLine, createConnectionLine } from './connection-line.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 60_000; Date.now() < endMs; await new Promise((done) => setTimeout(done, 5)))
    if (isSo()) return;
  throw new Error(`not seen: ${what}`);
}

/** Opens a port with a queue, whose clock moves only by the test. */
async function openLine({ perS, waitingMax }: { perS: number; waitingMax: number }) {
  const clock = { ms: 0 };
  const begun: Socket[] = [];
  const counts = { turnedAway: 0, gaveUp: 0 };
  const line: ConnectionLine = createConnectionLine({
    perS,
    waitingMax,
    monotonicMs: () => clock.ms,
    begin: (socket) => void begun.push(socket),
    onTurnedAway: () => void counts.turnedAway++,
    onGaveUp: () => void counts.gaveUp++,
  });
  const server = createServer(line.arrive);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  ends.push(() => {
    line.close();
    server.close();
    for (const socket of begun) socket.destroy();
  });
  return {
    ...{ clock, begun, counts, line },
    addresses: () => begun.map(({ remoteAddress }) => remoteAddress),
    async dial(from: string): Promise<Socket> {
      const socket = connect({ port, host: '127.0.0.1', localAddress: from });
      ends.push(() => socket.destroy());
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      return socket;
    },
  };
}

it('a connection waits for at most one of the 199 waiting connections of another address', async () => {
  const opened = await openLine({ perS: 20, waitingMax: 1_000 });
  for (let n = 0; n < 200; n += 1) await opened.dial('127.0.0.2');
  // One connection began at once. After that, the clock did not move.
  await until('199 in line', () => opened.line.waiting() === 199);
  await opened.dial('127.0.0.3');
  await until('200 in line', () => opened.line.waiting() === 200);
  for (let turn = 0; turn < 2; turn += 1) {
    opened.clock.ms += 50;
    await until('one more let in', () => opened.begun.length === 2 + turn);
  }
  expect(opened.addresses()).toContain('127.0.0.3');
});

it('after a pause, the line begins at most the handshakes of a twentieth of a second at once', async () => {
  const opened = await openLine({ perS: 100, waitingMax: 1_000 });
  for (let n = 0; n < 60; n += 1) await opened.dial('127.0.0.2');
  await until('55 in line', () => opened.line.waiting() === 55);
  // A process that was busy for a minute does not begin all handshakes at once.
  opened.clock.ms += 60_000;
  await until('five more let in', () => opened.line.waiting() <= 50);
  await new Promise((done) => setTimeout(done, 200));
  expect(opened.line.waiting()).toBe(50);
});

it('a full line closes the newest connection of the address with the most connections, and keeps the others', async () => {
  const opened = await openLine({ perS: 1, waitingMax: 10 });
  for (let n = 0; n < 11; n += 1) await opened.dial('127.0.0.2');
  await until('ten in line', () => opened.line.waiting() === 10);
  const otherClient = await opened.dial('127.0.0.3');
  await until('one turned away', () => opened.counts.turnedAway === 1);
  expect(opened.line.waiting()).toBe(10);
  for (let turn = 0; turn < 2; turn += 1) {
    opened.clock.ms += 1_000;
    await until('one more let in', () => opened.begun.length === 2 + turn);
  }
  expect(opened.addresses()).toContain('127.0.0.3');
  expect(otherClient.closed).toBe(false);
});

it('the line keeps the bytes that a waiting client sends, removes clients that give up, and closes the others at its end', async () => {
  const opened = await openLine({ perS: 1, waitingMax: 10 });
  await opened.dial('127.0.0.2');
  const [first, second, third] = [
    await opened.dial('127.0.0.2'),
    await opened.dial('127.0.0.2'),
    await opened.dial('127.0.0.2'),
  ];
  first.write('hello');
  await until('three in line', () => opened.line.waiting() === 3);
  second.resetAndDestroy();
  await until('one gave up', () => opened.counts.gaveUp === 1);
  opened.clock.ms += 1_000;
  await until('the second let in', () => opened.begun.length === 2);
  opened.begun[1]!.resume();
  expect(String((await once(opened.begun[1]!, 'data'))[0])).toBe('hello');
  opened.line.close();
  await until('the third closed', () => third.resume().closed);
  expect(opened.line.waiting()).toBe(0);
});
