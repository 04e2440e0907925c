/**
 * Checks the hand-over of a shift: what is open at each bed, acceptance bed by bed, and what is asked before a duty
 * ends.
 */
import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Assignment, Duty } from '../../contracts/messages/assignments.ts';
import { foldAssignmentEvent } from '../../dashboard/server/core/duty-board.ts';
import { markHeaderChanged } from '../../dashboard/server/core/state.ts';
import { logIn, openBrowser } from '../browser.ts';
import { callViewOf, deliveryOf, openWithDelivery } from './delivery-double.ts';
import { expectReadable, pressEnterWhenStill, pressWhenStill, setHash } from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'Cardiac Intensive Care Unit, East';
const names = Array.from({ length: 12 }, (_, n) => (n === 2 ? 'Isolation room 3, window' : `E-${n + 1}`));
const playedBed = (name: string): PlayedBed => ({
  deviceId: `device-${name.replaceAll(/[^\w]/g, '')}`,
  period: newPeriod(name, ward, newPatient({ familyName: `Wolfeschlegelsteinhausenbergerdorff-${name.slice(0, 3)}` })),
  values: { MDC_ECG_HEART_RATE: 98 },
  waves: [],
  ageMs: 0,
});
const beds = names.map(playedBed);
const people = {
  nora: 'Nora Nurse',
  nils: 'Nils-Christian Featherstone',
  bibi: 'Bibi Buddy',
  olga: 'Olga Other',
} as const;
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
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

const hourMs = 3_600_000;
/** Assigns a person. The person has accepted if `by` is the same person. */
function assign(userId: UserId, duty: Duty, by: UserId, bedNames?: readonly string[], fromMs = -5_000): Assignment {
  const [now, at] = [Date.now(), new Date().toISOString()];
  const assignment: Assignment = {
    assignmentId: randomUUID(),
    ward,
    duty,
    ...(bedNames ? { beds: [...bedNames] } : {}),
    userId,
    name: people[userId],
    from: new Date(now + fromMs).toISOString(),
    until: new Date(now + 8 * hourMs).toISOString(),
  };
  const actor = { userId: by, name: people[by], role: 'nurse' } as const;
  foldAssignmentEvent(server.board, { type: 'assigned', eventId: randomUUID(), ward, at, by: actor, assignment });
  return assignment;
}

async function openBoard(userId: UserId, width = 1366): Promise<Page> {
  const page = await logIn(browser, server, userId);
  page.setDefaultTimeout(30_000);
  await page.setViewportSize({ width, height: 800 });
  await setHash(page, '#/assignments');
  await page.getByTestId('board-beds').waitFor();
  return page;
}
const done = (page: Page, text: string) => page.getByTestId('board-done').filter({ hasText: text }).waitFor();
const nurseCell = (page: Page, bed: string) => page.getByTestId(`board-bed-${bed}`).locator('td').first();

it('a hand-over of 12 beds lists each bed; a hand-over of the whole ward lists only the beds where something is open', async () => {
  assign('nora', 'charge-nurse', 'nora');
  const handedOver = assign('nils', 'nurse', 'nora', names);
  const nils = await openBoard('nils', 360);
  const list = nils.getByTestId(`hand-over-${handedOver.assignmentId}`);
  await list.getByText('nothing open').nth(11).waitFor();
  server.playAlarms(raisedEvent(alarmOf(beds[2]!, { text: 'HR 134 > 120', priority: 'high' })));
  // The alarm came while the page was open.
  await list.getByTestId(`open-${names[2]}`).filter({ hasText: 'new *** HR 134 > 120' }).waitFor();
  await expectReadable(nils, 'hand-over-12-beds');
  const charge = assign('nils', 'charge-nurse', 'nora', undefined, 60_000);
  await nils
    .getByTestId(`hand-over-${charge.assignmentId}`)
    .getByText('Nothing is open at the 11 other beds.')
    .waitFor();
  await nils.context().close();
});

it('a person accepts one bed, and the others stay with the former nurse until they are accepted', async () => {
  const nils = await openBoard('nils', 768);
  const hand = nils
    .locator('section.board__hand-over')
    .filter({ has: nils.getByRole('heading', { name: /^Nurse of/ }) });
  await pressWhenStill(hand.getByTestId('accept-E-1'));
  await done(nils, 'You have accepted E-1.');
  await nurseCell(nils, 'E-1')
    .filter({ hasText: `✓ ${people.nils}` })
    .waitFor();
  await nurseCell(nils, 'E-2').filter({ hasText: 'has not accepted' }).waitFor();
  await hand.getByTestId('accept').filter({ hasText: 'Accept all 11 beds as' }).waitFor();
  expect(await hand.getByTestId('open-E-1').count()).toBe(0);
  await expectReadable(nils, 'hand-over-partly-accepted');
  await pressEnterWhenStill(hand.getByTestId('accept'));
  await done(nils, 'You have accepted E-2');
  await hand.waitFor({ state: 'detached' });
  await nurseCell(nils, 'E-12')
    .filter({ hasText: `✓ ${people.nils}` })
    .waitFor();
  await nils.context().close();
});

it('the server refuses an acceptance if something is open that the page did not show, and names what is open', async () => {
  const handedOver = assign('olga', 'nurse', 'nora', ['E-4']);
  const olga = await openBoard('olga');
  const accept = olga.getByTestId(`hand-over-${handedOver.assignmentId}`).getByTestId('accept');
  await accept.waitFor();
  // The alarm begins while the request to accept is on its way. So it is not among the open points that the page sent
  // as seen.
  await olga.route('**/assignments/accept', async (route) => {
    server.playAlarms(raisedEvent(alarmOf(beds[3]!, { text: 'SpO2 84 < 90', priority: 'high' })));
    await route.continue();
  });
  await pressWhenStill(accept);
  const refused = olga.getByTestId('board-refused');
  await refused.filter({ hasText: 'Not accepted: this is new since you looked: E-4: SpO2 84 < 90' }).waitFor();
  await olga.getByTestId('open-E-4').filter({ hasText: 'new *** SpO2 84 < 90' }).waitFor();
  await expectReadable(olga, 'hand-over-changed-meanwhile');
  await olga.unroute('**/assignments/accept');
  await pressWhenStill(accept);
  await done(olga, 'You have accepted E-4.');
  const records = server.audit.page({ limit: 50, action: 'duty-accepted' }).records;
  expect(records[0]?.detail).toContain('open: E-4: SpO2 84 < 90');
  await olga.context().close();
});

it('when a person goes away, the page proposes the buddy, and says who is called next for an accepted call', async () => {
  assign('bibi', 'buddy', 'bibi', names);
  const phone = await openWithDelivery(browser, server, 'nils', { width: 360, height: 740 });
  const nils = phone.page;
  await setHash(nils, '#/assignments');
  const cover = nils.locator('[name=away-cover]');
  await cover.waitFor();
  expect(await cover.inputValue()).toBe('bibi');
  const alarm = alarmOf(beds[0]!, { text: 'HR 151 > 120', priority: 'high' });
  server.playAlarms(raisedEvent(alarm));
  const called = { userId: 'nils', name: people.nils };
  server.deliveries.deliveries.set(alarm.alarmId, {
    view: deliveryOf(alarm, beds[0]!, {
      phase: 'accepted',
      acceptedBy: [called],
      calls: [callViewOf(alarm, { ...called, outcome: 'accepted' })],
    }),
    changeNo: 1,
    chain: undefined,
    calledUserIds: new Set(['nils']),
  });
  await pressEnterWhenStill(nils.getByTestId('away'));
  const question = nils.getByTestId('leave-question');
  await question.filter({ hasText: 'Go away, and Bibi Buddy covers?' }).waitFor();
  await question.getByTestId('leave-places').filter({ hasText: 'E-1: then Bibi Buddy is the nurse' }).waitFor();
  await question
    .getByTestId('leave-calls')
    .filter({ hasText: `HR 151 > 120 at E-1 (${people.nils} has accepted this call): Bibi Buddy is called next.` })
    .waitFor();
  await expectReadable(nils, 'hand-over-away-with-call');
  await pressEnterWhenStill(nils.getByTestId('away-confirm'));
  await done(nils, 'You are away. Bibi Buddy covers.');
  await pressWhenStill(nils.getByTestId('back'));
  await done(nils, 'You are back');
  // Without a call, and with a cover for every bed, there is nothing to ask.
  server.deliveries.deliveries.clear();
  await pressWhenStill(nils.getByTestId('away'));
  await done(nils, 'You are away. Bibi Buddy covers.');
  await pressWhenStill(nils.getByTestId('back'));
  await done(nils, 'You are back');
  await phone.close();
});

it('one press does not end a duty: the question names the beds, and offers a hand-over', async () => {
  const nora = await openBoard('nora', 1920);
  const end = nurseCell(nora, 'E-5').getByRole('button', { name: /^End the assignment of Nils/ });
  await pressEnterWhenStill(end);
  const question = nora.getByTestId('leave-question');
  await question.getByTestId('leave-places').filter({ hasText: 'E-5: then nobody is the nurse' }).waitFor();
  await expectReadable(nora, 'hand-over-end-question');
  await nora.keyboard.press('Escape');
  await question.waitFor({ state: 'detached' });
  await expect.poll(() => end.evaluate((button) => button === document.activeElement)).toBe(true);
  await nurseCell(nora, 'E-5').filter({ hasText: '✓ Nils' }).waitFor();

  await pressEnterWhenStill(end);
  await pressEnterWhenStill(nora.getByTestId('end-hand-over'));
  const focused = () => nora.evaluate(() => (document.activeElement as HTMLSelectElement | null)?.name);
  await expect.poll(focused).toBe('assign-person');
  expect(await nora.locator('[name="assign-bed-E-5"]').isChecked()).toBe(true);
  expect(await nora.locator('[name=assign-duty]').inputValue()).toBe('nurse');
  await nora.context().close();
});

it('an ended duty is given back with one press, and must be accepted again', async () => {
  const nora = await openBoard('nora', 768);
  const end = nurseCell(nora, 'E-4').getByRole('button', { name: /^End the assignment of Olga/ });
  await pressWhenStill(end);
  await pressWhenStill(nora.getByTestId('end-confirm'));
  await done(nora, 'The assignment of Olga Other (nurse, E-4) is ended');
  await expectReadable(nora, 'hand-over-undo');
  await pressWhenStill(nora.getByTestId('board-undo').filter({ hasText: 'Assign Olga Other again until' }));
  await done(nora, 'Olga Other is assigned again, and must accept again.');
  await nurseCell(nora, 'E-4').filter({ hasText: 'Olga Other until' }).waitFor();
  expect(await nora.getByTestId('board-undo').count()).toBe(0);
  await nora.context().close();
});

it('the question about the end of a duty changes when somebody else changes the board', async () => {
  const nora = await openBoard('nora');
  await pressWhenStill(nurseCell(nora, 'E-6').getByRole('button', { name: /^End the assignment of Nils/ }));
  const places = nora.getByTestId('leave-places');
  await places.filter({ hasText: 'E-6: then nobody is the nurse' }).waitFor();
  assign('olga', 'nurse', 'olga', ['E-6']);
  await places.filter({ hasText: 'E-6: then Olga Other is the nurse' }).waitFor();
  await nora.route('**/outcome?*', (route) => route.abort());
  await nora.getByTestId('leave-unknown').filter({ hasText: 'The server does not answer.' }).waitFor();
  await expectReadable(nora, 'hand-over-outcome-unknown');
  await nora.context().close();
});

it('a note is written on the patient’s page, read by the next person, and goes with the patient to another bed', async () => {
  const bed = beds[6]!;
  const stay = bed.period.associationId;
  const text = `Fasting from 22:00. <b>Not bold</b>. ${'Wound drain left, 40 ml. '.repeat(17)}`.trim();
  const nora = await openBoard('nora', 360);
  await setHash(nora, `#/patient/${stay}`);
  const panel = nora.getByTestId('note');
  await panel.getByTestId('note-none').waitFor();
  await expectReadable(nora, 'note-empty');
  await pressEnterWhenStill(panel.getByTestId('note-edit'));
  const field = panel.locator('textarea');
  await expect.poll(() => field.evaluate((area) => area === document.activeElement)).toBe(true);
  await nora.keyboard.insertText(`${text}${'x'.repeat(100)}`);
  await panel.getByText(/^\d+ characters too many$/).waitFor();
  expect(await panel.getByTestId('note-save').isDisabled()).toBe(true);
  await field.fill(`${text}\n`);
  await expectReadable(nora, 'note-form');
  await pressEnterWhenStill(panel.getByTestId('note-save'));
  // The page shows the tag in the note as plain characters.
  await panel
    .getByTestId('note-text')
    .filter({ hasText: `${text} (${people.nora}` })
    .waitFor();
  expect(await panel.locator('b').count()).toBe(0);
  await expectReadable(nora, 'note-written');

  const handedOver = assign('olga', 'nurse', 'nora', ['E-7']);
  const olga = await openBoard('olga', 360);
  const hand = olga.getByTestId(`hand-over-${handedOver.assignmentId}`);
  await hand.getByTestId('open-E-7').filter({ hasText: text }).waitFor();
  await expectReadable(olga, 'note-hand-over');
  await olga.setViewportSize({ width: 1366, height: 800 });
  await expectReadable(olga, 'note-hand-over-wide');

  // Another nurse changes the note after the page has sent the open points that it showed.
  const bibi = await openBoard('bibi');
  await setHash(bibi, `#/patient/${stay}`);
  await pressWhenStill(bibi.getByTestId('note-edit'));
  await bibi.locator('textarea').fill('Fasting from 20:00.');
  await olga.route('**/assignments/accept', async (route) => {
    await pressWhenStill(bibi.getByTestId('note-save'));
    await bibi.getByTestId('note-text').filter({ hasText: 'Fasting from 20:00.' }).waitFor();
    await route.continue();
  });
  await pressWhenStill(hand.getByTestId('accept'));
  const refused = olga.getByTestId('board-refused');
  await refused.filter({ hasText: `this is new since you looked: E-7: note of ${people.bibi}` }).waitFor();
  await olga.unroute('**/assignments/accept');
  await hand.getByTestId('open-E-7').filter({ hasText: 'Fasting from 20:00.' }).waitFor();
  await pressWhenStill(hand.getByTestId('accept'));
  await done(olga, 'You have accepted E-7.');

  // Nora's form was open before Bibi saved a note. The form does not replace this note until the page has shown it.
  await pressWhenStill(nora.getByTestId('note-edit'));
  await pressWhenStill(bibi.getByTestId('note-edit'));
  await bibi.locator('textarea').fill('Fasting from 19:00.');
  await pressWhenStill(bibi.getByTestId('note-save'));
  await panel.getByTestId('note-text').filter({ hasText: 'Fasting from 19:00.' }).waitFor();
  await field.fill('Fasting ends at 06:00.');
  await pressWhenStill(panel.getByTestId('note-save'));
  await panel
    .getByTestId('note-problem')
    .filter({ hasText: `Not saved: ${people.bibi} has written it` })
    .waitFor();
  await nora.setViewportSize({ width: 1366, height: 800 });
  await expectReadable(nora, 'note-refused');
  await pressWhenStill(panel.getByTestId('note-save'));
  await panel.getByTestId('note-text').filter({ hasText: 'Fasting ends at 06:00.' }).waitFor();

  // The patient moves, and another patient comes to E-7.
  const moved = { ...bed.period, bed: 'E-13' };
  server.associate({ deviceId: bed.deviceId, version: 2, periods: [moved] });
  server.associate({ deviceId: 'device-next', version: 1, periods: [newPeriod('E-7', ward, newPatient())] });
  await panel.getByTestId('note-text').filter({ hasText: 'Fasting ends at 06:00.' }).waitFor();
  const next = assign('nils', 'nurse', 'nora', ['E-7', 'E-13']);
  const nils = await openBoard('nils');
  const list = nils.getByTestId(`hand-over-${next.assignmentId}`);
  await list.getByTestId('open-E-13').filter({ hasText: 'Fasting ends at 06:00.' }).waitFor();
  expect(await list.getByTestId('open-E-7').textContent()).not.toContain('Note');
  await expectReadable(nils, 'note-moved');

  await pressEnterWhenStill(panel.getByTestId('note-edit'));
  await pressEnterWhenStill(panel.getByTestId('note-clear'));
  await panel.getByTestId('note-none').waitFor();
  const acts = server.audit.page({ limit: 50 }).records.filter(({ action }) => action.startsWith('note-'));
  expect(acts[0]).toMatchObject({ action: 'note-cleared', userId: 'nora', associationId: stay, ward });
  expect(JSON.stringify(acts)).not.toContain('Fasting');
  for (const page of [nora, olga, bibi, nils]) await page.context().close();
});

it('the page says that notes cannot be read, and lets nobody write one', async () => {
  const nora = await openBoard('nora');
  await setHash(nora, `#/patient/${beds[8]!.period.associationId}`);
  await nora.getByTestId('note-edit').waitFor();
  server.state.areNotesRead = false;
  for (const bed of server.state.beds.values()) markHeaderChanged(server.state, bed);
  await nora.getByTestId('note-unknown').waitFor();
  expect(await nora.getByTestId('note-edit').count()).toBe(0);
  await expectReadable(nora, 'note-unknown');
  server.state.areNotesRead = true;
  for (const bed of server.state.beds.values()) markHeaderChanged(server.state, bed);
  await nora.getByTestId('note-none').waitFor();
  await nora.context().close();
});
