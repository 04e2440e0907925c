/**
 * Tests that Vigil notices a page that is stuck. The other screens of the ward name this page, even at another
 * dashboard. The devices learn within 10 s that nobody sees their alarms.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Child, saysReady, startChild } from '../ops/platform/child.ts';
import { serviceEnv } from '../ops/platform/service-env.ts';
import { addAccount, logIn, openBrowser } from './browser.ts';
import { connectDevice, type TestDevice } from './device.ts';
import type { TestPlatform } from './platform.ts';
import { admitted, associate, openLogAs, ownPorts, root, startProcess, until } from './system.ts';

const ward = 'ward-w';
const stay = admitted('W-09', ward, 'Okapi');
const simulatedStay = admitted('W-01', ward, 'Narwhal');
/**
 * The steps from the last report of a page to the device: 6 s until the server notices, 0.5 s until it writes, 3 s
 * until the next inbox message. The rest is for a slow machine.
 */
const watchedMsMax = 10_000;
const slowMachineMs = 5_000;
const simulatorLog = () => join(platform.stateDir, 'logs', 'simulators-watched.log');

const closers: (() => Promise<unknown>)[] = [];
let platform: TestPlatform;
let device: TestDevice;
let simulator: Child;
let browser: Browser;
/** Pages at two dashboards. */
let noras: Page;
let ottos: Page;
/** The content of each inbox message, and when it came. */
const inboxes: { readonly atMs: number; readonly watched: boolean }[] = [];
/** When the page of Nora sent each report. */
const reportedAtMs: number[] = [];

beforeAll(async () => {
  platform = await ownPorts(inject('platform'));
  const second = { ...platform, httpPort: (await ownPorts(platform)).httpPort };
  addAccount(platform, 'nora-w', 'Nora Nurse', 'nurse', [ward]);
  addAccount(platform, 'otto-w', 'Otto Other', 'nurse', [ward]);
  const operator = await openLogAs(platform, 'operator');
  closers.push(operator.close);
  await associate(platform, operator, 'bed-09', Date.now(), stay);
  await associate(platform, operator, 'bed-01', Date.now(), simulatedStay);
  for (const name of ['gateway', 'alarms', 'dashboard'] as const)
    closers.push((await startProcess(platform, name)).close);
  closers.push((await startProcess(second, 'dashboard')).close);
  device = await connectDevice(platform, 'bed-09');
  closers.push(device.close);
  device.client.on('message', (_topic, payload) =>
    inboxes.push({ atMs: Date.now(), watched: JSON.parse(payload.toString()).watched }),
  );
  await device.client.subscribeAsync('devices/bed-09/inbox');
  browser = await openBrowser(inject('chromium'));
  closers.push(() => browser.close());
  noras = await logIn(browser, platform, 'nora-w');
  ottos = await logIn(browser, second, 'otto-w');
  noras.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      if (JSON.parse(String(payload)).type === 'report') reportedAtMs.push(Date.now());
    }),
  );
  for (const page of [noras, ottos]) await page.getByTestId('bed-W-09').waitFor();
  // Loads the page again, because the test did not listen when the page opened its connection.
  await noras.reload();
  await until('a report', () => reportedAtMs.length > 0);
  simulator = startChild({
    name: 'simulators',
    command: process.execPath,
    args: [join(root, 'simulators/main.ts'), '--beds', '1', '--recording', 'bidmc-01', '--json'],
    cwd: root,
    env: serviceEnv(platform, 'simulators'),
    logFile: simulatorLog(),
    isReady: saysReady,
  });
  closers.push(() => simulator.stop());
  await simulator.ready;
}, 300_000);

afterAll(async () => {
  for (const close of closers.reverse()) await close();
}, 120_000);

/**
 * Stops all code of a page, as an endless loop does. The connection stays open. Returns a function that lets the code
 * continue.
 */
async function standStill(page: Page): Promise<() => Promise<unknown>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Debugger.enable');
  await devtools.send('Debugger.pause');
  return () => devtools.send('Debugger.resume');
}

const isWatched = () => inboxes.at(-1)?.watched;
/** Returns the number of alarms that the simulated device raised at the bedside because nobody watches. */
const bedsideAlarms = () =>
  readFileSync(simulatorLog(), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"alarm at the bedside"') && line.includes('unwatched')).length;

it('a screen of another dashboard names the page that is stuck, and the ward stays watched through this screen', async () => {
  await until('watched', () => isWatched() === true);
  const goOn = await standStill(noras);
  const stoppedAtMs = Date.now();
  const reportsBefore = reportedAtMs.length;
  const readings = setInterval(() => void device.observe({ MDC_ECG_HEART_RATE: 170 }).catch(() => {}), 1_000);
  try {
    await ottos.getByTestId('bed-W-09').getByTestId('tile-alarm').waitFor();
    const notice = ottos.getByTestId('notice-unconfirmed');
    await notice.getByText('The screen of Nora Nurse').waitFor();
    expect(await notice.textContent()).toContain('W-09');
    await until('more than the time of a report', () => Date.now() - stoppedAtMs > 7_000);
    expect(isWatched()).toBe(true);
    // The fault took effect: a page that works sends a report every 2 s.
    expect(reportedAtMs.length - reportsBefore).toBeLessThanOrEqual(1);
    await goOn();
    await notice.waitFor({ state: 'detached' });
  } finally {
    clearInterval(readings);
  }
});

it('when the only page of a ward is stuck, its devices learn within 10 s that nobody watches, and sound by themselves', async () => {
  await ottos.context().close();
  await until('a report', () => Date.now() - (reportedAtMs.at(-1) ?? 0) < 1_000);
  await until('watched', () => isWatched() === true);
  const alarmsBefore = bedsideAlarms();
  const goOn = await standStill(noras);
  await until('not watched', () => isWatched() === false);
  const tookMs = inboxes.at(-1)!.atMs - reportedAtMs.at(-1)!;
  process.stdout.write(`from the last report to the device: ${tookMs} ms\n`);
  expect(tookMs).toBeLessThan(watchedMsMax + slowMachineMs);
  await until('an alarm at the bedside', () => bedsideAlarms() > alarmsBefore);
  await goOn();
  await until('watched again', () => isWatched() === true);
});
