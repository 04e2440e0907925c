/**
 * German on the real page: the choice of the language, what the choice does not disturb, and the layout with German
 * words. `VIGIL_SCREENSHOTS_DIR=<folder>` also writes pictures.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openBrowser, password, submitLogin } from '../browser.ts';
import { resize, windowSizes } from './overflow.ts';
import { clickUntil, expectReadable, openSteadyPage, pressUntil, pressWhenStill, setHash } from './readable.ts';
import { longestAlarms, longestBeds, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';
import { trendRows } from './trend-rows.ts';

const ward = 'ICU 1';
const sizes = windowSizes.filter(({ name }) => ['360', '768', '1366'].includes(name));

let server: ScreenServer;
let browser: Browser;
let beds: PlayedBed[];
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] },
        { userId: 'greta', name: 'Greta Nurse', role: 'nurse', wards: [ward] },
        { userId: 'ada', name: 'Ada Auditor', role: 'auditor', wards: ['*'] },
      ],
      trends: trendRows,
    }),
    openBrowser(inject('chromium')),
  ]);
  closers.push(server.close, () => browser.close());
  beds = longestBeds(4, ward);
  closers.push(playBeds(server, beds, 2_000));
  server.playAlarms(...longestAlarms(beds.slice(0, 3), 6).map(raisedEvent));
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

/**
 * Opens the login page in German, and waits until its buttons stand still: a press on a button that has just changed
 * does nothing.
 */
async function openGerman(): Promise<Page> {
  const page = await openSteadyPage(browser, server);
  await pressWhenStill(page.getByTestId('language-de'));
  await page.getByRole('button', { name: 'Anmelden' }).waitFor();
  return page;
}

async function logInGerman(userId: string): Promise<Page> {
  const page = await openGerman();
  await page.getByTestId('login-user').fill(userId);
  await page.getByTestId('login-password').fill(password);
  await pressUntil(page.getByTestId('login-submit'), page.getByTestId('logout'));
  return page;
}

/** Runs in the page. Returns the words that are broken without a hyphen. Only long names may be broken. */
function brokenWords(): string[] {
  const longestWord = 24;
  const broken = new Set<string>();
  const walker = document.createTreeWalker(document.getElementById('main')!, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement!.checkVisibility()) continue;
    for (const { 0: word, index } of node.textContent!.matchAll(/\p{L}+/gu)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (lines.size > 1 && word.length <= longestWord) broken.add(word);
    }
  }
  return [...broken];
}

const closePage = (page: Page) => page.context().close();
const languageOf = (page: Page) => page.evaluate(() => document.documentElement.lang);

/** Texts of the sound from the shortest to the longest (core/sound-state.ts). */
const soundTexts = [
  'Ton an',
  'Ton an, kleinste Lautstärke',
  'Kein Ton: dieser Browser kann ihn nicht spielen',
  'ICU 1: der Bildschirm von Annegret Musterfrau ertönt, und dieser; ICU 2: jeder Bildschirm ertönt; hier: Nacht',
];

it('no state of the sound moves the page at any width, and a press shows the whole text', async () => {
  const page = await logInGerman('nora');
  await page.getByTestId('sound-state').waitFor();
  for (const size of windowSizes) {
    await resize(page, size);
    const tops = await page.evaluate((texts) => {
      const state = document.querySelector('[data-testid=sound-state]')!;
      const node = document.createTreeWalker(state, NodeFilter.SHOW_TEXT).nextNode()!;
      const before = node.textContent;
      const measured = texts.map((text) => {
        node.textContent = text;
        return document.getElementById('main')!.getBoundingClientRect().top;
      });
      node.textContent = before;
      return measured;
    }, soundTexts);
    expect([size.name, new Set(tops).size]).toEqual([size.name, 1]);
  }
  await pressUntil(page.getByTestId('sound-state'), page.getByTestId('sound-text'));
  expect(await page.getByTestId('sound-text').textContent()).toBe(
    await page.getByTestId('sound-state').getAttribute('title'),
  );
  await closePage(page);
});

describe('the choice of the language', () => {
  it('a German browser begins in German; other browsers do not load the German texts', async () => {
    const loads = async (locale: string) => {
      const context = await browser.newContext({ ignoreHTTPSErrors: true, locale });
      const page = await context.newPage();
      const files: string[] = [];
      page.on('request', (request) => files.push(request.url()));
      await page.goto(`https://localhost:${server.httpPort}/`);
      await page.getByRole('button', { name: locale === 'de-AT' ? 'Anmelden' : 'Log in' }).waitFor();
      const result = { lang: await languageOf(page), isLoaded: files.some((file) => /german/.test(file)) };
      await context.close();
      return result;
    };
    expect(await loads('de-AT')).toEqual({ lang: 'de', isLoaded: true });
    expect(await loads('en-GB')).toEqual({ lang: 'en', isLoaded: false });
  });

  it('changes without a reload or a new live connection, and keeps what a person has typed', async () => {
    const page = await openSteadyPage(browser, server);
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await page.getByTestId('login-user').fill('nora');
    await pressWhenStill(page.getByTestId('language-de'));
    expect(await page.getByTestId('login-user').inputValue()).toBe('nora');
    await page.getByTestId('login-password').fill(password);
    await pressUntil(page.getByTestId('login-submit'), page.getByTestId('alarm-list'));
    await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
    await clickUntil(page, 'keys', 'help');
    await pressUntil(page.getByTestId('language-en'), page.getByRole('heading', { name: 'My settings' }));
    expect(await languageOf(page)).toBe('en');
    await pressUntil(page.getByTestId('language-de'), page.getByRole('heading', { name: 'Meine Einstellungen' }));
    expect(await languageOf(page)).toBe('de');
    expect(await page.evaluate(() => 'isSamePage' in globalThis)).toBe(true);
    expect(sockets).toHaveLength(1);
    await closePage(page);
  });

  it('follows the person to another browser, and not to the next person', async () => {
    const first = await openSteadyPage(browser, server);
    await submitLogin(first, 'greta');
    await clickUntil(first, 'keys', 'help');
    await pressUntil(first.getByTestId('language-de'), first.getByRole('heading', { name: 'Meine Einstellungen' }));
    await pressUntil(first.getByTestId('theme-light'), first.locator('[data-theme="light"]'));
    await expect
      .poll(() => server.audit.page({ action: 'preferences-changed', userId: 'greta' }).records.length)
      .toBe(2);
    const second = await openSteadyPage(browser, server);
    expect(await languageOf(second)).toBe('en');
    await submitLogin(second, 'greta');
    await second.getByRole('button', { name: 'Abmelden' }).waitFor();
    await second.locator('[data-theme="light"]').waitFor();
    await pressUntil(second.getByTestId('logout'), second.getByRole('button', { name: 'Log in' }));
    await second.getByTestId('login-user').fill('ada');
    await second.getByTestId('login-password').fill(password);
    await pressUntil(second.getByTestId('login-submit'), second.getByTestId('logout'));
    await second.getByRole('button', { name: 'Log out' }).waitFor();
    expect(await languageOf(second)).toBe('en');
    await closePage(first);
    await closePage(second);
  });
});

describe('the layout with German words', () => {
  it('every text of the login, with its message, can be read whole', async () => {
    const page = await openGerman();
    await page.getByTestId('login-user').fill('nobody');
    await page.getByTestId('login-password').fill('a wrong password');
    await pressWhenStill(page.getByTestId('login-submit'));
    await page.getByTestId('login-error').getByText('falsch').waitFor();
    await expectReadable(page, 'de-login', sizes);
    await closePage(page);
  });

  it('every text of the ward, of a patient, of the other pages and of the help can be read whole', async () => {
    const page = await logInGerman('nora');
    await page.locator('.tile').nth(3).waitFor();
    await expectReadable(page, 'de-ward', sizes);
    await setHash(page, `#/patient/${beds[0]!.period.associationId}`);
    await page.getByTestId('trends').waitFor();
    await expectReadable(page, 'de-patient', sizes);
    for (const [hash, element] of [
      ['#/assignments', 'main h1'],
      ['#/alarms', '[data-testid=review-page]'],
      [`#/shift/${encodeURIComponent(ward)}`, '[data-testid=shift-page]'],
      ['#/reach', '[data-testid=reach-page]'],
      ['#/devices', '[data-testid=devices-page]'],
    ] as const) {
      await setHash(page, hash);
      await page.locator(element).first().waitFor();
      await expectReadable(page, `de-${hash.slice(2, 7)}`, sizes);
      // Opens all parts of the page that a person can open.
      for (const summary of await page.locator('main summary:visible').all()) await pressWhenStill(summary);
      for (const details of await page.locator('main [data-testid^=review-open]:visible').all())
        await pressWhenStill(details);
      for (const size of sizes) {
        await resize(page, size);
        expect([hash, size.name, await page.evaluate(brokenWords)]).toEqual([hash, size.name, []]);
      }
    }
    await clickUntil(page, 'keys', 'help');
    await expectReadable(page, 'de-help', sizes);
    await closePage(page);
  });
});
