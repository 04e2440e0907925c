/** Checks that the screen shows the limits that the alarm processor publishes, and shows refusals in the form. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { newLimits } from '../../contracts/messages/limits.testing.ts';
import { foldLimits } from '../../dashboard/server/core/limits.ts';
import { logIn, openBrowser, openPatient } from '../browser.ts';
import { until } from '../system.ts';
import { pressUntil, pressWhenStill } from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const pictures = mkdtempSync(join(tmpdir(), 'vigil-limits-'));
const hr = 'MDC_ECG_HEART_RATE';
const reason = 'The high limit 150 of HR is not below the extreme high limit 140.';
let server: ScreenServer;
let browser: Browser;
let page: Page;
let stop: () => void;
const bed: PlayedBed = {
  deviceId: 'bed-01',
  period: newPeriod('L-1', 'CCU', newPatient({ familyName: 'Limit' })),
  values: { [hr]: 107, MDC_PULS_OXIM_SAT_O2: 97 },
  waves: [],
  ageMs: 0,
};
const { associationId } = bed.period!;

beforeAll(async () => {
  console.log(`pictures in ${pictures}`);
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [{ userId: 'paul', name: 'Paul Physician', role: 'physician', wards: ['CCU'] }],
      answersLimits: false,
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, [bed]);
  page = await logIn(browser, server, 'paul');
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

let rev = 1;
const publish = (...[groups]: [Parameters<typeof newLimits>[1]]) =>
  foldLimits(
    server.state,
    newLimits(associationId, groups, { rev: ++rev, profile: { origin: 'ward', version: 'CCU 7' } }),
  );

async function openForm() {
  await openPatient(page, 'L-1');
  await pressUntil(page.getByTestId('edit-limits-HR'), page.getByTestId('limit-form'));
}

describe('the limits on a tile', () => {
  it('a tile shows the limits of its ward’s profile, the same as in the alarm text', async () => {
    publish({ HR: { base: { extremeLow: 40, low: 50, high: 100, extremeHigh: 140 } } });
    server.playAlarms(raisedEvent(alarmOf(bed, { code: hr, text: 'HR 107 > 100', value: 107, limit: 100 })));
    const tile = page.getByTestId('bed-L-1');
    await tile.getByTestId('tile-alarm').getByText('HR 107 > 100').waitFor();
    const beside = tile.locator('.slot__limits').first();
    await until('the limits of the ward', async () => (await beside.textContent()) === '140!!1005040!!');
    await page.screenshot({ path: join(pictures, 'ward.png') });
  });
});

describe('a limit with a fraction', () => {
  it('a limit with a fraction is shown with all its digits, on the tile and on the page of the patient', async () => {
    publish({ SpO2: { own: { low: 90.5, high: 99.25 } } });
    const fraction = '99.2590.585!!';
    const beside = page.getByTestId('bed-L-1').locator('.slot__limits.is-own');
    await until('the fraction on the tile', async () => (await beside.textContent()) === fraction);
    await page.screenshot({ path: join(pictures, 'fraction.png') });
    expect(await beside.getAttribute('title')).toBe(
      'Alarm limits: low 90.5, high 99.25, extreme low 85, no extreme high (this patient’s own)',
    );
    await openPatient(page, 'L-1');
    expect(await page.getByTestId('numbers').locator('.slot__limits.is-own').textContent()).toBe(fraction);
    await pressWhenStill(page.getByTestId('patient-close'));
    publish({});
    await beside.waitFor({ state: 'detached' });
  });
});

describe('limits that are switched off', () => {
  it('a tile shows a crossed bell with the reason if limits are switched off', async () => {
    const off = { reason: 'pacing wires', until: new Date(Date.now() + 3_600_000).toISOString() };
    publish({ HR: { limits: { extremeLow: 40, extremeHigh: 140 }, own: { off }, off } });
    const bell = page.getByTestId('bed-L-1').getByTestId('limits-off').locator('svg');
    await bell.waitFor();
    expect(await bell.getAttribute('aria-label')).toMatch(/^Alarm limits are off until .*: pacing wires$/);
    expect((await bell.boundingBox())!.width).toBeGreaterThan(10);
    await page.screenshot({ path: join(pictures, 'off.png') });
    publish({});
    await bell.waitFor({ state: 'detached' });
  });
});

describe('a change of limits', () => {
  it('the limits form refuses a limit that crosses a limit in force, and shows the reason', async () => {
    await openForm();
    await page.getByLabel('High', { exact: true }).fill('150');
    const preview = page.getByTestId('what-if-sentence');
    await preview.getByText(reason).waitFor();
    await pressWhenStill(page.getByTestId('limit-save'));
    await page.getByTestId('limit-problem').getByText(reason).waitFor();
    // The reason is shown only once, beside the button that the person has pressed.
    expect(await preview.textContent()).toBe('');
    expect(server.commands).toEqual([]);
    await page.screenshot({ path: join(pictures, 'crossing.png') });
  });

  it('the refusal in the limits form disappears when another value is typed', async () => {
    const problem = page.getByTestId('limit-problem');
    await page.getByLabel('High', { exact: true }).fill('11');
    expect(await problem.textContent()).toBe('');
    await pressWhenStill(page.getByTestId('limit-save'));
    await problem.getByText('is not').waitFor();
    await page.getByLabel('Reason to switch low and high off').fill('p');
    expect(await problem.textContent()).toBe('');
    await page.getByLabel('Reason to switch low and high off').fill('');
  });

  it('the limits form shows the refusal of the alarm processor, and stays open', async () => {
    await page.getByLabel('High', { exact: true }).fill('110');
    await pressWhenStill(page.getByTestId('limit-save'));
    await until('the command', () => server.commands.length === 1);
    const { commandId, at } = server.commands[0]!;
    server.answer({ commandId, associationId, type: 'set-limits', at, accepted: false, reason });
    await page.getByTestId('limit-problem').getByText(reason).waitFor();
    await page.screenshot({ path: join(pictures, 'refused.png') });
  });

  it('the limits form says that a change got no answer within 5 s', async () => {
    await pressWhenStill(page.getByTestId('limit-save'));
    await until('the command', () => server.commands.length === 2);
    await page.getByTestId('limit-problem').getByText('has not answered').waitFor({ timeout: 8_000 });
    const { commandId, at } = server.commands[1]!;
    server.answer({ commandId, associationId, type: 'set-limits', at, accepted: false, reason: 'Too late.' });
  });

  it('switching limits off sends the reason and an end, and the limits form closes when the change is accepted', async () => {
    await page.getByLabel('Reason to switch low and high off').fill('pacing wires');
    await pressWhenStill(page.getByTestId('limit-switch-off'));
    await until('the command', () => server.commands.length === 3);
    const command = server.commands[2]!;
    if (command.type !== 'set-limits') throw new Error('another command');
    const endMs = Date.parse(command.limits?.off?.until ?? '');
    expect(command.limits?.off?.reason).toBe('pacing wires');
    expect(Math.abs(endMs - Date.now() - 3_600_000)).toBeLessThan(30_000);
    const { commandId, at } = command;
    server.answer({ commandId, associationId, type: 'set-limits', at, accepted: true });
    await page.getByTestId('limit-form').waitFor({ state: 'detached' });
  });
});
