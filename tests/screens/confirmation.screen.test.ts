/**
 * Checks that pages report their painted alarms. If a page does not paint, the other screens of the ward must get a
 * notice.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import type { ScreenReport } from '../../dashboard/protocol/live.ts';
import { openBrowser, openLogin, submitLogin } from '../browser.ts';
import { until } from '../system.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';
const folder = process.env.VIGIL_SCREENSHOTS_DIR;
const sizes = [
  [360, 780],
  [768, 1024],
  [1366, 768],
  [1920, 1080],
] as const;
const beds = Array.from(
  { length: 8 },
  (_, at): PlayedBed => ({
    deviceId: `bed-0${at + 1}`,
    period: newPeriod(`U-${at + 1}`, ward, newPatient()),
    values: { MDC_ECG_HEART_RATE: 78 },
    waves: [],
    ageMs: 0,
  }),
);

let server: ScreenServer;
let browser: Browser;
let stop: () => void;
/** The reports of each page, oldest first, with the time at which they were sent. */
const reports = new Map<Page, { readonly atMs: number; readonly report: ScreenReport }[]>();
const raisedAlarms: Alarm[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] },
        { userId: 'otto', name: 'Otto Other', role: 'nurse', wards: [ward] },
      ],
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, beds);
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

afterEach(async () => {
  server.playAlarms(
    ...raisedAlarms.map((alarm) => ({
      ...raisedEvent({ ...alarm, rev: 99, signal: 'off' as const }),
      type: 'cleared' as const,
    })),
  );
  raisedAlarms.length = 0;
  for (const page of reports.keys()) await page.context().close();
  reports.clear();
  await until('no screen', () => server.hub.stats().screens === 0);
});

async function open(userId: string): Promise<Page> {
  const page = await openLogin(browser, server);
  const ofPage: { atMs: number; report: ScreenReport }[] = [];
  reports.set(page, ofPage);
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const message = JSON.parse(String(payload));
      if (message.type === 'report') ofPage.push({ atMs: Date.now(), report: message });
    }),
  );
  await submitLogin(page, userId);
  await page.getByTestId('bed-U-2').waitFor();
  await until('the first report', () => ofPage.length > 0);
  return page;
}

function raise(bed: number, fields: Partial<Alarm> = {}): Alarm {
  const alarm = alarmOf(beds[bed - 1]!, { raisedAt: new Date().toISOString(), ...fields });
  raisedAlarms.push(alarm);
  server.playAlarms(raisedEvent(alarm));
  return alarm;
}

const reportsOf = (page: Page, { alarmId }: Alarm) =>
  reports.get(page)!.flatMap(({ report }) => report.alarms.filter((entry) => entry.alarmId === alarmId));

/**
 * Stops all code of a page, as an endless loop does. The connection stays open. Returns a function that lets the code
 * continue.
 */
async function freeze(page: Page): Promise<() => Promise<void>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Debugger.enable');
  await devtools.send('Debugger.pause');
  return async () => {
    await devtools.send('Debugger.resume');
  };
}

/** Expects that a page sent nothing between two times, although it sends every 2 s while it works. */
function expectSilence(page: Page, sinceMs: number, untilMs: number): void {
  expect(untilMs - sinceMs).toBeGreaterThan(2_500);
  const during = reports.get(page)!.filter(({ atMs }) => atMs > sinceMs + 500 && atMs < untilMs);
  expect(during).toEqual([]);
}

async function takePictures(page: Page, name: string): Promise<void> {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(700);
    await page.screenshot({ path: join(folder, `${name}-${width}.png`) });
  }
}

describe('a page that paints', () => {
  it('a page that paints makes its ward watched, and confirms each alarm with its sound', async () => {
    const page = await open('nora');
    await until('the ward is watched', () => server.hub.watchedWards().includes(ward));
    const alarm = raise(1, { priority: 'high' });
    await until('a report', () => reportsOf(page, alarm).length > 0);
    expect(reportsOf(page, alarm)[0]).toMatchObject({ rev: 1, shown: 'text' });
    await until('a sound', () => reportsOf(page, alarm).at(-1)?.sound === 'sounding');
    const under = raise(2, { priority: 'medium' });
    await until('a report', () => reportsOf(page, under).length > 0);
    expect(reportsOf(page, under)[0]).toMatchObject({ shown: 'text', sound: 'other' });
    await page.waitForTimeout(6_000);
    expect(server.hub.unconfirmed()).toEqual([]);
    expect(server.hub.watchedWards()).toEqual([ward]);
    expect(await page.getByTestId('notice-unconfirmed').count()).toBe(0);
  });

  it('a page confirms an alarm that is visible only as a number in the top bar', async () => {
    const page = await open('nora');
    await page.setViewportSize({ width: 360, height: 500 });
    // The most urgent alarm without a visible row is a medium alarm. The mark in the list belongs to this alarm.
    const urgent = [1, 2, 3, 4, 5, 6, 7].map((bed) => raise(bed, { priority: 'high' }));
    urgent.push(raise(8, { priority: 'medium' }), raise(7, { priority: 'medium' }));
    await until('reports', () => urgent.every((each) => reportsOf(page, each).length > 0));
    const alarm = raise(8, { priority: 'low' });
    await until('a report', () => reportsOf(page, alarm).length > 0);
    expect(reportsOf(page, alarm)[0]).toMatchObject({ shown: 'count' });
  });

  it('a page confirms an escalated alarm again, and reports a new value only with its next regular report', async () => {
    const page = await open('nora');
    const alarm = raise(3);
    await until('a report', () => reportsOf(page, alarm).some(({ sound }) => sound === 'sounding'));
    const before = reportsOf(page, alarm).length;
    server.playAlarms({
      type: 'updated',
      at: alarm.raisedAt,
      alarm: { ...alarm, rev: 2, text: 'HR 190 > 160', value: 190 },
    });
    await page.getByTestId(`alarm-${alarm.alarmId}`).getByText('190').waitFor();
    await page.waitForTimeout(2_500);
    expect(reportsOf(page, alarm).length).toBeLessThanOrEqual(before + 1);
    server.playAlarms({ type: 'escalated', at: alarm.raisedAt, alarm: { ...alarm, rev: 3, escalation: 1 } });
    await until('a report', () => reportsOf(page, alarm).at(-1)?.rev === 3);
  });

  it('five hundred alarms within some seconds are confirmed, and the server refuses no report', async () => {
    const page = await open('nora');
    const alarms = Array.from({ length: 500 }, (_, n) => alarmOf(beds[n % beds.length]!, { text: `HR ${n} > 0` }));
    raisedAlarms.push(...alarms);
    for (let n = 0; n < alarms.length; n += 25) {
      server.playAlarms(...alarms.slice(n, n + 25).map(raisedEvent));
      await page.waitForTimeout(400);
    }
    await until('all confirmed', () => alarms.every((alarm) => reportsOf(page, alarm).length > 0));
    await page.waitForTimeout(5_000);
    expect(server.hub.unconfirmed()).toEqual([]);
    expect(server.hub.stats()).toMatchObject({ screens: 1, tooMany: 0, unknownReports: 0 });
  });
});

describe('a page that does not paint', () => {
  it('when a page is frozen, the other screen of the ward names it within some seconds, until the page has painted the alarm', async () => {
    const [noras, ottos] = [await open('nora'), await open('otto')];
    const thaw = await freeze(noras);
    const frozenAtMs = Date.now();
    const alarm = raise(2, { priority: 'high' });
    await ottos.getByTestId(`alarm-${alarm.alarmId}`).waitFor();
    const notice = ottos.getByTestId('notice-unconfirmed');
    await notice.waitFor();
    process.stdout.write(`from the alarm to the notice: ${Date.now() - frozenAtMs} ms\n`);
    expectSilence(noras, frozenAtMs, Date.now());
    await notice.getByText('Nora Nurse').waitFor();
    expect(await notice.textContent()).toContain('U-2');
    expect(await ottos.getByTestId('notice-unconfirmed').count()).toBe(1);
    await until('the reason', async () => (await notice.textContent())!.includes('is stuck'));
    await takePictures(ottos, 'unconfirmed');
    // The other screen works, so the ward stays watched.
    expect(server.hub.watchedWards()).toEqual([ward]);
    await thaw();
    await notice.waitFor({ state: 'detached' });
    expect(reportsOf(noras, alarm).at(-1)).toMatchObject({ shown: 'text' });
  });

  it('the notice ends when somebody acknowledges the alarm, although the page is still frozen', async () => {
    const [noras, ottos] = [await open('nora'), await open('otto')];
    await freeze(noras);
    const frozenAtMs = Date.now();
    const alarm = raise(4);
    await ottos.getByTestId('notice-unconfirmed').waitFor();
    server.playAlarms({
      type: 'acknowledged',
      at: alarm.raisedAt,
      alarm: { ...alarm, rev: 2, signal: 'acknowledged' },
    });
    await ottos.getByTestId('notice-unconfirmed').waitFor({ state: 'detached' });
    expectSilence(noras, frozenAtMs, Date.now());
  });

  it('the notice ends when the page is closed', async () => {
    const [noras, ottos] = [await open('nora'), await open('otto')];
    await freeze(noras);
    raise(5);
    await ottos.getByTestId('notice-unconfirmed').waitFor();
    await noras.context().close();
    reports.delete(noras);
    await ottos.getByTestId('notice-unconfirmed').waitFor({ state: 'detached' });
  });

  it('when the only page of a ward is stuck, the ward stops counting as watched within 10 s', async () => {
    const page = await open('nora');
    await until('the ward is watched', () => server.hub.watchedWards().includes(ward));
    const startedAtMs = Date.now();
    const blockedMs = page.evaluate(() => {
      const startMs = performance.now();
      while (performance.now() - startMs < 9_000);
      return performance.now() - startMs;
    });
    await until('the ward is not watched', () => !server.hub.watchedWards().includes(ward));
    const lastReportMs = reports.get(page)!.at(-1)!.atMs;
    expect(Date.now() - startedAtMs).toBeLessThan(10_000);
    process.stdout.write(`from the last report until the ward is not watched: ${Date.now() - lastReportMs} ms\n`);
    expect(await blockedMs).toBeGreaterThanOrEqual(9_000);
    await until('the ward is watched again', () => server.hub.watchedWards().includes(ward));
  });

  it('a hidden tab says so, and another screen names the reason', async () => {
    const [noras, ottos] = [await open('nora'), await open('otto')];
    await noras.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await until('a report', () => reports.get(noras)!.at(-1)?.report.page === 'hidden');
    const alarm = raise(6);
    await until('a report', () => reportsOf(noras, alarm).length > 0);
    expect(reportsOf(noras, alarm)[0]).toMatchObject({ shown: 'nowhere' });
    await ottos
      .getByTestId('notice-unconfirmed')
      .getByText('its browser tab is hidden')
      .filter({ visible: true })
      .waitFor();
    await noras.evaluate(() => {
      Reflect.deleteProperty(document, 'visibilityState');
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await ottos.getByTestId('notice-unconfirmed').waitFor({ state: 'detached' });
    expect(reportsOf(noras, alarm).at(-1)).toMatchObject({ shown: 'text' });
  });
});
