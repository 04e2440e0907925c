/** A screen whose main thread cannot keep up: it says so, gives up waves before numbers, and never takes itself for the server. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type MadeUpWard, openMadeUpWard, userId } from '../../bench/ward.ts';
import { openBrowser, openLogin, pixelsDrawn, submitLogin } from '../browser.ts';
import { until } from '../system.ts';
import { patient, period } from './scene.ts';

/** The main thread does nothing for this long, and then for a moment whatever waits: longer than a heartbeat may be away. */
const blockMs = 6_000;
const breathMs = 400;
/** The page takes the time anew so often. */
const tickMs = 500;
const heartRate = 'MDC_ECG_HEART_RATE';

let ward: MadeUpWard;
let browser: Browser;
let page: Page;
/** What the screen asked for, oldest first: with waves or without. */
const asked: boolean[] = [];
/** A device that measures once in a minute, and one that fell silent before the screen became slow. */
const seldom = { deviceId: 'seldom', period: period('S-1', 'ICU', patient()) };
const silent = { deviceId: 'silent', period: period('S-2', 'ICU', patient()) };
let seldomAtMs: number;

beforeAll(async () => {
  [ward, browser] = await Promise.all([openMadeUpWard({ beds: 2, chunkMs: 500 }), openBrowser(inject('chromium'))]);
  for (const { deviceId, period: held } of [seldom, silent])
    ward.server.associate({ deviceId, version: 1, periods: [held] });
  page = await openLogin(browser, ward.server);
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => asked.push(JSON.parse(String(payload)).waves !== null)),
  );
  await submitLogin(page, userId);
  await page.getByTestId('bed-2').getByTestId(`value-${heartRate}`).waitFor();
});

afterAll(async () => {
  await browser.close();
  await ward.close();
});

function send(device: typeof seldom, intervalMs: number): number {
  const nowMs = Date.now();
  const receivedAt = new Date(nowMs).toISOString();
  const reading = { time: receivedAt, intervalMs, values: [{ code: heartRate, value: 71, unit: '/min' }] };
  ward.server.observe(device.period.associationId, { deviceId: device.deviceId, receivedAt, reading });
  return nowMs;
}

type Witness = {
  dashes: string[];
  banners: number;
  ages: [text: string, atMs: number][];
  rounds: number;
  /** The longest time for which the main thread did nothing else. */
  longestMs: number;
};

/** Runs in the page: notes each dash at a bed that sends, each banner, and what ages were shown when. */
function watchPage(): void {
  const seen: Witness = { dashes: [], banners: 0, ages: [], rounds: 0, longestMs: 0 };
  let freeAtMs = performance.now();
  setInterval(() => {
    seen.longestMs = Math.max(seen.longestMs, performance.now() - freeAtMs);
    freeAtMs = performance.now();
  }, 50);
  const look = () => {
    for (const bed of ['bed-1', 'bed-2', 'bed-S-1']) {
      const values = document.querySelectorAll(`[data-testid="${bed}"] [data-testid^="value-"]`);
      for (const value of values) if (value.textContent === '–') seen.dashes.push(`${bed} in round ${seen.rounds}`);
    }
    if (document.querySelector('[data-testid="banner-lost"]')) seen.banners += 1;
    const age = document.querySelector('[data-testid="bed-S-1"] .slot__age')?.textContent;
    if (age) seen.ages.push([age, Date.now()]);
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  Object.assign(window, { witness: seen });
}

/** Runs in the page: keeps the main thread busy but for a breath between two blocks, until it is told to stop. */
function block([forMs, breath]: readonly [number, number]): void {
  const round = () => {
    const { witness, unblocked } = window as unknown as { witness: Witness; unblocked?: true };
    if (unblocked) return;
    witness.rounds += 1;
    for (const endMs = performance.now() + forMs; performance.now() < endMs; );
    setTimeout(round, breath);
  };
  setTimeout(round, 0);
}

const witness = () => page.evaluate<Witness>('window.witness');
const waveOfBed2 = () => pixelsDrawn(page.getByTestId('bed-2').locator('canvas').first());

describe('a screen whose painter of waves hangs', () => {
  it('the screen hides the traces and says so, and its numbers and alarms go on', async () => {
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
  it('the screen says that it is too slow, keeps numbers and true ages, shows a new alarm, and asks for no waves', async () => {
    await until('a wave that is drawn', async () => (await waveOfBed2()) > 200);
    seldomAtMs = send(seldom, 60_000);
    send(silent, 1_000);
    await page.getByTestId('bed-S-2').getByText('71').waitFor();
    await page.evaluate(watchPage);
    await page.evaluate(block, [blockMs, breathMs] as const);
    const { alarmId } = ward.alarm(1, 'raised');
    await page.getByTestId('notice-slow').getByText('waves are off').waitFor();
    await page.getByTestId(`alarm-${alarmId}`).waitFor();
    await until('no wish for waves', () => asked.at(-1) === false);
    await until('a canvas that is empty', async () => (await waveOfBed2()) === 0);
    await until('enough rounds', async () => (await witness()).rounds >= 6);
    const second = ward.alarm(0, 'raised', 'medium');
    await page.getByTestId(`alarm-${second.alarmId}`).waitFor();

    const seen = await witness();
    expect(seen.dashes).toEqual([]);
    expect(seen.banners).toBe(0);
    expect(seen.ages.length).toBeGreaterThan(3);
    for (const [text, atMs] of seen.ages) {
      const [, count, unit] = /^(\d+) (s|min)/.exec(text)!;
      const unitMs = unit === 's' ? 1000 : 60_000;
      // Whole units are shown, and a tick and the longest block may pass before the next drawing: an age is never less than that.
      const leastMs = Number(count) * unitMs;
      expect([text, atMs - seldomAtMs - leastMs < unitMs + 2 * tickMs + seen.longestMs]).toEqual([text, true]);
    }
    // The device that is silent is not excused by a slow screen.
    expect(await page.getByTestId('bed-S-2').getByTestId(`value-${heartRate}`).textContent()).toBe('–');
  });

  it('the screen shows everything again when it keeps up, and its notice goes', async () => {
    await page.evaluate('window.unblocked = true');
    await page.getByTestId('notice-slow').waitFor({ state: 'detached', timeout: 150_000 });
    await until('a wish for waves', () => asked.at(-1) === true);
    await until('a wave that is drawn', async () => (await waveOfBed2()) > 200);
    expect(await page.getByTestId('banner-lost').count()).toBe(0);
  });
});

describe('a screen that keeps up', () => {
  it('the screen still says that the server is lost, 5 s after the server fell silent', async () => {
    await ward.server.close();
    await page.getByTestId('banner-lost').waitFor({ timeout: 30_000 });
  });
});
