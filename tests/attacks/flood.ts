/**
 * A flood, in a process of its own, so that what others wait for is the product and not the test. Started by `flood` of floods.ts with what it
 * asks as its one argument (JSON); writes a line of JSON with its counts each 100 ms, and ends when its input ends.
 */
import { globalAgent } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';
import { WebSocket } from 'ws';
import type { Watch } from '../../dashboard/protocol/live.ts';
import { type Browser, type Live, newBrowser } from '../../dashboard/server/browser.testing.ts';
import type { FloodCounts, FloodOrder } from './floods.ts';

// Sockets are kept, so that what is tried are looks and not handshakes alone.
globalAgent.maxFreeSockets = 2_000;
/** Who is refused comes again soon, and not in the same instant. */
const pauseMs = 20;
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
const ward: Watch = { type: 'watch', scope: { ward: 'icu' }, waves: null };

const order: FloodOrder = JSON.parse(process.argv[2] ?? '');
const counts: FloodCounts = { times: 0, connections: 0, snapshots: 0, statuses: {} };
let running = true;

function seen(status: number): void {
  counts.statuses[status] = (counts.statuses[status] ?? 0) + 1;
}

function browserAt(address: string): Browser {
  const browser = newBrowser({ ...order.target, localAddress: address });
  if (order.cookie !== undefined) browser.setCookie(order.cookie);
  return browser;
}

/** What one lane does again and again. */
function laneOf(lane: number): (times: number) => Promise<void> {
  const browser = browserAt(order.addresses[lane % order.addresses.length] ?? '127.0.0.1');
  switch (order.kind) {
    case 'looks':
      return async () => seen((await browser.get(order.path)).status);
    case 'logins':
      return async (times) => seen((await browser.login(`nobody-${lane}-${times}`, 'not this long password')).status);
    case 'handshakes':
      return () => handshake(order.addresses[lane % order.addresses.length] ?? '127.0.0.1');
    case 'watches':
      return watching(browser);
  }
}

/** A new connection that asks nothing. */
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

/** Changes what its screen shows; where that was closed, another one is opened. */
function watching(browser: Browser): (times: number) => Promise<void> {
  let live: Live | undefined;
  return async (times) => {
    if (live?.socket.readyState !== WebSocket.OPEN) live = await opened(browser);
    live.send({ ...ward, scope: times % 2 === 0 ? { ward: 'icu' } : { associationId: order.path } });
  };
}

async function opened(browser: Browser): Promise<Live> {
  const live = await browser.live();
  live.socket.on('message', (data) => {
    if (String(data).startsWith('{"type":"snapshot"')) counts.snapshots += 1;
  });
  const isOpen = await Promise.race([
    new Promise<true>((open) => live.socket.on('open', () => open(true))),
    live.closed.then(() => false),
  ]);
  if (!isOpen) throw new Error('not opened');
  counts.connections += 1;
  return live;
}

const saying = setInterval(() => console.log(JSON.stringify(counts)), 100);
process.stdin.resume().on('end', () => {
  running = false;
  clearInterval(saying);
  process.exit(0);
});
for (let lane = 0; lane < order.lanes; lane += 1) {
  const once = laneOf(lane);
  void (async () => {
    while (running) {
      counts.times += 1;
      // What a lane throws ends nothing.
      await once(counts.times).catch(() => {});
      await sleep(pauseMs);
    }
  })();
}
