/**
 * Checks that the limits dialog shows, before saving, how many alarms the typed limits would have raised in the last 24
 * hours.
 */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { hourMs } from '../../contracts/durations.ts';
import { VigilError } from '../../contracts/errors.ts';
import type { StoredValue } from '../../dashboard/server/core/what-if.ts';
import { logIn, openBrowser, openPatient } from '../browser.ts';
import { until } from '../system.ts';
import { expectReadable, pressUntil, pressWhenStill } from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const pictures = mkdtempSync(join(tmpdir(), 'vigil-what-if-'));
const hr = 'MDC_ECG_HEART_RATE';
let server: ScreenServer;
let browser: Browser;
let page: Page;
let stop: () => void;
/** Returns InfluxDB's next answer. */
let stored: () => Promise<readonly StoredValue[]> = async () => [];
const bed: PlayedBed = {
  deviceId: 'bed-01',
  period: newPeriod('W-1', 'CCU', newPatient({ familyName: 'Whatif' })),
  values: { [hr]: 98 },
  waves: [],
  ageMs: 0,
};

/** Returns a heart rate every 10 s: 98, and 130 for one minute of each hour. */
function hoursOf(hours: number): StoredValue[] {
  const toMs = Date.now();
  const valueAt = (s: number) => (s % 3600 >= 1800 && s % 3600 < 1860 ? 130 : 98);
  return Array.from({ length: hours * 360 }, (_, n) => n * 10).map((s) => ({
    timeMs: toMs - hours * hourMs + s * 1000,
    code: hr,
    value: valueAt(s),
    questionable: false,
  }));
}

beforeAll(async () => {
  console.log(`pictures in ${pictures}`);
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [{ userId: 'paul', name: 'Paul Physician', role: 'physician', wards: ['CCU'] }],
      stored: () => stored(),
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

async function openForm() {
  await openPatient(page, 'W-1');
  await pressUntil(page.getByTestId('edit-limits-HR'), page.getByTestId('limit-form'));
}

const cancel = () => pressWhenStill(page.getByRole('button', { name: 'Cancel' }));
const typeHigh = (text: string) => page.getByLabel('High', { exact: true }).fill(text);
const says = (text: string | RegExp) => page.getByTestId('what-if-sentence').getByText(text).waitFor();
const notes = () => page.getByTestId('what-if-notes').textContent();
const rows = async () => {
  const texts = await page.getByTestId('what-if').locator('tbody tr').allTextContents();
  const cells = await page.getByTestId('what-if').locator('tbody td').allTextContents();
  return [texts.length, cells.join(' ')];
};
async function picture(name: string) {
  for (const [width, height] of [
    [414, 896],
    [1366, 768],
    [1920, 1080],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.getByTestId('limit-form').scrollIntoViewIfNeeded();
    await page.getByTestId('what-if').scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(pictures, `${name}-${width}.png`) });
  }
}

describe('the limits dialog', () => {
  it('the limits dialog shows how many alarms the limits in force would have raised, and then those of the typed limits', async () => {
    stored = async () => hoursOf(24);
    await openForm();
    await says('In the last 24 h the limits in force would have called 24 times.');
    expect(await rows()).toEqual([2, '0 24 0 24 – – – –']);
    await typeHigh('135');
    await says('In the last 24 h these limits would not have called; the limits in force would have called 24 times.');
    expect(await rows()).toEqual([2, '0 24 0 24 0 0 0 0']);
    expect(await notes()).toContain('about one each 10 s');
    await picture('answer');
    await typeHigh('95');
    await says('In the last 24 h these limits would have called once; the limits in force would have called 24 times.');
    expect(server.commands).toEqual([]);
  });

  it('while the limits dialog waits for an answer, it shows no old numbers and does not move its buttons; then it shows the last answer', async () => {
    const gate = Promise.withResolvers<void>();
    stored = async () => {
      await gate.promise;
      return hoursOf(24);
    };
    const save = page.getByTestId('limit-save');
    const buttonBefore = await save.boundingBox();
    await typeHigh('110');
    await says(/^Counting/);
    expect(await rows()).toEqual([2, '… … … … … … … …']);
    await picture('working');
    await typeHigh('125');
    gate.resolve();
    await says('In the last 24 h these limits would have called 24 times, and so would the limits in force.');
    expect(await save.boundingBox()).toEqual(buttonBefore);
  });

  it('the limits dialog names both numbers of limits that cross, before saving', async () => {
    await typeHigh('150');
    await says('The high limit 150 of HR is not below the extreme high limit 140.');
    expect(await rows()).toEqual([2, '– – – – – – – –']);
    await picture('refused');
  });

  it('if the trends cannot be read, the limits dialog says so and still saves', async () => {
    stored = async () => {
      throw new VigilError('trends-unavailable', 'The trends cannot be read now. Live values are still shown.');
    };
    await typeHigh('115');
    await says(/You can still save them.$/);
    expect(await notes()).toBe('The trends cannot be read now. Live values are still shown.');
    await picture('away');
    await pressWhenStill(page.getByTestId('limit-save'));
    await until('the command', () => server.commands.length === 1);
    await page.getByTestId('limit-form').waitFor({ state: 'detached' });
  });

  it('if no value is stored, the limits dialog says so', async () => {
    stored = async () => [];
    await openForm();
    await says('No value of HR is stored for the last 24 h, so there is nothing to count.');
    expect(await rows()).toEqual([2, '– – – – – – – –']);
    await picture('none');
    await cancel();
  });

  it('if the values cover less than 24 hours, the limits dialog says how many hours they cover', async () => {
    stored = async () => hoursOf(3);
    await openForm();
    await says(/^In the last 3 h the limits in force would have called 3 times\.$/);
    expect(await notes()).toContain('Vigil has values of the last 3 h only.');
    await picture('short');
  });
});

describe('the statistics of the alarm history', () => {
  it('for a patient with many alarms, the statistics count how often wider limits would have called', async () => {
    stored = async () => hoursOf(24);
    await cancel();
    server.playAlarms(raisedEvent(alarmOf(bed)));
    await pressWhenStill(page.getByRole('link', { name: 'Alarm history' }));
    await pressWhenStill(page.getByTestId('review-statistics').locator('summary'));
    expect(await page.getByTestId('review-busiest').textContent()).toContain('most often HR high (1)');
    await pressWhenStill(page.getByTestId(`fit-${bed.period.associationId}`));
    const table = page.getByTestId(`fit-table-${bed.period.associationId}`);
    await table.getByText('Fewer calls are not always safer').waitFor();
    const cells = await table.locator('tbody :is(th, td)').allTextContents();
    expect(cells).toEqual(['115 (in force)', '24', '120', '24', '125', '24', '130', '0', '135', '0']);
    await expectReadable(page, 'history-statistics', [
      { name: '360', width: 360, height: 780 },
      { name: '1366', width: 1366, height: 768 },
    ]);
  });

  it('if the trends cannot be read, the statistics say why nothing was counted', async () => {
    stored = async () => {
      throw new VigilError('trends-unavailable', 'The trends cannot be read now. Live values are still shown.');
    };
    const button = page.getByTestId(`fit-${bed.period.associationId}`);
    await pressWhenStill(button);
    await pressWhenStill(button);
    await page.getByText('The trends cannot be read now.').waitFor();
  });
});
