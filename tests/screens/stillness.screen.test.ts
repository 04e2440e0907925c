/** Nothing that acts may move under pointer, finger or focus: what has just moved or changed is dead for a second. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Alarm, AlarmEvent, Command } from '../../contracts/messages/alarms.ts';
import { logIn, openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { alarmOf, type PlayedBed, patient, period, play, raised } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';
const beds = [1, 2, 3, 4].map(
  (number): PlayedBed => ({
    deviceId: `bed-0${number}`,
    period: period(`U-${number}`, ward, patient()),
    values: { MDC_ECG_HEART_RATE: 78 },
    waves: [],
    ageMs: 0,
  }),
);
const [first, second, third] = beds as [PlayedBed, PlayedBed, PlayedBed];

let server: ScreenServer;
let browser: Browser;
let page: Page;
let stop: () => void;
let shown: Alarm[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({ accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] }] }),
    openBrowser(inject('chromium')),
  ]);
  stop = play(server, beds);
  page = await logIn(browser, server, 'nora');
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

beforeEach(async () => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.goto(`${server.origin}/#/`);
  await page.mouse.move(5, 5);
  await page.getByTestId('bed-U-4').waitFor();
});

afterEach(async () => {
  await goOn();
  // Another page has another list, which no hand holds.
  await page.goto(`${server.origin}/#/devices`);
  tell(...shown.map((alarm): AlarmEvent => ({ ...raised({ ...alarm, rev: 99, signal: 'off' }), type: 'cleared' })));
  shown = [];
  server.commands.length = 0;
  await page.mouse.move(5, 5);
  await until('no alarm', async () => (await page.locator('[data-alarm]').count()) === 0);
});

/** Folds events of the alarm processor, and remembers what is to be cleared after the test. */
function tell(...events: AlarmEvent[]): void {
  shown.push(...events.filter((event) => event.type === 'raised').map((event) => event.alarm));
  server.alarms(...events);
}

const row = (alarm: Alarm) => page.getByTestId(`alarm-${alarm.alarmId}`);
const button = (alarm: Alarm) => page.getByTestId(`ack-${alarm.alarmId}`);
const settled = () =>
  until('that everything stands still', async () => (await page.locator('[data-unsettled]').count()) === 0);
async function centre(locator: Locator): Promise<[number, number]> {
  const { x, y, width, height } = (await locator.boundingBox())!;
  return [x + width / 2, y + height / 2];
}
/** How far its centre is from where it was, px. */
async function shift(locator: Locator, [x, y]: [number, number]): Promise<number> {
  const [nowX, nowY] = await centre(locator);
  return Math.hypot(nowX - x, nowY - y);
}
const acknowledged = () =>
  server.commands.filter((one): one is Extract<Command, { type: 'acknowledge' }> => one.type === 'acknowledge');

/** Stops the page's steady clock: what moves from now on has moved just now, however slow this machine is. */
const holdClock = () =>
  page.evaluate(() => {
    const atMs = performance.now();
    performance.now = () => atMs;
  });
const goOn = () => page.evaluate(() => Reflect.deleteProperty(performance, 'now'));
/** Two frames, so that a click that was let through has had its effect. */
const frames = () =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

describe('a row of the list of alarms', () => {
  it('that was inserted under the pointer cannot be acknowledged until it has stood there for a second', async () => {
    const meant = alarmOf(first, { priority: 'medium', text: 'HR 130 > 120' });
    tell(raised(meant));
    await button(meant).waitFor();
    await settled();
    const at = await centre(button(meant));
    await holdClock();
    const unseen = alarmOf(second, { text: 'HR 0', condition: 'asystole' });
    tell(raised(unseen));
    await row(unseen).waitFor();
    expect(
      await button(unseen).evaluate((element, [x, y]) => element.contains(document.elementFromPoint(x, y)), at),
    ).toBe(true);
    await page.mouse.click(...at);
    await page.getByTestId('moved-hint').waitFor();
    await frames();
    expect(await button(unseen).textContent()).toBe('Acknowledge');
    expect(server.commands).toEqual([]);
    expect(await button(unseen).getAttribute('aria-disabled')).toBe('true');

    await goOn();
    await settled();
    await page.mouse.click(...at);
    await until('the acknowledgement', () => acknowledged().length === 1);
    expect(acknowledged()[0]).toMatchObject({ alarmId: unseen.alarmId, rev: 1 });
  });

  it('keeps its place while the pointer is on the list; a new high alarm comes last and is named below the rows', async () => {
    const meant = alarmOf(first, { priority: 'medium', text: 'HR 130 > 120' });
    tell(raised(meant));
    await button(meant).waitFor();
    await settled();
    const at = await centre(button(meant));
    await page.mouse.move(...at);
    const high = alarmOf(second, { text: 'HR 0', condition: 'asystole' });
    tell(raised(high));
    await row(high).waitFor();
    expect(await page.getByTestId('fresh-alarms').textContent()).toContain('U-2 HR 0');
    expect(await shift(button(meant), at)).toBeLessThan(1);
    await page.mouse.click(...at);
    await until('the acknowledgement', () => acknowledged().length === 1);
    expect(acknowledged()[0]).toMatchObject({ alarmId: meant.alarmId, rev: 1 });
    await page.mouse.move(5, 5);
    await until('the high alarm on top', async () => {
      const top = await page.locator('[data-alarm]').first().getAttribute('data-alarm');
      return top === high.alarmId;
    });
    expect(await page.getByTestId('fresh-alarms').count()).toBe(0);
  });

  it('keeps its place when the row above it goes while the pointer is on the list', async () => {
    const [above, meant] = [alarmOf(first, { text: 'HR 190 > 140' }), alarmOf(second, { priority: 'medium' })];
    tell(raised(above), raised(meant));
    await button(meant).waitFor();
    await settled();
    const at = await centre(button(meant));
    await page.mouse.move(...at);
    tell({ ...raised({ ...above, rev: 2, present: false, signal: 'off' }), type: 'cleared' });
    await row(above).getByText('no longer listed').waitFor();
    expect(await shift(button(meant), at)).toBeLessThan(1);
  });

  it('does not move when the row above it is acknowledged', async () => {
    const [above, meant] = [alarmOf(first, { text: 'HR 190 > 140' }), alarmOf(second, { priority: 'medium' })];
    tell(raised(above), raised(meant));
    await button(meant).waitFor();
    await settled();
    const at = await centre(button(meant));
    await page.mouse.move(...at);
    const by = { userId: 'nora', name: 'Nora Nurse', role: 'nurse' } as const;
    const answer = { signal: 'acknowledged', acknowledgedBy: by, acknowledgedAt: new Date().toISOString() } as const;
    tell({ ...raised({ ...above, rev: 2, ...answer }), type: 'acknowledged' });
    await page.getByTestId(`acked-${above.alarmId}`).waitFor();
    expect(await shift(button(meant), at)).toBeLessThan(1);
  });

  it('keeps the focus when it moves, and a key does nothing for a second', async () => {
    const meant = alarmOf(first, { priority: 'medium', text: 'HR 130 > 120' });
    tell(raised(meant));
    await button(meant).focus();
    await settled();
    // The keys rest for so long that the rows are free again, and a graver one goes above.
    const high = alarmOf(second, {});
    tell(raised(high));
    await row(high).waitFor();
    await holdClock();
    await until('that the row has moved', async () => {
      const top = await page.locator('[data-alarm]').first().getAttribute('data-alarm');
      return top === high.alarmId;
    });
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
    expect(await focused()).toBe(`ack-${meant.alarmId}`);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    await page.getByTestId('moved-hint').waitFor();
    await frames();
    expect(server.commands).toEqual([]);

    await goOn();
    await settled();
    expect(await focused()).toBe(`ack-${meant.alarmId}`);
    await page.keyboard.press('Enter');
    await until('the acknowledgement', () => acknowledged().length === 1);
    expect(acknowledged()[0]).toMatchObject({ alarmId: meant.alarmId });
  });

  it('that gets graver between the press and the release is dead: nothing is sent', async () => {
    const seen = alarmOf(first, { text: 'SpO2 84 < 85' });
    tell(raised(seen));
    await button(seen).waitFor();
    await settled();
    await page.mouse.move(...(await centre(button(seen))));
    await page.mouse.down();
    await holdClock();
    tell({ ...raised({ ...seen, rev: 2, text: 'SpO2 61 < 85' }), type: 'updated' });
    await row(seen).getByText('SpO2 61 < 85').waitFor();
    await page.mouse.up();
    await page.getByTestId('moved-hint').waitFor();
    await frames();
    expect(await button(seen).getAttribute('aria-disabled')).toBe('true');
    expect(await button(seen).textContent()).toBe('Acknowledge');
    expect(server.commands).toEqual([]);
    await goOn();
    await settled();
    await button(seen).click();
    await until('the acknowledgement', () => acknowledged().length === 1);
    expect(acknowledged()[0]).toMatchObject({ alarmId: seen.alarmId, rev: 2 });
  });

  it('of a revision that the server cannot judge is not acknowledged, says what it is now, and asks again', async () => {
    const seen = alarmOf(first, { text: 'SpO2 84 < 85' });
    tell(raised(seen));
    await button(seen).waitFor();
    await settled();
    await page.mouse.move(...(await centre(button(seen))));
    await page.mouse.down();
    // Revisions 2 to 4 are missing: between them it may have been graver.
    tell({ ...raised({ ...seen, rev: 5, escalation: 1 }), type: 'escalated' });
    await row(seen).getByText('escalated').waitFor();
    await page.mouse.up();
    const error = page.getByTestId(`ack-error-${seen.alarmId}`);
    await error.waitFor();
    expect(await error.textContent()).toBe('Not acknowledged. This alarm changed to “SpO2 84 < 85”: look again.');
    expect(server.commands).toEqual([]);
    await settled();
    await button(seen).click();
    await until('the acknowledgement', () => acknowledged().length === 1);
    expect(acknowledged()[0]).toMatchObject({ alarmId: seen.alarmId, rev: 5 });
  });
});

describe('what else acts', () => {
  it('a tile that was sorted under the pointer does not open', async () => {
    await page.getByTestId('sort-alarms').click();
    try {
      await settled();
      const at = await centre(page.getByTestId('bed-U-1'));
      await holdClock();
      const high = alarmOf(third, {});
      tell(raised(high));
      await until('that the tile of U-3 is first', async () => {
        const [x, y] = await centre(page.getByTestId('bed-U-3'));
        return Math.abs(x - at[0]) < 1 && Math.abs(y - at[1]) < 1;
      });
      await page.mouse.click(...at);
      await page.getByTestId('moved-hint').waitFor();
      await frames();
      expect(await page.getByTestId('patient-view').count()).toBe(0);
      await goOn();
      await settled();
      await page.mouse.click(...at);
      await page.getByTestId('patient-view').waitFor();
      expect(await page.locator('.patient__bed').textContent()).toBe('U-3');
      await page.getByTestId('patient-close').click();
    } finally {
      await goOn();
      await page.getByTestId('sort-alarms').click();
    }
  });

  it('the sound is paused at once, also where an alarm has come or gone just now', async () => {
    tell(raised(alarmOf(first, { priority: 'low' })));
    await page.getByTestId('pause-audio').waitFor();
    await settled();
    const at = await centre(page.getByTestId('pause-audio'));
    await holdClock();
    const unseen = alarmOf(second, {});
    tell(raised(unseen));
    await row(unseen).waitFor();
    await page.mouse.click(...at);
    await until('the pauses', () => server.commands.length === 2);
  });

  it('a row of the devices that a new device pushed down does not act', async () => {
    await page.goto(`${server.origin}/#/devices`);
    const change = page.getByTestId('associate-bed-01');
    await change.waitFor();
    await settled();
    const at = await centre(change);
    await holdClock();
    server.associate({ deviceId: 'another', version: 1, periods: [period('U-9', ward, null)] });
    await page.getByTestId('device-another').waitFor();
    await page.mouse.click(...at);
    await page.getByTestId('moved-hint').waitFor();
    await frames();
    expect(await page.getByTestId('associate-form').count()).toBe(0);
  });
});
