/**
 * Checks long names of beds and of the person who acknowledged an alarm: on tiles, in the list of alarms and in the
 * strip of alarms out of view. `VIGIL_SCREENSHOTS_DIR=<folder>` also writes pictures.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { resize } from './overflow.ts';
import { expectReadable, logInOnSteadyPage } from './readable.ts';
import { alarmOf, longestBeds, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const sizes = [
  [360, 780],
  [768, 1024],
  [1366, 768],
  [1920, 1080],
  [3840, 2160],
].map(([width, height]) => ({ name: `${width}`, width: width!, height: height! }));
const ward = 'Intensivstation 2';
/** The first two names differ only in the last letter. */
const bedNames = [
  'Intensivstation-2-Bettplatz-14',
  'Intensivstation-2-Bettplatz-15',
  'Aufwachraum/Bettplatz-3',
  'Intermediate Care Bett 12',
  'Überwachungsraum-2a',
  'U-8',
];
const beds = longestBeds(8, ward)
  .slice(1, 7)
  .map((bed, at) => ({ ...bed, waves: [], period: { ...bed.period, bed: bedNames[at]! } }));
const alarms = beds.map((bed, at) => alarmOf(bed, { priority: (['high', 'medium', 'low'] as const)[at % 3]! }));
const by = { userId: 'mo', name: 'Maximiliane Oberhuber-Kraftwerk', role: 'nurse' } as const;
let server: ScreenServer;
let browser: Browser;
let page: Page;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] }],
      wards: [{ ward, beds: bedNames }],
    }),
    openBrowser(inject('chromium')),
  ]);
  closers.push(server.close, () => browser.close());
  closers.push(playBeds(server, beds));
  server.playAlarms(...alarms.map(raisedEvent));
  page = await logInOnSteadyPage(browser, server, 'nora');
  await page.getByTestId('open-U-8').waitFor();
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

/** Returns the parts of names that have several lines. Each part between two places for a line break is a text. */
const brokenParts = () =>
  page.locator('.tile__bed, .alarm__bed, .hidden-alarms__bed > strong').evaluateAll((names) =>
    names.flatMap((name) => {
      const parts = document.createTreeWalker(name, NodeFilter.SHOW_TEXT);
      const broken: string[] = [];
      for (let part = parts.nextNode(); part; part = parts.nextNode()) {
        const range = document.createRange();
        range.selectNodeContents(part);
        const tops = [...range.getClientRects()].filter(({ width }) => width > 0).map(({ top }) => Math.round(top));
        // A space at the end of a part may be on the next line.
        if (new Set(tops).size > 1) broken.push(`${name.className || 'strip'}: ${part.textContent}`);
      }
      return broken;
    }),
  );

/** Returns the names of persons that are cut. */
const cutPersons = () =>
  page
    .locator('.alarm__by')
    .evaluateAll((names) =>
      names
        .filter((name) => name.scrollWidth > name.clientWidth + 1 || name.scrollHeight > name.clientHeight + 1)
        .map((name) => name.textContent),
    );

const rowHeights = () =>
  page.locator('.alarm').evaluateAll((rows) => rows.map((row) => Math.round(row.getBoundingClientRect().height)));

it.each(['waves', 'numbers'])(
  'no name of a bed breaks inside a word, and no name is shortened (%s)',
  async (layout) => {
    await page.evaluate((to) => localStorage.setItem('vigil.layout', to), layout);
    await page.reload();
    await page.getByTestId('open-U-8').waitFor();
    for (const size of sizes) {
      await resize(page, size);
      expect(await brokenParts(), size.name).toEqual([]);
      expect((await page.locator('.tile__bed').allTextContents()).toSorted(), size.name).toEqual(bedNames.toSorted());
    }
    await expectReadable(page, `long-names-${layout}`, sizes);
  },
);

it('the list shows the whole name of the person who acknowledged an alarm, and no row changes its height', async () => {
  const heights = new Map<string, number[]>();
  for (const size of sizes) {
    await resize(page, size);
    heights.set(
      size.name,
      (await rowHeights()).toSorted((a, b) => a - b),
    );
  }
  const acknowledged = {
    signal: 'acknowledged',
    acknowledgedBy: by,
    acknowledgedAt: new Date().toISOString(),
  } as const;
  server.playAlarms(
    ...alarms.map((alarm) => ({
      type: 'acknowledged' as const,
      at: acknowledged.acknowledgedAt,
      alarm: { ...alarm, ...acknowledged, rev: alarm.rev + 1 },
    })),
  );
  await until('all acknowledged', async () => (await page.locator('.alarm__by').count()) === alarms.length);
  for (const size of sizes) {
    await resize(page, size);
    expect(await cutPersons(), size.name).toEqual([]);
    expect(
      (await rowHeights()).toSorted((a, b) => a - b),
      size.name,
    ).toEqual(heights.get(size.name));
  }
});
