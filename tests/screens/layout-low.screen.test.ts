/** What must stay in reach and in sight on low windows: a phone held sideways, a tablet, a screen at a zoom of 200 %. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { openBrowser } from '../browser.ts';
import { resize } from './overflow.ts';
import { expectReadable, logInCalm } from './readable.ts';
import { longBed, longestAlarms, longestBeds, longWard, play, raised } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const lowSizes = [
  [640, 360],
  [667, 375],
  [683, 384],
  [740, 360],
  [844, 390],
  [896, 414],
  [640, 400],
  [960, 540],
  [360, 780],
  [768, 1024],
].map(([width, height]) => ({ name: `${width} × ${height}`, width: width!, height: height! }));
/** Two rows of alarms. */
const listLeastPx = 110;

let server: ScreenServer;
let browser: Browser;
let page: Page;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({ accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [longWard] }] }),
    openBrowser(inject('chromium')),
  ]);
  closers.push(server.close, () => browser.close());
  const beds = longestBeds(6, longWard);
  closers.push(play(server, beds));
  server.alarms(...longestAlarms(beds, 14).map(raised));
  page = await logInCalm(browser, server, 'nora');
  await page.getByTestId(`open-${longBed}`).waitFor();
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

it.each(lowSizes)('reaches every acknowledge button at $name', async (size) => {
  await resize(page, size);
  const list = await page.locator('.alarms__list').evaluate((box) => Math.min(box.clientHeight, innerHeight));
  expect(list).toBeGreaterThanOrEqual(size.height >= 700 ? 250 : listLeastPx);
  const buttons = page.locator('.alarm__ack');
  const count = await buttons.count();
  expect(count).toBeGreaterThan(5);
  // Scrolled to, a button is what lies under the pointer in its middle.
  const unreached = await buttons.evaluateAll(
    (all) =>
      all.filter((button) => {
        button.scrollIntoView({ block: 'center' });
        const { left, top, width, height } = button.getBoundingClientRect();
        return !button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
      }).length,
  );
  expect(unreached).toBe(0);
});

it('lets every text of the ward be read whole on low windows', async () => {
  await expectReadable(page, 'ward-low', lowSizes.slice(0, 6));
});
