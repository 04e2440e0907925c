/** The dashboard's port, and what stands there before it: silent connections hold up nothing. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { issueAuthority, issueLeaf } from '../certs/issue.ts';
import { freePorts } from '../ops/platform/ports.ts';
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

const closed = (socket: Socket) => (socket.closed ? Promise.resolve() : once(socket.resume(), 'close'));

it('a connection that says nothing does not hold up the start of the dashboard', async () => {
  const [port = 0] = await freePorts(1);
  const room = await openWaitingRoom({ tls: { cert, key }, host: '127.0.0.1', port });
  const silent = await dialSilently(port);
  // Node's own time-out is two minutes.
  const startedMs = performance.now();
  await room.close();
  await closed(silent);
  expect(performance.now() - startedMs).toBeLessThan(60_000);
}, 150_000);

it('of 300 connections of one address that say nothing at most 256 stay, and those no longer than 10 s', async () => {
  const [port = 0] = await freePorts(1);
  const room = await openWaitingRoom({ tls: { cert, key }, host: '127.0.0.1', port });
  const silent: Socket[] = [];
  for (let n = 0; n < 300; n += 1) silent.push(await dialSilently(port));
  // The oldest go first, for those that came after them.
  await Promise.all(silent.slice(0, 44).map(closed));
  const startedMs = performance.now();
  await Promise.all(silent.map(closed));
  expect(performance.now() - startedMs).toBeLessThan(60_000);
  await room.close();
}, 150_000);
