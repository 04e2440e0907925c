/**
 * Checks how the screen shows the numbers of a device that has disconnected: all turn grey immediately, also those
 * measured once an hour.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { NumericValue } from '../../contracts/messages/device.ts';
import { parameters } from '../../contracts/parameters.ts';
import { logIn, openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';
const cuff = { MDC_PRESS_CUFF_SYS: 120, MDC_PRESS_CUFF_DIA: 70, MDC_PRESS_CUFF_MEAN: 89 };
const rate = { MDC_ECG_HEART_RATE: 78 };
const everything = { ...cuff, ...rate, MDC_TEMP_BODY: 36.9 };
const bed: PlayedBed = {
  deviceId: 'bed-01',
  period: newPeriod('U-1', ward, newPatient()),
  values: everything,
  waves: [],
  ageMs: 0,
};
const { associationId } = bed.period;

let server: ScreenServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({ accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] }] }),
    openBrowser(inject('chromium')),
  ]);
  server.associate({ deviceId: bed.deviceId, version: 1, periods: [bed.period] });
  connect(true);
  observe(everything);
  page = await logIn(browser, server, 'nora');
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

function connect(connected: boolean): void {
  const receivedAt = new Date().toISOString();
  const reason = connected ? {} : ({ reason: 'keep-alive' } as const);
  server.playConnection(associationId, { deviceId: bed.deviceId, receivedAt, connected, ...reason });
}

/** Sends a reading with an interval of a minute, so that no number ages during the test. */
function observe(values: Readonly<Record<string, number>>): void {
  const time = new Date().toISOString();
  const numerics = Object.entries(values).map(
    ([code, value]): NumericValue => ({ code, value, unit: parameters.get(code)!.unit }),
  );
  const reading = { time, intervalMs: 60_000, values: numerics };
  server.playObservation(associationId, { deviceId: bed.deviceId, receivedAt: time, reading });
}

const ageClasses = async () => {
  const ages: Record<string, string> = {};
  for (const code of ['MDC_ECG_HEART_RATE', 'MDC_PRESS_CUFF_SYS', 'MDC_TEMP_BODY'])
    ages[code] = await page
      .locator('.slot', { has: page.getByTestId(`value-${code}`) })
      .evaluate((slot) => slot.getAttribute('data-age-class')!);
  return ages;
};
const everyAge = (age: string) => ({ MDC_ECG_HEART_RATE: age, MDC_PRESS_CUFF_SYS: age, MDC_TEMP_BODY: age });
const untilAges = (wanted: Record<string, string>) =>
  until(JSON.stringify(wanted), async () => JSON.stringify(await ageClasses()) === JSON.stringify(wanted));

describe('the values of a disconnected device', () => {
  it('all values of a device turn grey and show their age when it disconnects, and get their colour back only with a new value', async () => {
    await page.getByTestId('value-MDC_TEMP_BODY').waitFor();
    await untilAges(everyAge('current'));
    connect(false);
    await untilAges(everyAge('old'));
    expect(await page.getByTestId('age-MDC_TEMP_BODY').textContent()).toMatch(/^\d+ s/);
    const colour = (testId: string) => page.getByTestId(testId).evaluate((element) => getComputedStyle(element).color);
    expect(await colour('value-MDC_TEMP_BODY')).toBe(await colour('value-MDC_ECG_HEART_RATE'));
    connect(true);
    observe(rate);
    await untilAges({ ...everyAge('old'), MDC_ECG_HEART_RATE: 'current' });
    observe(everything);
    await untilAges(everyAge('current'));
  });

  it('all values of a connected device turn grey when the alarm processor raises the alarm "No data"', async () => {
    await untilAges(everyAge('current'));
    const {
      code: _code,
      value: _value,
      limit: _limit,
      ...silent
    } = alarmOf(bed, {
      kind: 'technical',
      priority: 'medium',
      condition: 'no-data',
      text: 'No data',
    });
    const now = new Date().toISOString();
    const raisedNow = raisedEvent({ ...silent, onsetAt: now, determinedAt: now, raisedAt: now });
    server.playAlarms(raisedNow);
    await untilAges(everyAge('old'));
    server.playAlarms({
      ...raisedNow,
      type: 'cleared',
      alarm: { ...raisedNow.alarm, rev: 2, present: false, signal: 'off' },
    });
    observe(rate);
    await untilAges({ ...everyAge('old'), MDC_ECG_HEART_RATE: 'current' });
  });
});
