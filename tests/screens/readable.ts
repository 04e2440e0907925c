/** A page as the tests of the layout need it: nothing on it depends on how fast the machine is, and it is measured at each size. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { submitLogin } from '../browser.ts';
import { until } from '../system.ts';
import { resize, type Size, sizes, unreadable } from './overflow.ts';

/** `VIGIL_SCREENSHOTS_DIR=<folder>` also writes a picture of each screen at each size there. */
const pictures = process.env.VIGIL_SCREENSHOTS_DIR;

/** A page at the login that never takes itself for slow, and without pictures draws no wave and does not flash. */
export async function openCalm(browser: Browser, at: { readonly httpPort: number }): Promise<Page> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1366, height: 768 },
    reducedMotion: pictures === undefined ? 'reduce' : 'no-preference',
  });
  await context.addInitScript(pinLoad);
  if (pictures === undefined) await context.addInitScript(drawNoWaves);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(`https://localhost:${at.httpPort}/`);
  return page;
}

export async function logInCalm(browser: Browser, at: { readonly httpPort: number }, userId: string): Promise<Page> {
  const page = await openCalm(browser, at);
  await submitLogin(page, userId);
  return page;
}

/** Runs in the page. The load of a hidden page is not judged (`shell/load-monitor.ts`), so it stays what it is. */
export function pinLoad(): void {
  Object.defineProperty(Document.prototype, 'hidden', { configurable: true, get: () => true });
}

/** Runs in the page. Waves keep their place, but nobody draws them: without a graphics card that takes longer than all the rest. */
function drawNoWaves(): void {
  globalThis.Worker = class extends EventTarget {
    postMessage() {}
    terminate() {}
  } as unknown as typeof Worker;
}

/** Goes through all sizes on the page as it stands and expects that everything can be read at each. */
export async function expectReadable(page: Page, screen: string, at: readonly Size[] = sizes): Promise<void> {
  const found: string[] = [];
  for (const size of at) {
    await resize(page, size);
    found.push(...(await unreadable(page)).map((line) => `${size.name}: ${line}`));
    await picture(page, screen, size.name);
  }
  expect(found).toEqual([]);
}

async function picture(page: Page, screen: string, size: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot');
  await session.detach();
  writeFileSync(join(pictures, `${screen}-${size}.png`.replaceAll(/[ %]+/g, '_')), Buffer.from(data, 'base64'));
}

export async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
}

/** The page looks that often for what has moved (`shell/guard.ts`). */
const lookMs = 300;

/**
 * Presses a button once it has stood still: what has just moved takes no press for a second, and a press that was lost leaves a word
 * beside it for two more.
 */
export async function pressStill(button: Locator): Promise<void> {
  const page = button.page();
  await button.scrollIntoViewIfNeeded();
  await page.waitForTimeout(lookMs);
  await button.and(page.locator(':not([data-unsettled])')).waitFor();
  await button.click();
}

/** Presses until `appears` is there: a button may move again right before the press. */
export async function clickUntil(page: Page, button: string, appears: string): Promise<void> {
  await pressUntil(page.getByTestId(button), page.getByTestId(appears).first());
}

export async function pressUntil(button: Locator, appears: Locator): Promise<void> {
  await until(`${appears}`, async () => {
    if (await appears.isVisible()) return true;
    await pressStill(button);
    await button.page().waitForTimeout(100);
    return appears.isVisible();
  });
  await button.page().locator('.moved-hint').waitFor({ state: 'detached' });
}
