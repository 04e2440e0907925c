/** A ward in another time zone than the browser: the page shows the time of the ward, with its label. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { openBrowser, password, submitLogin } from '../browser.ts';
import { pressUntil } from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'Tokyo';
const bed: PlayedBed = {
  deviceId: 'device-1',
  period: newPeriod('T-1', ward, newPatient({ familyName: 'Patient 1' })),
  values: { MDC_ECG_HEART_RATE: 150 },
  waves: [],
  ageMs: 0,
};
let server: ScreenServer;
let browser: Browser;
let stop: () => void;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] }],
      wards: [{ ward, beds: ['T-1'], zone: 'Asia/Tokyo' }],
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, [bed]);
  server.playAlarms(raisedEvent(alarmOf(bed, { text: 'HR 150 > 140', priority: 'high' })));
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

it('the clock and the alarm show the time of the ward in a browser of another zone', async () => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, timezoneId: 'America/New_York' });
  const page = await context.newPage();
  await page.goto(`https://localhost:${server.httpPort}/`);
  await submitLogin(page, 'nora');
  await page.getByTestId('clock').getByText('UTC+09:00').waitFor();
  await page.locator('[data-alarm]').getByText('UTC+09:00').first().waitFor();
  const shown = await page.evaluate(() => ({
    clock: document.querySelector('[data-testid=clock]')?.textContent ?? '',
    alarm: document.querySelector('[data-alarm]')?.textContent ?? '',
  }));
  expect(shown.clock).toMatch(/^\d\d:\d\d:\d\d UTC\+09:00$/);
  expect(shown.alarm).toContain('UTC+09:00');
  await context.close();
});

it('on a German phone the buttons of the bar stand in the line of the clock, despite the label of the zone', async () => {
  const context = await browser.newContext({
    ...{ ignoreHTTPSErrors: true, timezoneId: 'America/New_York' },
    viewport: { width: 360, height: 780 },
  });
  await context.addInitScript(`localStorage.setItem('vigil.language', 'de')`);
  const page = await context.newPage();
  await page.goto(`https://localhost:${server.httpPort}/`);
  await page.getByTestId('login-user').fill('nora');
  await page.getByTestId('login-password').fill(password);
  await pressUntil(page.getByTestId('login-submit'), page.getByTestId('logout'));
  await page.getByTestId('clock').getByText('UTC+09:00').waitFor();
  await page.getByRole('button', { name: 'Abmelden' }).waitFor();
  const middles = await page.evaluate(() =>
    ['clock', 'keys', 'logout'].map((name) => {
      const { top, bottom } = document.querySelector(`[data-testid=${name}]`)!.getBoundingClientRect();
      return (top + bottom) / 2;
    }),
  );
  expect(Math.max(...middles) - Math.min(...middles)).toBeLessThan(8);
  await context.close();
});
