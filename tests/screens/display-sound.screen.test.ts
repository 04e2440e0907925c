/**
 * Checks in Chromium that a wall display takes the sound of its ward by itself. The other screens may be silent only
 * while the display proves that it sounds.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, inject, it } from 'vitest';
import { openBrowser, openLogin, submitLogin } from '../browser.ts';
import { until } from '../system.ts';
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

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'wall', name: 'Wall ICU', role: 'display', wards: [ward], ownsSound: true },
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] },
      ],
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, [bed]);
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
  await page.getByTestId('clock').waitFor();
  return page;
}

const stateOf = (page: Page, text: string) => page.getByTestId('sound-state').getByText(text, { exact: true });
const heard = (page: Page) => page.evaluate(() => heardPeak());

it('a wall display takes the sound by itself, sounds an alarm alone, and takes the sound again after it was loaded again', async () => {
  const [wall, nora] = [await open('wall'), await open('nora')];
  await stateOf(wall, 'ICU: this screen sounds').waitFor();
  await stateOf(nora, 'ICU: the screen of Wall ICU sounds').waitFor();
  const alarm = alarmOf(bed, { priority: 'high', raisedAt: new Date().toISOString() });
  server.playAlarms(raisedEvent(alarm));
  await until('a sound', async () => (await heard(wall)) > 0.1);
  await expectReadable(nora, 'display-sounds', sizes);
  server.playAlarms({ ...raisedEvent({ ...alarm, rev: 99, signal: 'off' }), type: 'cleared' });
  await wall.reload();
  await stateOf(nora, 'ICU: the screen of Wall ICU sounds').waitFor({ state: 'detached' });
  // After a reload, a browser without the option for a kiosk plays no sound until a person touches the page.
  await wall.getByTestId('bed-U-1').waitFor();
  await wall.mouse.click(5, 5);
  await stateOf(nora, 'ICU: the screen of Wall ICU sounds').waitFor({ timeout: 90_000 });
  await wall.context().close();
  await nora.context().close();
}, 180_000);

it('if the browser of a wall display blocks the sound, the display and the other screens say so, and every screen sounds', async () => {
  server.hub.sound.giveBack(ward);
  const [wall, nora] = [await open('wall'), await open('nora')];
  await stateOf(wall, 'ICU: this screen sounds').waitFor({ timeout: 90_000 });
  const alarm = alarmOf(bed, { priority: 'high', raisedAt: new Date().toISOString() });
  server.playAlarms(raisedEvent(alarm));
  await until('a sound', async () => (await heard(wall)) > 0.1);
  await wall.evaluate(async () => {
    for (const context of audioContexts) await (context as AudioContext).suspend();
  });
  await stateOf(wall, 'No sound: the browser blocks it').waitFor();
  await wall.getByTestId('banner-sound-off').getByText('--autoplay-policy').first().waitFor({ state: 'attached' });
  await stateOf(nora, 'Sound on').waitFor({ timeout: 90_000 });
  await nora
    .getByTestId('notice-display')
    .getByText('its browser plays no sound')
    .first()
    .waitFor({ state: 'attached' });
  await until('a sound', async () => (await heard(nora)) > 0.1);
  await expectReadable(wall, 'display-blocked', sizes);
  await expectReadable(nora, 'display-blocked-other', sizes);
}, 240_000);
