/**
 * Tests the whole way of an alarm to a person. A value crosses a limit. The nurse is called on the phone and rejects.
 * The buddy is called and accepts. The ward screen shows who goes. The buddy acknowledges, and the alarm ends.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { addAccount, openBrowser, submitLogin } from './browser.ts';
import { connectDevice, type TestDevice } from './device.ts';
import type { TestPlatform } from './platform.ts';
import { admitted, associate, openLogAs, ownPorts, startProcess, until } from './system.ts';

const ward = 'ward-d';
const bed = 'D-09';
const stay = admitted(bed, ward, 'Okapi');
const phoneSize = { width: 390, height: 844 };
const wardSize = { width: 1366, height: 768 };
const folder = process.env.VIGIL_SCREENSHOTS_DIR;

const closers: (() => Promise<unknown>)[] = [];
let platform: TestPlatform;
let browser: Browser;
let device: TestDevice;
let readings: ReturnType<typeof setInterval>;
let rate = 80;
let annas: Page;
let bens: Page;
let wardScreen: Page;

beforeAll(async () => {
  platform = await ownPorts(inject('platform'));
  const wardsFile = join(platform.stateDir, 'wards-delivery.json');
  writeFileSync(wardsFile, JSON.stringify({ version: 1, wards: [{ ward, beds: [bed] }] }));
  for (const [userId, name] of [
    ['anna-d', 'Anna Nurse'],
    ['ben-d', 'Ben Buddy'],
    ['wendy-d', 'Wendy Ward'],
  ] as const)
    addAccount(platform, userId, name, 'nurse', [ward]);
  const operator = await openLogAs(platform, 'operator');
  closers.push(operator.close);
  await associate(platform, operator, 'bed-09', Date.now(), stay);
  for (const name of ['gateway', 'alarms', 'delivery'] as const)
    closers.push((await startProcess(platform, name)).close);
  closers.push((await startProcess(platform, 'dashboard', { VIGIL_WARDS_FILE: wardsFile })).close);
  browser = await openBrowser(inject('chromium'));
  closers.push(() => browser.close());
  annas = await openPage('anna-d', phoneSize);
  bens = await openPage('ben-d', phoneSize);
  wardScreen = await openPage('wendy-d', wardSize);
  await takeDuty(annas, 'anna-d', 'nurse');
  await takeDuty(bens, 'ben-d', 'buddy');
  device = await connectDevice(platform, 'bed-09');
  closers.push(device.close);
  readings = setInterval(() => void device.observe({ MDC_ECG_HEART_RATE: rate }).catch(() => {}), 1_000);
  await wardScreen
    .getByTestId(`bed-${bed}`)
    .getByTestId('value-MDC_ECG_HEART_RATE')
    .filter({ hasText: '80' })
    .waitFor();
}, 300_000);

afterAll(async () => {
  clearInterval(readings);
  for (const close of closers.reverse()) await close();
}, 120_000);

async function openPage(userId: string, viewport: { readonly width: number; readonly height: number }): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(`https://localhost:${platform.httpPort}/`);
  await submitLogin(page, userId);
  return page;
}

/** The person of the page takes a duty for the bed for the next 8 hours. */
async function takeDuty(page: Page, userId: string, duty: 'nurse' | 'buddy'): Promise<void> {
  await until(`the duty of ${userId}`, () =>
    page.evaluate(
      async ({ path, wanted }) => {
        const { version } = await (await fetch(path)).json();
        const headers = { 'content-type': 'application/json', 'x-vigil': '1' };
        const from = new Date().toISOString();
        const until = new Date(Date.now() + 8 * 3_600_000).toISOString();
        const body = JSON.stringify({ ...wanted, version, from, until });
        return (await fetch(path, { method: 'POST', headers, body })).ok;
      },
      { path: `/api/wards/${ward}/assignments`, wanted: { duty, userId, beds: [bed] } },
    ),
  );
}

let pictures = 0;
async function takePictures(name: string): Promise<void> {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  pictures += 1;
  for (const [whose, page] of [
    ['anna', annas],
    ['ben', bens],
    ['ward', wardScreen],
  ] as const)
    await page.screenshot({ path: join(folder, `delivery-${pictures}-${name}-${whose}.png`) });
}

/** Presses a button that has stood still for a while. The page ignores a press on a button that has just moved. */
async function press(button: Locator): Promise<void> {
  await button.and(button.page().locator(':not([data-unsettled])')).click();
}

const sheetOf = (page: Page) => page.getByTestId('call-sheet');
const tileLine = () => wardScreen.getByTestId(`bed-${bed}`).getByTestId('tile-delivery');

it('the nurse rejects on her phone, the buddy accepts on his, and the ward screen says who goes until the alarm has ended', async () => {
  expect(await sheetOf(annas).count()).toBe(0);
  rate = 170;
  await sheetOf(annas).getByText(`${ward} ${bed}`).waitFor();
  await sheetOf(annas).getByText('Okapi').waitFor();
  await tileLine().filter({ hasText: 'calling Anna Nurse' }).waitFor();
  // Anna's phone has confirmed that it shows the call, so the ward screen shows this confirmation.
  await wardScreen
    .getByTestId('alarm-list')
    .getByText(/calling Anna Nurse · \d+ s · Vigil page: shown/)
    .waitFor();
  expect(await sheetOf(bens).count()).toBe(0);
  await takePictures('called');

  await press(sheetOf(annas).getByRole('button', { name: 'I cannot' }));
  await sheetOf(bens).getByText(`${ward} ${bed}`).waitFor();
  await wardScreen.getByTestId('alarm-list').getByText('rejected by Anna Nurse').waitFor();
  await takePictures('rejected');

  await press(sheetOf(bens).getByRole('button', { name: 'I go' }));
  await tileLine().filter({ hasText: 'Ben Buddy goes' }).waitFor();
  await wardScreen
    .getByTestId('alarm-list')
    .getByText(/Ben Buddy goes \(accepted/)
    .waitFor();
  // Accepting does not acknowledge: the alarm still flashes and sounds.
  const row = wardScreen.getByTestId('alarm-list').locator('li[data-alarm]').first();
  expect(await row.getAttribute('data-signal')).toBe('on');
  await takePictures('accepted');

  await bens.goto(`https://localhost:${platform.httpPort}/#/calls`);
  await press(bens.getByTestId('calls-page').getByRole('button', { name: 'Acknowledge' }));
  await row.getByText('Ben Buddy', { exact: false }).first().waitFor();
  await until('the alarm is acknowledged', async () => (await row.getAttribute('data-signal')) === 'acknowledged');
  await tileLine().waitFor({ state: 'detached' });
  await bens.getByText('Nobody calls you now').waitFor();
  await takePictures('acknowledged');

  rate = 80;
  await row.waitFor({ state: 'detached' });
  await takePictures('resolved');
});
