/**
 * Checks the rarely used pages. Their code is loaded when a person opens the first of these pages. The alarms beside
 * such a page do not wait for the load, and a person can repeat a failed load.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { type MadeUpWard, openMadeUpWard, userId } from '../../bench/ward.ts';
import { logIn, openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { expectAccessible } from './axe.ts';
import { expectReadable, pressWhenStill, setHash } from './readable.ts';

const rarePages = '**/assets/rare-pages-*.js';
let ward: MadeUpWard;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [ward, browser] = await Promise.all([openMadeUpWard({ beds: 2, chunkMs: 500 }), openBrowser(inject('chromium'))]);
});

afterAll(async () => {
  await browser.close();
  await ward.close();
});

beforeEach(async () => {
  await page?.close();
  page = await logIn(browser, ward.server, userId);
  await page.getByTestId('tiles').waitFor();
});

it('an alarm is shown and acknowledged while the code of the page has not arrived', async () => {
  const arrival = Promise.withResolvers<void>();
  await page.route(rarePages, async (route) => {
    await arrival.promise;
    await route.continue();
  });
  await setHash(page, '#/devices');
  await page.getByTestId('page-waiting').waitFor();
  const { alarmId } = ward.alarm(0, 'raised');
  await page.getByTestId(`alarm-${alarmId}`).waitFor();
  await pressWhenStill(page.getByTestId(`ack-${alarmId}`));
  await until('the acknowledgement is sent', async () => JSON.stringify(ward.server.commands).includes(alarmId));
  expect(await page.getByTestId('devices-page').count()).toBe(0);
  arrival.resolve();
  await page.getByTestId('devices-page').waitFor();
  await page.getByTestId(`alarm-${alarmId}`).waitFor();
  ward.alarm(0, 'cleared');
});

it('a page that cannot be loaded says so beside the alarms, and opens when a person tries again', async () => {
  await page.route(rarePages, (route) => route.abort());
  await setHash(page, '#/alarms');
  await page.getByTestId('page-problem').waitFor();
  await page.getByTestId('alarm-list').waitFor();
  await expectReadable(page, 'lazy-page');
  await expectAccessible(page);
  await pressWhenStill(page.getByTestId('page-again'));
  await page.getByTestId('page-problem').waitFor();
  await page.unroute(rarePages);
  await pressWhenStill(page.getByTestId('page-again'));
  await page.getByTestId('review-page').waitFor();
});

it('after a change of the version at the server, a press loads Vigil again and opens the page', async () => {
  // The server no longer has the file of this version.
  await page.route(rarePages, (route) => route.fulfill({ status: 404 }));
  await setHash(page, '#/shift');
  await page.getByTestId('page-problem').waitFor();
  await page.evaluate(() => {
    Object.assign(globalThis, { isFirstLoad: true });
  });
  await page.unroute(rarePages);
  await pressWhenStill(page.getByTestId('page-load-vigil'));
  await until('Vigil is loaded again', () => page.evaluate(() => !('isFirstLoad' in globalThis)).catch(() => false));
  await page.getByTestId('shift-page').waitFor();
});

it('while the server does not answer, the page does not offer to load Vigil again, because this would show an error page', async () => {
  await page.route(rarePages, (route) => route.abort());
  await setHash(page, '#/devices');
  await page.getByTestId('page-load-vigil').waitFor();
  await page.context().setOffline(true);
  await page.getByTestId('banner-lost').waitFor();
  await page.getByTestId('page-load-vigil').waitFor({ state: 'detached' });
});
