/**
 * Checks the notice that a part of Vigil's program fails. The fault is real: the server's regular work throws an error
 * each second.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { forgetTimerFailures } from '../../process/timer-tasks.ts';
import { openBrowser, password, submitLogin } from '../browser.ts';
import { until } from '../system.ts';
import { resize } from './overflow.ts';
import { expectReadable, logInOnSteadyPage, openSteadyPage, pressUntil, pressWhenStill, setHash } from './readable.ts';
import { longestAlarms, longestBeds, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const sizes = [
  [360, 780],
  [640, 360],
  [768, 1024],
  [1366, 768],
  [1920, 1080],
  [3840, 2160],
].map(([width, height]) => ({ name: `${width} × ${height}`, width: width!, height: height! }));
const ward = 'ICU';
const beds = longestBeds(7, ward)
  .slice(1)
  .map((bed) => ({ ...bed, waves: [] }));
const patientHash = `#/patient/${beds[0]!.period.associationId}`;
let server: ScreenServer;
let browser: Browser;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] },
        { userId: 'wall', name: 'Wall ICU', role: 'display', wards: [ward] },
      ],
    }),
    openBrowser(inject('chromium')),
  ]);
  closers.push(server.close, () => browser.close());
  closers.push(playBeds(server, beds));
  server.playAlarms(...longestAlarms(beds, 3).map(raisedEvent));
});

afterAll(async () => {
  vi.restoreAllMocks();
  forgetTimerFailures();
  for (const close of closers.reverse()) await close();
});

/** Breaks the regular work about the sound of the wards, or mends it. This work reads what other dashboards wrote. */
function breakSoundWork(isBroken: boolean): void {
  const others = new Map();
  if (isBroken)
    others[Symbol.iterator] = () => {
      throw new Error('a fault of this test');
    };
  Object.assign(server.feed, { otherDashboards: others });
}

const notice = (page: Page) => page.getByTestId('notice-failing');

/** Selects the elements that can be pressed. A notice must not move them. */
const pressable = '.alarm__ack, .tile, .tab';
const readPlaces = (page: Page) =>
  page.locator(pressable).evaluateAll((all) =>
    all.map((element) => {
      const { left, top } = element.getBoundingClientRect();
      return `${element.dataset.testid ?? element.textContent}: ${Math.round(left)}, ${Math.round(top)}`;
    }),
  );

async function placesAtSizes(page: Page): Promise<Record<string, string[]>> {
  const places: Record<string, string[]> = {};
  for (const size of sizes) {
    await resize(page, size);
    places[size.name] = await readPlaces(page);
  }
  return places;
}

const english = {
  short: 'Watch the bedside monitors: a part of Vigil fails.',
  whole: 'Compare with the bedside monitors, and tell the operator.',
};
const german = {
  short: 'Bettmonitore beobachten: Ein Teil von Vigil versagt.',
  whole: 'Vergleichen Sie mit den Monitoren am Bett, und informieren Sie die IT.',
};

const isShown = (page: Page, text: string) => notice(page).getByText(text).isVisible();

/** Returns the text of the notice if the closed strip cuts it. */
const cutTexts = (page: Page) =>
  notice(page).evaluate((element) => {
    const text = [...element.querySelectorAll('p > span')].find((span) => span.checkVisibility())!;
    const bottomPx = element.parentElement!.getBoundingClientRect().top + element.parentElement!.clientHeight;
    return text.getBoundingClientRect().bottom <= bottomPx ? [] : [text.textContent];
  });

/** Expects at every size: the notice says what to do, all its text can be read, and the opened strip has all of it. */
async function expectNotice(page: Page, name: string, texts: typeof english): Promise<void> {
  await notice(page).waitFor({ state: 'attached' });
  for (const size of sizes) {
    await resize(page, size);
    const areShown = await Promise.all([isShown(page, texts.short), isShown(page, texts.whole)]);
    expect(areShown.filter(Boolean), `${name} ${size.name}`).toHaveLength(1);
    expect(await cutTexts(page), `${name} ${size.name}`).toEqual([]);
  }
  await expectReadable(page, `part-fails-${name}`, sizes);
  await resize(page, sizes[0]!);
  await pressUntil(page.getByTestId('notices-more'), page.locator('.notices.is-open'));
  expect(await isShown(page, texts.whole)).toBe(true);
  await expectReadable(page, `part-fails-${name}-open`, sizes.slice(0, 1));
  await pressUntil(page.getByTestId('notices-more'), page.locator('.notices:not(.is-open)'));
}

it('while a regular task of the server fails, every screen says so and says what to do, and no button moves', async () => {
  const nora = await logInOnSteadyPage(browser, server, 'nora');
  const wall = await logInOnSteadyPage(browser, server, 'wall');
  await nora.getByTestId('open-U-2').waitFor();
  await wall.getByTestId('open-U-2').waitFor();
  const before = await placesAtSizes(nora);
  breakSoundWork(true);
  await expectNotice(nora, 'ward', english);
  expect(await placesAtSizes(nora)).toEqual(before);
  await expectNotice(wall, 'wall', english);
  await setHash(nora, patientHash);
  await nora.getByTestId('patient-view').waitFor();
  await expectNotice(nora, 'patient', english);
  for (const page of [nora, wall]) await page.context().close();
});

it('the notice has German words, and a person who logs in during the fault sees it', async () => {
  const page = await openSteadyPage(browser, server);
  await pressWhenStill(page.getByTestId('language-de'));
  await page.getByRole('button', { name: 'Anmelden' }).waitFor();
  await page.getByTestId('login-user').fill('nora');
  await page.getByTestId('login-password').fill(password);
  await pressUntil(page.getByTestId('login-submit'), page.getByTestId('logout'));
  await page.getByTestId('open-U-2').waitFor();
  await expectNotice(page, 'german', german);
  await page.context().close();
});

it('the notice stays while the fault comes and goes, and leaves 30 s after the last error', async () => {
  const page = await openSteadyPage(browser, server);
  let heartbeats = 0;
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      heartbeats += Number(String(payload).startsWith('{"type":"heartbeat"'));
    }),
  );
  await submitLogin(page, 'nora');
  await notice(page).waitFor({ state: 'attached' });
  breakSoundWork(false);
  const mendedAtMs = performance.now();
  const setTime = (sinceMs: number) => vi.spyOn(performance, 'now').mockImplementation(() => mendedAtMs + sinceMs);
  setTime(28_000);
  const until3More = heartbeats + 3;
  await until('three heartbeats', async () => heartbeats >= until3More);
  expect(await notice(page).isVisible()).toBe(true);
  setTime(31_000);
  await notice(page).waitFor({ state: 'detached' });
  expect(await page.getByTestId('notices-more').isVisible()).toBe(false);
  await page.context().close();
});
