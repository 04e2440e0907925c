/**
 * Checks that a cover sees at once which person she or he covers, and can say no. Checks that the page asks before an
 * act leaves a bed without a nurse.
 */
import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Assignment, Duty } from '../../contracts/messages/assignments.ts';
import { foldAssignmentEvent } from '../../dashboard/server/core/duty-board.ts';
import { logIn, openBrowser } from '../browser.ts';
import { expectReadable, pressEnterWhenStill, pressWhenStill, setHash } from './readable.ts';
import { newPatient, newPeriod, type PlayedBed, playBeds } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'Cardiac Intensive Care Unit, East';
const names = ['E-1', 'E-2', 'E-3'];
const beds = names.map(
  (name): PlayedBed => ({
    deviceId: `device-${name.replaceAll(/[^\w]/g, '')}`,
    period: newPeriod(name, ward, newPatient({ familyName: `Patient ${name}` })),
    values: { MDC_ECG_HEART_RATE: 98 },
    waves: [],
    ageMs: 0,
  }),
);
const people = { nora: 'Nora Nurse', nils: 'Nils-Christian Featherstone', bibi: 'Bibi Buddy', olga: 'Olga Other' };
type UserId = keyof typeof people;
let server: ScreenServer;
let browser: Browser;
let stop: () => void;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: Object.entries(people).map(([userId, name]) => ({ userId, name, role: 'nurse', wards: [ward] })),
      wards: [{ ward, beds: names }],
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, beds);
  assign('nora', 'charge-nurse', 'nora', undefined, 8 * hourMs);
  // Bibi's own duty ends in 20 minutes, before Nils is back.
  assign('nils', 'nurse', 'nils', names.slice(0, 2), 8 * hourMs);
  assign('bibi', 'nurse', 'bibi', ['E-3'], 20 * 60_000);
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

const hourMs = 3_600_000;
/** Assigns a person. The person has accepted if `by` is the same person. */
function assign(userId: UserId, duty: Duty, by: UserId, bedNames: readonly string[] | undefined, forMs: number): void {
  const [now, at] = [Date.now(), new Date().toISOString()];
  const assignment: Assignment = {
    assignmentId: randomUUID(),
    ward,
    duty,
    ...(bedNames ? { beds: [...bedNames] } : {}),
    userId,
    name: people[userId],
    from: new Date(now - 5_000).toISOString(),
    until: new Date(now + forMs).toISOString(),
  };
  const actor = { userId: by, name: people[by], role: 'nurse' } as const;
  foldAssignmentEvent(server.board, { type: 'assigned', eventId: randomUUID(), ward, at, by: actor, assignment });
}

async function openPage(userId: UserId, width: number, hash = '#/assignments'): Promise<Page> {
  const page = await logIn(browser, server, userId);
  page.setDefaultTimeout(30_000);
  await page.setViewportSize({ width, height: 800 });
  await setHash(page, hash);
  return page;
}
const done = (page: Page, text: string) => page.getByTestId('board-done').filter({ hasText: text }).waitFor();
const nurseCell = (page: Page, bed: string) => page.getByTestId(`board-bed-${bed}`).locator('td').first();

it('a cover sees which person she covers, and confirms it; until then, the board says that the cover has not seen it', async () => {
  const [nils, bibi] = await Promise.all([openPage('nils', 768), openPage('bibi', 360, '#/')]);
  await nils.locator('[name=away-cover]').selectOption({ label: people.bibi });
  await nils.locator('[name=away-time]').selectOption('60');
  await pressEnterWhenStill(nils.getByTestId('away'));
  const question = nils.getByTestId('leave-question');
  await question.getByText(/^E-1: then Bibi Buddy is the nurse, and from \d\d:\d\d nobody$/).waitFor();
  await expectReadable(nils, 'cover-ends-question');
  await pressEnterWhenStill(nils.getByTestId('away-confirm'));
  await done(nils, 'You are away. Bibi Buddy covers.');
  await nurseCell(nils, 'E-1')
    .filter({ hasText: /Bibi Buddy covers, and from \d\d:\d\d nobody does \(not yet seen by Bibi Buddy\)/ })
    .waitFor();
  await expectReadable(nils, 'cover-not-seen');

  const notice = bibi.getByTestId('notice-cover');
  await notice.filter({ hasText: `You cover E-1, ${names[1]} for ${people.nils} until` }).waitFor();
  await expectReadable(bibi, 'cover-notice');
  await pressWhenStill(notice.getByRole('link'));
  const asked = bibi.getByTestId('cover-nils');
  await asked.getByRole('heading', { name: `You cover E-1, ${names[1]} for ${people.nils} until` }).waitFor();
  await expectReadable(bibi, 'cover-asked');
  await pressWhenStill(asked.getByTestId('cover-seen'));
  await done(bibi, `You cover for ${people.nils}.`);
  await asked.getByTestId('cover-seen').waitFor({ state: 'detached' });
  await nurseCell(nils, 'E-1').filter({ hasNotText: 'not yet seen' }).waitFor();
  await setHash(bibi, '#/');
  await bibi.getByTestId('bed-E-1').waitFor();
  await notice.waitFor({ state: 'detached' });
  await nils.context().close();
  await bibi.context().close();
});

it('before a hand-over ends the only duty of a cover, the page asks; without an answer nothing is saved', async () => {
  assign('olga', 'nurse', 'nora', ['E-3'], 8 * hourMs);
  const olga = await openPage('olga', 1366);
  await pressWhenStill(olga.getByTestId('accept'));
  const refused = olga.getByTestId('board-refused');
  await refused.getByText(`E-1 (covered for ${people.nils}, who is away): then nobody is the nurse`).waitFor();
  await expectReadable(olga, 'cover-left-question');
  await pressEnterWhenStill(olga.getByTestId('left-cancel'));
  await refused.waitFor({ state: 'detached' });
  await nurseCell(olga, 'E-3').filter({ hasText: '✓ Bibi Buddy' }).waitFor();
  await pressWhenStill(olga.getByTestId('accept'));
  await pressEnterWhenStill(olga.getByTestId('left-confirm'));
  await done(olga, 'You have accepted E-3.');
  await nurseCell(olga, 'E-1').filter({ hasText: 'nobody covers: Bibi Buddy has no duty now' }).waitFor();
  await olga.context().close();
});

it('a cover rejects the request to cover, and then the bed shows that it has no nurse', async () => {
  const nils = await openPage('nils', 1920);
  await pressWhenStill(nils.getByTestId('back'));
  await done(nils, 'You are back');
  await nils.locator('[name=away-cover]').selectOption({ label: people.olga });
  await pressWhenStill(nils.getByTestId('away'));
  await done(nils, 'You are away. Olga Other covers.');
  const olga = await openPage('olga', 768);
  await pressWhenStill(olga.getByTestId('cover-reject'));
  const refused = olga.getByTestId('board-refused');
  await refused.getByText(`${names[1]} (covered for ${people.nils}, who is away): then nobody is the nurse`).waitFor();
  await pressWhenStill(olga.getByTestId('left-confirm'));
  await done(olga, `You do not cover for ${people.nils}.`);
  await olga
    .getByTestId('cover-nils')
    .getByText(/you have said that you cannot$/)
    .waitFor();
  await expectReadable(olga, 'cover-rejected');
  await setHash(olga, '#/');
  await olga
    .getByTestId('bed-E-1')
    .getByText(
      /^No nurse is responsible since \d\d:\d\d: Nils-Christian Featherstone is away, and Olga Other cannot cover$/,
    )
    .waitFor();
  await expectReadable(olga, 'ward-cover-rejected');
  await olga.context().close();
  await nils.context().close();
});

it('a press on a button of the board removes the answer to the previous act', async () => {
  const nora = await openPage('nora', 1366);
  await nora.locator('[name=assign-duty]').selectOption('buddy');
  await nora.locator('[name="assign-bed-E-1"]').check();
  await pressEnterWhenStill(nora.getByTestId('assign-save'));
  await done(nora, 'Nora Nurse is assigned');
  await pressEnterWhenStill(nora.getByRole('button', { name: /^End the assignment of Nora Nurse \(buddy/ }));
  await nora.getByTestId('leave-question').waitFor();
  expect(await nora.getByTestId('board-done').count()).toBe(0);
  await nora.context().close();
});
