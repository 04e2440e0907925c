/**
 * Imitates many screens of one ward. The benchmark starts this file as a child process and sends it orders. Each screen
 * is one live connection over TLS, and it confirms its alarms as a page does. A stalled screen reads nothing after its
 * snapshot.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Alarm } from '../contracts/messages/alarms.ts';
import type { AlarmReport, ScreenReport, Watch } from '../dashboard/protocol/live.ts';
import { reportEveryMs } from '../dashboard/protocol/pace.ts';
import { type Browser, newBrowser } from '../dashboard/server/browser.testing.ts';
import { password } from '../tests/browser.ts';

export type Order =
  /** Logs the accounts in, and opens the screens that read. */
  | {
      readonly do: 'open';
      readonly port: number;
      readonly ca: string;
      readonly origin: string;
      readonly ward: string;
      readonly userIds: readonly string[];
      readonly screens: number;
    }
  /**
   * Forgets the stalled screens that the server has ended, and opens new stalled screens until `screens` of them are
   * open.
   */
  | { readonly do: 'stall'; readonly screens: number; readonly endedAtServer: number }
  | { readonly do: 'report' };

export type Answer =
  | { readonly kind: 'opened' }
  | { readonly kind: 'stalled' }
  | {
      readonly kind: 'report';
      /** For each alarm, the receive times of all screens, ms since 1970. */
      readonly receivedAtMs: Readonly<Record<string, readonly number[]>>;
      /** Number of connections of reading screens that ended. */
      readonly lost: number;
      /** Delay of the event loop since the screens were opened (p99), ms. */
      readonly loopDelayMs: number;
    };

/** Time after which a screen reports an alarm. A real page waits for two frames and for its timer. */
const reportAfterMs = 250;
const openingMax = 20;
/**
 * Maximum number of tries to connect. On a busy machine, the server ends a connection whose TLS handshake takes too
 * long.
 */
const triesMax = 5;
const retryMs = 500;
/** The server limits the logins from one address, so the accounts log in from several loopback addresses. */
const loginsOfAddress = 10;
const alarmMark = Buffer.from('"alarmId"');

let order: Extract<Order, { do: 'open' }> | undefined;
const browsers: Browser[] = [];
/** The stalled screens, the oldest first; `index` chooses the account. */
const stalled: { readonly socket: WebSocket; readonly index: number }[] = [];
const receivedAtMs: Record<string, number[]> = {};
let lost = 0;
const loop = monitorEventLoopDelay({ resolution: 5 });

async function openAll(next: Extract<Order, { do: 'open' }>): Promise<void> {
  order = next;
  const { port, ca, origin } = next;
  await inParallel(next.userIds, async (userId, index) => {
    const localAddress = `127.0.1.${1 + Math.floor(index / loginsOfAddress)}`;
    const browser = newBrowser({ port, ca, origin, localAddress });
    const { status } = await browser.login(userId, password);
    if (status !== 200 && status !== 204) fail(`the login of ${userId} was refused with status ${status}`);
    browsers.push(browser);
  });
  await inParallel(Array.from({ length: next.screens }), async (_, index) => {
    readAll(await openScreen(index));
  });
}

/** Opens a connection, and tries again after a failure, as a page does. Waits for the snapshot. */
async function openScreen(index: number): Promise<WebSocket> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await tryToOpen(index);
    } catch (error) {
      if (tries === triesMax) throw error;
      await sleep(retryMs);
    }
  }
}

async function tryToOpen(index: number): Promise<WebSocket> {
  const { port, ca, origin, ward } = order!;
  const browser = browsers[index % browsers.length]!;
  const { ticket } = (await browser.post('/api/ticket')).body;
  const socket = new WebSocket(`wss://localhost:${port}/api/live?ticket=${ticket}`, {
    ca,
    headers: { cookie: browser.cookie(), origin },
  });
  const watch: Watch = { type: 'watch', scope: { ward }, waves: { associations: 'all' } };
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => socket.send(JSON.stringify(watch)));
    socket.once('message', () => resolve());
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('a connection ended before its snapshot')));
  });
  return socket;
}

/** Notes when each alarm arrives, and confirms it. */
function readAll(socket: WebSocket): void {
  let toReport: Alarm[] = [];
  const report = () => {
    const alarms = toReport.slice(0, 64).map(({ alarmId, rev }): AlarmReport => {
      const ago = { paintedAgoMs: 0, soundedAgoMs: 0 };
      return { alarmId, rev, shown: 'text', sound: 'sounding', ...ago };
    });
    toReport = [];
    const message: ScreenReport = { type: 'report', page: 'painting', alarms };
    socket.send(JSON.stringify(message));
  };
  report();
  const timer = setInterval(report, reportEveryMs);
  socket.on('message', (data: Buffer) => {
    // Only messages with alarms are parsed, so that this process needs little time for each message.
    if (!data.includes(alarmMark)) return;
    const atMs = Date.now();
    const { alarms = [] } = JSON.parse(data.toString()) as { alarms?: Alarm[] };
    for (const { alarmId, rev } of alarms) {
      if (rev !== 1) continue;
      receivedAtMs[alarmId] ??= [];
      receivedAtMs[alarmId].push(atMs);
    }
    if (alarms.length > 0 && toReport.length === 0) setTimeout(() => toReport.length > 0 && report(), reportAfterMs);
    toReport.push(...alarms);
  });
  socket.on('close', () => {
    clearInterval(timer);
    lost += 1;
  });
  socket.on('error', () => {});
}

/**
 * Opens the missing stalled screens. A new screen has the account of the screen that it replaces, because the server
 * limits the connections of an account. The server ends the screens in the order in which they opened. So the oldest
 * screens are the screens that the server ended.
 */
async function stall({ screens, endedAtServer }: Extract<Order, { do: 'stall' }>): Promise<void> {
  const replaced = stalled.splice(0, endedAtServer);
  for (const { socket } of replaced) socket.terminate();
  const indexes = replaced.map(({ index }) => index);
  for (let index = stalled.length + replaced.length; index < screens; index += 1) indexes.push(index);
  await inParallel(indexes, async (index) => {
    const socket = await openScreen(index);
    socket.on('error', () => {});
    // From now on this process reads nothing from the TCP connection, so the buffers of the kernel fill.
    socket.pause();
    stalled.push({ socket, index });
  });
}

async function inParallel<T>(items: readonly T[], act: (item: T, index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next;
      next += 1;
      await act(items[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: openingMax }, worker));
}

function fail(why: string): never {
  process.stderr.write(`bench/screen-clients: ${why}\n`);
  process.exit(1);
}

const answer = (message: Answer) => process.send!(message);

process.on('message', async (next: Order) => {
  try {
    switch (next.do) {
      case 'open':
        await openAll(next);
        loop.enable();
        answer({ kind: 'opened' });
        break;
      case 'stall':
        await stall(next);
        answer({ kind: 'stalled' });
        break;
      case 'report':
        answer({ kind: 'report', receivedAtMs, lost, loopDelayMs: Math.round(loop.percentile(99) / 1e6) });
        break;
    }
  } catch (error) {
    fail((error as Error).message);
  }
});
process.on('disconnect', () => process.exit(0));
