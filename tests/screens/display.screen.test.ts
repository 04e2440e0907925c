/**
 * Checks a wall display in Chromium: what it shows, that it cannot act, and that its session belongs to one browser.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { displayUnusedMsMax } from '../../contracts/session-limits.ts';
import { logIn, openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { expectReadable, setHash } from './readable.ts';
import { newPatient, newPeriod, type PlayedBed, playBeds } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const sizes = [
  { name: '360', width: 360, height: 780 },
  { name: '1366', width: 1366, height: 768 },
  { name: '1920', width: 1920, height: 1080 },
];
const ward = 'ICU';
const newBed = (bed: string, of: string): PlayedBed => ({
  deviceId: `device-${bed}`,
  period: newPeriod(bed, of, newPatient({ patientId: `p-${bed}` })),
  values: { MDC_ECG_HEART_RATE: 80 },
  waves: [],
  ageMs: 0,
});
const beds = [newBed('ICU-1', ward), newBed('ICU-2', ward), newBed('SD-1', 'Step-down')];
const associationId = beds[0]!.period!.associationId;
let server: ScreenServer;
let browser: Browser;
let wall: Page;
let stop: () => void;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [{ userId: 'wall', name: 'Wall ICU', role: 'display', wards: [ward] }],
      wards: [
        { ward, beds: ['ICU-1', 'ICU-2'] },
        { ward: 'Step-down', beds: ['SD-1'] },
      ],
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, beds);
  wall = await logIn(browser, server, 'wall');
  await wall.getByTestId('bed-ICU-1').waitFor();
}, 120_000);

afterAll(async () => {
  stop?.();
  await browser?.close();
  await server?.close();
});

function statusOf(page: Page, method: string, path: string): Promise<number> {
  return page.evaluate(
    async ([method, path]) => {
      const headers = { 'x-vigil': '1', ...(method !== 'GET' && { 'content-type': 'application/json' }) };
      return (await fetch(path!, { method: method!, headers, ...(method !== 'GET' && { body: '{}' }) })).status;
    },
    [method, path] as const,
  );
}

/** Routes that every session may use. They act on nothing that belongs to a patient or a ward. */
const harmless = [
  'POST /api/login',
  'POST /api/logout',
  'POST /api/unlock',
  'POST /api/ticket',
  'POST /api/password',
  'POST /api/push-receipt',
  'GET /healthz',
  'GET /api/session',
  'GET /api/wards',
  'GET /api/places',
  'GET /api/preferences',
  'POST /api/preferences',
];

it('the server answers a wall display with 403 on every route that acts or shows the page of a patient', async () => {
  const routes = await wall.evaluate(async () => {
    const { paths } = await (await fetch('/api/openapi.json')).json();
    return Object.entries(paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
  });
  expect(routes.length).toBeGreaterThan(30);
  const tried = routes.filter((route) => !harmless.includes(route));
  for (const route of tried) {
    const [method = '', path = ''] = route.split(' ');
    const filled = path
      .replace('{ward}', ward)
      .replace(/\{associationId\}/g, associationId)
      .replace(/\{\w+\}/g, 'an-id-1');
    expect([route, await statusOf(wall, method, filled)]).toEqual([route, 403]);
  }
});

it('a wall display shows exactly its ward, has no logout and no links to patients, and opens no page of a patient', async () => {
  expect(await wall.getByTestId('bed-ICU-2').count()).toBe(1);
  expect(await wall.getByTestId('bed-SD-1').count()).toBe(0);
  expect(await wall.getByTestId('logout').count()).toBe(0);
  expect(await wall.locator('a[href*="patient"]').count()).toBe(0);
  await setHash(wall, `#/patient/${associationId}`);
  await wall.getByTestId('bed-ICU-1').waitFor();
  expect(await wall.getByTestId('patient-view').count()).toBe(0);
  await setHash(wall, '#/');
});

it('a wall display does not lock, and its cookie stays in the browser when the browser is closed', async () => {
  const session = await wall.evaluate(async () => (await fetch('/api/session')).json());
  expect(session).toMatchObject({
    locked: false,
    lockAfterMs: displayUnusedMsMax,
    may: ['view-vitals', 'view-devices'],
  });
  const { expires = 0 } = (await wall.context().cookies()).find(({ name }) => name === '__Host-vigil') ?? {};
  expect(expires * 1_000 - Date.now()).toBeGreaterThan(displayUnusedMsMax - 3_600_000);
});

it('a new browser window with the kept cookies shows the ward again; another browser with only the stolen session shows the login', async () => {
  const cookies = await wall.context().cookies();
  const restarted = await browser.newContext({ ignoreHTTPSErrors: true });
  await restarted.addCookies(cookies);
  const page = await restarted.newPage();
  await page.goto(server.origin);
  await page.getByTestId('bed-ICU-1').waitFor();
  await restarted.close();

  const thief = await browser.newContext({ ignoreHTTPSErrors: true });
  await thief.addCookies(cookies.filter(({ name }) => name === '__Host-vigil'));
  const stolen = await thief.newPage();
  await stolen.goto(server.origin);
  await stolen.getByTestId('login-user').waitFor();
  await until('a refusal', async () => (await statusOf(stolen, 'GET', '/api/wards')) === 401 || undefined);
  await thief.close();
});

it('a wall display shows everything at each size', async () => {
  await expectReadable(wall, 'display', sizes);
});
