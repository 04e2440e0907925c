/** Checks the notices about Vigil's own test readings that do not arrive, and about certificates that end soon. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { canarySilentMsDefault } from '../../contracts/canary.ts';
import { openBrowser } from '../browser.ts';
import { expectReadable, logInOnSteadyPage } from './readable.ts';
import { longestBeds, playBeds } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const windows = [
  { name: '360 × 780', width: 360, height: 780 },
  { name: '1366 × 768', width: 1366, height: 768 },
];

let server: ScreenServer;
let browser: Browser;
let page: Page;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({ accounts: [{ userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: ['ICU'] }] }),
    openBrowser(inject('chromium')),
  ]);
  closers.push(server.close, () => browser.close());
  closers.push(
    playBeds(
      server,
      longestBeds(4, 'ICU').map((bed) => ({ ...bed, waves: [] })),
    ),
  );
  page = await logInOnSteadyPage(browser, server, 'nora');
  await page.getByTestId('open-U-2').waitFor();
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const notice = () => page.getByTestId('notice-canary');
const tops = () =>
  page.locator('.tile').evaluateAll((tiles) => tiles.map((tile) => Math.round(tile.getBoundingClientRect().top)));

/**
 * Imitates a time in which no test readings arrive. `since` sets which steps and how many of the 12 partitions are
 * late.
 */
function silenceCanary(since: { taken?: boolean; loggedLate?: number; judgedLate?: number; readings?: boolean }): void {
  const nowMs = Date.now();
  const lateMs = nowMs - 2 * canarySilentMsDefault;
  const arrivals = (late: number) =>
    server.signs.canary.newestInLogMs.map((_, at) => (at < late ? lateMs : nowMs + 600_000));
  server.alive.canary = false;
  server.signs.canary.sinceMs = 0;
  server.signs.canary.newestAtGatewayMs = since.taken ? nowMs + 600_000 : lateMs;
  server.signs.canary.newestInLogMs.splice(0, Number.POSITIVE_INFINITY, ...arrivals(since.loggedLate ?? 0));
  server.signs.canary.newestJudgedMs.splice(0, Number.POSITIVE_INFINITY, ...arrivals(since.judgedLate ?? 0));
  server.signs.readingsAtMs = since.readings ? nowMs + 600_000 : 0;
}

it.each([
  [
    'no gateway accepts them',
    { loggedLate: 12 },
    /^\*\*\*Readings may not arrive: the gateway confirms no test reading since \d\d:\d\d:\d\d/,
  ],
  [
    'Kafka has none of them',
    { taken: true, loggedLate: 12 },
    /^\*\*\*Readings do not arrive since .*but not the message log/,
  ],
  [
    'a part of Kafka has none of them',
    { taken: true, loggedLate: 2, readings: true },
    /^\*\*\*Readings of some patients do not arrive/,
  ],
  [
    'the alarm processor does not get them',
    { taken: true, judgedLate: 12 },
    /^\*\*\*New readings are not judged since/,
  ],
  [
    'patients’ readings still arrive',
    { loggedLate: 12, readings: true },
    /^\*\*Vigil’s own test reading .*Tell the operator\.$/,
  ],
] as const)('a notice says that test readings do not arrive when %s; no tile moves', async (name, since, expected) => {
  const topsBefore = await tops();
  silenceCanary(since);
  await expect.poll(() => notice().textContent(), { timeout: 60_000 }).toMatch(expected);
  expect(await tops()).toEqual(topsBefore);
  // The failure sound and its pause button exist only for a serious failure.
  const isGrave = name !== 'patients’ readings still arrive';
  await expect.poll(() => page.getByTestId('pause-failure-sound').count()).toBe(isGrave ? 1 : 0);
  await expectReadable(page, `canary-${name.replaceAll(' ', '-')}`, windows);
});

it('the notice about test readings disappears when test readings arrive again', async () => {
  server.alive.canary = true;
  await notice().waitFor({ state: 'detached' });
});

it('a notice says that a certificate ends within two days or has ended, until the certificate is renewed', async () => {
  const certificateNotice = page.getByTestId('notice-certificate');
  const certificateText = async () => (await certificateNotice.innerText()).replaceAll('\n', '');
  const at = (inMs: number) => new Date(Date.now() + inMs).toISOString();
  const topsBefore = await tops();
  server.alive.certificate = { name: 'web-server', at: at(3_600_000), ended: false };
  await expect.poll(certificateText, { timeout: 60_000 }).toMatch(/^\*\*A certificate .*\(web-server\) ends at /);
  expect(await tops()).toEqual(topsBefore);
  await expectReadable(page, 'certificate-ends', windows);
  server.alive.certificate = { name: 'web-server', at: at(-3_600_000), ended: true };
  await expect.poll(certificateText, { timeout: 60_000 }).toMatch(/ended at .*Tell the operator now\.$/);
  await expectReadable(page, 'certificate-ended', windows);
  // Twenty days before the end only the operator gets a notice.
  server.alive.certificate = { name: 'web-server', at: at(20 * 86_400_000), ended: false };
  await certificateNotice.waitFor({ state: 'detached' });
});
