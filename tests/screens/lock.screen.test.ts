/**
 * A screen that nobody touches locks itself: it hides names and refuses acts, still shows alarms, and unlocks with the
 * password.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { logIn, openBrowser, password } from '../browser.ts';
import { pressWhenStill } from './readable.ts';
import { alarmOf, newPatient, newPeriod, playBeds, raisedEvent, widestValues } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const pictures = mkdtempSync(join(tmpdir(), 'vigil-lock-'));
/** Time after which the screen locks. This time is long enough for a slow machine to load the ward before the lock. */
const lockAfterMs = 10_000;
let server: ScreenServer;
let browser: Browser;

beforeAll(async () => {
  console.log(`pictures in ${pictures}`);
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: ['ICU'] }],
      lockAfterMs,
    }),
    openBrowser(inject('chromium')),
  ]);
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

/** Returns an array that collects every message of the live connection from now on. */
function listen(page: Page): string[] {
  const messages: string[] = [];
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => messages.push(String(payload))));
  return messages;
}

it('a screen that nobody touches hides names, still shows alarms, refuses acts, and unlocks with the password', async () => {
  const stay = newPeriod('U-1', 'ICU', newPatient({ familyName: 'Heronova' }));
  const bed = { deviceId: 'bed-01', period: stay, values: widestValues, waves: [], ageMs: 0 };
  const stop = playBeds(server, [bed]);
  const page = await logIn(browser, server, 'nora');
  const messages = listen(page);
  await page.getByText('Heronova').first().waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('heron');
  await page.getByTestId('search-bed').getByText('Heronova').waitFor();

  await page.getByTestId('lock').waitFor();
  await page.getByText('Heronova').first().waitFor({ state: 'hidden' });
  expect(await page.getByTestId('search').count()).toBe(0);
  // From now on neither the page nor the messages to it contain the name, but the page still shows the numbers.
  await page.reload();
  await page.getByTestId('lock').waitFor();
  await page.getByTestId('bed-U-1').getByTestId('value-MDC_ECG_HEART_RATE').waitFor();
  expect(await page.content()).not.toContain('Heronova');
  expect(messages.filter((text) => text.includes('"snapshot"')).at(-1)).not.toContain('Heronova');

  server.playAlarms(raisedEvent(alarmOf(bed, { priority: 'high' })));
  await page.getByText('HR 188 > 160').first().waitFor();
  for (const [width, height] of [
    [1920, 1080],
    [414, 896],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(pictures, `locked-${width}.png`) });
  }
  await page.setViewportSize({ width: 1920, height: 1080 });

  // No key selects or acknowledges an alarm of a locked page.
  for (const key of ['n', 'a', '/', '?']) await page.keyboard.press(key);
  expect(await page.getByTestId('selected-alarm').getAttribute('data-alarm-id')).toBeNull();
  expect(await page.getByTestId('search').count()).toBe(0);

  // The server refuses requests that the locked page does not offer.
  const refused = await page.evaluate(async (associationId) => {
    const headers = { 'x-vigil': '1', 'content-type': 'application/json' };
    const look = await fetch(`/api/associations/${associationId}`);
    const path = `/api/associations/${associationId}/pause-audio`;
    const act = await fetch(path, { method: 'POST', headers, body: '{"forMs":60000}' });
    return [look.status, act.status];
  }, stay.associationId);
  expect(refused).toEqual([423, 423]);
  expect(server.commands).toEqual([]);

  await pressWhenStill(page.getByTestId('unlock'));
  await page.getByTestId('unlock-error').filter({ hasText: 'Enter the password.' }).waitFor();
  await page.getByTestId('unlock-password').fill('not the password');
  await pressWhenStill(page.getByTestId('unlock'));
  await page.getByTestId('unlock-error').filter({ hasText: 'The password is wrong.' }).waitFor();
  await page.getByTestId('unlock-password').fill(password);
  await pressWhenStill(page.getByTestId('unlock'));
  await page.getByText('Heronova').first().waitFor();
  await page.getByTestId('lock').waitFor({ state: 'hidden' });

  const actions = server.audit.page({}).records.map(({ action, session }) => [action, session !== undefined]);
  expect(actions).toEqual(
    expect.arrayContaining([
      ['screen-locked', true],
      ['login-failed', false],
      ['screen-unlocked', true],
    ]),
  );
  stop();
});
