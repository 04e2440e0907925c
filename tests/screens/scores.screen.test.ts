/** Checks how the tile and the patient page show early warning scores, and how a nurse enters the missing values. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import type { Command } from '../../contracts/messages/alarms.ts';
import { newScores } from '../../contracts/messages/scores.testing.ts';
import type { Scores } from '../../contracts/messages/scores.ts';
import type { LoggedScore } from '../../dashboard/server/core/score-steps.ts';
import { foldScores } from '../../dashboard/server/core/scores.ts';
import { logIn, openBrowser, openPatient } from '../browser.ts';
import { expectAccessible } from './axe.ts';
import { findUnreadableTexts, resize, windowSizes } from './overflow.ts';
import { clickUntil, logInOnSteadyPage, pressUntil, pressWhenStill, setHash } from './readable.ts';
import { longBed, longFamilyName, newPatient, newPeriod, playBeds, widestValues } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';
import { trendRows } from './trend-rows.ts';

const pictures = mkdtempSync(join(tmpdir(), 'vigil-scores-'));
const who = { userId: 'nora', name: 'Nora Nurse', role: 'nurse' } as const;
let server: ScreenServer;
let browser: Browser;
let refusal: string | undefined;
let shownRows: Awaited<ReturnType<typeof trendRows>> = new Map();
/** `other`: the log has other scores than the chart, as if InfluxDB had lost some. */
let log: 'present' | 'away' | 'other' = 'present';

/** Returns the scores that the trend last showed, each half a second after the start of its step. */
function loggedScores(): LoggedScore[] {
  return (['VIGIL_NEWS2', 'VIGIL_NEWS2_AT_LEAST'] as const).flatMap((code) =>
    (shownRows.get(code) ?? []).map(({ timeMs, max }) => {
      const value = log === 'other' ? max + 1 : max;
      return {
        ...{ atMs: timeMs + 500, scale: 2, total: code === 'VIGIL_NEWS2' ? value : null, atLeast: value },
        parts: [
          { parameter: 'RR', value: 26, ageMs: 2_000, points: 3 },
          { parameter: 'SpO2', value: 97, ageMs: 1_000, ...(code === 'VIGIL_NEWS2' && { points: 0 }) },
          code === 'VIGIL_NEWS2'
            ? { parameter: 'oxygen', value: false, ageMs: 3_600_000, points: 0 }
            : { parameter: 'oxygen' },
          { parameter: 'BPsys', value: 105, ageMs: 900_000, points: 1 },
          { parameter: 'pulse', value: 0, ageMs: 1_000, points: 3 },
          { parameter: 'consciousness', value: 'C', ageMs: 60_000, points: 3 },
          { parameter: 'Temp', value: 38.4, ageMs: 32_400_000, ...(code === 'VIGIL_NEWS2' && { points: 1 }) },
        ],
      } satisfies LoggedScore;
    }),
  );
}

beforeAll(async () => {
  console.log(`pictures in ${pictures}`);
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: ['ICU'] },
        { userId: 'ted', name: 'Ted Technician', role: 'technician', wards: ['ICU'] },
      ],
      onCommand: (command) => answer(command),
      trends: async (plan, id) => {
        const rows = await trendRows(plan, id);
        // Only the query for the charts has both: the server asks for the newest values in separate queries.
        if (rows.has('VIGIL_NEWS2') && rows.has('MDC_ECG_HEART_RATE')) shownRows = rows;
        return rows;
      },
      scoreLog: async () => {
        if (log === 'away') throw new VigilError('log-unavailable', 'The log cannot be read now.');
        return { scores: loggedScores(), knownFromMs: 0, knownToMs: Date.now(), isWhole: true };
      },
    }),
    openBrowser(inject('chromium')),
  ]);
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** Returns scores with (`isEntered`) or without the values that a nurse enters. */
function scoresOf(associationId: string, isEntered: boolean): Scores {
  const at = ago(0);
  const parts = [
    { parameter: 'RR', value: 26, at, points: 3 },
    { parameter: 'SpO2', value: 92, at, points: 2 },
    isEntered ? { parameter: 'oxygen', value: true, at, points: 2 } : { parameter: 'oxygen' },
    { parameter: 'BPsys', value: 105, at: ago(40), points: 1 },
    { parameter: 'pulse', value: 115, at, points: 2 },
    isEntered
      ? { parameter: 'consciousness', value: 'C', at, points: 3 }
      : { parameter: 'consciousness', value: 'A', at: ago(400) },
    { parameter: 'Temp', value: 38.2, at: ago(55), points: 1 },
  ] as Scores['news2']['parts'];
  const entered = { at, by: who };
  const qsofa = { met: ['RR' as const], missing: [] };
  if (isEntered)
    return newScores(
      associationId,
      { parts, total: 14, atLeast: 14, risk: 'high', response: 'emergency' },
      {
        at,
        validUntil: ago(-5),
        shockIndex: 1.1,
        qsofa: { ...qsofa, total: 1 },
        assessment: { consciousness: { value: 'C', ...entered }, oxygen: { value: true, ...entered } },
      },
    );
  const whole = newScores(
    associationId,
    { parts, atLeast: 9, missing: ['oxygen', 'consciousness'] },
    { at, validUntil: ago(-5) },
  );
  const { total: _total, risk: _risk, response: _response, ...news2 } = whole.news2;
  const assessment = { consciousness: { value: 'A' as const, at: ago(400), by: who } };
  return { ...whole, news2, shockIndex: 1.1, qsofa: { ...qsofa, missing: ['consciousness'] }, assessment };
}

/** Imitates the alarm processor: accepts an assessment and publishes the scores, or refuses it with `refusal`. */
function answer(command: Command): void {
  if (command.type !== 'enter-assessment') return;
  const { commandId, associationId, type, at } = command;
  if (refusal === undefined) foldScores(server.state, scoresOf(associationId, true), Date.now());
  const outcome = refusal === undefined ? { accepted: true } : { accepted: false, reason: refusal };
  server.answer({ commandId, associationId, type, at, ...outcome });
}

it('a nurse sees which values of the score are missing, enters them, and sees the total with the advice', async () => {
  const stay = newPeriod('U-1', 'ICU', newPatient({ familyName: 'Heron' }));
  const bed = { deviceId: 'bed-01', period: stay, values: widestValues, waves: ['MDC_ECG_ELEC_POTL_II'], ageMs: 0 };
  const stop = playBeds(server, [bed]);
  foldScores(server.state, scoresOf(stay.associationId, false), Date.now());
  const page = await logIn(browser, server, 'nora');
  await page.getByTestId('bed-U-1').getByTestId('value-MDC_ECG_HEART_RATE').waitFor();
  expect(await page.getByTestId('tile-score').count()).toBe(0);
  await openPatient(page, 'U-1');

  const panel = page.getByTestId('scores');
  await panel.getByText('No total: air or oxygen, consciousness missing. The known parts score 9.').waitFor();
  const row = async (name: string) =>
    (await panel.getByTestId(`news2-${name}`).locator('th, td').allInnerTexts()).map((text) =>
      text.replaceAll('\n', ' '),
    );
  expect(await row('RR')).toEqual(['Respiratory rate', '26 /min', expect.stringMatching(/^\d s$/), '3']);
  expect(await row('BPsys')).toEqual(['Systolic pressure', '105 mmHg', '40 min', '1']);
  expect(await row('oxygen')).toEqual(['Air or oxygen', '–', '–', 'not entered']);
  expect(await row('consciousness')).toEqual([expect.stringContaining('Nora Nurse'), 'Alert', '6 h 40', 'too old']);
  await page.screenshot({ path: join(pictures, 'partial.png'), fullPage: true });

  await clickUntil(page, 'assess', 'assessment-form');
  const save = page.getByTestId('assessment-save');
  await pressUntil(save, page.getByText('Nothing was entered.'));
  await page.locator('select[name=consciousness]').selectOption('C');
  await page.locator('select[name=oxygen]').selectOption('oxygen');
  await page.screenshot({ path: join(pictures, 'form.png'), fullPage: true });
  refusal = 'The assessment was not saved: the patient is no longer at this device.';
  await pressUntil(save, page.getByTestId('assessment-problem').filter({ hasText: refusal }));
  refusal = undefined;
  await pressUntil(save, page.getByTestId('news2-total').filter({ hasText: 'NEWS2 14' }));
  await page.getByTestId('assessment-form').waitFor({ state: 'detached' });
  expect(server.commands.at(-1)).toMatchObject({ type: 'enter-assessment', consciousness: 'C', oxygen: true, by: who });
  expect(server.commands.at(-1)).not.toHaveProperty('spo2Scale');
  expect(await page.getByTestId('news2-advice').innerText()).toContain('Emergency assessment');
  expect(await panel.getByTestId('other-scores').innerText()).toBe('Shock index 1.10 · qSOFA 1 (respiratory rate)');
  await page.screenshot({ path: join(pictures, 'total.png'), fullPage: true });

  // The page has scrolled, so the button may have just moved.
  await clickUntil(page, 'patient-close', 'bed-U-1');
  await page.getByTestId('bed-U-1').getByTestId('tile-score').filter({ hasText: 'NEWS2 14' }).waitFor();
  await page.screenshot({ path: join(pictures, 'tile.png') });
  await page.close();

  const technician = await logIn(browser, server, 'ted');
  await technician.getByText('U-1').first().waitFor();
  expect(await technician.getByText('NEWS2').count()).toBe(0);
  await technician.close();
  stop();
});

it('every text of the scores can be read at every window size, beside the longest names', async () => {
  const stay = newPeriod(longBed, 'ICU', newPatient({ familyName: longFamilyName }));
  const child = newPeriod('U-3', 'ICU', newPatient({ category: 'paediatric' }));
  const bed = { period: stay, values: widestValues, waves: ['MDC_ECG_ELEC_POTL_II'], ageMs: 0 };
  const stop = playBeds(server, [
    { ...bed, deviceId: 'bed-02' },
    { ...bed, deviceId: 'bed-03', period: child },
  ]);
  foldScores(server.state, scoresOf(stay.associationId, true), Date.now());
  const page = await logIn(browser, server, 'nora');
  await page.getByTestId(`bed-${longBed}`).getByTestId('tile-score').waitFor();
  const faults: string[] = [];
  const measure = async (name: string) => {
    for (const size of windowSizes) {
      await resize(page, size);
      for (const fault of await findUnreadableTexts(page)) faults.push(`${name}, ${size.name}: ${fault}`);
    }
    await resize(page, { width: 1366, height: 768 });
  };
  await measure('ward');
  await openPatient(page, longBed);
  await page.getByTestId('news2-total').waitFor();
  await clickUntil(page, 'assess', 'assessment-form');
  await measure('patient with the form');
  await page.screenshot({ path: join(pictures, 'long.png'), fullPage: true });
  expect(faults).toEqual([]);
  await clickUntil(page, 'patient-close', 'bed-U-3');
  await openPatient(page, 'U-3');
  await page.getByTestId('scores').getByText('for adults only').waitFor();
  expect(await page.getByTestId('assess').count()).toBe(0);
  await page.close();
  stop();
});

it('the patient page has a chart of each score beside the other trends, with partial scores as "at least", and cuts off no text', async () => {
  const stay = newPeriod('U-4', 'ICU', newPatient({ familyName: 'Stork' }));
  const child = newPeriod('U-5', 'ICU', newPatient({ category: 'paediatric' }));
  const bed = { values: widestValues, waves: ['MDC_ECG_ELEC_POTL_II'], ageMs: 0 };
  const stop = playBeds(server, [
    { ...bed, deviceId: 'bed-04', period: stay },
    { ...bed, deviceId: 'bed-05', period: child },
  ]);
  foldScores(server.state, scoresOf(stay.associationId, true), Date.now());
  const page = await logIn(browser, server, 'nora');
  await openPatient(page, 'U-4');
  await pressUntil(page.getByTestId('trend-3h'), page.locator('[data-testid="trend-3h"][aria-pressed="true"]'));
  const chart = page.getByTestId('trend-chart-VIGIL_NEWS2');
  await chart.getByText('NEWS2: least 2, greatest 9, last 9. NEWS2 at least: least 4, greatest 4, last 4.').waitFor();
  await page.getByTestId('trend-chart-VIGIL_QSOFA').getByText('qSOFA: least 0, greatest 2, last 2.').waitFor();
  await page.getByTestId('trend-chart-VIGIL_SHOCK_INDEX').getByText('Shock index: least 0.6').waitFor();
  const faults: string[] = [];
  for (const size of windowSizes) {
    await resize(page, size);
    for (const fault of await findUnreadableTexts(page)) faults.push(`${size.name}: ${fault}`);
  }
  expect(faults).toEqual([]);
  await resize(page, { width: 1366, height: 768 });
  await chart.scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(pictures, 'trends.png'), fullPage: true });
  await clickUntil(page, 'patient-close', 'bed-U-5');
  await openPatient(page, 'U-5');
  await page.getByTestId('trend-chart-MDC_ECG_HEART_RATE').waitFor();
  expect(await chart.count()).toBe(0);
  await page.close();
  stop();
});

describe('the parts of NEWS2 in the trends', () => {
  const stay = newPeriod('U-6', 'ICU', newPatient({ familyName: 'Crane' }));
  let page: Page;
  let stop: () => void;

  beforeAll(async () => {
    stop = playBeds(server, [{ deviceId: 'bed-06', period: stay, values: widestValues, waves: [], ageMs: 0 }]);
    foldScores(server.state, scoresOf(stay.associationId, true), Date.now());
    page = await logInOnSteadyPage(browser, server, 'nora');
    await setHash(page, `#/patient/${stay.associationId}?span=3h`);
    await page.getByTestId('trend-chart-VIGIL_NEWS2').waitFor();
  });
  afterAll(async () => {
    stop();
    await page.context().close();
  });

  const parts = (code: string) => page.getByTestId(`news2-parts-${code}`);
  const shownValue = (code: string) => page.getByTestId(`trend-value-${code}`).locator('dd').textContent();

  /** Moves the slider to a part of the time shown: 0 is the beginning and 1 the end. */
  async function slideTo(part: number): Promise<void> {
    const slider = page.getByTestId('trend-cursor');
    const [min, max] = await slider.evaluate((input) => {
      const { min, max } = input as HTMLInputElement;
      return [Number(min), Number(max)] as const;
    });
    await slider.fill(String(Math.round(min + (max - min) * part)));
  }

  it('the read-out has the seven parts of the score that it shows, each with its value, points and age, or why it is missing', async () => {
    await slideTo(0.3);
    await pressUntil(page.getByTestId('news2-parts-switch'), parts('VIGIL_NEWS2'));
    const total = await shownValue('VIGIL_NEWS2');
    expect(await parts('VIGIL_NEWS2').locator('strong').textContent()).toMatch(
      new RegExp(`^NEWS2 ${total} of \\d\\d:\\d\\d:\\d\\d$`),
    );
    expect(await parts('VIGIL_NEWS2').locator('li').allTextContents()).toEqual([
      'Respiratory rate 26 /min: 3 (2 s old)',
      'SpO2 97 % (Scale 2): 0 (1 s old)',
      'Air or oxygen on air: 0 (60 min old)',
      'Systolic pressure 105 mmHg: 1 (15 min old)',
      'Pulse 0 /min: 3 (1 s old)',
      'Consciousness New confusion: 3 (60 s old)',
      'Temperature 38.4 °C: 1 (9 h 00 old)',
    ]);
    await slideTo(0.6);
    await parts('VIGIL_NEWS2_AT_LEAST').getByText('NEWS2 at least 4 of').waitFor();
    expect(await parts('VIGIL_NEWS2').count()).toBe(0);
    const partial = await parts('VIGIL_NEWS2_AT_LEAST').locator('li').allTextContents();
    expect([partial[1], partial[2], partial[6]]).toEqual([
      'SpO2 97 % (Scale 2): air or oxygen? (1 s old)',
      'Air or oxygen: not entered',
      'Temperature 38.4 °C: too old (9 h 00 old)',
    ]);
  });

  it('every text can be read at every window size, and no rule of WCAG is violated', async () => {
    const faults: string[] = [];
    for (const size of windowSizes) {
      await resize(page, size);
      await page.locator('.patient').evaluate((view) => view.scrollTo(0, 0));
      for (const fault of await findUnreadableTexts(page)) faults.push(`${size.name}: ${fault}`);
      await page.screenshot({ path: join(pictures, `parts-${size.name}.png`) });
    }
    expect(faults).toEqual([]);
    await resize(page, { width: 1366, height: 768 });
    await expectAccessible(page);
  });

  it('if the log has another score than the chart, or cannot be read, no parts are shown', async () => {
    log = 'other';
    await setHash(page, `#/patient/${stay.associationId}?span=6h`);
    await page.getByTestId('trend-chart-VIGIL_NEWS2').waitFor();
    await slideTo(0.3);
    await pressUntil(page.getByTestId('news2-parts-switch'), page.getByTestId('news2-parts-unknown'));
    expect(await parts('VIGIL_NEWS2').count()).toBe(0);
    log = 'away';
    await setHash(page, `#/patient/${stay.associationId}?span=12h`);
    await page.getByTestId('trend-chart-VIGIL_NEWS2').waitFor();
    await slideTo(0.3);
    await pressUntil(page.getByTestId('news2-parts-switch'), page.getByTestId('news2-parts-error'));
    expect(await page.locator('.news-parts').count()).toBe(0);
    log = 'present';
  });

  it('each row of the table has the parts of its last score, and the file has them, too', async () => {
    await setHash(page, `#/patient/${stay.associationId}?span=3h&table=15`);
    await page.getByTestId('trend-table').waitFor();
    await pressUntil(page.getByTestId('news2-parts-switch'), parts('VIGIL_NEWS2').first());
    const rows = await page.getByTestId('trend-row').count();
    await expect
      .poll(async () => (await parts('VIGIL_NEWS2').count()) + (await parts('VIGIL_NEWS2_AT_LEAST').count()))
      .toBeGreaterThanOrEqual(rows - 2);
    const faults: string[] = [];
    for (const size of windowSizes) {
      await resize(page, size);
      for (const fault of await findUnreadableTexts(page)) faults.push(`${size.name}: ${fault}`);
      await page.screenshot({ path: join(pictures, `parts-table-${size.name}.png`), fullPage: true });
    }
    expect(faults).toEqual([]);
    await resize(page, { width: 1366, height: 768 });
    await expectAccessible(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      pressWhenStill(page.getByTestId('trend-table-save')),
    ]);
    const [header = '', ...lines] = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n');
    const column = (name: string) => lines.map((line) => line.split(',')[header.split(',').indexOf(name)]);
    expect(column('NEWS2 parts').filter((cell) => cell === 'yes').length).toBeGreaterThan(8);
    expect(new Set(column('NEWS2 pulse value /min'))).toContain('0');
    expect(new Set(column('NEWS2 oxygen missing'))).toContain('not entered');
    const viewed = server.audit.page({ limit: 50, userId: 'nora', action: 'trend-viewed' }).records;
    expect(viewed.map(({ detail }) => detail).join()).toContain('NEWS2 with its parts from');
  });
});
