/** Checks that an open page notices a newer page of the server, and loads it only when nothing can be lost. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { logIn, openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { builtClientVariable } from './client.ts';
import { expectReadable, pressWhenStill } from './readable.ts';
import { newPatient, newPeriod, type PlayedBed, playBeds } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'vigil-version-'));
const pagePath = join(folder, 'index.html');
const bed: PlayedBed = {
  deviceId: 'bed-01',
  period: newPeriod('R-1', 'ICU', newPatient()),
  values: { MDC_ECG_HEART_RATE: 78 },
  waves: [],
  ageMs: 0,
};
let server: ScreenServer;
let browser: Browser;
let page: Page;
let stop: () => void;

beforeAll(async () => {
  cpSync(process.env[builtClientVariable]!, folder, { recursive: true });
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: ['ICU'] }],
      clientDir: folder,
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, [bed]);
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  await page?.close();
  page = await logIn(browser, server, 'nora');
  await page.getByTestId('bed-R-1').waitFor();
  await page.evaluate(() => {
    Object.assign(globalThis, { isFirstLoad: true });
  });
});

const isLoadedAgain = () => page.evaluate(() => !('isFirstLoad' in globalThis)).catch(() => false);
const markOf = (html: string) => /name="vigil-build" content="([0-9a-f]{16})"/.exec(html)![1]!;

let builds = 0;
/** Writes another mark into the page of the server, as a new build does. */
function buildAgain(): void {
  const before = readFileSync(pagePath, 'utf8');
  builds += 1;
  writeFileSync(pagePath, before.replace(markOf(before), String(builds).padStart(16, '0')));
}

it('a page with sound says that a new version is ready, waits for a press, and then loads the new version', async () => {
  await page.mouse.click(5, 5);
  await page.getByTestId('sound-state').filter({ hasText: 'Sound on' }).waitFor();
  expect(await page.getByTestId('notice-version').count()).toBe(0);
  buildAgain();
  await page.getByTestId('notice-version').filter({ hasText: 'A new version of Vigil is ready.' }).waitFor();
  await expectReadable(page, 'new-version');
  await pressWhenStill(page.getByTestId('load-version'));
  await until('the page is loaded again', isLoadedAgain);
  await page.getByTestId('bed-R-1').waitFor();
  expect(markOf(await page.content())).toBe(markOf(readFileSync(pagePath, 'utf8')));
  await page.getByTestId('notice-version').waitFor({ state: 'detached' });
});

it('a silent page loads a new version by itself when nobody has touched the page for one to two minutes', async () => {
  await page.reload();
  await page.getByTestId('bed-R-1').waitFor();
  await page.evaluate(() => {
    Object.assign(globalThis, { isFirstLoad: true });
  });
  buildAgain();
  await page.getByTestId('notice-version').waitFor();
  await until('the page is loaded again', isLoadedAgain, 240_000);
  await page.getByTestId('bed-R-1').waitFor();
  expect(await page.getByTestId('notice-version').count()).toBe(0);
}, 300_000);

it('a page says that the new version did not load, and does not try again and again', async () => {
  // The server names another page, but the browser gets the same page again: a proxy keeps it, or two servers have
  // different versions.
  await page.routeWebSocket(/\/api\/live/, (socket) => {
    const upstream = socket.connectToServer();
    upstream.onMessage((text) =>
      socket.send(String(text).replace(/"build":"[0-9a-f]{16}"/, `"build":"${'f'.repeat(16)}"`)),
    );
  });
  await page.reload();
  await page.getByTestId('notice-version').filter({ hasText: 'A new version of Vigil is ready.' }).waitFor();
  await pressWhenStill(page.getByTestId('load-version'));
  await page.getByTestId('notice-version').filter({ hasText: 'did not load. Tell the operator.' }).waitFor();
});
