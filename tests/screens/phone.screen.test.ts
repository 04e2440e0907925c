/**
 * Checks what a person sees first on a phone: the alarm with its button and the numbers, before filters, notices and
 * tools.
 */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { resize, windowSizes } from './overflow.ts';
import { expectReadable, logInOnSteadyPage, pressUntil, pressWhenStill, setHash } from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';
import { trendRows } from './trend-rows.ts';

const ward = 'ICU 1';
const phones = windowSizes.filter(({ name }) => name === '360' || name === '414');
const beds = Array.from(
  { length: 6 },
  (_, at): PlayedBed => ({
    deviceId: `monitor-${at + 1}`,
    period: newPeriod(`U-${at + 1}`, ward, newPatient({ familyName: `Okapi-${at + 1}` })),
    values: { MDC_ECG_HEART_RATE: 88, MDC_PULS_OXIM_SAT_O2: 84, MDC_RESP_RATE: 14, MDC_TEMP_BODY: 37.2 },
    waves: ['MDC_ECG_ELEC_POTL_II', 'MDC_PULS_OXIM_PLETH'],
    ageMs: 0,
  }),
);
const alarm = alarmOf(beds[0]!, {
  ...{ priority: 'medium', text: 'SpO2 82 < 90', code: 'MDC_PULS_OXIM_SAT_O2', value: 82, limit: 90, unit: '%' },
  atOnset: { code: 'MDC_PULS_OXIM_SAT_O2', value: 84, limit: 90, unit: '%' },
});
let server: ScreenServer;
let browser: Browser;
let page: Page;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] }],
      trends: trendRows,
    }),
    openBrowser(inject('chromium')),
  ]);
  closers.push(server.close, () => browser.close(), playBeds(server, beds, 2_000));
  server.playAlarms(raisedEvent(alarm), raisedEvent(alarmOf(beds[1]!)), raisedEvent(alarmOf(beds[2]!)));
  page = await logInOnSteadyPage(browser, server, 'nora');
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const boxOf = async (locator: Locator) => (await locator.first().boundingBox())!;
const bottomOf = async (locator: Locator) => {
  const { y, height } = await boxOf(locator);
  return y + height;
};

/** Returns the elements that a person could scroll sideways. */
const sideways = () =>
  page.evaluate(() =>
    [...document.querySelectorAll('html, body, main, main *')]
      .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
      .filter((element) => /auto|scroll/.test(getComputedStyle(element).overflowX))
      .map((element) => element.className),
  );

it.each(phones)('on the ward page at $name px the alarm and a number come first, and the tools last', async (size) => {
  await setHash(page, `#/ward/${encodeURIComponent(ward)}`);
  await resize(page, size);
  await page.getByTestId('bed-U-6').locator('.slot').first().waitFor();
  await expectReadable(page, 'phone-ward', [size]);
  expect(await sideways()).toEqual([]);
  expect(await bottomOf(page.locator('.alarm__ack'))).toBeLessThan(size.height);
  expect(await bottomOf(page.locator('.tile .slot__value'))).toBeLessThan(size.height);
  expect((await boxOf(page.locator('.ward__tools'))).y).toBeGreaterThanOrEqual(
    await bottomOf(page.getByTestId('bed-U-6')),
  );
});

it.each(phones)(
  'on the page of a patient at $name px the alarm with its button comes right after the name',
  async (size) => {
    await setHash(page, `#/patient/${beds[0]!.period.associationId}`);
    await resize(page, size);
    const button = page.getByTestId(`ack-${alarm.alarmId}`);
    await button.waitFor();
    await page.getByTestId('trends').waitFor();
    await expectReadable(page, 'phone-patient', [size]);
    expect(await sideways()).toEqual([]);
    expect(await bottomOf(page.locator('.patient__title h1'))).toBeLessThan((await boxOf(button)).y);
    expect(await bottomOf(button)).toBeLessThan((await boxOf(page.getByTestId('numbers'))).y);
    expect(await bottomOf(page.getByTestId('numbers').locator('.slot__value'))).toBeLessThan(size.height);
    expect((await boxOf(page.locator('.patient__device'))).y).toBeGreaterThan(
      await bottomOf(page.getByTestId('numbers')),
    );
    expect(await page.getByTestId(`onset-${alarm.alarmId}`).textContent()).toBe('at onset SpO2 84 % (limit 90)');
  },
);

/**
 * Runs in the page. Returns the beds whose alarm line nobody sees: it is scrolled away, or something lies over it.
 */
function bedsWithHiddenAlarm(): string[] {
  const isSeen = (line: Element) => {
    const { left, top, bottom } = line.getBoundingClientRect();
    return [top + 2, bottom - 2].every((y) => line.closest('.tile')!.contains(document.elementFromPoint(left + 20, y)));
  };
  const lines = [...document.querySelectorAll('.tile [data-testid=tile-alarm].is-calling')];
  return lines
    .filter((line) => !isSeen(line))
    .map((line) => line.closest<HTMLElement>('.tile')!.dataset.testid!.slice(4));
}

/** Runs in the page. Returns the texts of the elements that need more than one line. */
function textsOnSeveralLines(elements: Element[]): (string | null)[] {
  const lines = (element: Element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
  };
  return elements.filter((element) => lines(element) > 1).map(({ textContent }) => textContent);
}

it.each(phones)(
  'at $name px every alarm is on a tile that nothing covers, or in the strip, which counts what does not fit',
  async (size) => {
    // A long text must leave the name of the bed on one line.
    const long = 'NEWS2 at least 7 ≥ 7 (missing: consciousness, oxygen, temperature)';
    const texts = ['HR 188 > 160', long, 'HR 188 > 160'];
    server.playAlarms(...texts.map((text, at) => raisedEvent(alarmOf(beds[3 + at]!, { text }))));
    await setHash(page, `#/ward/${encodeURIComponent(ward)}`);
    await resize(page, size);
    await page.getByTestId('bed-U-6').getByTestId('tile-alarm').waitFor();
    const strip = page.getByTestId('hidden-alarms');
    const more = page.getByTestId('hidden-more');
    const named = () =>
      strip
        .locator('[data-testid^=hidden-U-]')
        .evaluateAll(
          (buttons) => buttons.filter((button) => button.checkVisibility({ visibilityProperty: true })).length,
        );
    for (const share of [0, 0.3, 0.5, 0.62, 0.8, 1]) {
      await page.evaluate((part) => {
        const scroller = [...document.querySelectorAll('main, main > *')].findLast(
          (element) =>
            element.scrollHeight > element.clientHeight + 1 && getComputedStyle(element).overflowY === 'auto',
        )!;
        scroller.scrollTop = part * (scroller.scrollHeight - scroller.clientHeight);
      }, share);
      await until(`the strip and the tiles at ${share} show all alarms`, async () => {
        const hidden = await page.evaluate(bedsWithHiddenAlarm);
        const counted = (await more.isVisible()) ? Number.parseInt((await more.textContent()) ?? '', 10) : 0;
        return hidden.length <= (await named()) + counted;
      });
    }
    await page.evaluate(() => document.querySelector('main > *')!.scrollTo(0, 0));
    await more.waitFor();
    await expectReadable(page, 'phone-hidden-alarms', [size]);
    const hidden = await page.evaluate(bedsWithHiddenAlarm);
    expect(hidden.length).toBeGreaterThan(0);
    const closed = page.locator('.hidden-alarms:not(.is-open)');
    await pressUntil(more, strip.locator('[aria-expanded=true]'));
    // The open strip may cover tiles, so it names each bed with an unanswered alarm.
    const calling = await page
      .locator('.tile:has([data-testid=tile-alarm].is-calling)')
      .evaluateAll((tiles) => tiles.map((tile) => (tile as HTMLElement).dataset.testid!.slice(4)));
    expect(calling).toEqual(expect.arrayContaining(hidden));
    for (const bed of calling) expect(await strip.getByTestId(`hidden-${bed}`).count()).toBe(1);
    await page.keyboard.press('Escape');
    await closed.waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('hidden-more');
    await pressUntil(more, strip.locator('[aria-expanded=true]'));
    await page
      .getByTestId('bed-U-1')
      .locator('.tile__head')
      .click({ position: { x: 2, y: 2 } });
    await closed.or(page.getByTestId('trends')).first().waitFor();
    await setHash(page, `#/ward/${encodeURIComponent(ward)}`);
    await closed.waitFor();
    await more.waitFor();
    await pressUntil(more, strip.locator('[aria-expanded=true]'));
    expect(await strip.locator('strong').evaluateAll(textsOnSeveralLines)).toEqual([]);
    await until('the tile of the pressed bed', async () => {
      const button = page.getByTestId('hidden-U-6');
      if (await button.isVisible()) await pressWhenStill(button, { timeout: 5_000 }).catch(() => {});
      return !(await page.evaluate(bedsWithHiddenAlarm)).includes('U-6');
    });
    expect(await page.locator('.hidden-alarms.is-open').count()).toBe(0);
  },
);
