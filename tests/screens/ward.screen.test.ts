/** Checks the server of the screen tests: a value, an alarm and a command pass through the real protocol. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { logIn, openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { pressWhenStill } from './readable.ts';
import { alarmOf, longestBeds, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

let server: ScreenServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({ accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: ['ICU'] }] }),
    openBrowser(inject('chromium')),
  ]);
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

describe('the server of the screen tests', () => {
  it('the server of the screen tests shows a value and an alarm in a real browser, and gets the acknowledgement of the alarm', async () => {
    const [bed] = longestBeds(2, 'ICU').slice(1);
    const stop = playBeds(server, [bed!]);
    const page = await logIn(browser, server, 'nora');
    const tile = page.getByTestId('bed-U-2');
    await tile.getByTestId('value-MDC_TEMP_BODY').waitFor();
    expect(await tile.getByTestId('value-MDC_TEMP_BODY').textContent()).toBe('40.0');
    const alarm = alarmOf(bed!);
    server.playAlarms(raisedEvent(alarm));
    await pressWhenStill(page.getByTestId(`ack-${alarm.alarmId}`));
    await until('the command', () => server.commands.length === 1);
    expect(server.commands[0]).toMatchObject({ type: 'acknowledge', alarmId: alarm.alarmId, by: { userId: 'nora' } });
    stop();
  });
});

it('a tablet that is turned keeps the focus on the button that a person has reached with keys', async () => {
  const stop = playBeds(server, longestBeds(2, 'ICU'));
  const page = await logIn(browser, server, 'nora');
  const view = page.getByTestId('view');
  await page.locator('.tile').first().waitFor();
  await view.focus();
  const isBelowTiles = () =>
    page.evaluate(() => {
      const topOf = (selector: string) => document.querySelector(selector)!.getBoundingClientRect().top;
      return topOf('[data-testid=view]') > topOf('.tile');
    });
  for (const width of [360, 1_366]) {
    await page.setViewportSize({ width, height: 780 });
    await until('the tools at their other place', async () => (await isBelowTiles()) === width < 600);
    await until('the focus', () => view.evaluate((button) => button === document.activeElement));
  }
  stop();
});
