/** Tests that connections without a complete TLS handshake are closed in time and do not keep other clients out. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { valueCountOf } from '../../process/histogram.ts';
import { type Bench, join, openBench, until } from '../../tests/gateway/listener.ts';

let bench: Bench;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await bench.close();
});

async function dialSilently(): Promise<Socket> {
  const socket = connect(bench.listener.port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

const waitForClose = (socket: Socket) =>
  socket.closed ? Promise.resolve() : new Promise((resolve) => socket.resume().once('close', resolve));

/** The start of a TLS record with a ClientHello of 512 bytes. The test does not send the rest. */
const begunHello = Buffer.from([22, 3, 1, 2, 0, 1]);

it('a connection is closed in time if it sends nothing, or only a byte of its handshake now and then', async () => {
  bench = await openBench({ connectMs: 700 });
  const silent = await dialSilently();
  const trickling = await dialSilently();
  trickling.write(begunHello);
  let sentBytes = 0;
  const trickle = setInterval(() => {
    sentBytes += 1;
    // The rest of the record is zeros, which the library checks only when the record is complete.
    if (sentBytes < 500) trickling.write(Buffer.from([0]));
  }, 100);
  const startedMs = performance.now();
  await Promise.all([waitForClose(silent), waitForClose(trickling)]);
  clearInterval(trickle);
  // 500 bytes would take 50 s.
  expect(performance.now() - startedMs).toBeLessThan(40_000);
  expect(bench.listener.connections()).toBe(0);
});

it('silent connections above the limit of their address are closed, and a device from this address can connect', async () => {
  // 64 handshakes may run at the same time, 32 of them from one address. The test moves the clock, so that the
  // handshakes begin one after the other without a wait.
  bench = await openBench({ connectMs: 50_000, connectsPerS: 1 }, '', { standsStill: true });
  for (let n = 0; n < 37; n += 1) {
    await dialSilently();
    await until('the handshake has begun', () => valueCountOf(bench.measures.admissionMs) === n + 1);
    bench.moveClock(1_000);
  }
  await until('some silent connections are closed', () => bench.counters.handshakesClosed >= 5);
  const device = await join(bench, 'bed-07');
  expect(device.connack).toMatchObject({ cmd: 'connack', reasonCode: 0 });
  device.end();
});
