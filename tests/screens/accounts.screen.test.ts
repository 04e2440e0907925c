/**
 * Checks the accounts page in Chromium: the acts of an administrator, the first login of a new person, and what a
 * stolen session cannot do.
 */
import { randomUUID } from 'node:crypto';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { foldAssignmentEvent } from '../../dashboard/server/core/duty-board.ts';
import { logIn, openBrowser, openLogin, password } from '../browser.ts';
import { until } from '../system.ts';
import { expectAccessible } from './axe.ts';
import { expectReadable, pressUntil, pressWhenStill } from './readable.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const sizes = [
  { name: '360', width: 360, height: 780 },
  { name: '768', width: 768, height: 1024 },
  { name: '1366', width: 1366, height: 768 },
  { name: '1920', width: 1920, height: 1080 },
];
const ward = 'ICU 1';
const longName = 'Maximiliana Konstantinopolska-Featherstonehaugh, MD, ICU night shift lead';
let server: ScreenServer;
let browser: Browser;
let admin: Page;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'root', name: 'Rosa Root', role: 'administrator', wards: ['*'] },
        { userId: 'rita', name: 'Rita Root', role: 'administrator', wards: ['*'] },
        { userId: 'ida', name: 'Ida Icu', role: 'administrator', wards: [ward] },
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] },
        { userId: 'ben', name: 'Ben Buddy', role: 'nurse', wards: [ward] },
        { userId: 'max', name: longName, role: 'physician', wards: [ward, 'Step-down'] },
        { userId: 'sam', name: 'Sam Step', role: 'nurse', wards: ['Step-down'] },
      ],
      wards: [
        { ward, beds: ['1', '2'] },
        { ward: 'Step-down', beds: ['1'] },
      ],
    }),
    openBrowser(inject('chromium')),
  ]);
  admin = await logIn(browser, server, 'root');
  await admin.getByTestId('accounts-page').waitFor();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

type Sent = { readonly status: number; readonly body: { readonly [name: string]: unknown } };

/** Sends a request from a page, with the session of the page. */
function send(page: Page, method: string, path: string, body?: object): Promise<Sent> {
  return page.evaluate(
    async ([method, path, text]) => {
      const headers = { 'x-vigil': '1', ...(text !== undefined && { 'content-type': 'application/json' }) };
      const answer = await fetch(path!, { method: method!, headers, ...(text !== undefined && { body: text }) });
      return { status: answer.status, body: await answer.json().catch(() => ({})) };
    },
    [method, path, body && JSON.stringify(body)] as const,
  );
}

type Listed = { userId: string; revision: string; disabled: boolean; role: string; openSessions: number };
const listOf = async (page: Page) => ((await send(page, 'GET', '/api/accounts')).body.accounts ?? []) as Listed[];
const revisionOf = async (page: Page, userId: string) =>
  (await listOf(page)).find((account) => account.userId === userId)?.revision ?? '';
const proofOf = async (page: Page) =>
  (await send(page, 'POST', '/api/accounts/proof', { password })).body.proof as string;

async function openForm(userId: string): Promise<void> {
  await pressWhenStill(admin.getByTestId(`account-open-${userId}`));
  await admin.getByTestId('account-change-form').waitFor();
}

/** Enters the password of the administrator, if the page asks for it. */
async function enterPassword(): Promise<void> {
  await admin.getByTestId('account-password-text').fill(password);
  await pressWhenStill(admin.getByTestId('account-password-submit'));
  await admin.getByTestId('account-password').waitFor({ state: 'hidden' });
}

describe('what a stolen session cannot do', () => {
  it('no act is accepted without a proof, with a guessed proof, or with the proof of another session', async () => {
    const proof = await proofOf(admin);
    const other = await logIn(browser, server, 'rita');
    const revision = await revisionOf(other, 'nora');
    for (const stolen of ['', 'a'.repeat(43), proof]) {
      const act = { proof: stolen, revision, act: { type: 'disable' } };
      expect(await send(other, 'POST', '/api/accounts/nora', act)).toMatchObject({
        ...{ status: 403, body: { code: 'password-needed' } },
      });
      const added = { proof: stolen, userId: 'evil', name: 'Evil', role: 'administrator', wards: ['*'] };
      expect((await send(other, 'POST', '/api/accounts', added)).status).toBe(403);
    }
    expect((await listOf(other)).map(({ userId }) => userId)).not.toContain('evil');
    await other.context().close();
  });

  it('guesses of the password are slowed down as at a login', async () => {
    const thief = await logIn(browser, server, 'rita');
    const statuses: number[] = [];
    for (let guess = 0; guess < 8; guess++)
      statuses.push((await send(thief, 'POST', '/api/accounts/proof', { password: `guess number ${guess}` })).status);
    expect(statuses.slice(0, 5)).toEqual([403, 403, 403, 403, 403]);
    expect(statuses.at(-1)).toBe(429);
    // For a while, even the right password is refused.
    expect((await send(thief, 'POST', '/api/accounts/proof', { password })).status).toBe(429);
    await thief.context().close();
  });

  it('a nurse gets neither the list nor a proof, and may not change an account', async () => {
    const nora = await logIn(browser, server, 'nora');
    expect((await send(nora, 'GET', '/api/accounts')).status).toBe(403);
    expect((await send(nora, 'POST', '/api/accounts/proof', { password })).status).toBe(403);
    expect(await nora.getByRole('link', { name: 'Accounts' }).count()).toBe(0);
    await nora.context().close();
  });

  it('an administrator of one ward sees only its people, and cannot change people of another ward or get more rights', async () => {
    const ida = await logIn(browser, server, 'ida');
    expect((await listOf(ida)).map(({ userId }) => userId).sort()).toEqual(['ben', 'nora']);
    const proof = await proofOf(ida);
    const revision = await revisionOf(admin, 'sam');
    const call = (userId: string, act: object, seen = revision) =>
      send(ida, 'POST', `/api/accounts/${userId}`, { proof, revision: seen, act });
    for (const userId of ['sam', 'max', 'root', 'nobody-at-all'])
      expect(await call(userId, { type: 'reset-password' })).toMatchObject({
        ...{ status: 404, body: { message: 'There is no such account on your wards.' } },
      });
    const seen = await revisionOf(ida, 'nora');
    for (const rights of [
      { role: 'nurse', wards: ['*'] },
      { role: 'nurse', wards: [ward, 'Step-down'] },
      { role: 'administrator', wards: [ward] },
    ])
      expect((await call('nora', { type: 'change-rights', ...rights }, seen)).status).toBe(403);
    expect((await call('ida', { type: 'change-rights', role: 'administrator', wards: ['*'] })).status).toBe(404);
    await ida.context().close();
  });
});

describe('the accounts page', () => {
  it('the accounts page lists accounts with role, wards, last login and open sessions, and finds an account', async () => {
    await admin.reload();
    await admin.getByTestId('account-nora').waitFor();
    expect(await admin.getByTestId('account-root').textContent()).toMatch(/Administrator, all wards · last login/);
    expect(await admin.getByTestId('account-sam').textContent()).toContain('no login since');
    await admin.getByLabel('Search by name, role, ward or state').fill('physician step');
    expect(await admin.getByTestId('account-count').textContent()).toBe('1 of 7');
    await admin.getByLabel('Search by name, role, ward or state').fill('nobody');
    expect(await admin.getByTestId('accounts-empty').textContent()).toBe('No account matches the search.');
    await admin.getByLabel('Search by name, role, ward or state').fill('');
  });

  it('the accounts page asks for the password once, warns of duties, disables the account, and ends its sessions', async () => {
    const ben = await logIn(browser, server, 'ben');
    const at = new Date().toISOString();
    const by = { userId: 'ben', name: 'Ben Buddy', role: 'nurse' } as const;
    const hours = (count: number) => new Date(Date.now() - 5_000 + count * 3_600_000).toISOString();
    const duty = { duty: 'nurse', beds: ['1'], from: hours(0), until: hours(8) } as const;
    const assignment = { assignmentId: randomUUID(), ward, ...{ userId: 'ben', name: 'Ben Buddy' } };
    foldAssignmentEvent(server.board, {
      ...{ type: 'assigned', eventId: randomUUID(), ward, at, by },
      assignment: { ...assignment, ...duty, beds: ['1'] },
    });
    await openForm('ben');
    await pressWhenStill(admin.getByTestId('account-disable'));
    await enterPassword();
    await admin.getByTestId('account-duties').waitFor();
    expect(await admin.getByTestId('account-duties').textContent()).toContain('bed 1: then nobody is responsible');
    await pressWhenStill(admin.getByTestId('account-duties-cancel'));
    expect((await listOf(admin)).find(({ userId }) => userId === 'ben')?.disabled).toBe(false);
    // The page does not ask for the password a second time.
    await pressWhenStill(admin.getByTestId('account-disable'));
    await pressWhenStill(admin.getByTestId('account-duties-confirm'));
    await admin.getByTestId('account-enable').waitFor();
    expect(await admin.getByTestId('account-ben').getByTestId('account-state').textContent()).toBe('Disabled');
    await until('the session of the disabled person has ended', async () =>
      (await send(ben, 'GET', '/api/session')).status === 401 ? true : undefined,
    );
    await pressWhenStill(admin.getByTestId('account-enable'));
    await admin.getByTestId('account-disable').waitFor();
    await ben.context().close();
  });

  it('the accounts page adds a person with a one-time password that is shown once; the person must first choose a password', async () => {
    await pressWhenStill(admin.getByTestId('account-add'));
    await admin.getByLabel('User name (letters').fill('nina');
    await admin.getByLabel('Name of the person').fill('Nina New');
    await admin.getByTestId(`account-ward-${ward}`).check();
    await pressWhenStill(admin.getByTestId('account-add-save'));
    const shown = admin.getByTestId('account-one-time-password');
    await shown.waitFor();
    const oneTime = (await shown.textContent()) ?? '';
    await pressWhenStill(admin.getByTestId('account-one-time-done'));
    expect(await admin.content()).not.toContain(oneTime);
    await admin.getByTestId('account-nina').waitFor();
    expect(await admin.getByTestId('account-nina').textContent()).toContain('One-time password');

    const nina = await openLogin(browser, server);
    await nina.getByTestId('login-user').fill('nina');
    await nina.getByTestId('login-password').fill(oneTime);
    await pressWhenStill(nina.getByTestId('login-submit'));
    await nina.getByTestId('new-password-save').waitFor();
    for (const [method, path] of [
      ['GET', '/api/wards'],
      ['POST', '/api/ticket'],
      ['GET', '/api/devices'],
      ['GET', `/api/wards/${encodeURIComponent(ward)}/assignments`],
    ] as const)
      expect([path, (await send(nina, method, path)).status]).toEqual([path, 403]);
    const choose = async (chosen: string, appears: Locator, repeated = chosen) => {
      await nina.getByTestId('new-password-present').fill(oneTime);
      await nina.getByTestId('new-password-chosen').fill(chosen);
      await nina.getByTestId('new-password-repeated').fill(repeated);
      await pressUntil(nina.getByTestId('new-password-save'), appears);
    };
    const problem = (begin: string) => nina.getByTestId('new-password-problem').filter({ hasText: begin });
    await choose('copper lantern orbit meadow', problem('The two new passwords'), 'copper lantern');
    await choose('password1234', problem('The password is common'));
    await choose(oneTime, problem('Choose another'));
    if (process.env.VIGIL_SCREENSHOTS_DIR)
      await nina.screenshot({ path: `${process.env.VIGIL_SCREENSHOTS_DIR}/new-password.png` });
    await choose('copper lantern orbit meadow', nina.getByTestId('new-password-log-in'));
    await pressUntil(nina.getByTestId('new-password-log-in'), nina.getByTestId('login-user'));
    await nina.getByTestId('login-user').fill('nina');
    await nina.getByTestId('login-password').fill(oneTime);
    const wrong = nina.getByTestId('login-error').filter({ hasText: /^User or password is wrong\.$/ });
    await pressUntil(nina.getByTestId('login-submit'), wrong);
    await nina.getByTestId('login-password').fill('copper lantern orbit meadow');
    await pressUntil(nina.getByTestId('login-submit'), nina.getByTestId('who'));
    await nina.context().close();
  });

  it('the accounts page says that somebody else has changed the account, and shows the new state', async () => {
    await admin.reload();
    await openForm('max');
    const other = await logIn(browser, server, 'root');
    const act = { type: 'change-rights', role: 'physician', wards: [ward] };
    const body = { proof: await proofOf(other), revision: await revisionOf(other, 'max'), act };
    expect((await send(other, 'POST', '/api/accounts/max', body)).status).toBe(200);
    await pressWhenStill(admin.getByTestId('account-end-sessions'));
    await enterPassword();
    await admin.getByTestId('account-result').waitFor();
    expect(await admin.getByTestId('account-result').textContent()).toContain('somebody has changed this account');
    await until(
      'the new wards',
      async () => (await admin.getByTestId('account-max').textContent())?.includes(`Physician, ${ward} ·`) || undefined,
    );
    await other.context().close();
  });

  it('the accounts page has no buttons for the administrator’s own account', async () => {
    await admin.reload();
    await admin.getByTestId('account-root').waitFor();
    expect(await admin.getByTestId('account-open-root').count()).toBe(0);
    const revision = await revisionOf(admin, 'root');
    const body = { proof: await proofOf(admin), revision, act: { type: 'disable' } };
    expect((await send(admin, 'POST', '/api/accounts/root', body)).status).toBe(403);
  });

  it('the accounts page shows everything at each size, and violates no rule of WCAG 2.2 AA: list, form and password', async () => {
    await admin.reload();
    await admin.getByTestId('account-max').waitFor();
    await expectReadable(admin, 'accounts', sizes);
    await openForm('max');
    await expectReadable(admin, 'accounts-form', sizes);
    await expectAccessible(admin);
    await pressWhenStill(admin.getByTestId('account-end-sessions'));
    await admin.getByTestId('account-password').waitFor();
    await expectReadable(admin, 'accounts-password', sizes);
    await expectAccessible(admin);
  }, 120_000);
});
