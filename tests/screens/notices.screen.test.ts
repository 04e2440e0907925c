/**
 * Checks that notices about Vigil itself appear and disappear without moving an alarm or a tile, and that each notice
 * can be read.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { resize } from './overflow.ts';
import { expectReadable, logInOnSteadyPage, pressWhenStill } from './readable.ts';
import { longestAlarms, longestBeds, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const windows = [
  [360, 780],
  [414, 896],
  [640, 360],
  [640, 400],
  [683, 384],
  [768, 1024],
  [1024, 768],
  [1366, 768],
  [1920, 1080],
  [3840, 2160],
].map(([width, height]) => ({ name: `${width} × ${height}`, width: width!, height: height! }));
/** Selects the elements that can be pressed. */
const pressable = '.alarm__ack, .tile, .tab, [data-testid=filter-all]';

let server: ScreenServer;
let browser: Browser;
let page: Page;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({ accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: ['ICU'] }] }),
    openBrowser(inject('chromium')),
  ]);
  closers.push(server.close, () => browser.close());
  const beds = longestBeds(6, 'ICU').map((bed) => ({ ...bed, waves: [] }));
  closers.push(playBeds(server, beds));
  server.playAlarms(...longestAlarms(beds, 6).map(raisedEvent));
  page = await logInOnSteadyPage(browser, server, 'nora');
  await page.getByTestId('open-U-2').waitFor();
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function setFailure(isFailing: boolean): Promise<void> {
  server.alive.kafka = server.alive.alarms = !isFailing;
  if (isFailing) {
    server.signs.kafkaAtMs -= 60_000;
    server.signs.judgedAtMs.fill(Date.now() - 60_000);
    server.signs.readingsAtMs = Date.now() + 600_000;
    server.signs.readingsSinceMs = 1;
  }
  const state = isFailing ? 'attached' : 'detached';
  for (const id of ['notice-kafka', 'notice-alarms']) await page.getByTestId(id).waitFor({ state });
}

const readButtonPlaces = () =>
  page.locator(pressable).evaluateAll((all) =>
    all.map((element) => {
      const { left, top } = element.getBoundingClientRect();
      return `${element.dataset.testid ?? element.textContent}: ${Math.round(left)}, ${Math.round(top)}`;
    }),
  );

/** Returns the visible height of a notice in pixels. */
const visibleHeightPx = (id: string) =>
  page.getByTestId(id).evaluate((notice) => {
    const box = notice.getBoundingClientRect();
    const list = notice.parentElement!.getBoundingClientRect();
    return Math.min(box.bottom, list.bottom, innerHeight) - Math.max(box.top, list.top, 0);
  });

/** Presses the button until it has this text. The page ignores a press right after the button has moved. */
async function pressUntilTextIs(text: string): Promise<void> {
  const more = page.getByTestId('notices-more');
  await until(text, async () => {
    await pressWhenStill(more);
    await page.waitForTimeout(100);
    return (await more.textContent()) === text;
  });
  await page.locator('.moved-hint').waitFor({ state: 'detached' });
}

it('new notices move no button, at every window size', async () => {
  const placesBefore = new Map<string, string[]>();
  for (const size of windows) {
    await resize(page, size);
    placesBefore.set(size.name, await readButtonPlaces());
  }
  await setFailure(true);
  for (const size of windows) {
    await resize(page, size);
    expect(await readButtonPlaces(), size.name).toEqual(placesBefore.get(size.name));
    expect(await visibleHeightPx('notice-kafka'), size.name).toBeGreaterThan(18);
    // At least 100 px of the list of alarms are visible below the notices.
    const list = await page.locator('.alarms__list').boundingBox();
    expect(Math.min(list!.y + list!.height, size.height) - list!.y, size.name).toBeGreaterThanOrEqual(100);
  }
});

it('the button for notices without room shows their number and the highest priority, and opens them over the page', async () => {
  const more = page.getByTestId('notices-more');
  const placesBefore = new Map<string, string[]>();
  for (const size of windows) {
    await resize(page, size);
    placesBefore.set(size.name, await readButtonPlaces());
    expect(await more.textContent(), size.name).toContain('+1 ***');
  }
  await pressUntilTextIs('Close');
  for (const size of windows) {
    await resize(page, size);
    for (const id of ['notice-kafka', 'notice-alarms'])
      expect(await visibleHeightPx(id), size.name).toBeGreaterThan(18);
    expect(await page.getByTestId('pause-failure-sound').isVisible()).toBe(true);
    expect(await readButtonPlaces(), size.name).toEqual(placesBefore.get(size.name));
  }
  await expectReadable(page, 'notices-open', windows);
  await pressUntilTextIs('+1 ***');
});

it('a notice says that a part of the message log cannot be read', async () => {
  Object.assign(server.damage, { total: 2, lastAtMs: Date.now() });
  const notice = page.getByTestId('notice-damaged');
  await notice.waitFor({ state: 'attached' });
  expect(await notice.textContent()).toMatch(/^\*\*2 parts of the message log cannot be read, found at \d\d:\d\d/);
  await pressUntilTextIs('Close');
  await expectReadable(page, 'notices-damaged', windows);
  await pressWhenStill(page.getByTestId('notices-more'));
  Object.assign(server.damage, { total: 0, lastAtMs: undefined });
  await notice.waitFor({ state: 'detached' });
});

it('no button moves when the notices disappear', async () => {
  const placesBefore = await readButtonPlaces();
  await setFailure(false);
  await expect.poll(() => page.getByTestId('notices-more').isVisible()).toBe(false);
  expect(await readButtonPlaces()).toEqual(placesBefore);
});

it('after a reload the notice that the sound is off and its button are completely visible, at every window size', async () => {
  // A browser allows a page no sound until a person has pressed something on it.
  await page.reload();
  await page.getByTestId('open-U-2').waitFor();
  const notice = page.getByTestId('banner-sound-off');
  await notice.waitFor();
  await expectReadable(page, 'sound-off', windows);
  const list = page.locator('.notices__list');
  for (const size of windows) {
    await resize(page, size);
    const listBox = (await list.boundingBox())!;
    for (const part of [notice.locator('p'), page.getByTestId('enable-sound')]) {
      const box = (await part.boundingBox())!;
      expect(box.y, size.name).toBeGreaterThanOrEqual(listBox.y);
      expect(box.y + box.height, size.name).toBeLessThanOrEqual(listBox.y + listBox.height);
    }
    expect(await page.getByTestId('notices-more').isVisible(), size.name).toBe(false);
  }
  await pressWhenStill(page.getByTestId('enable-sound'));
  await notice.waitFor({ state: 'detached' });
});
