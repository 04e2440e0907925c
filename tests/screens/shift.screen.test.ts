/** Checks the summary of a shift in a real browser. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { foldStandby } from '../../dashboard/server/core/standby.ts';
import { logIn, openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { expectAccessible } from './axe.ts';
import { pdfPages } from './pdf-text.ts';
import { expectReadable, logInOnSteadyPage, pressWhenStill, setHash } from './readable.ts';
import {
  alarmOf,
  longAlarmText,
  longBed,
  longestBeds,
  longStandbyReason,
  longWard,
  playBeds,
  raisedEvent,
} from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

let server: ScreenServer;
let browser: Browser;
let stopBeds: () => void;
let influxAnswers = true;
const beds = longestBeds(7, longWard);
const [first, second, third] = beds as [(typeof beds)[0], (typeof beds)[0], (typeof beds)[0]];
const [foreign] = longestBeds(2, 'HDU').slice(1) as [(typeof beds)[0]];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [longWard] },
        { userId: 'paula', name: 'Paula Physician', role: 'physician', wards: ['*'] },
        { userId: 'ted', name: 'Ted Technician', role: 'technician', wards: [longWard] },
      ],
      wards: [
        { ward: longWard, beds: beds.map(({ period }) => period.bed) },
        { ward: 'HDU', beds: ['U-2'] },
        { ward: 'Empty', beds: ['E-1'] },
      ],
      async stored() {
        if (!influxAnswers) throw new Error('InfluxDB is away');
        return [{ code: 'VIGIL_NEWS2', timeMs: Date.now() - 1_000, value: 3, questionable: false }];
      },
    }),
    openBrowser(inject('chromium')),
  ]);
  stopBeds = playBeds(server, [...beds, { ...foreign, deviceId: 'foreign' }]);
  const at = new Date().toISOString();
  const raised = { raisedAt: at, onsetAt: at, determinedAt: at };
  server.playAlarms(raisedEvent(alarmOf(first, { priority: 'high', text: longAlarmText, ...raised })));
  const by = { userId: 'nora', name: 'Nora Nurse', role: 'nurse' } as const;
  const standby = { since: at, until: new Date(Date.now() + 3_600_000).toISOString(), reason: longStandbyReason, by };
  foldStandby(server.state, { associationId: third.period.associationId, rev: 1, at, standby });
});

afterAll(async () => {
  stopBeds();
  await browser.close();
  await server.close();
});

const cards = (page: Page) => page.locator('[data-testid^="shift-bed-"]');
const cardOf = (page: Page, bed: string) => page.getByTestId(`shift-bed-${bed}`);
const looks = () => server.audit.page({ action: 'shift-viewed' }).records;
/** Returns the address of a summary that begins a minute ago, no matter when shifts begin. */
const address = (ward: string) =>
  `#/shift/${encodeURIComponent(ward)}?since=${new Date(Date.now() - 60_000).toISOString()}`;

it('the summary of a shift has one card for each patient of the ward, and the audit trail has one look with these patients', async () => {
  const page = await logInOnSteadyPage(browser, server, 'nora');
  // A nurse changes limits on the patient page: the summary says who changed them, and the limits before and after the
  // change.
  const changed = await page.evaluate(async (id) => {
    const body = JSON.stringify({ group: 'HR', limits: { high: 125 }, seenAt: null });
    const headers = { 'content-type': 'application/json', 'x-vigil': '1' };
    return (await fetch(`/api/associations/${id}/limits`, { method: 'POST', headers, body })).status;
  }, second.period.associationId);
  expect(changed).toBe(202);
  const before = looks().length;
  await setHash(page, address(longWard));
  await cards(page).first().waitFor();
  // One of the seven beds has no patient.
  expect(await cards(page).count()).toBe(6);
  expect(await cardOf(page, longBed).getByTestId('shift-alarms').textContent()).toContain('1: 1 high, 0 medium, 0 low');
  expect(await cardOf(page, longBed).getByTestId('shift-open-now').textContent()).toContain(
    'nobody has acknowledged it',
  );
  const change = await cardOf(page, 'U-2').getByTestId('shift-limits-changed').textContent();
  expect(change).toMatch(/Nora Nurse, HR: high 120 → 125/);
  expect(await cardOf(page, 'U-3').getByTestId('shift-standby').textContent()).toContain('Nora Nurse');
  expect(await cardOf(page, 'U-2').getByTestId('shift-news2').textContent()).toContain('3 at');
  expect(looks().length - before).toBe(1);
  const shown = beds.flatMap(({ period }) => (period.patient ? [period.patient.patientId] : []));
  expect(new Set(looks()[0]?.patients)).toEqual(new Set(shown));
  await expectReadable(page, 'shift');
  await expectAccessible(page);
  await page.emulateMedia({ media: 'print' });
  expect(await cardOf(page, 'U-2').isVisible()).toBe(true);
  for (const name of ['shift-refresh', 'shift-since', 'alarm-list'])
    expect([name, await page.getByTestId(name).isVisible()]).toEqual([name, false]);
  await page.context().close();
});

it('if InfluxDB does not answer, the summary says that the score at the beginning is not known, and shows the rest', async () => {
  influxAnswers = false;
  const page = await logIn(browser, server, 'nora');
  await page.goto(`${server.origin}/${address(longWard)}`);
  await cards(page).first().waitFor();
  expect(await cardOf(page, 'U-2').getByTestId('shift-news2').textContent()).toContain('not known');
  expect(await cards(page).count()).toBe(6);
  influxAnswers = true;
  await page.context().close();
});

it('the summary warns while the server does not reach Kafka, and stays on the screen if a refresh fails', async () => {
  const page = await logInOnSteadyPage(browser, server, 'nora');
  server.alive.kafka = false;
  await until('the server notices that Kafka is away', async () => server.hub.health().kafka === 'away');
  await setHash(page, address(longWard));
  await page.getByTestId('shift-fault').filter({ hasText: 'did not reach Kafka' }).waitFor();
  await expectReadable(page, 'shift-trouble');
  server.alive.kafka = true;
  await page.route('**/shift?*', (route) => route.fulfill({ status: 503, json: { code: 'x', message: 'Not now.' } }));
  await pressWhenStill(page.getByTestId('shift-refresh'));
  await page
    .getByTestId('shift-error')
    .filter({ hasText: 'Not now. The summary below is the one from before.' })
    .waitFor();
  expect(await cards(page).count()).toBe(6);
  await page.context().close();
});

it('the summary says if a ward has no patients, a person of all wards chooses a ward, and a summary can show one bed', async () => {
  const page = await logInOnSteadyPage(browser, server, 'paula');
  await setHash(page, '#/shift');
  await pressWhenStill(page.getByTestId('shift-wards').getByRole('link', { name: 'HDU' }));
  await cardOf(page, foreign.period.bed).waitFor();
  await setHash(page, address('Empty'));
  await page.getByTestId('shift-empty').waitFor();
  await setHash(page, `#/patient/${second.period.associationId}`);
  await pressWhenStill(page.getByTestId('patient-shift'));
  await cardOf(page, 'U-2').waitFor();
  expect(await cards(page).count()).toBe(1);
  expect(looks()[0]).toMatchObject({ bed: 'U-2', patients: [second.period.patient?.patientId] });
  await page.context().close();
});

it('the server refuses a summary to a nurse of another ward and a technician, and for a beginning in the future or too long ago', async () => {
  const statusOf = async (userId: string, ward: string, fromMs: number) => {
    const page = await logIn(browser, server, userId);
    const path = `/api/wards/${encodeURIComponent(ward)}/shift?from=${new Date(fromMs).toISOString()}`;
    const status = await page.evaluate(async (asked) => (await fetch(asked)).status, path);
    await page.context().close();
    return status;
  };
  const minuteAgo = Date.now() - 60_000;
  expect(await statusOf('nora', 'HDU', minuteAgo)).toBe(404);
  expect(await statusOf('nora', 'no such ward', minuteAgo)).toBe(404);
  expect(await statusOf('ted', longWard, minuteAgo)).toBe(403);
  expect(await statusOf('nora', longWard, Date.now() + 600_000)).toBe(400);
  expect(await statusOf('nora', longWard, Date.now() - 73 * 3_600_000)).toBe(400);
});

it.each([false, true])(
  'a printed summary (landscape: %s) has each patient whole on one sheet, and nothing is cut',
  async (landscape) => {
    const page = await logInOnSteadyPage(browser, server, 'nora');
    await setHash(page, address(longWard));
    await cards(page).first().waitFor();
    const sheets = pdfPages(await page.pdf({ format: 'A4', landscape }));
    expect(sheets.length).toBeGreaterThan(1);
    expect(sheets.filter((sheet) => sheet === '')).toEqual([]);
    expect(sheets.join('')).toMatch(/Printed\d{4}-\d{2}-\d{2}/);
    await page.emulateMedia({ media: 'print' });
    // The width of an A4 sheet without margins, at 96 px per inch.
    await page.setViewportSize({ width: landscape ? 1047 : 718, height: 1000 });
    const shown = await cards(page).evaluateAll((all) =>
      all.map((card) => ({
        name: card.querySelector('h2')!.textContent!,
        texts: [...card.querySelectorAll('h2, p, dt, .shift__text')].map((part) => part.textContent!),
        isCut: [card, ...card.querySelectorAll('*')].some(
          (part) => part.getBoundingClientRect().right > innerWidth + 1 || part.scrollWidth > part.clientWidth + 1,
        ),
      })),
    );
    expect(shown).toHaveLength(6);
    const plain = (text: string) => text.normalize('NFKC').replaceAll(/\s/g, '');
    for (const { name, texts, isCut } of shown) {
      const sheet = sheets.filter((text) => text.includes(plain(name)));
      expect([name, sheet.length, isCut]).toEqual([name, 1, false]);
      for (const text of texts) expect(sheet[0]).toContain(plain(text));
    }
    await page.context().close();
  },
);
