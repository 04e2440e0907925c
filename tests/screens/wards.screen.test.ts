/** Checks in a real browser the overview of the wards, which persons in charge use. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { foldStandby } from '../../dashboard/server/core/standby.ts';
import { logIn, openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { expectAccessible } from './axe.ts';
import { expectReadable, logInOnSteadyPage, pressWhenStill, setHash } from './readable.ts';
import { alarmOf, longestBeds, longWard, newPatient, newPeriod, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

let server: ScreenServer;
let browser: Browser;
let stopBeds: () => void;
const calm = longestBeds(3, 'HDU').slice(1);
const busy = longestBeds(9, longWard).slice(0, 6);

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: ['HDU'] },
        { userId: 'paula', name: 'Paula Physician', role: 'physician', wards: ['*'] },
        { userId: 'ted', name: 'Ted Technician', role: 'technician', wards: ['HDU'] },
      ],
      wards: [
        { ward: 'HDU', beds: ['U-2', 'U-3', 'U-4'] },
        { ward: longWard, beds: busy.map(({ period }) => period.bed) },
        { ward: 'Step-down', beds: ['S-1'] },
      ],
    }),
    openBrowser(inject('chromium')),
  ]);
  stopBeds = playBeds(server, [...calm.map((bed, at) => ({ ...bed, deviceId: `calm-${at}` })), ...busy]);
  server.playAlarms(
    raisedEvent(alarmOf(busy[1]!, { priority: 'high', raisedAt: new Date(Date.now() - 240_000).toISOString() })),
    raisedEvent(alarmOf(busy[2]!, { priority: 'medium' })),
  );
  const at = new Date().toISOString();
  const by = { userId: 'nora', name: 'Nora Nurse', role: 'nurse' } as const;
  const standby = { since: at, until: new Date(Date.now() + 3_600_000).toISOString(), reason: 'CT', by };
  foldStandby(server.state, { associationId: busy[3]!.period.associationId, rev: 1, at, standby });
});

afterAll(async () => {
  stopBeds();
  await browser.close();
  await server.close();
});

const cards = (page: Page) => page.locator('[data-testid^="ward-card-"]');
const namesOf = async (page: Page) => (await cards(page).locator('h2').allTextContents()).join('|');
const looks = (userId: string) =>
  server.audit.page({ action: 'ward-viewed', userId }).records.filter(({ detail }) => detail?.includes('overview'));

it('the ward with the high alarm is first, each card has its numbers, and no patient is named', async () => {
  const page = await logInOnSteadyPage(browser, server, 'paula');
  await setHash(page, '#/wards');
  await cards(page).nth(2).waitFor();
  expect(await namesOf(page)).toMatch(new RegExp(`^${longWard}`));
  const first = cards(page).first();
  const text = (await first.textContent()) ?? '';
  expect(text).toMatch(/Oldest unanswered alarm4 min/);
  expect(text).toContain('1: U-4 until');
  expect(await first.getByTestId('ward-alarms-high').textContent()).toContain('high11');
  expect(await page.getByTestId('wards-page').textContent()).not.toContain('Featherstonehaugh');
  await expectReadable(page, 'wards');
  await expectAccessible(page);
  await page.context().close();
});

it('the audit trail records one look for an open page, although the page asks again and again', async () => {
  const page = await logIn(browser, server, 'paula');
  const before = looks('paula').length;
  let asked = 0;
  page.on('response', (response) => {
    if (response.url().endsWith('/api/ward-overview')) asked += 1;
  });
  await page.goto(`${server.origin}/#/wards`);
  await until('four answers', async () => asked >= 4);
  expect(looks('paula').length - before).toBe(1);
  await page.context().close();
});

it('a nurse of one ward opens the overview from the board of assignments and sees one card; a technician cannot open the overview', async () => {
  const nora = await logIn(browser, server, 'nora');
  await nora.goto(`${server.origin}/#/assignments/HDU`);
  await nora.getByTestId('to-wards').waitFor();
  await pressWhenStill(nora.getByTestId('to-wards'));
  await cards(nora).first().waitFor();
  expect(await namesOf(nora)).toBe('HDU');
  await nora.context().close();
  const ted = await logIn(browser, server, 'ted');
  await ted.goto(`${server.origin}/#/wards`);
  await ted.getByTestId('devices-page').waitFor();
  const status = await ted.evaluate(async () => (await fetch('/api/ward-overview')).status);
  expect(status).toBe(403);
  await ted.context().close();
});

it('a change of the alarms reaches the page, but no card moves while somebody points at one', async () => {
  const page = await logIn(browser, server, 'paula');
  await page.goto(`${server.origin}/#/wards`);
  await cards(page).nth(2).waitFor();
  const hdu = page.getByTestId('ward-card-HDU');
  await hdu.hover();
  const before = await namesOf(page);
  const alarms = Array.from({ length: 3 }, (_, at) =>
    alarmOf({ ...calm[0]!, deviceId: 'calm-0' }, { priority: 'high', condition: `c-${at}` }),
  );
  server.playAlarms(...alarms.map(raisedEvent));
  await until('the card counts the new alarms', async () => {
    await hdu.hover({ position: { x: 5 + Math.random() * 20, y: 5 } });
    return ((await hdu.getByTestId('ward-alarms-high').textContent()) ?? '').includes('high33');
  });
  expect(await namesOf(page)).toBe(before);
  await page.context().close();
});

it('the page of the wards says that its cards are not live while the server does not reach Kafka or does not answer', async () => {
  const page = await logInOnSteadyPage(browser, server, 'paula');
  await setHash(page, '#/wards');
  await cards(page).first().waitFor();
  server.alive.kafka = false;
  await page.getByTestId('wards-fault').filter({ hasText: 'does not reach Kafka' }).waitFor();
  await expectReadable(page, 'wards-trouble');
  await expectAccessible(page);
  server.alive.kafka = true;
  await page.getByTestId('wards-fault').filter({ hasText: 'Kafka' }).waitFor({ state: 'detached' });
  await page.route('**/api/ward-overview', (route) =>
    route.fulfill({ status: 503, json: { code: 'x', message: 'Not now.' } }),
  );
  await page.getByTestId('wards-fault').filter({ hasText: 'Not live: the cards show what was known at' }).waitFor();
  await page.context().close();
});

it('a person whose first request fails sees why, and no empty card', async () => {
  const page = await logIn(browser, server, 'nora');
  await page.route('**/api/ward-overview', (route) =>
    route.fulfill({ status: 503, json: { code: 'x', message: 'Not now.' } }),
  );
  await page.goto(`${server.origin}/#/wards`);
  await page.getByTestId('wards-error').filter({ hasText: 'Not now.' }).waitFor();
  expect(await cards(page).count()).toBe(0);
  await page.context().close();
});

it('a new patient appears in the number of occupied beds', async () => {
  const page = await logIn(browser, server, 'nora');
  await page.goto(`${server.origin}/#/wards`);
  const card = page.getByTestId('ward-card-HDU');
  await card.getByText('2 occupied, 1 free, 3 in all').waitFor();
  server.associate({ deviceId: 'new-one', version: 1, periods: [newPeriod('U-4', 'HDU', newPatient())] });
  await card.getByText('3 occupied, 0 free, 3 in all').waitFor();
  await page.context().close();
});
