/**
 * Checks that a page neither loses nor doubles an alarm during three kinds of trouble. Its connection breaks again and
 * again, the server is killed, and the page is frozen or asleep. The seed of the random choices is printed;
 * VIGIL_TEST_SEED=<seed> repeats a run.
 */
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import { openBrowser, openLogin, submitLogin } from '../browser.ts';
import { randomFrom } from '../faults/random.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';
const seed = Number(process.env.VIGIL_TEST_SEED ?? Math.floor(Math.random() * 1e9));
const random = randomFrom(seed);
const beds = Array.from(
  { length: 6 },
  (_, at): PlayedBed => ({
    deviceId: `bed-0${at + 1}`,
    period: newPeriod(`U-${at + 1}`, ward, newPatient()),
    values: { MDC_ECG_HEART_RATE: 78 },
    waves: [],
    ageMs: 0,
  }),
);
const alarmsMax = 6;

let server: ScreenServer;
let browser: Browser;
let page: Page;
let devtools: CDPSession;
let stop: () => void;
let starts = 0;
/** The alarms that must be on the screen, as the alarm processor has written them. */
const present = new Map<string, Alarm>();
/** How often each fault happened. A page counts as frozen or asleep only if its own timers stood still. */
const struck = { cut: 0, kill: 0, frozen: 0, asleep: 0 };

const accounts = [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] }] as const;

/**
 * Starts a server. A later server takes the place of the former server, and gets the same alarms, as if it read them
 * from Kafka.
 */
async function start(port?: number): Promise<void> {
  starts += 1;
  server = await openScreenServer({
    accounts: accounts.map((account) => ({ ...account, wards: [...account.wards] })),
    stream: `start-${starts}`,
    ...(port !== undefined && { port }),
  });
  stop = playBeds(server, beds);
  server.playAlarms(...[...present.values()].map(raisedEvent));
}

beforeAll(async () => {
  process.stdout.write(`the seed of this run: ${seed}\n`);
  [browser] = await Promise.all([openBrowser(inject('chromium')), start()]);
  page = await openLogin(browser, server);
  // Painting large pictures and alarms that flash would need most of the processor time on a machine without a graphics
  // card.
  await page.setViewportSize({ width: 1024, height: 768 });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  // The page waits for a random time before it connects again. In this test, it always waits for the shortest time.
  await page.addInitScript(() => {
    Math.random = () => 0;
  });
  await page.reload();
  await submitLogin(page, 'nora');
  await page.getByTestId('bed-U-1').waitFor();
  await page.mouse.move(5, 5);
  await page.evaluate(watchPage);
  devtools = await page.context().newCDPSession(page);
  await devtools.send('Debugger.enable');
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

/**
 * Runs in the page. Notes each alarm that has two rows at a time, and the longest time for which the page did not run.
 */
function watchPage(): void {
  const record = { doubled: [] as string[], takeLongestStopMs, untilShown };
  const rowsShown = () => [...document.querySelectorAll('[data-testid="alarm-list"] li[data-priority]')];
  const look = () => {
    const ids = rowsShown().map((row) => row.getAttribute('data-testid')!);
    record.doubled.push(...ids.filter((id, at) => ids.indexOf(id) !== at));
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  let ranAtMs = performance.now();
  let longestStopMs = 0;
  const note = () => {
    longestStopMs = Math.max(longestStopMs, performance.now() - ranAtMs);
    ranAtMs = performance.now();
  };
  setInterval(note, 50);
  function takeLongestStopMs(): number {
    // Counts a stop that has just ended, because the timer may not have run yet.
    note();
    const result = longestStopMs;
    longestStopMs = 0;
    return result;
  }
  /**
   * Waits until the rows of the alarm list are as wanted, and returns them; after a minute, returns them as they are.
   */
  async function untilShown(wanted: string): Promise<string> {
    const shown = () =>
      rowsShown()
        .map((row) => `${row.getAttribute('data-testid')} ${/HR \d+ > 160/.exec(row.textContent ?? '')?.[0]}`)
        .sort()
        .join();
    const endMs = performance.now() + 60_000;
    while (shown() !== wanted && performance.now() < endMs) await new Promise((done) => setTimeout(done, 20));
    return shown();
  }
  Object.assign(window, { pageRecord: record });
}

const doubled = () => page.evaluate<string[]>('window.pageRecord.doubled');
/** Returns the longest time for which the page did not run since the last call. */
const longestStopMs = () => page.evaluate<number>('window.pageRecord.takeLongestStopMs()');

type Change = 'raise' | 'change' | 'end';

/** Raises, changes or ends an alarm, at random if `wanted` is absent or not possible now. */
function change(wanted?: Change): void {
  const alarms = [...present.values()];
  const weights: readonly [number, Change][] = [
    [alarms.length < alarmsMax ? 4 : 0, 'raise'],
    [alarms.length > 0 ? 2 : 0, 'change'],
    [alarms.length > 0 ? 2 : 0, 'end'],
  ];
  const possible = weights.filter(([weight, kind]) => weight > 0 && kind === wanted);
  const kind = random.pick<Change>(possible.length > 0 ? possible : weights);
  const at = new Date().toISOString();
  const former = alarms[Math.floor(random.between(0, alarms.length))];
  if (kind === 'raise') {
    const alarm = alarmOf(beds[Math.floor(random.between(0, beds.length))]!, { raisedAt: at });
    present.set(alarm.alarmId, alarm);
    server.playAlarms(raisedEvent(alarm));
  } else if (kind === 'change') {
    const value = former!.value! + 1;
    const alarm = { ...former!, rev: former!.rev + 1, value, text: `HR ${value} > 160` };
    present.set(alarm.alarmId, alarm);
    server.playAlarms({ type: 'updated', at, alarm });
  } else {
    present.delete(former!.alarmId);
    server.playAlarms({
      type: 'cleared',
      at,
      alarm: { ...former!, rev: former!.rev + 1, present: false, signal: 'off' },
    });
  }
}

const expected = () =>
  [...present.values()]
    .map(({ alarmId, text }) => `alarm-${alarmId} ${text}`)
    .sort()
    .join();

/** Waits until the page shows exactly the present alarms, each once and with its newest value. */
async function untilRight(what: string): Promise<void> {
  // The page itself repeats the check, because each request to the browser would cost processor time.
  const shown = await page.evaluate<string>(`window.pageRecord.untilShown(${JSON.stringify(expected())})`);
  if (shown !== expected()) throw new Error(`${what} (seed ${seed}): shown: ${shown}; present: ${expected()}`);
}

const liveSockets = () => [...server.sockets()].filter(({ readyState }) => readyState === 1);

/** Waits until `probe` returns true. `probe` needs no request to the browser, so it may be called often. */
async function untilHere(what: string, probe: () => boolean): Promise<void> {
  for (const endMs = performance.now() + 90_000; !probe(); ) {
    if (performance.now() > endMs) throw new Error(`timed out, waiting for ${what} (seed ${seed})`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

/** Breaks the connection as a network does, without a close frame, while alarms change before and after it. */
async function cut(): Promise<void> {
  await untilHere('a live connection', () => liveSockets().length > 0);
  if (random.next() < 0.5) change();
  for (const socket of liveSockets()) socket.terminate();
  change();
  await untilHere('no connection', () => liveSockets().length === 0);
  if (random.next() < 0.5) change();
  struck.cut += 1;
}

/**
 * Kills the server in the middle of changes, and starts a new server that does not know the old connections. While no
 * server runs, one alarm ends, one gets a new value, and one begins. Only the snapshot of the new server shows these
 * changes.
 */
async function kill(): Promise<void> {
  change();
  const former = server;
  stop();
  for (const socket of liveSockets()) socket.terminate();
  change();
  await former.close();
  for (const kind of ['end', 'change', 'raise'] as const) change(kind);
  await start(former.httpPort);
  await untilHere('a connection to the new server', () => liveSockets().length > 0);
  struck.kill += 1;
}

/**
 * Stops all code of the page, as an endless loop or a frozen tab does, lets alarms begin and end meanwhile, and lets
 * the page continue. Chromium's own `Page.setWebLifecycleState` did not stop the timers of a visible page.
 */
async function freeze(): Promise<void> {
  await longestStopMs();
  await devtools.send('Debugger.pause');
  await changesDuring(1_500);
  await devtools.send('Debugger.resume');
  if ((await longestStopMs()) > 1_000) struck.frozen += 1;
}

/** Stops the process of the page, as a machine that sleeps does. The connection stays open and fills. */
async function sleepAndWake(): Promise<void> {
  await longestStopMs();
  const { processInfo } = await (await browser.newBrowserCDPSession()).send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  for (const pid of renderers) process.kill(pid, 'SIGSTOP');
  try {
    await changesDuring(1_500);
  } finally {
    for (const pid of renderers) process.kill(pid, 'SIGCONT');
  }
  if ((await longestStopMs()) > 1_000) struck.asleep += 1;
}

async function changesDuring(forMs: number): Promise<void> {
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs) {
    change();
    await new Promise((done) => setTimeout(done, 200));
  }
}

it('a page loses and doubles no alarm while its connection breaks, the server is killed, and the page is frozen or asleep', async () => {
  const faults = shuffled([
    ...Array.from({ length: 42 }, () => cut),
    ...[kill, kill, kill],
    ...[freeze, freeze, freeze],
    ...[sleepAndWake, sleepAndWake],
  ]);
  for (const [number, fault] of faults.entries()) {
    await fault();
    // Sometimes the next fault comes before the page has recovered.
    if (random.next() < 0.6) await untilRight(`fault ${number}, ${fault.name}`);
  }
  await untilRight('at the end');
  expect(await doubled()).toEqual([]);
  expect(await page.getByTestId('banner-lost').count()).toBe(0);
  expect(struck).toEqual({ cut: 42, kill: 3, frozen: 3, asleep: 2 });
});

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
