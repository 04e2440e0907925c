/**
 * Checks that buttons can be reached and texts can be read in low windows, such as a phone held sideways or a zoom of
 * 200 %.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { newLimits } from '../../contracts/messages/limits.testing.ts';
import { foldLimits } from '../../dashboard/server/core/limits.ts';
import { openBrowser } from '../browser.ts';
import { resize } from './overflow.ts';
import { expectReadable, logInOnSteadyPage, setHash } from './readable.ts';
import { longBed, longestAlarms, longestBeds, longGivenName, longWard, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const lowSizes = [
  [640, 360],
  [667, 375],
  [683, 384],
  [740, 360],
  [844, 390],
  [896, 414],
  [640, 400],
  [960, 540],
  [360, 780],
  [768, 1024],
].map(([width, height]) => ({ name: `${width} × ${height}`, width: width!, height: height! }));
/** Least height of the list of alarms: two rows. */
const listLeastPx = 110;

let server: ScreenServer;
let browser: Browser;
let page: Page;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [longWard, 'Step-down'] }],
    }),
    openBrowser(inject('chromium')),
  ]);
  closers.push(server.close, () => browser.close());
  const beds = longestBeds(6, longWard);
  const other = { ...longestBeds(2, 'Step-down')[1]!, deviceId: 'bed-step' };
  beds.push({ ...other, period: { ...other.period, bed: 'S-1' } });
  closers.push(playBeds(server, beds));
  server.playAlarms(...longestAlarms(beds, 14).map(raisedEvent));
  page = await logInOnSteadyPage(browser, server, 'nora');
  await page.getByTestId(`open-${longBed}`).waitFor();
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

it.each(lowSizes)('every acknowledge button can be pressed in a window of $name', async (size) => {
  await resize(page, size);
  const list = await page.locator('.alarms__list').evaluate((box) => Math.min(box.clientHeight, innerHeight));
  expect(list).toBeGreaterThanOrEqual(size.height >= 700 ? 250 : listLeastPx);
  const buttons = page.locator('.alarm__ack');
  const count = await buttons.count();
  expect(count).toBeGreaterThan(5);
  // A button can be pressed if, after scrolling to it, no other element covers its centre.
  const covered = await buttons.evaluateAll(
    (all) =>
      all.filter((button) => {
        button.scrollIntoView({ block: 'center' });
        const { left, top, width, height } = button.getBoundingClientRect();
        return !button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
      }).length,
  );
  expect(covered).toBe(0);
});

it('every text of the ward can be read whole in low windows', async () => {
  await expectReadable(page, 'ward-low', lowSizes.slice(0, 6));
});

it.each([...lowSizes, { name: '1366 × 768', width: 1366, height: 768 }])(
  'a tile has room for the name of the patient beside the longest bed name in a window of $name',
  async (size) => {
    await setHash(page, '#/ward/*');
    await page.getByTestId('bed-S-1').waitFor();
    await resize(page, size);
    const tile = page.getByTestId(`bed-${longBed}`);
    expect((await tile.locator('.tile__name').boundingBox())!.width).toBeGreaterThanOrEqual(80);
  },
);

it('the table of limits breaks no number and no column head into two lines, at every width', async () => {
  const bed = [...server.state.beds.values()].find(({ period }) => period?.bed === longBed)!;
  const by = { userId: 'ada', name: longGivenName, role: 'physician' } as const;
  const ownLimits = { extremeLow: 34.5, low: 35.5, high: 38.5, extremeHigh: 39.5 };
  const changed = { by, at: new Date().toISOString() };
  foldLimits(server.state, newLimits(bed.associationId, { Temp: { own: ownLimits, changed } }, { rev: 9 }));
  await setHash(page, `#/patient/${bed.associationId}`);
  await page.getByTestId('limits-Temp').getByText('38.5').waitFor();
  const broken: string[] = [];
  for (const width of [360, 414, 683, 768, 1024, 1366, 1920]) {
    await resize(page, { width, height: 768 });
    const brokenWords = await page
      .locator('[aria-label="Alarm limits"] td.num, [aria-label="Alarm limits"] thead th')
      .evaluateAll((cells) =>
        cells.flatMap((cell) => {
          const text = cell.firstChild;
          if (text?.nodeType !== Node.TEXT_NODE) return [];
          const words = [...(text.textContent ?? '').matchAll(/\S+/g)];
          return words.flatMap((word) => {
            const range = document.createRange();
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            return range.getClientRects().length > 1 ? [word[0]] : [];
          });
        }),
      );
    broken.push(...brokenWords.map((word) => `${width}: ${word}`));
  }
  expect(broken).toEqual([]);
});
