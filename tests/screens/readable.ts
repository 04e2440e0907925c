/** A page as the tests of the layout need it: nothing on it depends on how fast the machine is, and it is measured at each size. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { enter } from '../browser.ts';
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
  await enter(page, userId);
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

/** What has just moved takes no click for a second, so a click right after a resize is lost on purpose. */
export async function clickUntil(page: Page, button: string, appears: string): Promise<void> {
  await until(appears, async () => {
    if (await page.getByTestId(appears).first().isVisible()) return true;
    await page.getByTestId(button).click();
    await page.waitForTimeout(200);
    return page.getByTestId(appears).first().isVisible();
  });
  await page.locator('.moved-hint').waitFor({ state: 'detached' });
}
