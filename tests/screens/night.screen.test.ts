/** Checks in Chromium the night mode and the volume of a screen: what is heard, and what looks the same at night. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { logIn, openBrowser, openLogin, submitLogin } from '../browser.ts';
import { until } from '../system.ts';
import { expectAccessible } from './axe.ts';
import { listen } from './ear.ts';
import { clickUntil, expectReadable, pressWhenStill } from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';
/** A ward whose night is now, on a machine of any time zone. */
const nightWard = 'HDU';
const hourText = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
const bedOf = (bed: string, of = ward): PlayedBed => ({
  deviceId: `monitor-${bed}`,
  period: newPeriod(bed, of, newPatient()),
  values: { MDC_ECG_HEART_RATE: 78 },
  waves: [],
  ageMs: 0,
});
const beds = [bedOf('U-1'), bedOf('U-2')] as const;
const sizes = [
  { name: '360', width: 360, height: 780 },
  { name: '768', width: 768, height: 1024 },
  { name: '1366', width: 1366, height: 768 },
  { name: '1920', width: 1920, height: 1080 },
];
let server: ScreenServer;
let browser: Browser;
let stop: () => void;
let page: Page;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'nora', name: 'Nora', role: 'nurse', wards: [ward] },
        { userId: 'olga', name: 'Olga', role: 'nurse', wards: [nightWard] },
        { userId: 'wall', name: 'Wall HDU', role: 'display', wards: [nightWard] },
      ],
      wards: [
        { ward, beds: ['U-1', 'U-2'] },
        { ward: nightWard, beds: ['H-1'], zone: 'UTC', night: { from: hourText(-2), until: hourText(2) } },
      ],
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, [...beds, bedOf('H-1', nightWard)]);
  page = await openLogin(browser, server);
  await listen(page);
  await page.reload();
  await submitLogin(page, 'nora');
  await page.getByTestId('bed-U-1').waitFor();
}, 120_000);

afterAll(async () => {
  stop?.();
  await browser?.close();
  await server?.close();
});

/** Returns the loudest sample of a sound that lasts for some bursts. */
async function loudestOf(milliseconds: number): Promise<number> {
  await page.evaluate(() => heardPeak());
  await page.waitForTimeout(milliseconds);
  return page.evaluate(() => heardPeak());
}

it('at night a medium alarm is heard at the floor, a high alarm gets louder than that, and the bar says "night"', async () => {
  await clickUntil(page, 'view', 'night-now');
  await until('the night', async () => {
    if ((await page.locator(':root').getAttribute('data-night')) === 'on') return true;
    await pressWhenStill(page.getByTestId('night-now'));
    await page.waitForTimeout(1_200);
    return undefined;
  });
  await page.getByTestId('sound-state').getByText('Sound on, night').waitFor();
  await expectReadable(page, 'night-calm', sizes);
  await expectAccessible(page);
  const raisedAt = new Date().toISOString();
  const medium = alarmOf(beds[0], { priority: 'medium', raisedAt });
  server.playAlarms(raisedEvent(medium));
  await until('a sound', async () => (await page.evaluate(() => heardPeak())) > 0.05);
  // A medium burst has a peak of 0.62 by day.
  const softest = await loudestOf(9_000);
  expect(softest).toBeGreaterThan(0.1);
  expect(softest).toBeLessThan(0.2);
  server.playAlarms(raisedEvent(alarmOf(beds[1], { priority: 'high', raisedAt })));
  await until('a high alarm', async () => (await page.evaluate(() => heardPeak())) > 0.5);
  await expectReadable(page, 'night-alarms', sizes);
}, 180_000);

const changesOfWall = () =>
  server.audit.page({ action: 'display-changed' }).records.map(({ userId, changedTo }) => [userId, changedTo]);

it('screens follow the hours of the ward; a person ends the night only for one screen, and a change at the wall display is recorded and named', async () => {
  const [olga, wall] = [await logIn(browser, server, 'olga'), await logIn(browser, server, 'wall')];
  for (const each of [olga, wall]) await each.locator(':root[data-night=on]').waitFor();
  await olga.getByTestId('notice-soft-display').waitFor({ state: 'detached' });
  await clickUntil(olga, 'view', 'night-now');
  await olga.getByTestId('night-ward').waitFor();
  await expectReadable(olga, 'night-of-ward', sizes);
  await pressWhenStill(olga.getByTestId('night-now'));
  await olga.locator(':root[data-night=off]').waitFor();
  expect(await wall.locator(':root').getAttribute('data-night')).toBe('on');
  expect(changesOfWall()).toEqual([]);
  await clickUntil(wall, 'view', 'volume-low');
  await pressWhenStill(wall.getByTestId('volume-low'));
  await olga.getByTestId('notice-soft-display').getByText('Wall HDU').waitFor({ state: 'attached', timeout: 60_000 });
  await until('the record', async () => (changesOfWall().length === 1 ? true : undefined));
  expect(changesOfWall()).toEqual([['wall', 'volume low; night by the hours of the ward']]);
  await expectReadable(olga, 'night-soft-display', sizes);
  await expectAccessible(olga);
  await olga.context().close();
  await wall.context().close();
}, 400_000);
