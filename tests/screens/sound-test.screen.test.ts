/** Checks in Chromium the test of the sound: what is heard, what the other screens say, and that an alarm ends it. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { openBrowser, openLogin, submitLogin } from '../browser.ts';
import { until } from '../system.ts';
import { expectAccessible } from './axe.ts';
import { listen } from './ear.ts';
import { expectReadable } from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';
const bed: PlayedBed = {
  deviceId: 'monitor-1',
  period: newPeriod('U-1', ward, newPatient()),
  values: { MDC_ECG_HEART_RATE: 78 },
  waves: [],
  ageMs: 0,
};
const sizes = [
  { name: '360', width: 360, height: 780 },
  { name: '768', width: 768, height: 1024 },
  { name: '1366', width: 1366, height: 768 },
  { name: '1920', width: 1920, height: 1080 },
];
let server: ScreenServer;
let browser: Browser;
let stop: () => void;
let nora: Page;
let otto: Page;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: ['nora', 'otto'].map((userId) => ({ userId, name: userId, role: 'nurse', wards: [ward] })),
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, [bed]);
  nora = await open('nora');
  otto = await open('otto');
}, 120_000);

afterAll(async () => {
  stop?.();
  await browser?.close();
  await server?.close();
});

async function open(userId: string): Promise<Page> {
  const page = await openLogin(browser, server);
  await listen(page);
  await page.reload();
  await submitLogin(page, userId);
  await page.getByTestId('bed-U-1').waitFor();
  return page;
}

/** Presses Enter on a button until something appears. A button that has just appeared does nothing for a second. */
async function enterUntil(page: Page, button: string, next: string): Promise<void> {
  await until(next, async () => {
    if ((await page.getByTestId(next).count()) > 0) return true;
    // While the test begins, its button is gone, and what comes next is not there yet.
    if ((await page.getByTestId(button).count()) > 0) await page.getByTestId(button).press('Enter', { timeout: 5_000 });
    await page.waitForTimeout(600);
    return undefined;
  });
  await page.locator('.moved-hint').waitFor({ state: 'detached' });
}

const heard = (page: Page) => page.evaluate(() => heardPeak());
const testDetails = () =>
  server.audit
    .page({})
    .records.filter(({ action }) => action === 'sound-tested')
    .map(({ userId, ward: of, detail }) => [userId, of, detail])
    .sort();

it('a nurse tests the sound by keyboard, hears it at her screen only, and her answer is recorded', async () => {
  await enterUntil(nora, 'view', 'sound-test');
  await enterUntil(nora, 'sound-test', 'sound-test-here');
  await expectReadable(nora, 'sound-test', sizes);
  await expectAccessible(nora);
  await heard(otto);
  await enterUntil(nora, 'sound-test-here', 'sound-test-heard');
  await until('the test is heard', async () => (await heard(nora)) > 0.1);
  for (const page of [nora, otto]) {
    const line = page
      .getByTestId('notice-sound-test')
      .filter({ hasText: 'Sound test of ICU by nora. This is not an alarm.' });
    await line.waitFor({ state: 'attached' });
  }
  await otto.getByTestId('notice-sound-test').waitFor({ state: 'detached', timeout: 60_000 });
  expect(await heard(otto)).toBe(0);
  await enterUntil(nora, 'sound-test-heard', 'sound-test-done');
  expect(testDetails()).toEqual([
    ['nora', ward, 'begun at the own screen'],
    ['nora', ward, 'heard all signals'],
  ]);
  await nora.keyboard.press('Escape');
}, 180_000);

it('an alarm ends the test and sounds, and nobody can say afterwards that the test was heard', async () => {
  // The sound can be tested once a minute, so the first tries are refused.
  await otto.getByTestId('view').click();
  await otto.getByTestId('sound-test').click();
  await until(
    'the next test',
    async () => {
      if ((await otto.getByTestId('sound-test-heard').count()) > 0) return true;
      await otto
        .getByTestId('sound-test-here')
        .click({ timeout: 2_000 })
        .catch(() => undefined);
      return undefined;
    },
    120_000,
  );
  await until('the test is heard', async () => (await heard(otto)) > 0.1);
  const alarm = alarmOf(bed, { priority: 'high', raisedAt: new Date().toISOString() });
  server.playAlarms(raisedEvent(alarm));
  await otto.getByTestId(`alarm-${alarm.alarmId}`).waitFor();
  await otto.getByTestId('notice-sound-test').waitFor({ state: 'detached' });
  await heard(otto);
  await until('the alarm is heard', async () => (await heard(otto)) > 0.1);
  await otto.getByTestId('sound-test-heard').click();
  await otto.getByTestId('sound-test-problem').getByText('An alarm ended the test').waitFor();
  await otto.getByTestId('sound-test-here').click();
  await otto.getByTestId('sound-test-problem').getByText('an alarm of this ward sounds').waitFor();
  expect(testDetails().filter(([userId]) => userId === 'otto')).toEqual([
    ['otto', ward, 'an alarm ended the test'],
    ['otto', ward, 'begun at the own screen'],
  ]);
}, 240_000);
