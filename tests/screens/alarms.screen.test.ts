/** What alarms look like on the ward's screen: colours, headlines, and what lies behind a headline. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import { logIn, openBrowser, openPatient } from '../browser.ts';
import { alarmOf, type PlayedBed, patient, period, play, raised } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';
const bedOf = (number: number): PlayedBed => ({
  deviceId: `bed-0${number}`,
  period: period(`U-${number}`, ward, patient()),
  values: { MDC_ECG_HEART_RATE: 78, MDC_PULS_OXIM_SAT_O2: 79 },
  waves: [],
  ageMs: 0,
});
const beds = [1, 2, 3, 4, 5].map(bedOf);
const [answered, late, ended, hidden, foreign] = beds as [PlayedBed, PlayedBed, PlayedBed, PlayedBed, PlayedBed];
const red = 'rgb(200, 16, 46)';
const yellow = 'rgb(255, 214, 10)';
const nora = { userId: 'nora', name: 'Nora Nurse', role: 'nurse' } as const;
const acknowledged = {
  signal: 'acknowledged',
  acknowledgedBy: nora,
  acknowledgedAt: new Date().toISOString(),
} as const;
const spo2 = {
  condition: 'SpO2.extreme-low',
  code: 'MDC_PULS_OXIM_SAT_O2',
  text: 'SpO2 79 < 85',
  value: 79,
  limit: 85,
};
const over = { present: false, signal: 'latched', resolvedAt: new Date().toISOString() } as const;
const alarms = {
  answered: alarmOf(answered, { ...spo2, ...acknowledged }),
  late: alarmOf(late, { late: true }),
  ended: alarmOf(ended, { ...over, text: 'HR 30 < 40' }),
  present: alarmOf(ended, { ...spo2, priority: 'medium', text: 'SpO2 79 < 90' }),
  hiddenTop: alarmOf(hidden, { ...acknowledged, text: 'HR 190 > 140' }),
  hiddenCalling: alarmOf(hidden, { ...spo2, priority: 'medium', text: 'SpO2 79 < 90' }),
  foreign: alarmOf(foreign, { deviceId: 'another' }),
} satisfies Record<string, Alarm>;

let server: ScreenServer;
let browser: Browser;
let page: Page;
let stop: () => void;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({ accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] }] }),
    openBrowser(inject('chromium')),
  ]);
  stop = play(server, beds);
  server.alarms(...Object.values(alarms).map(raised));
  page = await logIn(browser, server, 'nora');
  await page.getByTestId(`alarm-${alarms.foreign.alarmId}`).waitFor();
  await tile('U-1').getByTestId('value-MDC_ECG_HEART_RATE').waitFor();
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

const tile = (bed: string) => page.getByTestId(`bed-${bed}`);
const headline = (bed: string) => tile(bed).getByTestId('tile-alarm');
/** The ground of the box around a number. */
const groundOf = (bed: string, code: string) =>
  tile(bed)
    .locator('.slot__box', { has: page.getByTestId(`value-${code}`) })
    .evaluate(ground);
const ground = (element: Element) => getComputedStyle(element).backgroundColor;
const flashes = (where: Locator) =>
  where.evaluate((element) => element.getAnimations({ subtree: true }).some((one) => one.playState === 'running'));
const plain = 'rgba(0, 0, 0, 0)';

describe('an alarm that is acknowledged and present', () => {
  it('an acknowledged alarm that is present keeps its colour at number, tile and row, without flashing', async () => {
    expect(await groundOf('U-1', 'MDC_PULS_OXIM_SAT_O2')).toBe(red);
    expect(await headline('U-1').getAttribute('data-look')).toBe('steady');
    expect(await headline('U-1').evaluate((element) => getComputedStyle(element, '::before').backgroundColor)).toBe(
      red,
    );
    expect(await tile('U-1').getAttribute('data-priority')).toBe('high');
    expect(await tile('U-1').evaluate((element) => getComputedStyle(element, '::before').borderTopWidth)).toBe('4px');
    const row = page.getByTestId(`alarm-${alarms.answered.alarmId}`);
    expect(await row.locator('.alarm__mark').evaluate(ground)).toBe(red);
    expect(await flashes(tile('U-1'))).toBe(false);
    expect(await flashes(row)).toBe(false);
  });
});

describe('a number', () => {
  it('a number keeps its own colour beside a late alarm of the same parameter', async () => {
    expect(await headline('U-2').textContent()).toContain('late');
    expect(await groundOf('U-2', 'MDC_ECG_HEART_RATE')).toBe(plain);
  });

  it('a number keeps its own colour beside an alarm of another device or of another parameter', async () => {
    expect(await groundOf('U-5', 'MDC_ECG_HEART_RATE')).toBe(plain);
    expect(await groundOf('U-1', 'MDC_ECG_HEART_RATE')).toBe(plain);
  });
});

describe('the headline of a tile', () => {
  it('the headline is the present medium alarm, and the high alarm that ended unseen flashes beside it as an outline', async () => {
    expect(await headline('U-3').locator('.tile__text').textContent()).toBe('SpO2 79 < 90');
    expect(await groundOf('U-3', 'MDC_PULS_OXIM_SAT_O2')).toBe(yellow);
    expect(await groundOf('U-3', 'MDC_ECG_HEART_RATE')).toBe(plain);
    const chip = tile('U-3').getByTestId('tile-more').locator('[data-priority=high]');
    expect(await chip.getAttribute('data-look')).toBe('ended');
    expect(await flashes(chip)).toBe(true);
    expect(await tile('U-3').getAttribute('data-priority')).toBe('high');
    expect(await flashes(tile('U-3'))).toBe(true);
  });

  it('the headline is the acknowledged high alarm that is present, and the medium alarm that calls flashes beside it', async () => {
    expect(await headline('U-4').locator('.tile__text').textContent()).toBe('HR 190 > 140');
    const chip = tile('U-4').getByTestId('tile-more').locator('[data-priority=medium]');
    expect(await chip.getAttribute('data-look')).toBe('calling');
    expect(await flashes(chip)).toBe(true);
  });
});

describe('the list of alarms', () => {
  it('the list has the present alarms first, grave before slight, then those that ended', async () => {
    const ids = await page
      .getByTestId('alarm-list')
      .locator('li[data-priority]')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-testid')!.slice('alarm-'.length)));
    const { foreign: f, answered: a, hiddenTop, hiddenCalling, present, ended: e, late: l } = alarms;
    expect(ids).toEqual([f, a, hiddenTop, present, hiddenCalling, l, e].map((one) => one.alarmId));
  });

  it('the list shows an alarm that ended unseen as an outline that flashes, with the text that it ended', async () => {
    const row = page.getByTestId(`alarm-${alarms.ended.alarmId}`);
    expect(await row.getAttribute('data-look')).toBe('ended');
    expect(await row.locator('.alarm__mark').evaluate(ground)).not.toBe(red);
    expect(await row.textContent()).toContain('ended, unseen');
    expect(await flashes(row)).toBe(true);
  });
});

describe('the page of a patient', () => {
  it('the page names the gravest of the other beds’ alarms that have no room there', async () => {
    const more = [1, 2, 3, 4].map(() => alarmOf(foreign, { priority: 'low', text: 'Temp 38.6 > 38.5' }));
    server.alarms(...more.map(raised));
    await openPatient(page, 'U-1');
    const rest = page.getByTestId('other-beds').getByTestId('alarms-rest');
    await rest.waitFor();
    expect(await rest.locator('[data-priority]').first().getAttribute('data-priority')).toBe('high');
  });
});
