/** Checks the page of a patient after the stay has ended: it shows the last state and offers no acts. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { newLimits } from '../../contracts/messages/limits.testing.ts';
import { foldLimits } from '../../dashboard/server/core/limits.ts';
import { logIn, openBrowser, openPatient } from '../browser.ts';
import { pressUntil } from './readable.ts';
import { newPatient, newPeriod, type PlayedBed, playBeds } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const pictures = mkdtempSync(join(tmpdir(), 'vigil-ended-'));
const bed: PlayedBed = {
  deviceId: 'bed-04',
  period: newPeriod('ICU-4', 'icu', newPatient({ familyName: 'Typo' })),
  values: { MDC_ECG_HEART_RATE: 107, MDC_PULS_OXIM_SAT_O2: 97 },
  waves: [],
  ageMs: 0,
};
const stay = bed.period;
const acts = ['standby', 'assess', 'edit-limits-HR'];
let server: ScreenServer;
let browser: Browser;
let page: Page;
let stop: () => void;

beforeAll(async () => {
  console.log(`pictures in ${pictures}`);
  [server, browser] = await Promise.all([
    openScreenServer({ accounts: [{ userId: 'paul', name: 'Paul Physician', role: 'physician', wards: ['icu'] }] }),
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

const head = () => page.locator('.patient__head').textContent();

describe('the page of a patient', () => {
  it('the page of a patient offers its acts during the stay', async () => {
    await openPatient(page, 'ICU-4');
    for (const act of acts) await page.getByTestId(act).first().waitFor();
    expect(await page.getByTestId('not-live').count()).toBe(0);
  });

  it('the page of a patient keeps the last state after the discharge, says so, and offers no acts', async () => {
    foldLimits(server.state, newLimits(stay.associationId, { HR: { own: { low: 44, high: 133 } } }, { rev: 2 }));
    const corrected = { ...stay, bed: 'ICU-9', patient: { ...stay.patient!, familyName: 'Corrected' } };
    server.associate({ deviceId: bed.deviceId, version: 2, periods: [corrected] });
    await page.locator('.patient__bed', { hasText: 'ICU-9' }).waitFor();
    await page.getByTestId('limits-HR').getByText('133').waitFor();
    // An open form must also disappear when the stay ends.
    await pressUntil(page.getByTestId('edit-limits-HR'), page.getByTestId('limit-form'));
    stop();
    const now = new Date().toISOString();
    server.associate({
      deviceId: bed.deviceId,
      version: 3,
      periods: [
        { ...corrected, to: now },
        { ...newPeriod('ICU-9', 'icu', null), from: now },
      ],
    });
    await page.getByTestId('not-live').waitFor();
    await page.screenshot({ path: join(pictures, 'ended.png') });
    const text = await head();
    expect(text).toContain('ICU-9');
    expect(text).toContain('Corrected');
    expect(text).not.toContain('also at this bed');
    expect(await page.getByTestId('limits-HR').textContent()).toContain('133');
    expect(await page.getByTestId('not-live').textContent()).toMatch(/NOT LIVE.*shows the state of \d\d:\d\d:\d\d/);
    for (const act of [...acts, 'limit-form']) expect(await page.getByTestId(act).count(), act).toBe(0);
    expect(await page.locator('main').textContent()).not.toContain('No alarms.');
  });
});
