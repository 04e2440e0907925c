/** Opens a ward of four beds on one nurse's page, for tests in which she presses buttons while alarms begin and end. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, inject } from 'vitest';
import type { Alarm, AlarmEvent, Command } from '../../contracts/messages/alarms.ts';
import { logIn, openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';

/**
 * Opens the ward before the tests of a file, and clears its alarms after each test. Call this function once, at the top
 * of the file.
 */
export function openAlarmWard() {
  const beds = [1, 2, 3, 4].map(
    (number): PlayedBed => ({
      deviceId: `bed-0${number}`,
      period: newPeriod(`U-${number}`, ward, newPatient()),
      values: { MDC_ECG_HEART_RATE: 78 },
      waves: [],
      ageMs: 0,
    }),
  ) as [PlayedBed, PlayedBed, PlayedBed, PlayedBed];
  let server: ScreenServer;
  let browser: Browser;
  let page: Page;
  let stop: () => void;
  let raisedAlarms: Alarm[] = [];

  beforeAll(async () => {
    [server, browser] = await Promise.all([
      openScreenServer({ accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] }] }),
      openBrowser(inject('chromium')),
    ]);
    stop = playBeds(server, beds);
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
    await releaseClock();
    // On this page the pointer is not over the list, so the list may change immediately.
    await page.goto(`${server.origin}/#/devices`);
    sendAlarms(
      ...raisedAlarms.map(
        (alarm): AlarmEvent => ({ ...raisedEvent({ ...alarm, rev: 99, signal: 'off' }), type: 'cleared' }),
      ),
    );
    raisedAlarms = [];
    server.commands.length = 0;
    await page.mouse.move(5, 5);
    await until('no alarm', async () => (await page.locator('[data-alarm]').count()) === 0);
  });

  /** Sends events of the alarm processor to the screen, and remembers raised alarms to clear them after the test. */
  function sendAlarms(...events: AlarmEvent[]): void {
    raisedAlarms.push(...events.filter((event) => event.type === 'raised').map((event) => event.alarm));
    server.playAlarms(...events);
  }

  const rowOf = (alarm: Alarm) => page.getByTestId(`alarm-${alarm.alarmId}`);
  const ackButtonOf = (alarm: Alarm) => page.getByTestId(`ack-${alarm.alarmId}`);
  const untilSettled = () =>
    until('all buttons stand still', async () => (await page.locator('[data-unsettled]').count()) === 0);
  const acknowledgements = () =>
    server.commands.filter(
      (command): command is Extract<Command, { type: 'acknowledge' }> => command.type === 'acknowledge',
    );

  /**
   * Stops the clock of the page. An element that moves after this stop counts as "just moved" until the clock runs
   * again, even on a slow machine.
   */
  const holdClock = () =>
    page.evaluate(() => {
      const atMs = performance.now();
      performance.now = () => atMs;
    });
  const releaseClock = () => page.evaluate(() => Reflect.deleteProperty(performance, 'now'));
  /** Waits for two frames, after which a click has had its effect. */
  const untilTwoFrames = () =>
    page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

  return {
    beds,
    get server() {
      return server;
    },
    get page() {
      return page;
    },
    sendAlarms,
    rowOf,
    ackButtonOf,
    untilSettled,
    acknowledgements,
    holdClock,
    releaseClock,
    untilTwoFrames,
  };
}

/** Returns the centre of an element in pixels. */
export async function centre(locator: Locator): Promise<[number, number]> {
  const { x, y, width, height } = (await locator.boundingBox())!;
  return [x + width / 2, y + height / 2];
}
