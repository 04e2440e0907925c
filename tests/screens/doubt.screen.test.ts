/** Checks how the screen marks values of a device with a wrong clock, and of two devices with one certificate. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { gatewayNotices } from '../../contracts/bed-notices.ts';
import { parameters } from '../../contracts/parameters.ts';
import { foldNotice } from '../../dashboard/server/core/notices.ts';
import { logIn, openBrowser, openPatient } from '../browser.ts';
import { newPatient, newPeriod, widestValues } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const pictures = mkdtempSync(join(tmpdir(), 'vigil-doubt-'));
const hr = 'MDC_ECG_HEART_RATE';
let server: ScreenServer;
let browser: Browser;

beforeAll(async () => {
  console.log(`pictures in ${pictures}`);
  [server, browser] = await Promise.all([
    openScreenServer({ accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: ['ICU'] }] }),
    openBrowser(inject('chromium')),
  ]);
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

const iso = (ms: number) => new Date(ms).toISOString();

/**
 * Sends every parameter once a second from a device whose clock is `behindMs` behind. Starts with the readings of the
 * last 15 s.
 */
function sendBehind(deviceId: string, associationId: string, behindMs: number): () => void {
  const values = Object.entries(widestValues).map(([code, value]) => ({
    code,
    value,
    unit: parameters.get(code)!.unit,
  }));
  const send = (atMs: number) => {
    const reading = { time: iso(atMs - behindMs), values };
    server.playObservation(associationId, { deviceId, receivedAt: iso(atMs + 20), reading });
  };
  for (let back = 15; back >= 0; back -= 1) send(Date.now() - back * 1000);
  const timer = setInterval(() => send(Date.now()), 1000);
  return () => clearInterval(timer);
}

it.each([
  [1366, 768],
  [1920, 1080],
])(
  'the tile and the patient page mark doubtful numbers and show the reason, in a window of %d × %d',
  async (width, height) => {
    const beds = [
      ['bed-01', newPeriod(`U-1-${width}`, 'ICU', newPatient({ familyName: 'Behind' })), 7_000],
      ['bed-02', newPeriod(`U-2-${width}`, 'ICU', newPatient({ familyName: 'Shared' })), 0],
      ['bed-03', newPeriod(`U-3-${width}`, 'ICU', newPatient({ familyName: 'Fine' })), 0],
    ] as const;
    const stops = beds.map(([deviceId, stay, behindMs]) => {
      server.associate({ deviceId, version: width, periods: [stay] });
      server.playConnection(stay.associationId, { deviceId, receivedAt: iso(Date.now()), connected: true });
      return sendBehind(deviceId, stay.associationId, behindMs);
    });
    const sharedNotice = {
      deviceId: 'bed-02',
      receivedAt: iso(Date.now()),
      notice: 'shared-identity',
      forMs: 300_000,
    } as const;
    foldNotice(server.state, beds[1][1].associationId, sharedNotice, Date.now());

    const page = await logIn(browser, server, 'nora');
    await page.setViewportSize({ width, height });
    const tile = (index: 0 | 1 | 2) => page.getByTestId(`bed-${beds[index][1].bed}`);
    const clockText = 'Device clock is 7 s behind';
    await tile(0).getByText(clockText).first().waitFor();
    await tile(1).getByText(gatewayNotices['shared-identity'].text).first().waitFor();
    for (const index of [0, 1, 2] as const)
      await tile(index).getByTestId(`value-${hr}`).filter({ hasText: '188' }).waitFor();
    expect(await tile(0).getByTestId(`doubt-${hr}`).getAttribute('title')).toContain('7 s behind');
    expect(await tile(1).getByTestId(`doubt-${hr}`).getAttribute('title')).toContain('two patients');
    expect(await tile(2).getByTestId(`doubt-${hr}`).count()).toBe(0);
    expect(await tile(2).getByTestId('bed-notice').count()).toBe(0);
    // The mark of doubt does not cut off the label beside the mark.
    const cutOffTexts = await page.evaluate(() =>
      [...document.querySelectorAll('.slot__label, .slot__doubt, .tile__bed, .tile__notice')]
        .filter((element) => element.scrollWidth > element.clientWidth + 1)
        .filter((element) => getComputedStyle(element).display !== 'inline')
        .map((element) => `${element.className}: ${element.textContent}`),
    );
    expect(cutOffTexts).toEqual([]);
    await page.screenshot({ path: join(pictures, `ward-${width}.png`) });
    await openPatient(page, beds[0][1].bed);
    await page.getByTestId('notice-device-clock').filter({ hasText: clockText }).waitFor();
    await page.getByTestId(`value-${hr}`).filter({ hasText: '188' }).waitFor();
    await page.screenshot({ path: join(pictures, `patient-${width}.png`) });
    await page.close();
    for (const stop of stops) stop();
  },
);
