/** Checks in Chromium the test of the sound: what is heard, what the other screens say, and that an alarm ends it. */
import { type Browser, errors, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { openBrowser, openLogin, submitLogin } from '../browser.ts';
import { until } from '../system.ts';
import { expectAccessible } from './axe.ts';
import { listen } from './ear.ts';
import { expectReadable, pressWhenStill } from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';
/**
 * The ward of the wall display. The sound of a ward can be tested only once a minute, so this test has a ward of its
 * own.
 */
const wallWard = 'HDU';
const bedOf = (name: string, of: string): PlayedBed => ({
  deviceId: `monitor-${name}`,
  period: newPeriod(name, of, newPatient()),
  values: { MDC_ECG_HEART_RATE: 78 },
  waves: [],
  ageMs: 0,
});
const bed = bedOf('U-1', ward);
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
      accounts: [
        ...['nora', 'otto'].map((userId) => ({ userId, name: userId, role: 'nurse' as const, wards: [ward] })),
        { userId: 'paul', name: 'Paul', role: 'nurse', wards: [wallWard] },
        { userId: 'wall', name: 'Wall HDU', role: 'display', wards: [wallWard] },
      ],
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, [bed, bedOf('H-1', wallWard)]);
  nora = await open('nora');
  otto = await open('otto');
}, 120_000);

afterAll(async () => {
  stop?.();
  await browser?.close();
  await server?.close();
});

async function open(userId: string, shownBed = 'U-1'): Promise<Page> {
  const page = await openLogin(browser, server);
  await listen(page);
  await page.reload();
  await submitLogin(page, userId);
  await page.getByTestId(`bed-${shownBed}`).waitFor();
  return page;
}

/** Presses Enter on a button until something appears. A button that has just appeared does nothing for a second. */
async function enterUntil(page: Page, button: string, next: string): Promise<void> {
  await until(next, async () => {
    if ((await page.getByTestId(next).count()) > 0) return true;
    // While the test sounds, its button is gone, and the next element is not there yet.
    if ((await page.getByTestId(button).count()) > 0) await pressUnlessGone(page.getByTestId(button));
    await page.waitForTimeout(600);
    return undefined;
  });
  await page.locator('.moved-hint').waitFor({ state: 'detached' });
}

async function pressUnlessGone(button: Locator): Promise<void> {
  try {
    await button.press('Enter', { timeout: 5_000 });
  } catch (error) {
    if (!(error instanceof errors.TimeoutError)) throw error;
  }
}

const heard = (page: Page) => page.evaluate(() => heardPeak());
const testDetails = (of = ward) =>
  server.audit
    .page({})
    .records.filter((record) => record.action === 'sound-tested' && record.ward === of)
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
    ['nora', ward, 'begun at a screen that does not have the sound of the ward, of nora (nora)'],
    ['nora', ward, 'heard all signals at a screen that does not have the sound of the ward, of nora (nora)'],
  ]);
  await nora.keyboard.press('Escape');
}, 180_000);

it('a nurse in front of a wall display tests the display from another screen: only the display sounds, and the record names the display', async () => {
  const [wall, paul] = [await open('wall', 'H-1'), await open('paul', 'H-1')];
  await wall.mouse.click(5, 5);
  await enterUntil(paul, 'view', 'sound-test');
  await enterUntil(paul, 'sound-test', 'sound-test-here');
  const wallButton = paul.getByTestId('sound-test-display');
  await wallButton.getByText('Test the wall display Wall HDU').waitFor({ timeout: 60_000 });
  await expectReadable(paul, 'sound-test-display', sizes);
  await heard(paul);
  await enterUntil(paul, 'sound-test-display', 'sound-test-heard');
  await until('the test is heard', async () => (await heard(wall)) > 0.1);
  await paul.getByTestId('notice-sound-test').waitFor({ state: 'detached', timeout: 60_000 });
  expect(await heard(paul)).toBe(0);
  await enterUntil(paul, 'sound-test-heard', 'sound-test-done');
  expect(testDetails(wallWard)).toEqual([
    ['paul', wallWard, 'begun at the wall display Wall HDU (wall)'],
    ['paul', wallWard, 'heard all signals at the wall display Wall HDU (wall)'],
  ]);
  expect(await wall.getByTestId('sound-test').count()).toBe(0);
  await wall.context().close();
  await paul.context().close();
}, 400_000);

it('an alarm ends the test and sounds, and nobody can say afterwards that the test was heard', async () => {
  // The sound can be tested once a minute, so the first tries are refused.
  await pressWhenStill(otto.getByTestId('view'));
  await pressWhenStill(otto.getByTestId('sound-test'));
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
  await pressWhenStill(otto.getByTestId('sound-test-heard'));
  await otto.getByTestId('sound-test-problem').getByText('An alarm ended the test').waitFor();
  await pressWhenStill(otto.getByTestId('sound-test-here'));
  await otto.getByTestId('sound-test-problem').getByText('an alarm of this ward sounds').waitFor();
  expect(testDetails().filter(([userId]) => userId === 'otto')).toEqual([
    ['otto', ward, 'an alarm ended the test at a screen that does not have the sound of the ward, of otto (otto)'],
    ['otto', ward, 'begun at a screen that does not have the sound of the ward, of otto (otto)'],
  ]);
}, 240_000);
