/** What holds for each form: its buttons stay where they are while a person types, and Enter pressed twice does the act once. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Command } from '../../contracts/messages/alarms.ts';
import { logIn, openBrowser, openPatient } from '../browser.ts';
import { until } from '../system.ts';
import { clickUntil, goTo, pressStill } from './readable.ts';
import { type PlayedBed, patient, period, play } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const pictures = mkdtempSync(join(tmpdir(), 'vigil-forms-'));
const hr = 'MDC_ECG_HEART_RATE';
const ward = 'CCU';
const widths = [414, 768, 1280, 1366, 1920] as const;
let server: ScreenServer;
let browser: Browser;
let page: Page;
let stop: () => void;
/** The log answers an append once this has come about. */
let gate: Promise<void> = Promise.resolve();

const bed: PlayedBed = {
  deviceId: 'bed-01',
  period: period('F-1', ward, patient({ familyName: 'Former' })),
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
  stop = play(server, [bed]);
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

/** Goes to another page, and drops what was typed. */
async function leave(to: string) {
  await goTo(page, to);
  await page.waitForTimeout(300);
  const drop = page.getByTestId('unsaved-drop');
  if (await drop.isVisible()) await pressStill(drop);
  await until('the other page', async () => page.url().endsWith(to));
}

/** Longer than the form waits before it asks what limits would have done. */
const askedMs = 900;

describe.each(widths)('at a width of %i', (width) => {
  it('the buttons of the limits form stay where they are while a person types', async () => {
    await page.setViewportSize({ width, height: 900 });
    await openPatient(page, 'F-1');
    await clickUntil(page, 'edit-limits-HR', 'limit-form');
    const high = page.getByLabel('High', { exact: true });
    const low = page.getByLabel('Low', { exact: true });
    const reason = page.getByLabel('Reason to switch low and high off');
    const places = async () => [await placeOf('limit-save'), await placeOf('limit-switch-off')];
    const before = await places();
    const moved: string[] = [];
    const look = async (what: string) => {
      if (JSON.stringify(await places()) !== JSON.stringify(before)) moved.push(what);
    };
    for (const text of ['110,5', '150', 'abc', '1000', '12']) {
      await high.fill(text);
      await look(`${text} typed`);
      await page.waitForTimeout(askedMs);
      await look(`${text} answered`);
    }
    await low.fill('045');
    await high.fill('110,5');
    await page.getByLabel('Extreme low').fill('040');
    await page.getByLabel('Extreme high').fill('140,50');
    await look('four numbers read otherwise');
    await page.screenshot({ path: join(pictures, `limits-${width}.png`) });
    await high.fill('abc');
    await pressStill(page.getByTestId('limit-save'));
    await page.getByTestId('limit-problem').getByText('is not a plain number').waitFor();
    const refused = await places();
    expect(refused).toEqual(before);
    await reason.fill('p');
    expect(await page.getByTestId('limit-problem').textContent()).toBe('');
    expect(await places()).toEqual(refused);
    expect(moved).toEqual([]);
    await reason.fill('');
    await leave(`#/ward/${ward}`);
  });
});

/** Runs in the page: two presses of Enter before anything is drawn anew. */
const submitTwice = (testId: string) =>
  page.getByTestId(testId).evaluate((element) => {
    const form = element.closest('form')!;
    form.requestSubmit();
    form.requestSubmit();
  });
const commandsOf = (type: Command['type']) => server.commands.filter((command) => command.type === type);

describe('Enter pressed twice', () => {
  it('the limits change once when Enter is pressed twice', async () => {
    await page.setViewportSize({ width: 1366, height: 768 });
    await openPatient(page, 'F-1');
    await clickUntil(page, 'edit-limits-HR', 'limit-form');
    await page.getByLabel('High', { exact: true }).fill('125');
    const release = hold();
    await submitTwice('limit-save');
    await page.waitForTimeout(500);
    release();
    await until('the command', () => commandsOf('set-limits').length > 0);
    await page.waitForTimeout(500);
    expect(commandsOf('set-limits')).toHaveLength(1);
    await leave(`#/ward/${ward}`);
  });

  it('one standby begins when Enter is pressed twice', async () => {
    await openPatient(page, 'F-1');
    await clickUntil(page, 'standby', 'standby-form');
    await page.getByLabel('Why the patient is away').fill('CT');
    await submitTwice('standby-begin');
    await until('the command', () => commandsOf('standby').length > 0);
    await page.waitForTimeout(500);
    expect(commandsOf('standby')).toHaveLength(1);
    await leave(`#/ward/${ward}`);
  });

  it('one assessment is entered when Enter is pressed twice', async () => {
    await openPatient(page, 'F-1');
    await clickUntil(page, 'assess', 'assessment-form');
    await page.locator('select[name=oxygen]').selectOption({ index: 1 });
    await submitTwice('assessment-save');
    await until('the command', () => commandsOf('enter-assessment').length > 0);
    await page.waitForTimeout(500);
    expect(commandsOf('enter-assessment')).toHaveLength(1);
    await leave(`#/ward/${ward}`);
  });

  it('the browser asks for one login when Enter is pressed twice', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const other = await context.newPage();
    let asked = 0;
    await other.route('**/api/login', async (route) => {
      asked += 1;
      await route.continue();
    });
    await other.goto(`${server.origin}/`);
    await other.getByTestId('login-user').fill('nora');
    await other.getByTestId('login-password').fill('wrong');
    await other.getByTestId('login-submit').evaluate((element) => {
      element.closest('form')!.requestSubmit();
      element.closest('form')!.requestSubmit();
    });
    await other.getByTestId('login-error').getByText(/wrong/).waitFor();
    expect(asked).toBe(1);
    await context.close();
  });
});

/** Kafka answers nothing until the returned function is called. */
function hold(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  gate = promise;
  return resolve;
}
