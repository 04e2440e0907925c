/**
 * Checks the page "Alarm history": an alarm that is acknowledged and ends, the filters in the address, and new alarms.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Alarm, AlarmEvent, AlarmEventType, Command } from '../../contracts/messages/alarms.ts';
import { logIn, openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { expectReadable, pressWhenStill, setHash } from './readable.ts';
import {
  alarmOf,
  longAlarmText,
  longBed,
  longestBeds,
  longWard,
  newPatient,
  newPeriod,
  type PlayedBed,
  playBeds,
  raisedEvent,
} from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';
const bedOf = (bed: string, name: string, wardOfBed = ward): PlayedBed => ({
  deviceId: `device-${bed}`,
  period: newPeriod(bed, wardOfBed, newPatient({ familyName: name })),
  values: { MDC_ECG_HEART_RATE: 78 },
  waves: [],
  ageMs: 0,
});
const first = bedOf('U-1', 'Okapi');
const second = bedOf('U-2', 'Tapir');
const foreign = bedOf('S-1', 'Wolverine', 'SD');
const [long] = longestBeds(1, longWard) as [PlayedBed];
const sizes = [
  { name: '360', width: 360, height: 780 },
  { name: '768', width: 768, height: 1024 },
  { name: '1366', width: 1366, height: 768 },
  { name: '1920', width: 1920, height: 1080 },
];

let server: ScreenServer;
let browser: Browser;
let stop: () => void;
let page: Page;

const newRev = (alarm: Alarm, type: AlarmEventType, fields: Partial<Alarm>): AlarmEvent => ({
  type,
  at: new Date().toISOString(),
  alarm: { ...alarm, rev: alarm.rev + 1, ...fields },
});

/** Accepts an acknowledgement, as the alarm processor does. */
function onCommand(command: Command): void {
  const alarm = command.type === 'acknowledge' ? server.state.alarms.get(command.alarmId)?.alarm : undefined;
  if (alarm === undefined) return;
  const { by, at } = command;
  server.playAlarms(newRev(alarm, 'acknowledged', { signal: 'acknowledged', acknowledgedBy: by, acknowledgedAt: at }));
}

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward, longWard] },
        { userId: 'tom', name: 'Tom Technician', role: 'technician', wards: [ward] },
      ],
      wards: [{ ward, beds: ['U-1', 'U-2'] }],
      onCommand,
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, [first, second, foreign, long]);
  page = await logIn(browser, server, 'nora');
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

const part = (name: string) => page.getByTestId(`review-${name}`);
const rows = () =>
  page.locator('[data-testid^="review-row-"]').evaluateAll((all) => all.map((row) => row.dataset.testid));
const rowIds = (...alarms: readonly Alarm[]) => alarms.map(({ alarmId }) => `review-row-${alarmId}`);
/** Returns an alarm that began now. Its id is random, so that it differs from the ids of the scene's alarms. */
const alarmNow = (bed: PlayedBed, fields: Partial<Alarm> = {}) => {
  const at = new Date().toISOString();
  return alarmOf(bed, { alarmId: `alarm-${randomUUID()}`, raisedAt: at, onsetAt: at, determinedAt: at, ...fields });
};

describe('the page "Alarm history"', () => {
  const breach = alarmNow(first, { text: 'HR 188 > 160' });
  const low = alarmNow(second, { priority: 'low', condition: 'SpO2.low', text: 'SpO2 88 < 90' });

  it('the page shows an alarm that a nurse acknowledged and that ended, with who answered and every step', async () => {
    server.playAlarms(raisedEvent(low), raisedEvent(breach), raisedEvent(alarmNow(foreign, { text: 'HR 199 > 160' })));
    await pressWhenStill(page.getByTestId(`ack-${breach.alarmId}`));
    await page.getByTestId(`acked-${breach.alarmId}`).waitFor();
    const acknowledged = server.state.alarms.get(breach.alarmId)!.alarm;
    server.playAlarms(newRev(acknowledged, 'resolved', { present: false }));
    server.playAlarms(
      newRev({ ...acknowledged, rev: acknowledged.rev + 1 }, 'cleared', { present: false, signal: 'off' }),
    );
    await pressWhenStill(page.getByRole('link', { name: 'Alarm history' }));
    await page.getByTestId(`review-row-${breach.alarmId}`).waitFor();
    expect(new Set(await rows())).toEqual(new Set(rowIds(breach, low)));
    expect(await page.getByTestId(`review-answer-${breach.alarmId}`).textContent()).toMatch(/^Nora Nurse acknowledged/);
    expect(await page.getByTestId(`review-answer-${low.alarmId}`).textContent()).toBe('nobody yet');
    expect(await part('counts').textContent()).toContain('2 alarms: 1 high, 0 medium, 1 low; 1 unanswered');
    expect(await part('busiest').textContent()).toContain('Okapi, Test: 1 alarm, most often HR high (1)');
    await pressWhenStill(part(`open-${breach.alarmId}`));
    const details = await part(`details-${breach.alarmId}`).textContent();
    for (const text of [
      'Engine raised the alarm',
      'Nora Nurse acknowledged',
      'Condition ended',
      'Alarm left the screens',
      'limit 160',
      'Why did nobody come?',
    ])
      expect(details).toContain(text);
    expect(await part('page').textContent()).not.toContain('HR 199');
    const { records } = server.audit.page({ action: 'alarms-reviewed', userId: 'nora' });
    expect(records[0]?.patients).toContain(first.period.patient!.patientId);
    await expectReadable(page, 'history', sizes);
  });

  it('a print has the rows and the counts, and no filters and no other alarms', async () => {
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByTestId(`review-row-${breach.alarmId}`).isVisible()).toBe(true);
    expect(await part('counts').isVisible()).toBe(true);
    for (const name of ['review-priority', 'review-period-night', 'alarm-list'])
      expect([name, await page.getByTestId(name).isVisible()]).toEqual([name, false]);
    await page.emulateMedia({ media: 'screen' });
  });

  it('the page shows any chosen time, and says why it cannot show a reversed time, the future or a time too long ago', async () => {
    await setHash(page, '#/alarms/ICU');
    await page.getByTestId(`review-row-${breach.alarmId}`).waitFor();
    await pressWhenStill(part('period-chosen'));
    await page.getByTestId(`review-row-${breach.alarmId}`).waitFor();
    const field = (ms: number) => {
      const date = new Date(ms);
      return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    };
    const hour = 3_600_000;
    const show = async (fromMs: number, toMs: number | undefined) => {
      await part('from').fill(field(fromMs));
      await part('to').fill(toMs === undefined ? '' : field(toMs));
      await pressWhenStill(part('span-show'));
    };
    for (const [fromMs, toMs, text] of [
      [Date.now() - hour, Date.now() - 2 * hour, 'The end is not after the beginning.'],
      [Date.now() + hour, undefined, 'The beginning is in the future.'],
      [Date.now() - hour, Date.now() + hour, 'The end is in the future.'],
      [Date.now() - 120 * hour, undefined, 'only the last 4 days'],
    ] as const) {
      await show(fromMs, toMs);
      await part('span-problem').filter({ hasText: text }).waitFor();
    }
    // A field that is only partly filled in looks empty to a program. Such a field must not mean "until now".
    await show(Date.now() - hour, undefined);
    await part('to').focus();
    await page.keyboard.type('11');
    expect(await part('to').inputValue()).toBe('');
    await pressWhenStill(part('span-show'));
    await part('span-problem').filter({ hasText: '“To (empty: until now)” has only a part' }).waitFor();
    await expectReadable(page, 'history-other-time', sizes);
    await show(Date.now() - 30 * hour, Date.now() - 29 * hour);
    await part('empty').waitFor();
    expect(page.url()).toMatch(/period=chosen&from=.*&to=/);
    await show(Date.now() - 29 * hour, undefined);
    await page.getByTestId(`review-row-${breach.alarmId}`).waitFor();
    const reversed = '/api/alarm-review?from=2026-01-02T00:00:00.000Z&to=2026-01-01T00:00:00.000Z';
    expect(await page.evaluate(async (asked) => (await fetch(asked)).status, reversed)).toBe(400);
    await setHash(page, `#/alarms/ICU?period=chosen&from=${new Date(Date.now() + hour).toISOString()}`);
    await part('error').filter({ hasText: 'The beginning is in the future.' }).waitFor();
  });

  it('the page keeps the filters in its address, so that a reload and "back" show the same list', async () => {
    await setHash(page, '#/alarms/ICU');
    await page.getByTestId(`review-row-${breach.alarmId}`).waitFor();
    await part('priority').selectOption('low');
    await until('the filtered list', async () => (await rows()).length === 1);
    expect(await rows()).toEqual(rowIds(low));
    await part('condition').selectOption('SpO2.low');
    await until('the address', async () => page.url().endsWith('#/alarms/ICU?priority=low&condition=SpO2.low'));
    await page.reload();
    await page.getByTestId(`review-row-${low.alarmId}`).waitFor();
    expect(await rows()).toEqual(rowIds(low));
    await page.goBack();
    await page.goBack();
    await page.getByTestId(`review-row-${breach.alarmId}`).waitFor();
    expect((await rows()).length).toBe(2);
  });

  it('the page says how many alarms are new, and shows them after a press', async () => {
    await setHash(page, '#/alarms/ICU');
    await page.getByTestId(`review-row-${breach.alarmId}`).waitFor();
    const next = alarmNow(second, { text: 'HR 171 > 160' });
    server.playAlarms(raisedEvent(next), raisedEvent(alarmNow(long, { text: longAlarmText })));
    await until('the number of new alarms', async () => (await part('refresh').textContent()) === '1 new: show');
    await pressWhenStill(part('refresh'));
    await page.getByTestId(`review-row-${next.alarmId}`).waitFor();
    await until('no new alarm', async () => (await part('refresh').textContent()) === 'Refresh');
  });

  it('the link on the page of a patient opens the alarm history of only this patient', async () => {
    await setHash(page, `#/patient/${first.period.associationId}`);
    await pressWhenStill(page.getByTestId('patient-alarms'));
    await page.getByTestId(`review-row-${breach.alarmId}`).waitFor();
    expect(await rows()).toEqual(rowIds(breach));
    await pressWhenStill(part('all-patients'));
    await page.getByTestId(`review-row-${low.alarmId}`).waitFor();
  });

  it('the longest names fit, and the list says when it is empty and when alarms may be missing', async () => {
    const alarm = alarmNow(long, { text: longAlarmText });
    server.playAlarms(raisedEvent(alarm));
    await setHash(page, `#/alarms/${encodeURIComponent(longWard)}`);
    await page.getByTestId(`review-row-${alarm.alarmId}`).getByText(longBed).waitFor();
    await expectReadable(page, 'history-long', sizes);
    server.review.book.isRead = false;
    await setHash(page, '#/alarms/ICU?bed=U-9');
    await part('empty').waitFor();
    expect(await part('gap').textContent()).toContain('still reads older alarms');
    await expectReadable(page, 'history-empty', sizes);
    server.review.book.isRead = true;
  });

  it('a ward that the person may not see is refused in words, and the person can try again', async () => {
    await setHash(page, '#/alarms/SD');
    await part('error').waitFor();
    expect(await part('page').textContent()).not.toContain('Wolverine');
    await part('again').waitFor();
    await expectReadable(page, 'history-refused', sizes);
  });

  it('a technician gets another page', async () => {
    const technician = await logIn(browser, server, 'tom');
    await setHash(technician, '#/alarms/ICU');
    await technician.getByTestId('devices-page').waitFor();
    expect(await technician.getByTestId('review-page').count()).toBe(0);
    await technician.context().close();
  });

  it('the alarms of the list are saved as a CSV file with the chosen filters, without alarms of other wards, and the audit trail names the patients', async () => {
    await setHash(page, `#/alarms/${ward}?priority=high`);
    await page.getByTestId('review-counts').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      pressWhenStill(page.getByTestId('review-save')),
    ]);
    expect(download.suggestedFilename()).toMatch(/^vigil-alarms-\d{4}-\d\d-\d\d-since-.*\.csv$/);
    const text = readFileSync(await download.path(), 'utf8');
    const lines = text.trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/^raised,onset_device_time,ward,bed,patient,/);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.slice(1).every((line) => line.includes(`,${ward},`) && line.includes(',high,'))).toBe(true);
    expect(text).not.toContain('Wolverine');
    const [record] = server.audit.page({ limit: 10, userId: 'nora', action: 'alarms-exported' }).records;
    expect(record).toMatchObject({ ward, detail: expect.stringContaining('as CSV: ') });
    expect(record?.patients?.length).toBeGreaterThan(0);
  });
});
