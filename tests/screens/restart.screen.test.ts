/** Checks a screen that stays open while the server restarts with other settings. */
import type { Browser, Page, WebSocketRoute } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { logIn, openBrowser } from '../browser.ts';
import { newPatient, newPeriod, playBeds, widestValues } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

let server: ScreenServer;
let browser: Browser;
let stop: () => void;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({ accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: ['ICU'] }] }),
    openBrowser(inject('chromium')),
  ]);
  const bed = {
    deviceId: 'bed-01',
    period: newPeriod('R-1', 'ICU', newPatient({ familyName: 'Heronova' })),
    values: widestValues,
    waves: [],
    ageMs: 0,
  };
  stop = playBeds(server, [bed]);
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

/**
 * Intercepts the traffic between page and server. `restart` cuts the live connection and imitates a new server process:
 * its stream has another name, its lock time is short, and its first answer to `/api/session` is an error.
 */
async function interceptTraffic(page: Page, lockAfterMs: number) {
  let isNew = false;
  let refusals = 0;
  let open: WebSocketRoute | undefined;
  await page.routeWebSocket(/\/api\/live/, (socket) => {
    open = socket;
    const upstream = socket.connectToServer();
    socket.onMessage((text) => upstream.send(isNew ? withoutResume(String(text)) : text));
    upstream.onMessage((text) =>
      socket.send(isNew ? String(text).replace('"stream":"screens"', '"stream":"new"') : text),
    );
  });
  await page.route('**/api/session', async (route) => {
    if (!isNew) return route.continue();
    if (refusals++ === 0) return route.fulfill({ status: 503, json: { error: 'unavailable', message: 'Not yet.' } });
    const response = await route.fetch();
    return route.fulfill({ response, json: { ...(await response.json()), lockAfterMs } });
  });
  return {
    restart() {
      isNew = true;
      void open?.close();
    },
    refusals: () => refusals,
  };
}

/** Removes the request to resume the old stream, because a new server process does not know this stream. */
function withoutResume(text: string): string {
  const { resume: _, ...watch } = JSON.parse(text);
  return JSON.stringify(watch);
}

it('a page uses the new lock time after a restart of the server, without a reload', async () => {
  const page = await logIn(browser, server, 'nora');
  const interception = await interceptTraffic(page, 1_000);
  await page.reload();
  await page.getByText('Heronova').first().waitFor();
  expect(await page.getByTestId('lock').count()).toBe(0);
  interception.restart();
  await page.getByTestId('lock').waitFor();
  expect(interception.refusals()).toBeGreaterThan(1);
  await page.close();
});
