/** What a screen says where test readings do not come through, and that it ends by itself. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { canarySilentMsDefault } from '../../contracts/canary.ts';
import { openBrowser } from '../browser.ts';
import { expectReadable, logInCalm } from './readable.ts';
import { longestBeds, play } from './scene.ts';
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
    play(
      server,
      longestBeds(4, 'ICU').map((bed) => ({ ...bed, waves: [] })),
    ),
  );
  page = await logInCalm(browser, server, 'nora');
  await page.getByTestId('open-U-2').waitFor();
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const notice = () => page.getByTestId('notice-canary');
const tops = () =>
  page.locator('.tile').evaluateAll((tiles) => tiles.map((tile) => Math.round(tile.getBoundingClientRect().top)));

/** All canaries before this came, and none since. */
function silent(since: { taken?: boolean; loggedLate?: number; judgedLate?: number; readings?: boolean }): void {
  const nowMs = Date.now();
  const lateMs = nowMs - 2 * canarySilentMsDefault;
  const some = (late: number) => server.signs.canary.loggedMs.map((_, at) => (at < late ? lateMs : nowMs + 600_000));
  server.alive.canary = false;
  server.signs.canary.sinceMs = 0;
  server.signs.canary.takenMs = since.taken ? nowMs + 600_000 : lateMs;
  server.signs.canary.loggedMs.splice(0, Number.POSITIVE_INFINITY, ...some(since.loggedLate ?? 0));
  server.signs.canary.judgedMs.splice(0, Number.POSITIVE_INFINITY, ...some(since.judgedLate ?? 0));
  server.signs.readingsAtMs = since.readings ? nowMs + 600_000 : 0;
}

it.each([
  [
    'no gateway takes them',
    { loggedLate: 12 },
    /^\*\*\*Readings may not arrive: the gateway confirms no test reading since \d\d:\d\d:\d\d/,
  ],
  [
    'the log has none',
    { taken: true, loggedLate: 12 },
    /^\*\*\*Readings do not arrive since .*but not the message log/,
  ],
  [
    'a part of the log has none',
    { taken: true, loggedLate: 2, readings: true },
    /^\*\*\*Readings of some patients do not arrive/,
  ],
  ['nobody judges them', { taken: true, judgedLate: 12 }, /^\*\*\*New readings are not judged since/],
  [
    'only the test is missing',
    { loggedLate: 12, readings: true },
    /^\*\*Vigil’s own test reading .*Tell the operator\.$/,
  ],
] as const)('says that readings do not come through where %s, and moves no bed', async (name, since, expected) => {
  const before = await tops();
  silent(since);
  await expect.poll(() => notice().textContent(), { timeout: 60_000 }).toMatch(expected);
  expect(await tops()).toEqual(before);
  // The sound of Vigil's own failure is there where it is grave, and with it the button that pauses it.
  const isGrave = name !== 'only the test is missing';
  await expect.poll(() => page.getByTestId('pause-failure-sound').count()).toBe(isGrave ? 1 : 0);
  await expectReadable(page, `canary-${name.replaceAll(' ', '-')}`, windows);
});

it('the notice goes by itself when test readings come', async () => {
  server.alive.canary = true;
  await notice().waitFor({ state: 'detached' });
});

it('the screen says that a certificate of the server ends within two days or has ended, until it is renewed', async () => {
  const said = page.getByTestId('notice-certificate');
  const at = (inMs: number) => new Date(Date.now() + inMs).toISOString();
  const before = await tops();
  server.alive.certificate = { name: 'web-server', at: at(3_600_000), ended: false };
  await expect
    .poll(() => said.textContent(), { timeout: 60_000 })
    .toMatch(/^\*\*A certificate .*\(web-server\) ends at /);
  expect(await tops()).toEqual(before);
  await expectReadable(page, 'certificate-ends', windows);
  server.alive.certificate = { name: 'web-server', at: at(-3_600_000), ended: true };
  await expect.poll(() => said.textContent(), { timeout: 60_000 }).toMatch(/ended at .*Tell the operator now\.$/);
  await expectReadable(page, 'certificate-ended', windows);
  // Twenty days before, that is for the operator alone.
  server.alive.certificate = { name: 'web-server', at: at(20 * 86_400_000), ended: false };
  await said.waitFor({ state: 'detached' });
});
