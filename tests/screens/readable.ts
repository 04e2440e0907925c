/** Opens pages that look the same on a slow machine, for the layout tests, and checks them at each window size. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, errors, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { submitLogin } from '../browser.ts';
import { until } from '../system.ts';
import { findUnreadableTexts, resize, type Size, windowSizes } from './overflow.ts';

/** Folder for a picture of each screen at each size. Without `VIGIL_SCREENSHOTS_DIR` no pictures are taken. */
const picturesFolder = process.env.VIGIL_SCREENSHOTS_DIR;

/**
 * Opens a login page that never reports that it is slow. If no pictures are taken, the page draws no waves and does not
 * flash.
 */
export async function openSteadyPage(browser: Browser, at: { readonly httpPort: number }): Promise<Page> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1366, height: 768 },
    reducedMotion: picturesFolder === undefined ? 'reduce' : 'no-preference',
  });
  await context.addInitScript(reportPageAsHidden);
  if (picturesFolder === undefined) await context.addInitScript(drawNoWaves);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(`https://localhost:${at.httpPort}/`);
  return page;
}

export async function logInOnSteadyPage(
  browser: Browser,
  at: { readonly httpPort: number },
  userId: string,
): Promise<Page> {
  const page = await openSteadyPage(browser, at);
  await submitLogin(page, userId);
  return page;
}

/**
 * Runs in the page. Reports the page as hidden, because a hidden page does not measure its load
 * (`shell/load-monitor.ts`).
 */
export function reportPageAsHidden(): void {
  Object.defineProperty(Document.prototype, 'hidden', { configurable: true, get: () => true });
}

/** Runs in the page. Draws no waves, because drawing them without a graphics card takes longer than everything else. */
function drawNoWaves(): void {
  globalThis.Worker = class extends EventTarget {
    postMessage() {}
    terminate() {}
  } as unknown as typeof Worker;
}

/** Expects that every text of the current page can be read at every window size. */
export async function expectReadable(page: Page, screen: string, at: readonly Size[] = windowSizes): Promise<void> {
  const faults: string[] = [];
  for (const size of at) {
    await resize(page, size);
    faults.push(...(await findUnreadableTexts(page)).map((line) => `${size.name}: ${line}`));
    await takePicture(page, screen, size.name);
  }
  expect(faults).toEqual([]);
}

async function takePicture(page: Page, screen: string, size: string): Promise<void> {
  if (picturesFolder === undefined) return;
  mkdirSync(picturesFolder, { recursive: true });
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot');
  await session.detach();
  writeFileSync(join(picturesFolder, `${screen}-${size}.png`.replaceAll(/[ %]+/g, '_')), Buffer.from(data, 'base64'));
}

export async function setHash(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
}

/** Longer than the interval at which the page checks what has moved (`shell/guard.ts`). */
const lookMs = 300;
/** Time within which a busy page draws what a press has changed, ms. After this time, the press counts as ignored. */
const drawMsMax = 3_000;

/**
 * Presses a button that has stood still for a while. The page ignores a press for a second after the button has moved.
 * Scrolling, waiting and clicking may each take at most `limit.timeout`, ms; by default, Playwright's usual time.
 */
export async function pressWhenStill(button: Locator, limit: { timeout?: number } = {}): Promise<void> {
  await waitUntilStill(button, limit);
  await button.click(limit);
}

/** Focuses a button and presses Enter when the page accepts the press. */
export async function pressEnterWhenStill(button: Locator): Promise<void> {
  await button.focus();
  await waitUntilStill(button);
  await button.press('Enter');
}

/**
 * Waits until a button has stood still for a while, so that the page accepts a press. Scrolling and waiting may each
 * take at most `limit.timeout`, ms.
 */
export async function waitUntilStill(button: Locator, limit: { timeout?: number } = {}): Promise<void> {
  const page = button.page();
  await button.scrollIntoViewIfNeeded(limit);
  await page.waitForTimeout(lookMs);
  await button.and(page.locator(':not([data-unsettled])')).waitFor(limit);
}

/** Presses a button until the element `appears` is there, because the button may move again right before a press. */
export async function clickUntil(page: Page, button: string, appears: string): Promise<void> {
  await pressUntil(page.getByTestId(button), page.getByTestId(appears).first());
}

/** Presses a button until the element `appears` is there, and waits until the hint about ignored presses is gone. */
export async function pressUntil(button: Locator, appears: Locator): Promise<void> {
  await until(`${appears}`, async () => {
    if (await appears.isVisible()) return true;
    try {
      await pressWhenStill(button, { timeout: 5_000 });
    } catch (error) {
      // After the former press, the page may have removed the button, but may not have drawn the new element yet.
      if (!(error instanceof errors.TimeoutError)) throw error;
    }
    // If the page is only slow to draw the new element, a second press would undo the first press.
    await appears.waitFor({ timeout: drawMsMax }).catch(() => {});
    return appears.isVisible();
  });
  await button.page().locator('.moved-hint').waitFor({ state: 'detached' });
}
