/**
 * Checks the tasks of a patient in a real browser: written, ticked off, taken back, and shown in the summary of the
 * shift.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { markHeaderChanged } from '../../dashboard/server/core/state.ts';
import { openBrowser } from '../browser.ts';
import { expectAccessible } from './axe.ts';
import { expectReadable, logInOnSteadyPage, pressUntil, pressWhenStill, setHash } from './readable.ts';
import { longestBeds, longWard, playBeds } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

let server: ScreenServer;
let browser: Browser;
let stopBeds: () => void;
const beds = longestBeds(3, longWard);
const stay = beds[1]!.period.associationId;
const longText = `Blood gas at 22:00, <b>not bold</b>, ${'then call the ward round. '.repeat(9)}`.slice(0, 160).trim();

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [longWard] },
        { userId: 'paula', name: 'Paula Physician', role: 'physician', wards: ['*'] },
      ],
      wards: [{ ward: longWard, beds: beds.map(({ period }) => period.bed) }],
    }),
    openBrowser(inject('chromium')),
  ]);
  stopBeds = playBeds(server, beds);
});

afterAll(async () => {
  stopBeds();
  await browser.close();
  await server.close();
});

const taskRow = (page: Page, text: string) => page.getByTestId('tasks').locator('li').filter({ hasText: text });
/** Sends a change of a task as the page does, and returns the status of the answer. */
const change = (page: Page, body: object) =>
  page.evaluate(
    async ([id, text]) => {
      const headers = { 'content-type': 'application/json', 'x-vigil': '1' };
      return (await fetch(`/api/associations/${id}/tasks`, { method: 'POST', headers, body: text })).status;
    },
    [stay, JSON.stringify(body)] as const,
  );

it('a task is written by one person, ticked off by another, and the summary of the shift names both', async () => {
  const nora = await logInOnSteadyPage(browser, server, 'nora');
  await setHash(nora, `#/patient/${stay}`);
  await nora.getByTestId('tasks-none').waitFor();
  await nora.locator('[name=task]').fill(longText);
  await pressWhenStill(nora.getByTestId('task-save'));
  await taskRow(nora, longText).filter({ hasText: 'Nora Nurse' }).waitFor();
  expect(await taskRow(nora, longText).locator('b').count()).toBe(0);
  await nora.locator('[name=task]').fill('Turn the patient');
  await pressWhenStill(nora.getByTestId('task-save'));
  await taskRow(nora, 'Turn the patient').waitFor();

  const paula = await logInOnSteadyPage(browser, server, 'paula');
  await setHash(paula, `#/patient/${stay}`);
  const seen = server.state.beds.get(stay)!.tasks.find(({ text }) => text === longText)!;
  await pressWhenStill(paula.getByTestId(`task-done-${seen.taskId}`));
  // The other page shows the tick without a reload.
  await nora.getByTestId(`task-reopen-${seen.taskId}`).waitFor();
  await taskRow(nora, longText).filter({ hasText: 'done: Paula Physician' }).waitFor();
  // A page that has not read the tick sends a second tick: nothing changes.
  expect(await change(nora, { act: 'done', taskId: seen.taskId, seen: seen.eventId })).toBe(409);
  await expectReadable(nora, 'tasks');
  await expectAccessible(nora);

  await setHash(nora, `#/shift/${encodeURIComponent(longWard)}?since=${new Date(Date.now() - 60_000).toISOString()}`);
  const tasks = nora.getByTestId(`shift-bed-${beds[1]!.period.bed}`).getByTestId('shift-tasks');
  await tasks.filter({ hasText: '☐ Turn the patient (Nora Nurse' }).waitFor();
  expect(await tasks.textContent()).toContain(`☑ ${longText} (done: Paula Physician`);

  await setHash(nora, `#/patient/${stay}`);
  await pressWhenStill(nora.getByTestId(`task-reopen-${seen.taskId}`));
  await nora.getByTestId(`task-done-${seen.taskId}`).waitFor();
  await pressWhenStill(nora.getByTestId(`task-withdraw-${seen.taskId}`));
  await taskRow(nora, longText).waitFor({ state: 'detached' });
  const acts = server.audit.page({ action: 'task-changed', limit: 50 }).records;
  expect(acts.map(({ userId, detail }) => [userId, detail?.split(';')[0]])).toEqual([
    ['nora', 'withdrawn'],
    ['nora', 'reopened'],
    ['paula', 'done'],
    ['nora', 'written'],
    ['nora', 'written'],
  ]);
  expect(JSON.stringify(acts)).not.toContain('Blood gas');
  for (const page of [nora, paula]) await page.context().close();
});

it('the form that discharges the patient says how many open tasks end with the stay, and the audit trail has the number', async () => {
  const nora = await logInOnSteadyPage(browser, server, 'nora');
  const other = beds[2]!;
  await setHash(nora, `#/patient/${other.period.associationId}`);
  for (const text of ['Turn the patient', 'Blood gas']) {
    await nora.locator('[name=task]').fill(text);
    await pressWhenStill(nora.getByTestId('task-save'));
    await taskRow(nora, text).waitFor();
  }
  await setHash(nora, '#/devices');
  await pressUntil(nora.getByTestId(`associate-${other.deviceId}`), nora.getByTestId('associate-form'));
  await pressUntil(nora.getByTestId('act-end'), nora.getByTestId('associate-discharge'));
  const notice = nora.getByTestId('end-open-tasks');
  await notice.getByText('2 open tasks end with the stay').waitFor();
  await expectReadable(nora, 'tasks-at-discharge');
  await expectAccessible(nora);
  // The open form says that the tasks cannot be read, and shows the tasks when they can be read again.
  server.state.areNotesRead = false;
  try {
    await notice.getByText('The tasks cannot be read now').waitFor();
  } finally {
    server.state.areNotesRead = true;
  }
  await notice.getByText('2 open tasks end with the stay').waitFor();
  await nora.getByTestId('associate-confirm').check();
  await pressWhenStill(nora.getByTestId('associate-discharge'));
  await expect
    .poll(() => server.audit.page({ action: 'association-ended', limit: 5 }).records[0]?.detail)
    .toBe(`${other.deviceId}; 2 open tasks`);
  await nora.context().close();
});

it('the page says that tasks cannot be read, and lets nobody write one', async () => {
  const nora = await logInOnSteadyPage(browser, server, 'nora');
  await setHash(nora, `#/patient/${stay}`);
  await nora.locator('[name=task]').waitFor();
  server.state.areNotesRead = false;
  for (const bed of server.state.beds.values()) markHeaderChanged(server.state, bed);
  await nora.getByTestId('tasks-unknown').waitFor();
  expect(await nora.locator('[name=task]').count()).toBe(0);
  expect(await change(nora, { act: 'written', text: 'x' })).toBe(503);
  await expectReadable(nora, 'tasks-unknown');
  server.state.areNotesRead = true;
  await nora.context().close();
});
