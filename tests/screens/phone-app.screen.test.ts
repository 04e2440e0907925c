/**
 * Checks the page as an installed app on a phone: its files and headers, its service worker, and the page "How I am
 * reached".
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { MyReach, ReachBody } from '../../dashboard/protocol/delivery.ts';
import { browserFlags, submitLogin } from '../browser.ts';
import { until } from '../system.ts';
import { expectReadable, pressWhenStill, setHash } from './readable.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

type Reach = import('typebox').Static<typeof MyReach>;

let server: ScreenServer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let reach: Reach;
const added: ReachBody[] = [];
const removed: string[] = [];
const reachId = '00000000-0000-4000-8000-000000000001';

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [{ userId: 'anna', name: 'Anna Nurse', role: 'nurse', wards: ['CCU'] }],
      wards: [{ ward: 'CCU', beds: ['A-1'] }],
    }),
    // Chromium runs a service worker only with a certificate that it trusts; the option `ignoreHTTPSErrors` of a
    // context is not enough.
    chromium.launch({
      executablePath: inject('wholeChromium'),
      args: [...browserFlags, '--ignore-certificate-errors'],
    }),
  ]);
  context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 390, height: 844 } });
  page = await context.newPage();
  page.setDefaultTimeout(30_000);
  reach = { entries: [], screen: { channel: 'screen', state: 'unknown' }, offers: { push: true, mail: true } };
  await page.route('**/api/reach', async (route) => {
    if (route.request().method() === 'POST') {
      added.push(route.request().postDataJSON() as ReachBody);
      await route.fulfill({ json: { reachId } });
    } else await route.fulfill({ json: reach });
  });
  await page.route('**/api/reach/*', async (route) => {
    removed.push(route.request().url().split('/').at(-1) ?? '');
    reach = { ...reach, entries: [] };
    await route.fulfill({ status: 204 });
  });
  await page.goto(`${server.origin}/`);
  await submitLogin(page, 'anna');
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

describe('the files of the app', () => {
  it('the files of the app have their content types, are never used from a cache without a check, and have the security policy of the page', async () => {
    for (const [path, type] of [
      ['/sw.js', /javascript/],
      ['/vigil.webmanifest', /application\/manifest\+json/],
      ['/icon-192.png', /image\/png/],
      ['/icon-maskable-512.png', /image\/png/],
    ] as const) {
      const answer = await page.request.get(`${server.origin}${path}`);
      expect([path, answer.status()]).toEqual([path, 200]);
      const headers = answer.headers();
      expect(headers['content-type']).toMatch(type);
      expect(headers['cache-control']).toBe('no-cache');
      const policy = headers['content-security-policy']?.split(';') ?? [];
      expect(policy).toContain("worker-src 'self'");
      expect(policy).toContain("manifest-src 'self'");
      expect(policy).toContain("default-src 'none'");
    }
    const script = await (await page.request.get(`${server.origin}/sw.js`)).text();
    expect(script).not.toMatch(/\bimport\b|\bcaches\b/);
    // Another script at the root is not a file of the app: the answer is the page.
    expect((await page.request.get(`${server.origin}/other.js`)).headers()['content-type']).toMatch(/text\/html/);
  });

  it('the files of the app include every icon of the manifest, and the manifest has an icon that may be cut to any shape', async () => {
    const answer = await page.request.get(`${server.origin}/vigil.webmanifest`);
    const manifest = (await answer.json()) as { display: string; icons: { src: string; purpose: string }[] };
    expect(manifest.display).toBe('standalone');
    expect(manifest.icons.map(({ purpose }) => purpose)).toContain('maskable');
    for (const { src } of manifest.icons)
      expect((await page.request.get(`${server.origin}${src}`)).headers()['content-type']).toMatch(/^image\//);
  });
});

it('a ward screen in a browser has no service worker', async () => {
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
});

describe('"How I am reached"', () => {
  it('"How I am reached" says that no call reaches the person while Vigil is closed, and what each entry has confirmed', async () => {
    await setHash(page, '#/reach');
    await page.getByTestId('reach-none').waitFor();
    await page.getByTestId('push-state').filter({ hasText: 'not called while Vigil is closed' }).waitFor();
    await expectReadable(page, 'reach-empty');
    const addedAt = new Date().toISOString();
    const at = new Date(Date.now() - 120_000).toISOString();
    reach = {
      ...reach,
      entries: [
        {
          reachId,
          channel: 'push',
          label: 'Android, Chrome',
          addedAt,
          address: 'fcm.googleapis.com',
          state: { channel: 'push', state: 'down', at, reason: 'the subscription has ended' },
        },
        {
          reachId: '00000000-0000-4000-8000-000000000002',
          channel: 'mail',
          label: 'E-mail',
          addedAt,
          address: 'anna@hospital.example',
          state: { channel: 'mail', state: 'reached', stage: 'taken', at },
        },
      ],
    };
    await page
      .getByTestId(`reach-${reachId}`)
      .filter({ hasText: 'not reached, 2 min ago (the subscription has ended)' })
      .waitFor();
    await page.getByText('e-mail: taken by service, 2 min ago').waitFor();
    await expectReadable(page, 'reach');
  });

  it('a person can add an e-mail address and remove an entry at "How I am reached"', async () => {
    await page.locator('[name=reach-mail]').fill('anna');
    await pressWhenStill(page.getByTestId('reach-mail-add'));
    await page.getByTestId('reach-mail-problem').filter({ hasText: 'Enter the whole address.' }).waitFor();
    expect(added).toEqual([]);
    await page.locator('[name=reach-mail]').fill('anna@hospital.example');
    await page.keyboard.press('Enter');
    await until('the address is sent', () => added.length === 1);
    expect(added).toEqual([{ channel: 'mail', label: 'E-mail', language: 'en', address: 'anna@hospital.example' }]);
    await pressWhenStill(page.getByRole('button', { name: 'Remove Android, Chrome' }));
    await page.getByTestId('reach-none').waitFor();
    expect(removed).toEqual([reachId]);
  });

  it('"How I am reached" says what to do if the device blocks notifications', async () => {
    await page.evaluate(() => {
      Object.defineProperty(Notification, 'permission', { configurable: true, get: () => 'denied' });
    });
    await page.getByTestId('push-state').filter({ hasText: 'Allow them in the settings of the browser' }).waitFor();
    expect(await page.getByTestId('push-on').count()).toBe(0);
  });
});

it('the service worker shows a page "no connection" instead of an old page', async () => {
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/sw.js', { scope: '/' });
    await navigator.serviceWorker.ready;
  });
  await page.reload();
  await page.getByTestId('clock').waitFor();
  // The browser must load the page again, even if its address has a part after #.
  await setHash(page, '#/reach');
  expect(await page.evaluate(async () => (await caches.keys()).length)).toBe(0);
  await context.setOffline(true);
  await page.reload().catch(() => undefined);
  await page.getByRole('heading', { name: 'No connection to Vigil' }).waitFor();
  expect(await page.getByTestId('clock').count()).toBe(0);
  await context.setOffline(false);
  await page.getByTestId('clock').waitFor();
});
