/** Checks how the screens show alarms: colours, headlines of tiles, and the order of the list. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import { logIn, openBrowser, openPatient } from '../browser.ts';
import { findUnreadableTexts } from './overflow.ts';
import { alarmOf, longAlarmText, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';
const bedOf = (number: number): PlayedBed => ({
  deviceId: `bed-0${number}`,
  period: newPeriod(`U-${number}`, ward, newPatient()),
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
const latched = { present: false, signal: 'latched', resolvedAt: new Date().toISOString() } as const;
const alarms = {
  answered: alarmOf(answered, { ...spo2, ...acknowledged }),
  late: alarmOf(late, { late: true }),
  ended: alarmOf(ended, { ...latched, text: 'HR 30 < 40' }),
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
  stop = playBeds(server, beds);
  server.playAlarms(...Object.values(alarms).map(raisedEvent));
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
/** Returns the background colour of the box around a number. */
const backgroundOf = (bed: string, code: string) =>
  tile(bed)
    .locator('.slot__box', { has: page.getByTestId(`value-${code}`) })
    .evaluate(background);
const background = (element: Element) => getComputedStyle(element).backgroundColor;
const flashes = (where: Locator) =>
  where.evaluate((element) =>
    element.getAnimations({ subtree: true }).some(({ playState }) => playState === 'running'),
  );
const plain = 'rgba(0, 0, 0, 0)';

describe('an acknowledged alarm that is present', () => {
  it('an acknowledged alarm that is present has its colour on the number, the tile and the row, and does not flash', async () => {
    expect(await backgroundOf('U-1', 'MDC_PULS_OXIM_SAT_O2')).toBe(red);
    expect(await headline('U-1').getAttribute('data-look')).toBe('steady');
    expect(await tile('U-1').getAttribute('data-priority')).toBe('high');
    expect(await tile('U-1').evaluate((element) => getComputedStyle(element).boxShadow)).toBe(
      'rgb(255, 77, 90) 0px 0px 0px 3px',
    );
    expect(await headline('U-1').evaluate(background)).toBe(red);
    const row = page.getByTestId(`alarm-${alarms.answered.alarmId}`);
    expect(await row.locator('.alarm__mark').evaluate(background)).toBe(red);
    expect(await flashes(tile('U-1'))).toBe(false);
    expect(await flashes(row)).toBe(false);
  });
});

describe('the colour of a number', () => {
  it('a number does not get the colour of a late alarm of its parameter', async () => {
    expect(await headline('U-2').textContent()).toContain('late');
    expect(await backgroundOf('U-2', 'MDC_ECG_HEART_RATE')).toBe(plain);
  });

  it('a number does not get the colour of an alarm of another device or another parameter', async () => {
    expect(await backgroundOf('U-5', 'MDC_ECG_HEART_RATE')).toBe(plain);
    expect(await backgroundOf('U-1', 'MDC_ECG_HEART_RATE')).toBe(plain);
  });
});

describe('the headline of a tile', () => {
  it('the headline of a tile is the high alarm that ended unseen, as an outline, and the present medium alarm flashes beside it', async () => {
    expect(await headline('U-3').locator('.tile__text').textContent()).toBe('HR 30 < 40');
    expect(await headline('U-3').getAttribute('data-look')).toBe('ended');
    expect(await backgroundOf('U-3', 'MDC_PULS_OXIM_SAT_O2')).toBe(yellow);
    expect(await backgroundOf('U-3', 'MDC_ECG_HEART_RATE')).toBe(plain);
    const chip = tile('U-3').getByTestId('tile-more').locator('[data-priority=medium]');
    expect(await chip.getAttribute('data-look')).toBe('calling');
    expect(await flashes(chip)).toBe(true);
    expect(await tile('U-3').getAttribute('data-priority')).toBe('high');
    expect(await flashes(headline('U-3'))).toBe(true);
  });

  it('the headline of a tile is the present acknowledged high alarm, and a medium alarm that is not acknowledged flashes beside it', async () => {
    expect(await headline('U-4').locator('.tile__text').textContent()).toBe('HR 190 > 140');
    const chip = tile('U-4').getByTestId('tile-more').locator('[data-priority=medium]');
    expect(await chip.getAttribute('data-look')).toBe('calling');
    expect(await flashes(chip)).toBe(true);
  });
});

describe('the list of alarms', () => {
  it('the list of alarms has the high alarms first, unanswered before acknowledged, also if they have ended or came late', async () => {
    const ids = await page
      .getByTestId('alarm-list')
      .locator('li[data-priority]')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-testid')!.slice('alarm-'.length)));
    const { foreign: f, answered: a, hiddenTop, hiddenCalling, present, ended: e, late: l } = alarms;
    expect(ids).toEqual([f, l, e, a, hiddenTop, present, hiddenCalling].map(({ alarmId }) => alarmId));
  });

  it('the list of alarms shows an alarm that ended unseen as a flashing outline with the text "ended, unseen"', async () => {
    const row = page.getByTestId(`alarm-${alarms.ended.alarmId}`);
    expect(await row.getAttribute('data-look')).toBe('ended');
    expect(await row.locator('.alarm__mark').evaluate(background)).not.toBe(red);
    expect(await row.textContent()).toContain('ended, unseen');
    expect(await flashes(row)).toBe(true);
  });
});

describe('the page of a patient', () => {
  it('if alarms of other beds have no room on the page of a patient, the page shows the highest priority of these alarms', async () => {
    const more = [1, 2, 3, 4].map(() => alarmOf(foreign, { ...latched, text: 'HR 188 > 160' }));
    server.playAlarms(...more.map(raisedEvent));
    await openPatient(page, 'U-1');
    const rest = page.getByTestId('other-beds').getByTestId('alarms-rest');
    await rest.waitFor();
    expect(await rest.locator('[data-priority]').first().getAttribute('data-priority')).toBe('high');
  });
});

describe('a long alarm text', () => {
  it('a long alarm text is whole on the tile, in the list and on the page of its patient', async () => {
    const long = alarmOf(answered, { kind: 'technical', condition: 'note', text: longAlarmText });
    await page.goto(`${server.origin}/#/`);
    server.playAlarms(raisedEvent(long));
    const row = page.getByTestId(`alarm-${long.alarmId}`);
    for (const text of [row.locator('.alarm__text'), headline('U-1').locator('.tile__text')]) {
      await text.filter({ hasText: longAlarmText }).waitFor();
    }
    expect(await findUnreadableTexts(page)).toEqual([]);
    await openPatient(page, 'U-1');
    await page.locator('.patient__alarms').getByText(longAlarmText).waitFor();
    expect(await findUnreadableTexts(page)).toEqual([]);
  });
});
