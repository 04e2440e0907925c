/**
 * Checks the arrangement of a ward by its registry: order of beds, sectors, two screens that share a ward, and the
 * theme.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ShownPlan } from '../../contracts/ward-plan.ts';
import { logIn, openBrowser } from '../browser.ts';
import { clickUntil, expectReadable, logInOnSteadyPage, pressUntil, setHash } from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';
const names = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
const beds = names.map(
  (name): PlayedBed => ({
    deviceId: `monitor-${name}`,
    period: newPeriod(name, ward, newPatient({ familyName: `Okapi-${name}` })),
    values: { MDC_ECG_HEART_RATE: 88, MDC_PULS_OXIM_SAT_O2: 97, MDC_RESP_RATE: 14 },
    waves: ['MDC_ECG_ELEC_POTL_II'],
    ageMs: 0,
  }),
);
/** The bed 9 is in no sector. */
const sectors = [
  { name: 'South side', beds: ['8', '7', '6', '5'] },
  { name: 'North side', beds: ['1', '2', '3', '4'] },
];
const plan: ShownPlan = { ward, beds: names, sectors, theme: 'light' };
let server: ScreenServer;
let browser: Browser;
let page: Page;
let stop: () => void;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] }],
      wards: [plan],
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, beds);
  page = await logInOnSteadyPage(browser, server, 'nora');
  await sectorHeads(page).nth(2).waitFor();
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

const sectorHeads = (on: Page) => on.getByTestId('sector');
const bedsOn = (on: Page) => on.locator('.tile__bed').allTextContents();
const shownPart = (on: Page, text: string) => on.getByTestId('part-shown').getByText(text);

describe('a ward with sectors', () => {
  it('the tiles stand in the order of the sectors, below their names, and a bed in no sector is last', async () => {
    expect(await bedsOn(page)).toEqual(['8', '7', '6', '5', '1', '2', '3', '4', '9']);
    expect(await sectorHeads(page).allTextContents()).toEqual(['South side', 'North side', 'In no sector']);
    const grid = page.getByTestId('tiles');
    expect(await grid.evaluate((tiles) => tiles.scrollHeight <= tiles.clientHeight + 1)).toBe(true);
    await expectReadable(page, 'sectors', undefined);
  });

  it('two screens share the ward by their addresses, and each shows the alarms of the other sector in its strip', async () => {
    const second = await logIn(browser, server, 'nora');
    await setHash(page, `#/ward/${ward}?sector=South+side`);
    await setHash(second, `#/ward/${ward}?sector=North%20side`);
    await shownPart(page, 'Sector South side').waitFor();
    await shownPart(second, 'Sector North side').waitFor();
    expect(await bedsOn(page)).toEqual(['8', '7', '6', '5', '9']);
    expect(await bedsOn(second)).toEqual(['1', '2', '3', '4', '9']);
    server.playAlarms(raisedEvent(alarmOf(beds[7]!)));
    await second.getByTestId('hidden-8').getByText('HR 188 > 160').waitFor();
    await page.getByTestId('bed-8').getByTestId('tile-alarm').waitFor();
    await second.context().close();
  });

  it('the page of a patient and back keeps the sector; a press shows all beds, also after the page is loaded again', async () => {
    await setHash(page, `#/ward/${ward}?sector=South+side`);
    await shownPart(page, 'Sector South side').waitFor();
    await setHash(page, `#/patient/${beds[4]!.period.associationId}`);
    await pressUntil(page.getByTestId('patient-close'), shownPart(page, 'Sector South side'));
    await setHash(page, `#/ward/${ward}?sector=South+side`);
    await pressUntil(page.getByTestId('part-show-all'), page.getByTestId('bed-1'));
    await page.reload();
    await page.getByTestId('bed-1').waitFor();
    expect(await page.getByTestId('part-shown').count()).toBe(0);
  });

  it('a sector that is not registered any more shows all beds', async () => {
    await setHash(page, `#/ward/${ward}?sector=East`);
    await sectorHeads(page).nth(2).waitFor();
    expect(await bedsOn(page)).toHaveLength(9);
  });

  it('a bed that moves to the other sector stays on a screen while only the page of its former sector knows of the change', async () => {
    const [south, north] = [await logIn(browser, server, 'nora'), await logIn(browser, server, 'nora')];
    await setHash(south, `#/ward/${ward}?sector=South+side`);
    await setHash(north, `#/ward/${ward}?sector=North+side`);
    await shownPart(south, 'Sector South side').waitFor();
    await shownPart(north, 'Sector North side').waitFor();
    const moved = [
      { name: 'South side', beds: ['8', '7', '6'] },
      { name: 'North side', beds: ['1', '2', '3', '4', '5'] },
    ];
    Object.assign(plan, { sectors: moved, formerSectors: sectors });
    await south.reload();
    await shownPart(south, 'Sector South side').waitFor();
    await south.getByTestId('bed-8').waitFor();
    expect([...new Set([...(await bedsOn(south)), ...(await bedsOn(north))])].sort()).toEqual(names);
    await north.reload();
    await north.getByTestId('bed-5').waitFor();
    delete plan.formerSectors;
    await south.reload();
    await shownPart(south, 'Sector South side').waitFor();
    await south.getByTestId('bed-5').waitFor({ state: 'detached' });
    expect(await bedsOn(south)).toEqual(['8', '7', '6', '9']);
    Object.assign(plan, { sectors });
    await south.context().close();
    await north.context().close();
  }, 240_000);

  it('the page has the theme of the ward until the person chooses another', async () => {
    await page.locator(':root[data-theme=light]').waitFor();
    await setHash(page, `#/ward/${ward}`);
    await clickUntil(page, 'view', 'view-choices');
    await pressUntil(page.getByTestId('theme-dark'), page.locator(':root[data-theme=dark]'));
    await pressUntil(page.getByTestId('theme-ward'), page.locator(':root[data-theme=light]'));
  });
});
