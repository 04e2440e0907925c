/**
 * Sends a flood of requests to the dashboard. `underFlood` of floods.ts starts this program as a separate process, so
 * that the flood does not slow down the test itself. Its only argument is a `FloodOrder` as JSON. It prints its counts
 * as JSON every 100 ms, and ends when its standard input ends.
 */
import { globalAgent } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';
import { WebSocket } from 'ws';
import type { Watch } from '../../dashboard/protocol/live.ts';
import { type Browser, type Live, newBrowser } from '../../dashboard/server/browser.testing.ts';
import type { FloodCounts, FloodOrder } from './floods.ts';

// Connections are reused, so that the flood consists of requests and not only of TLS handshakes.
globalAgent.maxFreeSockets = 2_000;
/** Pause of a lane between two requests. A lane is one of the loops that run in parallel. */
const pauseMs = 20;
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
const ward: Watch = { type: 'watch', scope: { ward: 'icu' }, waves: null };

const order: FloodOrder = JSON.parse(process.argv[2] ?? '');
const counts: FloodCounts = { begunRequests: 0, connections: 0, snapshots: 0, statuses: {} };
let isRunning = true;

function countStatus(status: number): void {
  counts.statuses[status] = (counts.statuses[status] ?? 0) + 1;
}

function browserAt(address: string): Browser {
  const browser = newBrowser({ ...order.target, localAddress: address });
  if (order.cookie !== undefined) browser.setCookie(order.cookie);
  return browser;
}

/** Returns the request that a lane repeats. */
function requestOfLane(lane: number): (times: number) => Promise<void> {
  const browser = browserAt(order.addresses[lane % order.addresses.length] ?? '127.0.0.1');
  switch (order.kind) {
    case 'gets':
      return async () => countStatus((await browser.get(order.path)).status);
    case 'logins':
      return async (times) =>
        countStatus((await browser.login(`nobody-${lane}-${times}`, 'not this long password')).status);
    case 'handshakes':
      return () => handshake(order.addresses[lane % order.addresses.length] ?? '127.0.0.1');
    case 'watches':
      return createWatchChange(browser);
  }
}

/** Opens a new connection and closes it without a request. */
function handshake(localAddress: string): Promise<void> {
  return new Promise((done) => {
    const { port, ca } = order.target;
    const tcp = connectTcp({ host: '127.0.0.1', port, localAddress });
    tcp.on('error', () => done());
    const socket = connect({ socket: tcp, ca, servername: 'localhost' });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => done());
    socket.on('secureConnect', () => {
      counts.connections += 1;
      socket.destroy();
    });
  });
}

/**
 * Returns a function that changes what a live connection watches, and opens a new connection if the server closed the
 * last connection.
 */
function createWatchChange(browser: Browser): (times: number) => Promise<void> {
  let live: Live | undefined;
  return async (times) => {
    if (live?.socket.readyState !== WebSocket.OPEN) live = await openLive(browser);
    live.send({ ...ward, scope: times % 2 === 0 ? { ward: 'icu' } : { associationId: order.path } });
  };
}

async function openLive(browser: Browser): Promise<Live> {
  const live = await browser.live();
  live.socket.on('message', (data) => {
    if (String(data).startsWith('{"type":"snapshot"')) counts.snapshots += 1;
  });
  const isOpen = await Promise.race([
    new Promise<true>((open) => live.socket.on('open', () => open(true))),
    live.closed.then(() => false),
  ]);
  if (!isOpen) throw new Error('the server refused the live connection');
  counts.connections += 1;
  return live;
}

const countsTimer = setInterval(() => console.log(JSON.stringify(counts)), 100);
process.stdin.resume().on('end', () => {
  isRunning = false;
  clearInterval(countsTimer);
  process.exit(0);
});
for (let lane = 0; lane < order.lanes; lane += 1) {
  const request = requestOfLane(lane);
  void (async () => {
    while (isRunning) {
      counts.begunRequests += 1;
      // An error of one request does not end the flood.
      await request(counts.begunRequests).catch(() => {});
      await sleep(pauseMs);
    }
  })();
}
