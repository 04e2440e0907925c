/** A ward of four beds and one nurse's page, for tests of what can be pressed while alarms come and go. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, inject } from 'vitest';
import type { Alarm, AlarmEvent, Command } from '../../contracts/messages/alarms.ts';
import { logIn, openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { type PlayedBed, patient, period, play, raised } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';

/** To be called once, at the top of a test file: opens the ward before the tests, and clears its alarms after each of them. */
export function openAlarmWard() {
  const beds = [1, 2, 3, 4].map(
    (number): PlayedBed => ({
      deviceId: `bed-0${number}`,
      period: period(`U-${number}`, ward, patient()),
      values: { MDC_ECG_HEART_RATE: 78 },
      waves: [],
      ageMs: 0,
    }),
  ) as [PlayedBed, PlayedBed, PlayedBed, PlayedBed];
  let server: ScreenServer;
  let browser: Browser;
  let page: Page;
  let stop: () => void;
  let shown: Alarm[] = [];

  beforeAll(async () => {
    [server, browser] = await Promise.all([
      openScreenServer({ accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] }] }),
      openBrowser(inject('chromium')),
    ]);
    stop = play(server, beds);
    page = await logIn(browser, server, 'nora');
  });

  afterAll(async () => {
    stop();
    await browser.close();
    await server.close();
  });

  beforeEach(async () => {
    await page.setViewportSize({ width: 1920, height: 1080 });
    await page.goto(`${server.origin}/#/`);
    await page.mouse.move(5, 5);
    await page.getByTestId('bed-U-4').waitFor();
  });

  afterEach(async () => {
    await goOn();
    // Another page has another list, which no hand holds.
    await page.goto(`${server.origin}/#/devices`);
    tell(...shown.map((alarm): AlarmEvent => ({ ...raised({ ...alarm, rev: 99, signal: 'off' }), type: 'cleared' })));
    shown = [];
    server.commands.length = 0;
    await page.mouse.move(5, 5);
    await until('no alarm', async () => (await page.locator('[data-alarm]').count()) === 0);
  });

  /** Folds events of the alarm processor, and remembers what is to be cleared after the test. */
  function tell(...events: AlarmEvent[]): void {
    shown.push(...events.filter((event) => event.type === 'raised').map((event) => event.alarm));
    server.alarms(...events);
  }

  const row = (alarm: Alarm) => page.getByTestId(`alarm-${alarm.alarmId}`);
  const button = (alarm: Alarm) => page.getByTestId(`ack-${alarm.alarmId}`);
  const settled = () =>
    until('that everything stands still', async () => (await page.locator('[data-unsettled]').count()) === 0);
  const acknowledged = () =>
    server.commands.filter((one): one is Extract<Command, { type: 'acknowledge' }> => one.type === 'acknowledge');

  /** Stops the page's steady clock: what moves from now on has moved just now, however slow this machine is. */
  const holdClock = () =>
    page.evaluate(() => {
      const atMs = performance.now();
      performance.now = () => atMs;
    });
  const goOn = () => page.evaluate(() => Reflect.deleteProperty(performance, 'now'));
  /** Two frames, so that a click that was let through has had its effect. */
  const frames = () =>
    page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

  return {
    beds,
    get server() {
      return server;
    },
    get page() {
      return page;
    },
    tell,
    row,
    button,
    settled,
    acknowledged,
    holdClock,
    goOn,
    frames,
  };
}

/** The middle of an element, px. */
export async function centre(locator: Locator): Promise<[number, number]> {
  const { x, y, width, height } = (await locator.boundingBox())!;
  return [x + width / 2, y + height / 2];
}
