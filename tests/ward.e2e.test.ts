/**
 * Tests what clinicians see: a real recording crosses a limit, the ward sees the alarm, a nurse acknowledges the alarm,
 * and the alarm ends.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Child, saysReady, startChild } from '../ops/platform/child.ts';
import { serviceEnv } from '../ops/platform/service-env.ts';
import { addAccount, logIn, openBrowser, openPatient, pixelsDrawn } from './browser.ts';
import { connectDevice, type TestDevice } from './device.ts';
import type { TestPlatform } from './platform.ts';
import { admitted, associate, openLogAs, ownPorts, root, startProcess, until } from './system.ts';

const ward = 'ward-e';
const monitored = admitted('E-09', ward, 'Okapi');
const simulated = admitted('E-01', ward, 'Narwhal');
const closers: (() => Promise<unknown>)[] = [];
let platform: TestPlatform;
let browser: Browser;
let nurse: Page;
let physician: Page;
let stranger: Page;

/** Heart rates of a real patient, one each second. From second 35 on they are above 120. */
const heartRates = readFileSync(join(root, 'simulators/recordings/bidmc_21_Numerics.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => Number(line.split(',')[1]));

beforeAll(async () => {
  platform = await ownPorts(inject('platform'));
  addAccount(platform, 'nora', 'Nora Nurse', 'nurse', [ward]);
  addAccount(platform, 'paul', 'Paul Physician', 'physician', [ward]);
  addAccount(platform, 'stefan', 'Stefan Stranger', 'nurse', ['ward-other']);
  const operator = await openLogAs(platform, 'operator');
  closers.push(operator.close);
  await associate(platform, operator, 'bed-09', Date.now(), monitored);
  await associate(platform, operator, 'bed-01', Date.now(), simulated);
  for (const name of ['gateway', 'alarms', 'trends', 'dashboard'] as const) {
    const running = await startProcess(platform, name);
    closers.push(running.close);
  }
  browser = await openBrowser(inject('chromium'));
  closers.push(() => browser.close());
  [nurse, physician, stranger] = [
    await logIn(browser, platform, 'nora'),
    await logIn(browser, platform, 'paul'),
    await logIn(browser, platform, 'stefan'),
  ];
}, 300_000);

afterAll(async () => {
  for (const close of closers.reverse()) await close();
}, 120_000);

/**
 * Sends the recording from a given second on, one reading each second, until `stop` is called. After its end, the
 * recording starts again. `goTo` jumps to another second.
 */
function replayRecording(device: TestDevice, firstSecond: number) {
  let second = firstSecond;
  let isRunning = true;
  const loop = (async () => {
    while (isRunning) {
      await device.observe({ MDC_ECG_HEART_RATE: heartRates[second % heartRates.length]! });
      second += 1;
      await sleep(1_000);
    }
  })();
  return {
    goTo: (targetSecond: number) => {
      second = targetSecond;
    },
    async stop() {
      isRunning = false;
      await loop;
    },
  };
}

const alarmRow = (page: Page) =>
  page
    .getByTestId('alarm-list')
    .locator('li')
    .filter({ hasText: /HR 1\d\d > 120/ });

describe('the screens of a ward', () => {
  it('the screens of a ward show an alarm with value and limit, who acknowledged it, and its end; the screens of another ward show nothing', async () => {
    const normal = heartRates.slice(0, 30);
    expect(Math.max(...normal)).toBeLessThanOrEqual(118);
    const device = await connectDevice(platform, 'bed-09');
    const recording = replayRecording(device, 0);
    try {
      const value = nurse.getByTestId('bed-E-09').getByTestId('value-MDC_ECG_HEART_RATE');
      await value.waitFor();
      expect(normal).toContain(Number(await value.textContent()));
      await nurse.getByTestId('bed-E-09').getByText('Okapi').waitFor();
      expect(await alarmRow(nurse).count()).toBe(0);

      recording.goTo(40);
      await alarmRow(nurse).waitFor();
      await alarmRow(physician).waitFor();
      expect(await alarmRow(nurse).count()).toBe(1);
      expect(await alarmRow(nurse).getAttribute('data-priority')).toBe('medium');

      await alarmRow(nurse)
        .getByRole('button', { name: /Acknowledge/ })
        .click();
      for (const page of [nurse, physician]) await alarmRow(page).getByText('Nora Nurse').waitFor();

      recording.goTo(0);
      for (const page of [nurse, physician]) await alarmRow(page).waitFor({ state: 'detached' });
    } finally {
      await recording.stop();
      await device.close();
    }
    expect(await stranger.getByTestId('bed-E-09').count()).toBe(0);
    const pageSource = await stranger.content();
    for (const secret of ['Okapi', 'E-09', monitored.patient!.patientId, monitored.associationId])
      expect(pageSource).not.toContain(secret);
  });

  it('the screens of a ward show an alarm of the monitor and that its sound is paused; the alarm stays until a person acknowledges it', async () => {
    const device = await connectDevice(platform, 'bed-09');
    const vt = { code: 'MDC_EVT_ECG_V_TACHY', priority: 'high', kind: 'physiological', text: '*** VTACH' };
    const sendAlerts = (alerts: object[], sound: string) =>
      device.publish('alerts', { boot: 'own-alerts', seq: ++lastSeq, time: new Date().toISOString(), alerts, sound });
    let lastSeq = 0;
    const rows = nurse.getByTestId('alarm-list').locator('[data-condition=MDC_EVT_ECG_V_TACHY]');
    try {
      const sentAt = Date.now();
      await sendAlerts([vt], 'paused');
      await rows.waitFor();
      process.stdout.write(`from the monitor to the screen: ${Date.now() - sentAt} ms\n`);
      expect(await rows.locator('.alarm__text').textContent()).toBe('Monitor: Ventricular tachycardia (*** VTACH)');
      await nurse.getByTestId('bed-E-09').getByTestId('device-sound').waitFor();
      await sendAlerts([], 'on');
      await rows.getByText('ended, unseen').waitFor();
      await nurse.getByTestId('bed-E-09').getByTestId('device-sound').waitFor({ state: 'detached' });
      await rows.getByRole('button', { name: /Acknowledge/ }).click();
      await rows.waitFor({ state: 'detached' });
    } finally {
      await device.close();
    }
  });

  it('the screens of a ward show the waves, the values, the trends and the score trends of a simulated bed', async () => {
    const simulator: Child = startChild({
      name: 'simulators',
      command: process.execPath,
      args: [join(root, 'simulators/main.ts'), '--beds', '1', '--recording', 'bidmc-01', '--json'],
      cwd: root,
      env: serviceEnv(platform, 'simulators'),
      logFile: join(platform.stateDir, 'logs', 'simulators-e2e.log'),
      isReady: saysReady,
    });
    try {
      await simulator.ready;
      const tile = nurse.getByTestId('bed-E-01');
      await tile.getByTestId('value-MDC_PULS_OXIM_SAT_O2').waitFor();
      // A wave line across half of the tile has hundreds of pixels.
      await until('a wave that is drawn', async () => (await pixelsDrawn(tile.locator('canvas').first())) > 200);
      await openPatient(nurse, 'E-01');
      await nurse.getByTestId('patient-view').getByText('Narwhal').first().waitFor();
      await nurse.getByTestId('trend-chart-MDC_ECG_HEART_RATE').waitFor();
      // The score is partial, because consciousness and oxygen are not entered. The page loads its charts every 30 s.
      const score = nurse.getByTestId('trend-chart-VIGIL_NEWS2');
      await score.getByText('NEWS2 at least: least').waitFor({ timeout: 90_000 });
    } finally {
      await simulator.stop();
    }
  });
});
