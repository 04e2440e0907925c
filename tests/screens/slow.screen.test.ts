/**
 * Checks a screen with a main thread that is too slow. The screen shows a notice, stops drawing waves, keeps numbers,
 * and does not report that the server is lost.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type MadeUpWard, openMadeUpWard, userId } from '../../bench/ward.ts';
import { openBrowser, openLogin, pixelsDrawn, submitLogin } from '../browser.ts';
import { until } from '../system.ts';
import { newPatient, newPeriod } from './scene.ts';

/** Time for which the main thread is blocked. It is longer than the time after which the page reports a lost server. */
const blockMs = 6_000;
/** Pause between two blocks, in which the page does its waiting work. */
const pauseMs = 400;
/** Interval at which the page updates its clock. */
const tickMs = 500;
const heartRate = 'MDC_ECG_HEART_RATE';

let ward: MadeUpWard;
let browser: Browser;
let page: Page;
/** For each watch message of the screen, oldest first: whether it requests waves. */
const requestsWaves: boolean[] = [];
/** A device that sends once a minute, and a device that stops sending before the screen becomes slow. */
const slowSender = { deviceId: 'seldom', period: newPeriod('S-1', 'ICU', newPatient()) };
const stoppedSender = { deviceId: 'silent', period: newPeriod('S-2', 'ICU', newPatient()) };
let slowSenderSentAtMs: number;

beforeAll(async () => {
  [ward, browser] = await Promise.all([openMadeUpWard({ beds: 2, chunkMs: 500 }), openBrowser(inject('chromium'))]);
  for (const { deviceId, period: stay } of [slowSender, stoppedSender])
    ward.server.associate({ deviceId, version: 1, periods: [stay] });
  page = await openLogin(browser, ward.server);
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const { type, waves } = JSON.parse(String(payload));
      if (type === 'watch') requestsWaves.push(waves !== null);
    }),
  );
  await submitLogin(page, userId);
  await page.getByTestId('bed-2').getByTestId(`value-${heartRate}`).waitFor();
});

afterAll(async () => {
  await browser.close();
  await ward.close();
});

function send(device: typeof slowSender, intervalMs: number): number {
  const nowMs = Date.now();
  const receivedAt = new Date(nowMs).toISOString();
  const reading = { time: receivedAt, intervalMs, values: [{ code: heartRate, value: 71, unit: '/min' }] };
  ward.server.playObservation(device.period.associationId, { deviceId: device.deviceId, receivedAt, reading });
  return nowMs;
}

type PageRecord = {
  dashes: string[];
  banners: number;
  ages: [text: string, atMs: number][];
  rounds: number;
  /** Longest time for which the main thread was blocked. */
  longestMs: number;
};

/**
 * Runs in the page. At each change of the page, records each dash at a bed that sends values, and counts the banner if
 * it is shown. Also records the age at bed S-1, and when the page shows this age.
 */
function startPageRecord(): void {
  const record: PageRecord = { dashes: [], banners: 0, ages: [], rounds: 0, longestMs: 0 };
  let freeAtMs = performance.now();
  setInterval(() => {
    record.longestMs = Math.max(record.longestMs, performance.now() - freeAtMs);
    freeAtMs = performance.now();
  }, 50);
  const look = () => {
    for (const bed of ['bed-1', 'bed-2', 'bed-S-1']) {
      const values = document.querySelectorAll(`[data-testid="${bed}"] [data-testid^="value-"]`);
      for (const value of values) if (value.textContent === '–') record.dashes.push(`${bed} in round ${record.rounds}`);
    }
    if (document.querySelector('[data-testid="banner-lost"]')) record.banners += 1;
    const age = document.querySelector('[data-testid="bed-S-1"] .slot__age')?.textContent;
    if (age) record.ages.push([age, Date.now()]);
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  Object.assign(window, { pageRecord: record });
}

/**
 * Runs in the page. Blocks the main thread again and again, with a pause after each block, until `unblocked` is set.
 */
function blockMainThread([forMs, pauseMs]: readonly [number, number]): void {
  const round = () => {
    const { pageRecord, unblocked } = window as unknown as { pageRecord: PageRecord; unblocked?: true };
    if (unblocked) return;
    pageRecord.rounds += 1;
    for (const endMs = performance.now() + forMs; performance.now() < endMs; );
    setTimeout(round, pauseMs);
  };
  setTimeout(round, 0);
}

const readPageRecord = () => page.evaluate<PageRecord>('window.pageRecord');
const wavePixelsOfBed2 = () => pixelsDrawn(page.getByTestId('bed-2').locator('canvas').first());

describe('a screen whose wave worker hangs', () => {
  it('when the worker that draws the waves hangs, the screen hides the waves, shows a notice, and still shows new alarms', async () => {
    const other = await openLogin(browser, ward.server);
    await submitLogin(other, userId);
    const canvas = other.getByTestId('bed-2').locator('canvas').first();
    await until('a wave that is drawn', async () => (await pixelsDrawn(canvas)) > 200);
    await other.workers()[0]!.evaluate(() => {
      setTimeout(() => {
        for (;;);
      });
    });
    await other.getByTestId('notice-waves-failed').waitFor();
    await canvas.waitFor({ state: 'hidden' });
    const { alarmId } = ward.alarm(1, 'raised');
    await other.getByTestId(`alarm-${alarmId}`).waitFor();
    await other.context().close();
  });
});

describe('a screen that is too slow', () => {
  it('a screen that is too slow shows a notice, keeps numbers and correct ages, shows new alarms, and requests no waves', async () => {
    await until('a wave that is drawn', async () => (await wavePixelsOfBed2()) > 200);
    slowSenderSentAtMs = send(slowSender, 60_000);
    send(stoppedSender, 1_000);
    await page.getByTestId('bed-S-2').getByText('71').waitFor();
    await page.evaluate(startPageRecord);
    await page.evaluate(blockMainThread, [blockMs, pauseMs] as const);
    const { alarmId } = ward.alarm(1, 'raised');
    await page.getByTestId('notice-slow').getByText('waves are off').filter({ visible: true }).waitFor();
    await page.getByTestId(`alarm-${alarmId}`).waitFor();
    await until('a request without waves', () => requestsWaves.at(-1) === false);
    await until('a canvas that is empty', async () => (await wavePixelsOfBed2()) === 0);
    await until('enough rounds', async () => (await readPageRecord()).rounds >= 6);
    const second = ward.alarm(0, 'raised', 'medium');
    await page.getByTestId(`alarm-${second.alarmId}`).waitFor();

    const record = await readPageRecord();
    expect(record.dashes).toEqual([]);
    expect(record.banners).toBe(0);
    expect(record.ages.length).toBeGreaterThan(3);
    for (const [text, atMs] of record.ages) {
      const [, count, unit] = /^(\d+) (s|min)/.exec(text)!;
      const unitMs = unit === 's' ? 1000 : 60_000;
      // The page shows ages in whole units. A tick and the longest block may pass before the page draws a new age.
      const shownMs = Number(count) * unitMs;
      expect([text, atMs - slowSenderSentAtMs - shownMs < unitMs + 2 * tickMs + record.longestMs]).toEqual([
        text,
        true,
      ]);
    }
    // The value of the device that stopped sending turns into a dash also on the slow screen.
    expect(await page.getByTestId('bed-S-2').getByTestId(`value-${heartRate}`).textContent()).toBe('–');
  });

  it('a screen that is no longer too slow requests and draws waves again, and its notice disappears', async () => {
    await page.evaluate('window.unblocked = true');
    await page.getByTestId('notice-slow').waitFor({ state: 'detached', timeout: 150_000 });
    await until('a request for waves', () => requestsWaves.at(-1) === true);
    await until('a wave that is drawn', async () => (await wavePixelsOfBed2()) > 200);
    expect(await page.getByTestId('banner-lost').count()).toBe(0);
  });
});

describe('a screen that is fast enough', () => {
  it('a screen that is fast enough shows the banner of a lost server when the server stops', async () => {
    await ward.server.close();
    await page.getByTestId('banner-lost').waitFor({ timeout: 30_000 });
  });
});
