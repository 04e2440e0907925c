/**
 * Opens the dashboard in a browser that has stored nothing, as on a new station. Counts the bytes and measures the
 * time.
 */
import { request } from 'node:https';
import type { Browser, Page } from 'playwright-core';
import { password } from '../browser.ts';
import type { ScreenServer } from './server.ts';

/** Maximum size of everything that a new station loads until it shows the ward, as the server sends it (issue 13). */
export const firstLoadBytesMax = 200_000;

export type FirstLoad = {
  /** Each file that the browser requested, with the size of its body as the server sends it. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly bytes: number;
  /** Time from the start of the navigation until the login form is painted, ms. */
  readonly loginPaintedMs: number;
  /**
   * For a person who is logged in: time from the start of the navigation until the first number of a bed is painted,
   * ms.
   */
  readonly wardPaintedMs: number;
};

/** Files that only an installed page loads (client/shell/push.ts). They are counted too. */
const filesOfInstalledPage = ['/sw.js', '/vigil.webmanifest'];

/** Chromium sends this header to a server with TLS. */
const acceptEncoding = 'gzip, deflate, br, zstd';

/**
 * Loads the page twice, each time in a new browser context: first before a login, and then with a valid login. The ward
 * needs at least one bed with numbers.
 * @param locale the language of the browser, which is the language of the page
 */
export async function loadFirstPage(
  browser: Browser,
  server: Pick<ScreenServer, 'origin' | 'httpPort'>,
  userId: string,
  locale = 'en-GB',
): Promise<FirstLoad> {
  const paths = new Set(filesOfInstalledPage);
  const loginPaintedMs = await inNewContext(browser, server, locale, async (page) => {
    await page.goto(server.origin);
    await page.getByTestId('login-user').waitFor();
    return page.evaluate(firstPaintMs);
  });
  const wardPaintedMs = await inNewContext(browser, server, locale, async (page) => {
    page.context().on('request', (sent) => paths.add(new URL(sent.url()).pathname));
    const headers = { 'x-vigil': '1', origin: server.origin };
    const answer = await page
      .context()
      .request.post(`${server.origin}/api/login`, { headers, data: { userId, password } });
    if (!answer.ok()) throw new Error(`The login was refused with status ${answer.status()}.`);
    await page.addInitScript(notePaintOfNumber);
    await page.goto(server.origin);
    const paintedMs = await page.evaluate<number>('window.firstNumberMs');
    if (page.workers().length === 0) await page.waitForEvent('worker');
    return paintedMs;
  });
  const ownPaths = [...paths].filter((path) => !path.startsWith('/api/')).sort();
  const files = await Promise.all(
    ownPaths.map(async (path) => ({ path, bytes: await sentBytes(server.httpPort, path) })),
  );
  return { files, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), loginPaintedMs, wardPaintedMs };
}

async function inNewContext<T>(
  browser: Browser,
  server: Pick<ScreenServer, 'origin'>,
  locale: string,
  act: (page: Page) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    locale,
    baseURL: server.origin,
    viewport: { width: 1920, height: 1080 },
  });
  try {
    return await act(await context.newPage());
  } finally {
    await context.close();
  }
}

/**
 * Runs in the page. Returns the time at which the page painted its first content, ms since the start of the navigation.
 */
function firstPaintMs(): Promise<number> {
  return new Promise((resolve) => {
    const take = (entries: readonly PerformanceEntry[]) => {
      const paint = entries.find(({ name }) => name === 'first-contentful-paint');
      if (paint) resolve(paint.startTime);
    };
    new PerformanceObserver((list) => take(list.getEntries())).observe({ type: 'paint', buffered: true });
  });
}

/** Runs in the page before its scripts. `firstNumberMs` is fulfilled as soon as a number of a bed is painted. */
function notePaintOfNumber(): void {
  const firstNumberMs = new Promise<number>((resolve) => {
    const observer = new MutationObserver(() => {
      const numbers = [...document.querySelectorAll('[data-testid^="bed-"] [data-testid^="value-"]')];
      if (!numbers.some((number) => /\d/.test(number.textContent ?? ''))) return;
      observer.disconnect();
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now());
        port2.postMessage(undefined);
      });
    });
    observer.observe(document, { childList: true, subtree: true, characterData: true });
  });
  Object.assign(window, { firstNumberMs });
}

/** Returns the size of the body of an answer, as the server sends it to a browser. */
function sentBytes(port: number, path: string): Promise<number> {
  const headers = { 'accept-encoding': acceptEncoding };
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers, rejectUnauthorized: false }, (response) => {
      let bytes = 0;
      response.on('data', (part: Buffer) => {
        bytes += part.length;
      });
      response.on('end', () =>
        response.statusCode === 200 ? resolve(bytes) : reject(new Error(`${path}: status ${response.statusCode}`)),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}
