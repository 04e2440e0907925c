/**
 * Tests that silent connections do not block the dashboard's port. Before Kafka answers, the waiting room answers at
 * this port. The waiting room is tested, too.
 */
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Server } from 'node:tls';
import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import { issueAuthority, issueLeaf } from '../../certs/issue.ts';
import { freePorts } from '../../ops/platform/ports.ts';
import { guardConnections } from './quiet-connections.ts';
import { openWaitingRoom } from './waiting-room.ts';

const nowMs = Date.now();
const ca = await issueAuthority('test servers', nowMs);
const { certificate: cert, key } = await issueLeaf(
  { file: 'web', commonName: 'web', authority: 'ca', purposes: ['server'], names: ['localhost', '127.0.0.1'] },
  ca,
  nowMs,
);
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

async function dialSilently(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** Options with a rate at which no connection waits. */
const guarded = { connectsPerS: 10_000, isProxy: () => false, logger: pino({ level: 'silent' }) };

const closed = (socket: Socket) => (socket.closed ? Promise.resolve() : once(socket.resume(), 'close'));

it('a silent connection does not delay the closing of the waiting room', async () => {
  const [port = 0] = await freePorts(1);
  const room = await openWaitingRoom({ tls: { cert, key }, host: '127.0.0.1', port, guard: guarded });
  const silent = await dialSilently(port);
  // Node's own time-out is two minutes.
  const startedMs = performance.now();
  await room.close();
  await closed(silent);
  expect(performance.now() - startedMs).toBeLessThan(60_000);
}, 150_000);

it('of 300 silent connections of one address, 256 stay open at first, and all of these are closed after 10 s', async () => {
  const [port = 0] = await freePorts(1);
  const room = await openWaitingRoom({ tls: { cert, key }, host: '127.0.0.1', port, guard: guarded });
  const silent: Socket[] = [];
  for (let n = 0; n < 300; n += 1) silent.push(await dialSilently(port));
  // The oldest 44 connections are closed to make room for newer connections.
  await Promise.all(silent.slice(0, 44).map(closed));
  const startedMs = performance.now();
  await Promise.all(silent.map(closed));
  expect(performance.now() - startedMs).toBeLessThan(60_000);
  await room.close();
}, 150_000);

/**
 * Sends a request from an address of loopback (Linux has all of 127/8) on a new connection, which stays open.
 * @returns the status of the answer
 */
function visit(port: number, from: string): Promise<number | undefined> {
  const agent = new Agent({ keepAlive: true, ca: ca.certificate, localAddress: from, servername: 'localhost' });
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/', agent }, (response) => {
      sockets.push(response.socket);
      response.resume().on('end', () => resolve(response.statusCode));
    }).on('error', reject);
  });
}

it('a client that keeps many connections open does not block other clients, and does not end a live connection', async () => {
  const server = createServer({ cert, key, keepAliveTimeout: 600_000 }, (request, response) => {
    // The server does this for each live connection.
    if (request.socket.remoteAddress === '127.0.0.3') guard.markAsScreen(request.socket);
    response.end('seen');
  });
  const guard = guardConnections(server as unknown as Server, {
    ...guarded,
    max: { inAll: 40, visitors: 20, visitorsPerAddress: 10 },
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await visit(port, '127.0.0.3')).toBe(200);
  const live = sockets.at(-1)!;
  for (let n = 0; n < 60; n += 1) expect(await visit(port, '127.0.0.2')).toBe(200);
  expect(await visit(port, '127.0.0.1')).toBe(200);
  expect(sockets.filter((socket) => socket !== live && !socket.closed).length).toBeLessThanOrEqual(12);
  expect(live.closed).toBe(false);
  guard.end();
  server.closeAllConnections();
  server.close();
}, 150_000);

it('if the rate is low, connections wait, but connections of a trusted proxy do not; `end` closes the waiting connections', async () => {
  const server = createServer({ cert, key }, (_, response) => response.end('seen'));
  const isProxy = (address: string) => address === '127.0.0.4';
  // At this rate one connection is accepted immediately, and the next only after hours.
  const guard = guardConnections(server as unknown as Server, { ...guarded, connectsPerS: 0.0001, isProxy });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await visit(port, '127.0.0.2')).toBe(200);
  let answered = 0;
  const others = Array.from({ length: 20 }, (_, at) =>
    visit(port, `127.0.0.${(at % 2) + 2}`).then(
      () => {
        answered += 1;
      },
      () => 'closed',
    ),
  );
  for (let n = 0; n < 20; n += 1) expect(await visit(port, '127.0.0.4')).toBe(200);
  expect(answered).toBe(0);
  guard.end();
  expect(await Promise.all(others)).toEqual(new Array(20).fill('closed'));
  server.closeAllConnections();
  server.close();
}, 150_000);
