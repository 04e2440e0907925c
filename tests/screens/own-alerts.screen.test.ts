/** Checks how the screen shows alarms of the device itself, and whether the sound of the monitor is on. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { logIn, openBrowser, openPatient } from '../browser.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const pictures = mkdtempSync(join(tmpdir(), 'vigil-own-alerts-'));
const bedOf = (number: number): PlayedBed => ({
  deviceId: `bed-0${number}`,
  period: newPeriod(`U-${number}`, 'ICU', newPatient()),
  values: { MDC_ECG_HEART_RATE: 134, MDC_PULS_OXIM_SAT_O2: 97, MDC_RESP_RATE: 15 },
  waves: [],
  ageMs: 0,
});
const beds = [1, 2, 3].map(bedOf) as [PlayedBed, PlayedBed, PlayedBed];
const device = { origin: 'device' } as const;
const sound = (state: 'off' | 'paused') =>
  ({
    condition: `device-sound-${state}`,
    kind: 'technical',
    priority: 'low',
    text: `Sound of the monitor is ${state}`,
  }) as const;
const alarms = {
  vt: alarmOf(beds[0], { ...device, condition: 'MDC_EVT_ECG_V_TACHY', text: 'Ventricular tachycardia (*** VTACH)' }),
  paused: alarmOf(beds[0], { ...sound('paused'), signal: 'off' }),
  high: alarmOf(beds[1], { condition: 'HR.high', text: 'HR 134 > 120', priority: 'medium' }),
  under: alarmOf(beds[1], {
    ...device,
    ...{ condition: 'MDC_EVT_ECG_TACHY', text: 'Tachycardia', priority: 'medium', signal: 'off', under: 'HR.high' },
  }),
  off: alarmOf(beds[1], sound('off')),
};

let server: ScreenServer;
let browser: Browser;
let page: Page;
let stop: () => void;

beforeAll(async () => {
  console.log(`pictures in ${pictures}`);
  [server, browser] = await Promise.all([
    openScreenServer({ accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: ['ICU'] }] }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, beds);
  server.playAlarms(...Object.values(alarms).map(raisedEvent));
  page = await logIn(browser, server, 'nora');
  await page.getByTestId(`alarm-${alarms.vt.alarmId}`).waitFor();
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

const tile = (bed: string) => page.getByTestId(`bed-${bed}`);
const row = ({ alarmId }: { alarmId: string }) => page.getByTestId(`alarm-${alarmId}`);

describe.each([
  [1366, 768],
  [1920, 1080],
])('a window of %d × %d', (width, height) => {
  it('tile and row mark an alarm of the device with "Monitor:", and show a device alarm under Vigil’s alarm of the same cause', async () => {
    await page.setViewportSize({ width, height });
    await tile('U-1').getByTestId('device-sound').waitFor();
    await page.screenshot({ path: join(pictures, `ward-${width}.png`) });
    const headline = (bed: string) => tile(bed).locator('.tile__text').textContent();
    expect(await headline('U-1')).toBe('Monitor: Ventricular tachycardia (*** VTACH)');
    expect(await headline('U-2')).toBe('HR 134 > 120');
    expect(await row(alarms.vt).locator('.alarm__text').textContent()).toBe(
      'Monitor: Ventricular tachycardia (*** VTACH)',
    );
    expect(await row(alarms.high).textContent()).toContain('also Monitor: Tachycardia');
    expect(await row(alarms.under).count()).toBe(0);
  });

  it('only the tiles of devices whose sound is paused or off have the mark for it', async () => {
    const mark = (bed: string) => tile(bed).getByTestId('device-sound');
    expect(await mark('U-1').getAttribute('aria-label')).toBe('Monitor: sound paused');
    expect(await mark('U-2').getAttribute('aria-label')).toBe('Monitor: sound off');
    expect(await mark('U-3').count()).toBe(0);
    expect(await row(alarms.paused).count()).toBe(0);
    expect(await row(alarms.off).count()).toBe(1);
  });
});

it('the patient page shows a notice while the sound of the monitor is paused; the notice disappears when the sound is on', async () => {
  await openPatient(page, 'U-1');
  await page.getByTestId('notice-device-sound').waitFor();
  await page.screenshot({ path: join(pictures, 'patient-1920.png') });
  const { paused } = alarms;
  const ended = { ...paused, rev: paused.rev + 1, present: false, signal: 'off' } as const;
  server.playAlarms({ type: 'cleared', at: new Date().toISOString(), alarm: ended });
  await page.getByTestId('notice-device-sound').waitFor({ state: 'detached' });
});
