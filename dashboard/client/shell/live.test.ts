/** Tests the live connection with a real WebSocket server and a clock that the test sets. */
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import type { Calls, Deliveries } from '../../protocol/delivery.ts';
import type { Delta, ScreenReport, Watch } from '../../protocol/live.ts';
import { closeCodes, serverLostMs, waveTextStart } from '../../protocol/pace.ts';
import type { SoundNews } from '../../protocol/sound.ts';
import { bed, numeric, snapshot } from '../core/fixtures.ts';
import type { Screen } from '../core/fold.ts';
import { type LinkState, type Live, openLive, type WatchWish } from './live.ts';

const wish: WatchWish = { scope: { ward: 'ICU' }, waves: null };
const heartbeat = {
  type: 'heartbeat',
  at: '2026-01-01T10:00:00.000Z',
  n: 10,
  health: { kafka: 'ok', alarms: 'ok', kafkaAt: null, alarmsAt: null },
} as const;

let server: WebSocketServer;
let live: Live | undefined;
let clockMs: number;
let tickets: number;
let refusal: { status: number; message: string } | undefined;
let sockets: ServerSocket[];
let watches: Watch[];
let states: LinkState[];
let problems: (string | undefined)[];
let screen: Screen | undefined;
let ended: number;
let reportsWanted: number;
/** The parts of the heartbeats about the sound of wards. The list also has an entry for each new connection. */
let sounds: (SoundNews | 'new connection' | undefined)[];
let waves: string[];
let deliveries: Deliveries[];
let calls: Calls[];
let deliveriesBegun: number;

beforeEach(async () => {
  [clockMs, tickets, refusal, sockets, watches, states, problems] = [0, 0, undefined, [], [], [], []];
  [screen, ended, live, waves] = [undefined, 0, undefined, []];
  reportsWanted = 0;
  [deliveries, calls, deliveriesBegun] = [[], [], 0];
  sounds = [];
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('message', (text) => watches.push(JSON.parse(String(text))));
  });
});

afterEach(async () => {
  live?.close();
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

function openTestLive() {
  live = openLive(wish, {
    origin: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    now: () => clockMs,
    random: () => 0,
    ticket: async () => {
      tickets++;
      if (refusal) return { ok: false, code: 'x', ...refusal };
      return { ok: true, data: { ticket: `t${tickets}` } };
    },
    onScreen: (next) => {
      screen = next;
    },
    onSnapshot: () => undefined,
    onReports: () => reportsWanted++,
    onBuild: () => undefined,
    onWave: (text) => waves.push(text),
    onServerTime: () => undefined,
    onDeliveries: (message) => deliveries.push(message),
    onCalls: (message) => calls.push(message),
    onDeliveriesBegin: () => deliveriesBegun++,
    onSound: (news) => sounds.push(news),
    onNewConnection: () => sounds.push('new connection'),
    onState: (state) => states.push(state),
    onProblem: (text) => problems.push(text),
    onSessionEnded: () => ended++,
  });
}

async function until(isTrue: () => boolean) {
  const deadline = Date.now() + 20_000;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error(`This did not become true within 20 s: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const sendFromServer = (message: unknown) => sockets.at(-1)!.send(JSON.stringify(message));
const delta = (prev: number, n: number, value: number): Delta => ({
  type: 'delta',
  prev,
  n,
  at: '2026-01-01T10:00:01.000Z',
  beds: [{ associationId: 'assoc-01', values: [numeric('MDC_ECG_HEART_RATE', value)] }],
  gone: [],
  alarms: [],
  cleared: [],
  answers: [],
});
async function connected(times = 1) {
  await until(() => watches.length === times);
  if (times === 1) sendFromServer(snapshot({ beds: [bed('assoc-01')] }));
}

describe('openLive', () => {
  it('the live connection is opened with a ticket, and the snapshot and the deltas after it are applied', async () => {
    openTestLive();
    await connected();
    expect(watches[0]).toEqual({ type: 'watch', ...wish });
    sendFromServer(delta(10, 12, 88));
    await until(() => screen?.messageNo === 12);
    expect(screen!.beds.get('assoc-01')!.values[0]!.value).toBe(88);
    expect(states).toEqual(['live']);
  });

  it('wave messages are passed on as text, without parsing', async () => {
    openTestLive();
    await connected();
    const text = `${waveTextStart}"not":"parsed"`;
    sockets.at(-1)!.send(text);
    await until(() => waves.length === 1);
    expect(waves).toEqual([text]);
    expect(states).toEqual(['live']);
  });

  it('the page asks once on each connection for deliveries, and asks only a server that offers them', async () => {
    openTestLive();
    await connected();
    await until(() => screen !== undefined);
    expect(live!.reportCalls({ type: 'calls-painted', calls: [] })).toBe(false);
    sendFromServer({ ...heartbeat, deliveries: true });
    await until(() => watches.length === 2);
    expect(watches[1]).toEqual({ type: 'want-deliveries' });
    sendFromServer({ ...heartbeat, deliveries: true, delivery: { wards: ['ICU'], since: null } });
    const list = { type: 'deliveries', at: heartbeat.at, complete: true, views: [], gone: [] };
    sendFromServer(list);
    sendFromServer({ type: 'calls', at: heartbeat.at, calls: [], checkId: 'c' });
    await until(() => calls.length === 1);
    expect(deliveries).toEqual([list]);
    expect(screen?.deliveryDown).toEqual({ wards: ['ICU'], since: null });
    expect(live!.reportCalls({ type: 'calls-painted', calls: [] })).toBe(true);
    await until(() => watches.length === 3);
    sockets[0]!.terminate();
    await until(() => watches.length === 4);
    sendFromServer({ ...snapshot(), deliveries: true });
    await until(() => watches.length === 5);
    expect(watches[4]).toEqual({ type: 'want-deliveries' });
    expect(deliveriesBegun).toBe(2);
  });

  it('after the connection broke, the page connects again and continues after the last message number that it received', async () => {
    openTestLive();
    await connected();
    await until(() => screen?.messageNo === 10);
    sockets[0]!.terminate();
    await connected(2);
    expect(watches[1]!.resume).toEqual({ stream: 's1', n: 10 });
    expect(tickets).toBe(2);
    sendFromServer(delta(10, 20, 70));
    await until(() => screen?.messageNo === 20);
  });

  it('if a delta is missing, the page connects again and requests a new snapshot', async () => {
    openTestLive();
    await connected();
    await until(() => screen !== undefined);
    sendFromServer(delta(11, 12, 1));
    await connected(2);
    expect(watches[1]!.resume).toBeUndefined();
  });

  it('within 5 s after the last heartbeat the server counts as lost; the page closes the silent socket and connects again', async () => {
    openTestLive();
    await connected();
    await until(() => states.at(-1) === 'live');
    clockMs = 5000;
    sendFromServer(heartbeat);
    sendFromServer(delta(10, 11, 1));
    await until(() => screen?.messageNo === 11);
    clockMs = 5000 + serverLostMs;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(states).toEqual(['live']);
    clockMs += 1;
    await until(() => states.at(-1) === 'lost');
    clockMs = 14_000;
    await connected(2);
    sendFromServer(heartbeat);
    await until(() => states.at(-1) === 'live');
    expect(states).toEqual(['live', 'lost', 'live']);
  });

  it('if the page itself stood still for 30 s, the server does not count as lost', async () => {
    openTestLive();
    await connected();
    await until(() => states.at(-1) === 'live');
    // After `setImmediate`, Node runs timers before it reads sockets. So the watchdog runs first, as in a browser after
    // a long task of the page.
    await new Promise((resolve) => setImmediate(resolve));
    sendFromServer(heartbeat);
    sendFromServer(delta(10, 11, 1));
    clockMs = 30_000;
    for (const endMs = Date.now() + 600; Date.now() < endMs; );
    await until(() => screen?.messageNo === 11);
    expect(states).toEqual(['live']);
    clockMs = 35_001;
    await until(() => states.at(-1) === 'lost');
  });

  it('after the server refused a ticket, the page reports the reason and requests a ticket again', async () => {
    refusal = { status: 503, message: 'The log is away.' };
    openTestLive();
    await until(() => tickets >= 3);
    expect(problems).toContain('The log is away.');
    refusal = undefined;
    await connected();
    await until(() => states.at(-1) === 'live');
    expect(problems.at(-1)).toBeUndefined();
  });

  it.each([
    ['the session has ended', closeCodes.sessionEnded, () => ended === 1],
    ['the account may not see the ward', closeCodes.notAllowed, () => states.at(-1) === 'forbidden'],
  ] as const)('the page does not connect again if %s', async (_name, code, done) => {
    openTestLive();
    await connected();
    await until(() => screen !== undefined);
    sockets[0]!.close(code);
    await until(done);
    clockMs += 60_000;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(tickets).toBe(1);
    expect(states.at(-1)).not.toBe('lost');
  });

  it('if the account may not see the ward, the page connects again when it requests another ward', async () => {
    openTestLive();
    await connected();
    sockets[0]!.close(closeCodes.notAllowed);
    await until(() => states.at(-1) === 'forbidden');
    live!.watch({ scope: { ward: 'CCU' }, waves: null });
    await connected(2);
    expect(watches[1]!.scope).toEqual({ ward: 'CCU' });
  });

  it('after the close code "resync" the page connects again immediately and requests a snapshot', async () => {
    openTestLive();
    await connected();
    await until(() => screen !== undefined);
    sockets[0]!.close(closeCodes.resync);
    await connected(2);
    expect(watches[1]!.resume).toBeUndefined();
  });

  it('after a message that cannot be read, the page connects again', async () => {
    openTestLive();
    await connected();
    sockets[0]!.send('{');
    await connected(2);
  });

  it('the page sends reports only to a server that understands them, even if a new connection gets no snapshot', async () => {
    const report: ScreenReport = { type: 'report', page: 'painting', alarms: [] };
    openTestLive();
    await connected();
    await until(() => screen?.messageNo === 10);
    expect(live!.report(report)).toBe(false);
    sendFromServer({ ...heartbeat, reports: true });
    await until(() => reportsWanted === 1);
    expect(live!.report(report)).toBe(true);
    await until(() => watches.length === 2);
    expect(watches[1]).toEqual(report);
    sockets[0]!.terminate();
    await until(() => watches.length === 3);
    expect(watches[2]!.resume).toEqual({ stream: 's1', n: 10 });
    // The new server may be of an older version.
    expect(live!.report(report)).toBe(false);
    sendFromServer(heartbeat);
    sendFromServer({ ...heartbeat, reports: true });
    await until(() => reportsWanted === 2);
    expect(live!.report(report)).toBe(true);
  });

  it('the part of a heartbeat about the sound is passed on; a new connection reports that this part is not valid any more', async () => {
    const news: SoundNews = { beat: 5, heardAt: 3, wards: [] };
    openTestLive();
    await connected();
    await until(() => screen?.messageNo === 10);
    sendFromServer({ ...heartbeat, sound: news });
    sendFromServer(heartbeat);
    await until(() => sounds.length === 3);
    sockets[0]!.terminate();
    await until(() => sounds.length === 4);
    expect(sounds).toEqual(['new connection', news, undefined, 'new connection']);
  });

  it('a new wish is sent over the present connection', async () => {
    openTestLive();
    await connected();
    live!.watch({ scope: { ward: '*' }, waves: null });
    await until(() => watches.length === 2);
    expect(sockets).toHaveLength(1);
    expect(watches[1]).toEqual({ type: 'watch', scope: { ward: '*' }, waves: null });
  });
});
