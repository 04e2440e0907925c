/**
 * A person whose page is open in a real Chromium: the page of the ward, with the calls to the person. The person
 * presses the buttons of the page. The browser can be killed, stopped and cut off.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, type BrowserServer, chromium, type Page, type Response } from 'playwright-core';
import { browserFlags, submitLogin } from '../browser.ts';
import { freeze, stateOf, thaw } from '../faults/process.ts';
import type { Random } from '../faults/random.ts';
import { until } from '../system.ts';
import { type Cable, openCable } from './cable.ts';
import type { Acknowledged } from './person.ts';
import { processTree } from './process-tree.ts';

const lookEveryMs = 400;
const pressMsMax = 3_000;
/** The window is as large as that of a phone. */
const viewport = { width: 390, height: 844 };

export type ChromiumPage = {
  readonly acknowledged: readonly Acknowledged[];
  readonly answers: Record<string, number>;
  /** Number of calls that the page has painted. */
  painted(): number;
  /** Ends the browser with SIGKILL. */
  kill(): Promise<void>;
  /** Opens the browser, logs in, and waits until the page is live. */
  start(): Promise<void>;
  /** Stops all processes of the browser. @returns a function that lets the processes continue */
  freeze(): Promise<() => void>;
  readonly cable: Cable;
  /** Returns whether the page says that it has no connection. */
  isLost(): Promise<boolean>;
  /** Waits until the page shows live data of the ward. */
  untilLive(): Promise<void>;
  close(): Promise<void>;
};

/** What `start` opens. */
type Opened = { readonly server: BrowserServer; readonly browser: Browser; readonly page: Page };

export async function openChromiumPage(options: {
  readonly executablePath: string;
  readonly httpPort: number;
  readonly userId: string;
  readonly ward: string;
  readonly random: Random;
}): Promise<ChromiumPage> {
  const { executablePath, httpPort, userId, random } = options;
  const cable = await openCable(httpPort);
  const acknowledged: Acknowledged[] = [];
  const answers: Record<string, number> = {};
  const painted = new Set<string>();
  const decided = new Set<string>();
  let opened: Opened | undefined;
  let isClosed = false;

  async function start(): Promise<void> {
    const rule = `--host-resolver-rules=MAP localhost:${httpPort} 127.0.0.1:${cable.port}`;
    const server = await chromium.launchServer({ executablePath, headless: true, args: [...browserFlags, rule] });
    const browser = await chromium.connect(server.wsEndpoint());
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('response', (response) => void takeResponse(response).catch(() => undefined));
    page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => takeSent(String(payload))));
    opened = { server, browser, page };
    await page.goto(`https://localhost:${httpPort}/`);
    await submitLogin(page, userId);
    await untilLive();
  }

  function takeSent(text: string): void {
    if (!text.startsWith('{"type":"calls-painted"')) return;
    for (const { callId } of JSON.parse(text).calls) painted.add(callId);
  }

  async function takeResponse(response: Response): Promise<void> {
    const { pathname } = new URL(response.url());
    const [, kind, id] = /^\/api\/(calls|alarms)\/([^/]+)\/(?:answer|acknowledge)$/.exec(pathname) ?? [];
    if (kind === undefined || id === undefined) return;
    const body = await response.json();
    if (kind === 'alarms' && response.status() === 202) acknowledged.push({ alarmId: id, commandId: body.commandId });
    if (kind !== 'calls') return;
    const result = body.result ?? String(response.status());
    answers[result] = (answers[result] ?? 0) + 1;
  }

  async function untilLive(): Promise<void> {
    const { page } = opened!;
    await page.locator('[data-testid^="bed-bed-"]').first().waitFor();
    await until('the page is connected', async () => !(await isLost()));
  }

  const isLost = async () => (await opened?.page.getByTestId('banner-lost').isVisible()) ?? false;

  const press = (actsOn: string) =>
    opened!.page.locator(`[data-acts-on="${actsOn}"]:not([data-unsettled])`).first().click({ timeout: pressMsMax });

  /** Acts as the person: answers or ignores a waiting call. After accepting a call, acknowledges the alarm. */
  async function look(page: Page): Promise<void> {
    const actsOn = await page
      .locator('[data-testid^="accepted-"]')
      .first()
      .getAttribute('data-acts-on', { timeout: 200 });
    const alarmId = await page
      .locator('[data-testid^="accepted-"]')
      .first()
      .getAttribute('data-testid', { timeout: 200 });
    const callId = actsOn?.split(' ')[0];
    if (callId === undefined || alarmId === null || decided.has(callId)) return;
    decided.add(callId);
    const choice = random.pick([
      [5, 'accepted'],
      [3, 'rejected'],
      [2, undefined],
    ] as const);
    await sleep(random.between(200, 1_500));
    if (choice !== undefined) await press(`${callId} ${choice}`);
    if (choice !== 'accepted') return;
    await sleep(random.between(500, 2_000));
    await press(`${alarmId.slice('accepted-'.length)} acknowledge`);
  }

  const person = (async () => {
    for (; !isClosed; await sleep(lookEveryMs)) if (opened) await look(opened.page).catch(() => undefined);
  })();

  await start();
  return {
    ...{ acknowledged, answers, cable, start, isLost, untilLive },
    painted: () => painted.size,
    async kill() {
      const { server, browser } = opened!;
      const { pid } = server.process();
      const ended = new Promise<void>((done) => void browser.once('disconnected', () => done()));
      opened = undefined;
      process.kill(pid!, 'SIGKILL');
      await ended;
      await server.close().catch(() => undefined);
    },
    async freeze() {
      const pids = processTree(opened!.server.process().pid!);
      const stopped: number[] = [];
      for (const pid of pids) {
        // A process of the browser may end by itself meanwhile.
        await freeze(pid).then(
          () => stopped.push(pid),
          () => undefined,
        );
      }
      if (stopped.some((pid) => stateOf(pid) !== 'T')) throw new Error('the browser did not stop');
      return () => {
        for (const pid of stopped) thaw(pid);
      };
    },
    async close() {
      isClosed = true;
      await person;
      await opened?.server.close();
      cable.close();
    },
  };
}
