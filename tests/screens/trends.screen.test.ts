/**
 * Checks the trends of the patient's page: the time shown, the read-out, the table, and that a person can read and use
 * everything with keys.
 */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import { foldReviewedAlarm } from '../../dashboard/server/core/alarm-review.ts';
import { openBrowser } from '../browser.ts';
import { expectAccessible } from './axe.ts';
import { windowSizes } from './overflow.ts';
import {
  clickUntil,
  expectReadable,
  logInOnSteadyPage,
  pressEnterWhenStill,
  pressUntil,
  pressWhenStill,
  setHash,
} from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent, widestValues } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';
import { trendRows } from './trend-rows.ts';

const stay = newPeriod('T-1', 'ICU', newPatient({ familyName: 'Heron' }));
const bed: PlayedBed = { deviceId: 'bed-01', period: stay, values: widestValues, waves: [], ageMs: 0 };
let server: ScreenServer;
let browser: Browser;
let page: Page;
let stop: () => void;
let [isStoreAway, isLogAway] = [false, false];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: ['ICU'] }],
      trends: async (plan, id) => {
        if (isStoreAway) throw new VigilError('trends-unavailable', 'The trends cannot be read now.');
        return trendRows(plan, id);
      },
      trendLog: async () => {
        if (isLogAway) throw new VigilError('log-unavailable', 'The log cannot be read now.');
        const timeMs = Date.now() - 60_000;
        const point = { associationId: stay.associationId, code: 'MDC_ECG_HEART_RATE', timeMs, value: 77 };
        return { points: [{ ...point, questionable: false }], knownFromMs: Date.now() - 600_000, isWhole: true };
      },
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, [bed]);
  page = await logInOnSteadyPage(browser, server, 'nora');
  await openTrends();
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

async function openTrends(search = ''): Promise<void> {
  await setHash(page, `#/patient/${stay.associationId}${search}`);
  await page.getByTestId('trend-chart-MDC_ECG_HEART_RATE').waitFor();
}

const pressed = (name: string) => page.locator(`[data-testid="${name}"][aria-pressed="true"]`);
const timeText = () => page.getByTestId('trend-cursor-time').textContent();
const slider = () => page.getByTestId('trend-cursor');

describe('the time shown', () => {
  it('the address has the chosen time, so that a reload shows the same time', async () => {
    await pressUntil(page.getByTestId('trend-7d'), pressed('trend-7d'));
    await pressed('trend-7d').waitFor();
    expect(new URL(page.url()).hash).toBe(`#/patient/${stay.associationId}?span=7d`);
    await page.reload();
    await pressed('trend-7d').waitFor();
    await page.getByTestId('trend-chart-MDC_ECG_HEART_RATE').waitFor();
    await pressUntil(page.getByTestId('trend-1h'), pressed('trend-1h'));
    await pressed('trend-1h').waitFor();
    await page.goBack();
    await pressed('trend-7d').waitFor();
  });

  it('a person can choose another time while a form has typed text; the text stays', async () => {
    await openTrends();
    await clickUntil(page, 'note-edit', 'note-form');
    const note = page.getByTestId('note-form').locator('textarea').first();
    await note.fill('Drains are in place.');
    await pressUntil(page.getByTestId('trend-12h'), pressed('trend-12h'));
    await pressed('trend-12h').waitFor();
    expect(await page.getByTestId('unsaved').count()).toBe(0);
    expect(await note.inputValue()).toBe('Drains are in place.');
    // A change to another page still asks about the typed text.
    await setHash(page, '#/');
    await page.getByTestId('unsaved').waitFor();
    await pressUntil(page.getByTestId('unsaved-drop'), page.getByTestId('bed-T-1'));
  });
});

/** Returns the text of a value in the read-out. */
const valueText = (code: string) => page.getByTestId(`trend-value-${code}`).locator('dd').textContent();

/** Moves the slider to a part of the time shown: 0 is the beginning and 1 the end. */
async function slideTo(part: number): Promise<void> {
  const [min, max] = await slider().evaluate((input) => {
    const { min, max } = input as HTMLInputElement;
    return [Number(min), Number(max)] as const;
  });
  await slider().fill(String(Math.round(min + (max - min) * part)));
}

describe('the read-out', () => {
  beforeAll(() => openTrends());

  it('the read-out shows the time that was chosen with keys, with its zone, and all values of this time', async () => {
    expect(await slider().getAttribute('aria-valuetext')).toBe('no time is chosen');
    await slider().press('Home');
    await slider().press('ArrowRight');
    expect(await timeText()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:[A-Z]{3,5}|UTC[+-]\d\d:\d\d)$/);
    expect(await valueText('MDC_ECG_HEART_RATE')).toMatch(/^\d+ \(\d+ to \d+\) \/min$/);
    // The patient has no scores.
    expect(await page.getByTestId('trend-value-VIGIL_NEWS2').count()).toBe(0);
    expect(await slider().getAttribute('aria-valuetext')).toContain('HR 1');
    const before = await timeText();
    await slider().press('ArrowRight');
    expect(Date.parse(`${(await timeText())!.slice(0, 19)}Z`) - Date.parse(`${before!.slice(0, 19)}Z`)).toBeGreaterThan(
      0,
    );
  });

  it('the read-out shows no value in a gap, and a cuff pressure with its own time', async () => {
    await slideTo(0.6);
    expect(await valueText('MDC_ECG_HEART_RATE')).toBe('–');
    expect(await valueText('MDC_PRESS_CUFF_SYS')).toMatch(/^\d+ \(\d+ to \d+\) mmHg of \d\d:\d\d:\d\d$/);
    expect(await slider().getAttribute('aria-valuetext')).toContain('HR no value');
  });

  it('the read-out follows the mouse on any chart, and all charts show its time', async () => {
    for (const code of ['MDC_ECG_HEART_RATE', 'MDC_TEMP_BODY']) {
      const plot = page.getByTestId(`trend-chart-${code}`).locator('.u-over');
      await plot.scrollIntoViewIfNeeded();
      const { x, y, width, height } = (await plot.boundingBox())!;
      const before = await timeText();
      await page.mouse.move(x + width * (code === 'MDC_TEMP_BODY' ? 0.3 : 0.2), y + height / 2);
      await expect.poll(timeText).not.toBe(before);
    }
    const lines = await page
      .locator('.u-cursor-x')
      .evaluateAll((all) => all.map((line) => (line as HTMLElement).style.transform));
    expect(lines.length).toBeGreaterThan(5);
    expect(new Set(lines).size).toBe(1);
    expect(await isLineAtItsTime()).toBe(true);
    await page.setViewportSize({ width: 1000, height: 768 });
    await expect.poll(isLineAtItsTime).toBe(true);
    await page.setViewportSize({ width: 1366, height: 768 });
    await clickUntilGone();
    expect(await slider().getAttribute('aria-valuetext')).toBe('no time is chosen');
  });

  /** Returns whether the line of the cursor is on the chart at the time of the read-out. */
  async function isLineAtItsTime(): Promise<boolean> {
    const chart = page.getByTestId('trend-chart-MDC_ECG_HEART_RATE');
    const line = (await chart.locator('.u-cursor-x').boundingBox())!;
    const plot = (await chart.locator('.u-over').boundingBox())!;
    const part = await slider().evaluate((input) => {
      const { min, max, value } = input as HTMLInputElement;
      return (Number(value) - Number(min)) / (Number(max) - Number(min));
    });
    return Math.abs((line.x - plot.x) / plot.width - part) < 0.01;
  }

  async function clickUntilGone(): Promise<void> {
    await pressUntil(page.getByTestId('trend-cursor-clear'), page.getByText('Move the slider or point at a chart'));
  }
});

describe('alarms and limits', () => {
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

  it('each alarm has a mark with the shape of its priority, and the read-out names the alarms of its time', async () => {
    const alarms = (['high', 'medium', 'low'] as const).map((priority, index) =>
      alarmOf(bed, {
        alarmId: `trend-alarm-${priority}`,
        priority,
        raisedAt: minutesAgo(54 - index),
        onsetAt: minutesAgo(54 - index),
      }),
    );
    for (const alarm of alarms) {
      foldReviewedAlarm(server.review.book, raisedEvent(alarm));
      const cleared = { ...alarm, rev: 2, present: false, signal: 'off' } as const;
      foldReviewedAlarm(server.review.book, { type: 'resolved', at: minutesAgo(48), alarm: cleared });
    }
    // Another span loads the trends again.
    await openTrends('?span=3h');
    await openTrends('');
    const shapeOf = (priority: string) =>
      page
        .getByTestId(`trend-alarm-trend-alarm-${priority}`)
        .locator('svg > *')
        .evaluate((shape) => shape.outerHTML.slice(0, 24));
    await page.getByTestId('trend-alarm-trend-alarm-high').waitFor({ state: 'attached' });
    expect(new Set([await shapeOf('high'), await shapeOf('medium'), await shapeOf('low')]).size).toBe(3);
    expect(await page.getByTestId('trend-alarm-count').textContent()).toBe(
      'In this time: 3 alarms: 1 high, 1 medium, 1 low.',
    );
    await slideTo(0.15);
    const lines = await page.getByTestId('trend-cursor-alarms').locator('li').allTextContents();
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['***', '**', '*']);
    expect(await slider().getAttribute('aria-valuetext')).toContain('high alarm');
    await slideTo(0.5);
    expect(await page.getByTestId('trend-cursor-alarms').count()).toBe(0);
  });

  it('the page says from which time on alarms and limits are known', async () => {
    expect(await page.getByTestId('trend-marks-unknown').count()).toBe(0);
    await openTrends('?span=7d');
    await page.getByTestId('trend-marks-unknown').getByText('are not drawn').waitFor();
  });
});

describe('the comparison', () => {
  it('the charts have the values of a day before as lines of their own; the read-out names them as such', async () => {
    await openTrends('?span=3h');
    await page.getByTestId('trend-compare').selectOption('24');
    await page.getByTestId('trend-compare-state').getByText('24 h before, from').waitFor();
    expect(new URL(page.url()).hash).toContain('compare=24');
    await slideTo(0.3);
    const earlier = () => page.getByTestId('trend-earlier-MDC_ECG_HEART_RATE').textContent();
    await expect.poll(earlier).toMatch(/^24 h before: \d+/);
    const present = await valueText('MDC_ECG_HEART_RATE');
    expect(await slider().getAttribute('aria-valuetext')).toContain(`(${await earlier()})`);
    await page.locator('.patient').evaluate((view) => view.scrollTo(0, 0));
    for (const size of windowSizes) await expectReadable(page, 'trends-compare', [size]);
    await expectAccessible(page);
    await page.getByTestId('trend-compare').selectOption('');
    await page.getByTestId('trend-earlier-MDC_ECG_HEART_RATE').waitFor({ state: 'detached' });
    expect(await valueText('MDC_ECG_HEART_RATE')).toContain(present!.split(' ')[0]!.slice(0, 1));
  });
});

describe('the table', () => {
  const cells = (code: string) => page.getByTestId(`trend-cell-${code}`).allTextContents();

  it('a person opens the table with keys, and each cell has its value, its range, and a mark if the value is questionable', async () => {
    await openTrends();
    await pressEnterWhenStill(page.getByTestId('trends-as-table'));
    await pressUntil(page.getByTestId('trends-as-table'), page.getByTestId('trend-table'));
    expect(new URL(page.url()).hash).toBe(`#/patient/${stay.associationId}?table=usual`);
    expect(await page.getByTestId('trend-row').count()).toBeGreaterThanOrEqual(12);
    const pulses = await cells('MDC_ECG_HEART_RATE');
    expect(pulses.filter((text) => /^HR \d+–\d+$|^HR \d{4,}–\d+$/.test(text)).length).toBeGreaterThan(5);
    // The patient has a gap of 15 minutes.
    expect(pulses.filter((text) => text === 'HR –').length).toBeGreaterThanOrEqual(2);
    expect((await cells('MDC_PULS_OXIM_SAT_O2'))[0]).toMatch(/^SpO2 \d+\?/);
  });

  it('the rows follow the chosen interval, and a long time offers no interval with too many rows', async () => {
    await pressUntil(page.getByTestId('trend-minutes-1'), pressed('trend-minutes-1'));
    await page.getByTestId('trend-table-more').waitFor();
    await pressUntil(page.getByTestId('trend-7d'), pressed('trend-7d'));
    await pressed('trend-minutes-60').waitFor();
    expect(await page.getByTestId('trend-minutes-1').count()).toBe(0);
    await page.getByTestId('trend-table').getByText('the mean of the interval').waitFor();
  });

  it('the file has a line for each interval, and the audit trail has the file', async () => {
    await setHash(page, `#/patient/${stay.associationId}?table=15`);
    await pressed('trend-minutes-15').waitFor();
    await page.getByTestId('trend-table').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      pressWhenStill(page.getByTestId('trend-table-save')),
    ]);
    expect(download.suggestedFilename()).toMatch(/^vigil-trends-\d{4}-\d\d-\d\d\.csv$/);
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines[0]).toContain('MDC_ECG_HEART_RATE last /min');
    expect([5, 6]).toContain(lines.length);
    const [record] = server.audit.page({ limit: 10, userId: 'nora', action: 'trends-exported' }).records;
    expect(record).toMatchObject({ associationId: stay.associationId, detail: expect.stringContaining('15 min') });
  });

  it('every text of the table can be read at every size, and no rule of WCAG is violated', async () => {
    await page.locator('.patient').evaluate((view) => view.scrollTo(0, 0));
    for (const size of windowSizes) await expectReadable(page, 'trends-table', [size]);
    await page.getByTestId('trend-table').scrollIntoViewIfNeeded();
    await expectAccessible(page);
  });

  it('if the trends cannot be read, the page says so, and recovers', async () => {
    [isStoreAway, isLogAway] = [true, true];
    await setHash(page, `#/patient/${stay.associationId}?table=5`);
    await page.getByTestId('trend-table-error').waitFor();
    [isStoreAway, isLogAway] = [false, false];
    await pressUntil(page.getByTestId('trend-table-error').getByRole('button'), page.getByTestId('trend-table'));
  });
});

describe('in trouble', () => {
  it('if the trend database is away, the page shows the values of the log, and says what is missing', async () => {
    await openTrends();
    expect(await page.getByTestId('trends-source').count()).toBe(0);
    isStoreAway = true;
    await openTrends('?span=3h');
    const source = page.getByTestId('trends-source');
    await source.getByText(/The trend database does not answer.* values before .* are missing/).waitFor();
    await page
      .getByTestId('trend-chart-MDC_ECG_HEART_RATE')
      .getByText('HR: least 77, greatest 77, last 77.')
      .waitFor({ state: 'attached' });
  });

  it('if the log is away, too, the page says that it cannot show trends, and recovers after "Try again"', async () => {
    isLogAway = true;
    await setHash(page, `#/patient/${stay.associationId}?span=6h`);
    await page.getByTestId('trends-error').waitFor();
    [isStoreAway, isLogAway] = [false, false];
    await pressUntil(page.getByTestId('trends-error').getByRole('button'), page.getByTestId('trends'));
    await page.getByTestId('trends-source').waitFor({ state: 'detached' });
  });
});

describe('every text', () => {
  it('every text of the read-out can be read at every size, and no rule of WCAG is violated', async () => {
    await openTrends('?span=7d');
    await slideTo(0.3);
    // The read-out stays above the charts that scroll under it. So the page is not scrolled here.
    for (const size of windowSizes) {
      await page.locator('.patient').evaluate((view) => view.scrollTo(0, 0));
      await expectReadable(page, 'trends-readout', [size]);
    }
    await page.getByTestId('trend-readout').scrollIntoViewIfNeeded();
    await expectAccessible(page);
  });
});
