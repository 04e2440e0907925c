/**
 * Checks that each bed has one tile, and that a device without a bed has no tile and is in the tray of its last ward.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { unassignedAssociation } from '../../log/envelope/pseudonym.ts';
import { logIn, openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { pressWhenStill } from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const pictures = mkdtempSync(join(tmpdir(), 'vigil-one-tile-'));
const values = { MDC_ECG_HEART_RATE: 88, MDC_PULS_OXIM_SAT_O2: 97, MDC_RESP_RATE: 14 };
let server: ScreenServer;
let browser: Browser;

beforeAll(async () => {
  console.log(`pictures in ${pictures}`);
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: ['ICU'] },
        { userId: 'sam', name: 'Sam Stepdown', role: 'nurse', wards: ['Step-down'] },
        { userId: 'ted', name: 'Ted Technician', role: 'technician', wards: ['Step-down'] },
      ],
    }),
    openBrowser(inject('chromium')),
  ]);
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

const played = (deviceId: string, stay: PlayedBed['period'], more: Record<string, number> = {}): PlayedBed => ({
  deviceId,
  period: stay,
  values: { ...values, ...more },
  waves: ['MDC_ECG_ELEC_POTL_II'],
  ageMs: 0,
});

describe('a bed with two devices', () => {
  it('a bed with two devices has one tile with the numbers and the alarms of both', async () => {
    const who = newPatient({ familyName: 'Otter' });
    const monitor = played('bed-01', newPeriod('U-1', 'ICU', who));
    const pump = played(
      'bed-02',
      { ...newPeriod('U-1', 'ICU', who), from: new Date().toISOString() },
      { MDC_TEMP_BODY: 38.4 },
    );
    const stop = playBeds(server, [monitor, pump, played('bed-03', newPeriod('U-2', 'ICU', newPatient()))]);
    const page = await logIn(browser, server, 'nora');
    await page.getByTestId('companion-bed-02').getByTestId('value-MDC_TEMP_BODY').waitFor();
    const number = page.getByTestId('companion-bed-02').getByTestId('value-MDC_TEMP_BODY');
    const tile = (await page.getByTestId('bed-U-1').boundingBox())!;
    const box = (await number.boundingBox())!;
    expect(box.height).toBeGreaterThan(10);
    expect(box.y + box.height).toBeLessThanOrEqual(tile.y + tile.height);
    expect(await page.getByTestId('bed-U-1').count()).toBe(1);
    expect(await page.getByTestId('bed-count').textContent()).toBe('2 beds');
    const pumpAlarm = alarmOf(pump, { text: 'HR 188 > 160' });
    server.playAlarms(raisedEvent(pumpAlarm));
    await page.getByTestId('bed-U-1').getByTestId('tile-alarm').getByText('HR 188 > 160').waitFor();
    expect(await page.getByTestId('bed-U-1').getAttribute('data-priority')).toBe('high');
    await page.getByTestId(`ack-${pumpAlarm.alarmId}`).waitFor();
    await page.screenshot({ path: join(pictures, 'two-devices.png') });
    stop();
    await page.context().close();
  });
});

describe('a device without a bed', () => {
  it('after a discharge the tray of the last ward shows the device with its alarm, and other wards get no data of the device', async () => {
    const earlierBed = played('bed-07', newPeriod('U-7', 'ICU', newPatient({ familyName: 'Marten' })), {
      MDC_ECG_HEART_RATE: 177,
    });
    const stopPlaying = playBeds(server, [earlierBed]);
    const nora = await logIn(browser, server, 'nora');
    await nora.getByTestId('bed-U-7').getByTestId('value-MDC_ECG_HEART_RATE').waitFor();
    stopPlaying();
    const endedAt = new Date().toISOString();
    const associationId = unassignedAssociation(Buffer.alloc(32, 2).toString('base64url'), 'bed-07');
    server.associate({ deviceId: 'bed-07', version: 2, periods: [{ ...earlierBed.period, to: endedAt }] });
    const measure = () =>
      server.playObservation(associationId, {
        deviceId: 'bed-07',
        receivedAt: new Date().toISOString(),
        reading: {
          time: new Date().toISOString(),
          intervalMs: 1000,
          values: [{ code: 'MDC_ECG_HEART_RATE', value: 178, unit: '/min' }],
        },
      });
    const timer = setInterval(measure, 500);
    // The alarm began after the discharge, because the tray does not show alarms of the stay.
    const at = new Date().toISOString();
    const stray = alarmOf(
      { ...earlierBed, period: { ...earlierBed.period, associationId } },
      { text: 'HR 178 > 160', onsetAt: at, determinedAt: at, raisedAt: at },
    );
    server.playAlarms(raisedEvent(stray));
    await nora.getByTestId('tray-count').getByText('1 device without a bed').waitFor();
    await nora.getByTestId('tray').getByText('HR 178 > 160').first().waitFor();
    expect(await nora.getByTestId('bed-bed-07').count()).toBe(0);
    expect(await nora.getByTestId('bed-U-7').count()).toBe(0);
    // The page ignores a press on a button that has just moved, so the test presses again.
    await until('the open tray', async () => {
      await pressWhenStill(nora.getByTestId('tray-count'));
      return nora.getByTestId('tray-bed-07').getByText('last in ICU').isVisible();
    });
    await nora.screenshot({ path: join(pictures, 'tray.png') });
    for (const userId of ['sam', 'ted']) {
      const other = await logIn(browser, server, userId);
      await until('the other ward', () => server.hub.stats().screens >= 2);
      await other.getByTestId('alarm-list').waitFor();
      // The server sends changes in their order. So a screen that shows this alarm already has every part of the last
      // reading that the screen may get.
      measure();
      const next = played(`device-${userId}`, newPeriod(`next-${userId}`, 'Step-down', newPatient()));
      server.associate({ deviceId: next.deviceId, version: 1, periods: [next.period] });
      const last = alarmOf(next, { kind: 'technical', condition: 'no-data', text: 'No data' });
      server.playAlarms(raisedEvent(last));
      await other.getByTestId(`alarm-${last.alarmId}`).waitFor();
      const text = await other.content();
      for (const secret of ['bed-07', '178', 'Marten'])
        expect([userId, text.includes(secret)]).toEqual([userId, false]);
      await other.context().close();
    }
    clearInterval(timer);
    await nora.context().close();
    // Now no open screen may show the alarm of this device. Each screen shows only the number of such alarms.
    const sam = await logIn(browser, server, 'sam');
    await sam.getByTestId('notice-unseen').waitFor();
    await sam.context().close();
  });
});
