/**
 * Tests what happens if many devices connect at the same time: handshakes begin at a steady rate, and connected devices
 * can still send.
 */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { valueCountOf } from '../../process/histogram.ts';
import {
  type Bench,
  connectPacket,
  deviceCertificate,
  dial,
  join,
  openBench,
  publishPacket,
  type RawClient,
  until,
} from '../../tests/gateway/listener.ts';

let bench: Bench;
const clients: (Socket | RawClient)[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) {
    if ('destroy' in client) client.destroy();
    else client.end();
  }
  await bench.close();
});

/** Opens a TCP connection that sends no byte of TLS. */
async function openTcp(): Promise<Socket> {
  const socket = connectTcp({ host: '127.0.0.1', port: bench.listener.port });
  clients.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

it('if many devices connect at once, the listener accepts all of them at its steady rate, and still acknowledges the publishes of connected devices', async () => {
  const perS = 50;
  const [stepMs, perStep] = [40, 2];
  // Only this test moves the listener's clock, so the speed of the machine does not matter.
  bench = await openBench({ connectsPerS: perS, connectsWaitingMax: 1_000, connectionsPerDeviceMax: 1_000 }, '', {
    standsStill: true,
  });
  bench.immediateOutcome = { kind: 'appended' };
  const connectedClient = await join(bench, 'bed-07');
  clients.push(connectedClient);
  const pair = await deviceCertificate('bed-08');
  const count = 150;
  const storm = Array.from({ length: count }, async (_, i) => {
    const client = await dial(bench, pair);
    clients.push(client);
    client.send(connectPacket(`bed-08/${i}`, 5));
    return client.nextPacket();
  });
  // If an expectation fails, the connections that still wait are closed. Closing these connections is not a second
  // error.
  for (const connack of storm) connack.catch(() => {});
  const begunCount = () => valueCountOf(bench.measures.admissionMs) - 1;
  await until('each connection waits or has begun', () => begunCount() + bench.listener.waiting() === count);
  // A twentieth of the handshakes of one second may begin at the same moment.
  const begunAtOnceMax = perS / 20;
  expect(begunCount()).toBeLessThanOrEqual(begunAtOnceMax);
  for (let steps = 1; bench.listener.waiting() > 0; steps += 1) {
    bench.moveClock(stepMs);
    connectedClient.send(publishPacket(1, steps));
    expect(await connectedClient.nextPacket()).toMatchObject({ cmd: 'puback', messageId: steps });
    await until(`${steps} steps have begun`, () => begunCount() >= Math.min(count, steps * perStep));
    expect(begunCount()).toBeLessThanOrEqual(steps * perStep + begunAtOnceMax);
    await until('the begun connections are accepted', () => bench.counters.connectionsAccepted === begunCount() + 1);
  }
  expect(await Promise.all(storm)).toHaveLength(count);
  expect(bench.counters).toMatchObject({ connectionsTurnedAway: 0, connectionsGaveUp: 0, connectTimeouts: 0 });
  expect(begunCount()).toBe(count);
});

it('the time for which a connection waits is not part of the time of its handshake', async () => {
  bench = await openBench({ connectsPerS: 1, connectMs: 1_000 });
  await openTcp();
  await until('the first handshake has begun', () => valueCountOf(bench.measures.admissionMs) === 1);
  const joined = join(bench, 'bed-07');
  await until('one connection waits', () => bench.listener.waiting() === 1);
  const client = await joined;
  clients.push(client);
  expect(client.connack).toMatchObject({ cmd: 'connack', reasonCode: 0 });
  // A connection that may begin its handshake and sends nothing is closed by the time-out of the handshake.
  await until('the silent connection is closed', () => bench.counters.connectionsRefused === 1);
});

it('the listener closes new connections immediately if too many connections wait, and forgets waiting clients that close', async () => {
  bench = await openBench({ connectsPerS: 1, connectsWaitingMax: 3 });
  await openTcp();
  await until('the first handshake has begun', () => valueCountOf(bench.measures.admissionMs) === 1);
  const waiting = [await openTcp(), await openTcp(), await openTcp()];
  await until(
    'three connections wait',
    () => bench.listener.waiting() === 3 || valueCountOf(bench.measures.admissionMs) > 1,
  );
  const turnedAway = await Promise.all(Array.from({ length: 8 }, openTcp));
  await until('some connections are turned away', () => bench.counters.connectionsTurnedAway >= 4);
  await until(
    'the clients see that they were turned away',
    () => turnedAway.filter(({ closed }) => closed).length >= 4,
  );
  expect(bench.listener.waiting()).toBeLessThanOrEqual(3);
  // One waiting client closes normally, one resets its connection, and one continues to wait.
  waiting[1]!.end();
  waiting[2]!.resetAndDestroy();
  await until('the closed clients are forgotten', () => bench.counters.connectionsGaveUp >= 1);
});

it('the listener reads only a small part of what a waiting connection sends', async () => {
  bench = await openBench({ connectsPerS: 1, connectsWaitingMax: 3 });
  await openTcp();
  const flood = await openTcp();
  await until('one connection waits', () => bench.listener.waiting() === 1);
  flood.write(Buffer.alloc(50_000_000));
  await new Promise((resolve) => setTimeout(resolve, 300));
  // The kernel's buffers on both sides hold a few megabytes. The rest stays with the sender.
  expect(flood.writableLength).toBeGreaterThan(30_000_000);
});

it('the listener closes the waiting connections when it closes', async () => {
  bench = await openBench({ connectsPerS: 1 });
  const sockets = [await openTcp(), await openTcp(), await openTcp()];
  await until('some connections wait', () => bench.listener.waiting() > 0);
  await bench.close();
  await until('the waiting connections are closed', () => sockets.filter(({ closed }) => closed).length > 0);
  expect(bench.listener.waiting()).toBe(0);
});
