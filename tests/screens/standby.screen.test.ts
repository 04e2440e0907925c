/** Checks how a nurse begins and ends the standby of a bed, and how the screen shows it. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Command } from '../../contracts/messages/alarms.ts';
import { foldStandby } from '../../dashboard/server/core/standby.ts';
import { logIn, openBrowser, openPatient } from '../browser.ts';
import { clickUntil, pressUntil } from './readable.ts';
import { alarmOf, newPatient, newPeriod, playBeds, raisedEvent, widestValues } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const pictures = mkdtempSync(join(tmpdir(), 'vigil-standby-'));
const who = { userId: 'nora', name: 'Nora Nurse', role: 'nurse' } as const;
let server: ScreenServer;
let browser: Browser;
let refusal: string | undefined;
let rev = 0;

beforeAll(async () => {
  console.log(`pictures in ${pictures}`);
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: ['ICU'] }],
      onCommand: (command) => answer(command),
    }),
    openBrowser(inject('chromium')),
  ]);
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

/** Imitates the alarm processor: accepts a command and publishes the standby, or refuses it with `refusal`. */
function answer(command: Command): void {
  if (command.type !== 'standby' && command.type !== 'end-standby') return;
  const { commandId, associationId, type, at, by } = command;
  const outcome = refusal === undefined ? { accepted: true } : { accepted: false, reason: refusal };
  if (refusal === undefined) {
    const until = new Date(Date.parse(at) + (command.type === 'standby' ? command.forMs : 0)).toISOString();
    const standby = command.type === 'standby' ? { since: at, until, reason: command.reason, by } : null;
    rev += 1;
    foldStandby(server.state, { associationId, rev, at, standby });
  }
  server.answer({ commandId, associationId, type, at, ...outcome });
}

it('a nurse begins a standby with a reason, sees it on the tile, changes its end, and ends it', async () => {
  const stay = newPeriod('U-1', 'ICU', newPatient({ familyName: 'Heron' }));
  const bed = { deviceId: 'bed-01', period: stay, values: widestValues, waves: ['MDC_ECG_ELEC_POTL_II'], ageMs: 0 };
  const stop = playBeds(server, [bed]);
  const page = await logIn(browser, server, 'nora');
  await page.getByTestId('bed-U-1').getByTestId('value-MDC_ECG_HEART_RATE').waitFor();
  await openPatient(page, 'U-1');

  await clickUntil(page, 'standby', 'standby-form');
  const begin = page.getByTestId('standby-begin');
  expect(await begin.isDisabled()).toBe(true);
  const imaging = page.getByRole('button', { name: 'Imaging' });
  await pressUntil(imaging, imaging.and(page.locator('[aria-pressed=true]')));
  await page.locator('select[name=standbyMinutes]').selectOption('120');
  await page.screenshot({ path: join(pictures, 'form.png'), fullPage: true });
  refusal = 'Standby did not begin: the patient is no longer at this device.';
  await pressUntil(begin, page.getByTestId('standby-problem').filter({ hasText: refusal }));
  refusal = undefined;
  await page.getByLabel('Why the patient is away').fill('X-ray');
  expect(await page.getByTestId('standby-problem').textContent()).toBe('');
  await pressUntil(imaging, imaging.and(page.locator('[aria-pressed=true]')));
  await pressUntil(begin, page.getByTestId('standby-runs').filter({ hasText: 'Standby: Imaging until' }));
  expect(server.commands.at(-1)).toMatchObject({ type: 'standby', reason: 'Imaging', forMs: 7_200_000, by: who });
  await page.screenshot({ path: join(pictures, 'runs.png'), fullPage: true });

  const tile = page.getByTestId('bed-U-1');
  // The page has scrolled, so the button may have just moved.
  await pressUntil(page.getByTestId('patient-close'), tile);
  await tile.getByText(/^Standby: Imaging until .*\d\d:\d\d.* \(Nora Nurse\)$/).waitFor();
  for (const [width, height] of [
    [1920, 1080],
    [1024, 768],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(pictures, `ward-${width}.png`) });
  }

  await openPatient(page, 'U-1');
  await clickUntil(page, 'standby-change', 'standby-form');
  // The form has the reason of the present standby, so only the time must be chosen.
  await page.locator('select[name=standbyMinutes]').selectOption('240');
  await page.screenshot({ path: join(pictures, 'change.png'), fullPage: true });
  await pressUntil(begin, page.getByTestId('standby-runs'));
  expect(server.commands.at(-1)).toMatchObject({ type: 'standby', reason: 'Imaging', forMs: 14_400_000, by: who });
  await pressUntil(page.getByTestId('standby-end'), page.getByTestId('standby'));
  expect(server.commands.at(-1)).toMatchObject({ type: 'end-standby', by: who });
  await pressUntil(page.getByTestId('patient-close'), tile);
  await tile.getByText(/^Standby/).waitFor({ state: 'detached' });
  stop();
});

it('the standby button is at least 8 px away from every alarm, on a phone and on a desk screen', async () => {
  const stay = newPeriod('U-2', 'ICU', newPatient({ familyName: 'Egret' }));
  const bed = { deviceId: 'bed-02', period: stay, values: widestValues, waves: [], ageMs: 0 };
  const stop = playBeds(server, [bed]);
  server.playAlarms(raisedEvent(alarmOf(bed)));
  const page = await logIn(browser, server, 'nora');
  await openPatient(page, 'U-2');
  const alarm = page.getByRole('region', { name: 'Alarms of this bed' }).locator('.alarm').first();
  await alarm.waitFor();
  for (const [width, height] of [
    [414, 896],
    [1366, 768],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.getByTestId('standby').scrollIntoViewIfNeeded();
    // Both places are read in one call, because the page may scroll between two calls.
    const gapPx = await page.getByTestId('standby').evaluate((button) => {
      const area = button.getBoundingClientRect();
      const gaps = [...document.querySelectorAll('.alarm')].map((row) => {
        const { top, bottom, left, right } = row.getBoundingClientRect();
        return Math.max(top - area.bottom, area.top - bottom, left - area.right, area.left - right);
      });
      return Math.min(...gaps);
    });
    await page.screenshot({ path: join(pictures, `button-${width}.png`) });
    expect(gapPx).toBeGreaterThanOrEqual(8);
  }
  stop();
});
