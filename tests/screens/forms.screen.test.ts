/**
 * Checks that the buttons of forms do not move while a person types, and that Enter pressed twice sends a form once.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Command } from '../../contracts/messages/alarms.ts';
import { logIn, openBrowser, openPatient } from '../browser.ts';
import { until } from '../system.ts';
import { clickUntil, pressUntil, pressWhenStill, setHash } from './readable.ts';
import { newPatient, newPeriod, type PlayedBed, playBeds } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const pictures = mkdtempSync(join(tmpdir(), 'vigil-forms-'));
const hr = 'MDC_ECG_HEART_RATE';
const ward = 'CCU';
const widths = [414, 768, 1280, 1366, 1920] as const;
let server: ScreenServer;
let browser: Browser;
let page: Page;
let stop: () => void;
/** Kafka answers an append when this promise has resolved. */
let gate: Promise<void> = Promise.resolve();

const bed: PlayedBed = {
  deviceId: 'bed-01',
  period: newPeriod('F-1', ward, newPatient({ familyName: 'Former' })),
  values: { [hr]: 98, MDC_PULS_OXIM_SAT_O2: 97, MDC_RESP_RATE: 14, MDC_PRESS_CUFF_SYS: 120, MDC_TEMP_BODY: 37 },
  waves: [],
  ageMs: 0,
};

beforeAll(async () => {
  console.log(`pictures in ${pictures}`);
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'paul', name: 'Paul Physician', role: 'physician', wards: [ward] },
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] },
      ],
      wards: [{ ward, beds: ['F-1', 'F-2', 'F-3'] }],
      answersLimits: false,
      stored: async () => [],
      beforeAppend: () => gate,
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, [bed]);
  page = await logIn(browser, server, 'paul');
  page.setDefaultTimeout(15_000);
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

const placeOf = async (testId: string) =>
  page.getByTestId(testId).evaluate((element) => {
    const box = element.getBoundingClientRect();
    const form = element.closest('form')!.getBoundingClientRect();
    return { left: Math.round(box.left - form.left), top: Math.round(box.top - form.top) };
  });

/** Goes to another page, and discards typed text. */
async function leave(to: string) {
  await setHash(page, to);
  const drop = page.getByTestId('unsaved-drop');
  const form = page.locator('form');
  // The page asks about typed text, or has left the form at once.
  await until('a question, or the other page', async () => (await drop.isVisible()) || (await form.count()) === 0);
  if (await drop.isVisible()) await pressUntil(drop, page.getByTestId('tiles'));
  await until('the other page', async () => page.url().endsWith(to) && (await form.count()) === 0);
}

/** Longer than the time after which the form requests the effect of the typed limits. */
const answeredMs = 900;

describe.each(widths)('a window %i px wide', (width) => {
  it('the buttons of the limits form stay where they are while a person types', async () => {
    await page.setViewportSize({ width, height: 900 });
    await openPatient(page, 'F-1');
    await clickUntil(page, 'edit-limits-HR', 'limit-form');
    const high = page.getByLabel('High', { exact: true });
    const low = page.getByLabel('Low', { exact: true });
    const reason = page.getByLabel('Reason to switch low and high off');
    const places = async () => [await placeOf('limit-save'), await placeOf('limit-switch-off')];
    const placesBefore = await places();
    const moved: string[] = [];
    const look = async (what: string) => {
      if (JSON.stringify(await places()) !== JSON.stringify(placesBefore)) moved.push(what);
    };
    for (const text of ['110,5', '150', 'abc', '1000', '12']) {
      await high.fill(text);
      await look(`${text} typed`);
      await page.waitForTimeout(answeredMs);
      await look(`${text} answered`);
    }
    await low.fill('045');
    await high.fill('110,5');
    await page.getByLabel('Extreme low').fill('040');
    await page.getByLabel('Extreme high').fill('140,50');
    await look('four numbers typed in unusual notations');
    await page.screenshot({ path: join(pictures, `limits-${width}.png`) });
    await high.fill('abc');
    await pressWhenStill(page.getByTestId('limit-save'));
    await page.getByTestId('limit-problem').getByText('is not a plain number').waitFor();
    expect(await places()).toEqual(placesBefore);
    await reason.fill('p');
    expect(await page.getByTestId('limit-problem').textContent()).toBe('');
    expect(await places()).toEqual(placesBefore);
    expect(moved).toEqual([]);
    await reason.fill('');
    await leave(`#/ward/${ward}`);
  });
});

/** Submits a form twice before the page draws again, as Enter pressed twice does. */
const submitTwice = (testId: string) =>
  page.getByTestId(testId).evaluate((element) => {
    const form = element.closest('form')!;
    form.requestSubmit();
    form.requestSubmit();
  });
const commandsOf = (type: Command['type']) => server.commands.filter((command) => command.type === type);

describe('Enter pressed twice', () => {
  it('Enter pressed twice in the limits form sends one change of limits', async () => {
    await page.setViewportSize({ width: 1366, height: 768 });
    await openPatient(page, 'F-1');
    await clickUntil(page, 'edit-limits-HR', 'limit-form');
    await page.getByLabel('High', { exact: true }).fill('125');
    const release = holdAppends();
    await submitTwice('limit-save');
    await page.waitForTimeout(500);
    release();
    await until('the command', () => commandsOf('set-limits').length > 0);
    await page.waitForTimeout(500);
    expect(commandsOf('set-limits')).toHaveLength(1);
    await leave(`#/ward/${ward}`);
  });

  it('Enter pressed twice in the standby form begins one standby', async () => {
    await openPatient(page, 'F-1');
    await clickUntil(page, 'standby', 'standby-form');
    await page.getByLabel('Why the patient is away').fill('CT');
    await submitTwice('standby-begin');
    await until('the command', () => commandsOf('standby').length > 0);
    await page.waitForTimeout(500);
    expect(commandsOf('standby')).toHaveLength(1);
    await leave(`#/ward/${ward}`);
  });

  it('Enter pressed twice in the assessment form enters one assessment', async () => {
    await openPatient(page, 'F-1');
    await clickUntil(page, 'assess', 'assessment-form');
    await page.locator('select[name=oxygen]').selectOption({ index: 1 });
    await submitTwice('assessment-save');
    await until('the command', () => commandsOf('enter-assessment').length > 0);
    await page.waitForTimeout(500);
    expect(commandsOf('enter-assessment')).toHaveLength(1);
    await leave(`#/ward/${ward}`);
  });

  it('Enter pressed twice in the login form sends one login', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const otherPage = await context.newPage();
    let logins = 0;
    await otherPage.route('**/api/login', async (route) => {
      logins += 1;
      await route.continue();
    });
    await otherPage.goto(`${server.origin}/`);
    await otherPage.getByTestId('login-user').fill('nora');
    await otherPage.getByTestId('login-password').fill('wrong');
    await otherPage.getByTestId('login-submit').evaluate((element) => {
      element.closest('form')!.requestSubmit();
      element.closest('form')!.requestSubmit();
    });
    await otherPage.getByTestId('login-error').getByText(/wrong/).waitFor();
    expect(logins).toBe(1);
    await context.close();
  });
});

/** Makes Kafka answer no append until the returned function is called. */
function holdAppends(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  gate = promise;
  return resolve;
}
