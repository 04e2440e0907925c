/** Checks the assignment board with two nurses: take a duty, assign, hand over, conflict, absence, CSV. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { logIn, openBrowser } from '../browser.ts';
import { expectReadable, pressEnterWhenStill, pressWhenStill, setHash } from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'CCU';
const playedBed = (name: string): PlayedBed => ({
  deviceId: `device-${name}`,
  period: newPeriod(name, ward, newPatient({ familyName: `Patient ${name}` })),
  values: { MDC_ECG_HEART_RATE: 98 },
  waves: [],
  ageMs: 0,
});
const beds = ['A-1', 'A-2'].map(playedBed);
/** A bed of another ward. */
const otherBed: PlayedBed = {
  ...playedBed('B-1'),
  period: newPeriod('B-1', 'HDU', newPatient({ familyName: 'Patient B-1' })),
};
let server: ScreenServer;
let browser: Browser;
let stop: () => void;
/** Nora is charge nurse; Nils takes over a bed. */
let nora: Page;
let nils: Page;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] },
        { userId: 'nils', name: 'Nils Nurse', role: 'nurse', wards: [ward] },
        { userId: 'vera', name: 'Vera Physician', role: 'physician', wards: [ward, 'HDU'] },
        { userId: 'tom', name: 'Tom Technician', role: 'technician', wards: [ward] },
      ],
      wards: [
        { ward, beds: ['A-1', 'A-2', 'A-3'] },
        { ward: 'HDU', beds: ['B-1'] },
      ],
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, [...beds, otherBed]);
  server.playAlarms(raisedEvent(alarmOf(beds[0]!, { text: 'HR 134 > 120', priority: 'high' })));
  [nora, nils] = await Promise.all([logIn(browser, server, 'nora'), logIn(browser, server, 'nils')]);
  for (const page of [nora, nils]) page.setDefaultTimeout(15_000);
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

const cell = (page: Page, bed: string) => page.getByTestId(`board-bed-${bed}`).locator('td').first();
const done = (page: Page, text: string) => page.getByTestId('board-done').filter({ hasText: text }).waitFor();

/** Chooses in the form "Assign", and saves with the keyboard. */
async function assign(page: Page, person: string, duty: string, bed?: string): Promise<void> {
  await page.locator('[name=assign-person]').selectOption(person);
  await page.locator('[name=assign-duty]').selectOption(duty);
  if (bed !== undefined) {
    await page.locator(`[name="assign-bed-${bed}"]`).focus();
    await page.keyboard.press('Space');
  }
  await page.locator('[name=assign-until]').focus();
  await page.keyboard.press('Enter');
}

it('an unused board says what to do, and the ward shows no notice about nurses', async () => {
  await setHash(nora, '#/assignments');
  await nora.getByTestId('board-empty').filter({ hasText: 'Nobody is assigned' }).waitFor();
  await expectReadable(nora, 'assignments-empty');
  await setHash(nora, '#/');
  await nora.getByTestId('bed-A-2').waitFor();
  expect(await nora.getByTestId('bed-notice').count()).toBe(0);
  await setHash(nora, '#/assignments');
});

it('a nurse becomes charge nurse and assigns a colleague, who sees what is open and accepts by name', async () => {
  await assign(nora, 'nora', 'charge-nurse');
  await done(nora, 'Nora Nurse is assigned');
  await nora.getByTestId('board-duty-charge-nurse').filter({ hasText: '✓ Nora Nurse until' }).waitFor();
  await assign(nora, 'nils', 'nurse', 'A-1');
  await done(nora, 'Nils Nurse is assigned');
  await cell(nora, 'A-1').filter({ hasText: 'has not accepted' }).waitFor();

  await setHash(nils, '#/assignments');
  const open = nils.getByTestId('open-A-1');
  await open.filter({ hasText: '*** HR 134 > 120: nobody has acknowledged it' }).waitFor();
  await expectReadable(nils, 'assignments-hand-over');
  await nils.getByTestId('accept').filter({ hasText: 'Accept as Nils Nurse' }).focus();
  await pressWhenStill(nils.getByTestId('accept'));
  await done(nils, 'You have accepted A-1');
  await cell(nora, 'A-1').filter({ hasText: '✓ Nils Nurse until' }).waitFor();

  await setHash(nora, '#/');
  const tile = nora.getByTestId('bed-A-2');
  await tile.getByText(/^No nurse is responsible since /).waitFor();
  expect(await nora.getByTestId('bed-A-1').getByTestId('bed-notice').count()).toBe(0);
  await expectReadable(nora, 'ward-without-nurse');
  await setHash(nora, '#/assignments');
});

it('an assignment that waits is shown in the top bar and on the ward page, which has a link to the board', async () => {
  await assign(nora, 'nils', 'buddy', 'A-2');
  await done(nora, 'Nils Nurse is assigned');
  await setHash(nils, '#/');
  const hint = nils.getByTestId('notice-duties');
  await hint.filter({ hasText: 'An assignment waits for you to accept or decline.' }).waitFor();
  await nils.getByTestId('tab-waiting').filter({ hasText: '1' }).waitFor();
  await expectReadable(nils, 'ward-assignment-waits');
  await pressWhenStill(hint.getByRole('link'));
  await pressWhenStill(nils.getByTestId('accept'));
  await done(nils, 'You have accepted A-2');
  await nils.getByTestId('tab-waiting').waitFor({ state: 'detached' });
  expect(await nora.getByTestId('tab-waiting').count()).toBe(0);
});

it('tile and page of a patient name the nurse, and show if nobody is responsible', async () => {
  await setHash(nils, '#/');
  await nils.getByTestId('bed-A-1').getByTestId('tile-nurse').filter({ hasText: 'Nurse: Nils Nurse' }).waitFor();
  expect(await nils.getByTestId('bed-A-2').getByTestId('tile-nurse').count()).toBe(0);
  await pressWhenStill(nils.getByTestId('open-A-1'));
  await nils.getByTestId('patient-nurse').filter({ hasText: 'Nurse: Nils Nurse' }).waitFor();
  await expectReadable(nils, 'patient-with-nurse');
  await setHash(nils, '#/');
  await pressWhenStill(nils.getByTestId('open-A-2'));
  await nils.getByTestId('patient-view').getByText('No nurse is responsible since').waitFor();
  expect(await nils.getByTestId('patient-nurse').count()).toBe(0);
  await setHash(nils, '#/assignments');
});

it('a board that cannot be refreshed shows its age and is grey until it is refreshed', async () => {
  await nora.route('**/assignments', (route) =>
    route.request().method() === 'GET' ? route.abort() : route.continue(),
  );
  await nora
    .getByTestId('board-old')
    .filter({ hasText: /Board of \d\d:\d\d:\d\d: this screen cannot refresh it/ })
    .waitFor();
  const filterOf = () => nora.getByTestId('board-beds').evaluate((table) => getComputedStyle(table).filter);
  expect(await filterOf()).toBe('grayscale(1)');
  await expectReadable(nora, 'assignments-old');
  await nora.unroute('**/assignments');
  await nora.getByTestId('board-old').waitFor({ state: 'detached' });
  expect(await filterOf()).toBe('none');
});

it('if somebody else has just changed a bed, another change of this bed is refused, and the page says who changed the bed', async () => {
  await cell(nora, 'A-2').filter({ hasText: 'nobody' }).waitFor();
  // Nora's board does not refresh, as on a slow network.
  await nora.route('**/assignments', (route) =>
    route.request().method() === 'GET' ? route.abort() : route.continue(),
  );
  await assign(nils, 'nils', 'nurse', 'A-2');
  await done(nils, 'Nils Nurse is assigned');
  await assign(nora, 'nora', 'nurse', 'A-2');
  const refused = nora.getByTestId('board-refused');
  await refused.filter({ hasText: 'Not saved: meanwhile Nils Nurse changed this board' }).waitFor();
  await refused.filter({ hasText: 'Nils Nurse assigned Nils Nurse (nurse, A-2)' }).waitFor();
  await nora.unroute('**/assignments');
  await cell(nora, 'A-2').filter({ hasText: 'Nils Nurse' }).waitFor();
  expect(server.board.duties.wards.get(ward)?.assignments).toHaveLength(4);
});

it('a nurse who is away without a cover leaves the beds without a nurse, until she or he is back', async () => {
  await pressWhenStill(nils.getByTestId('away'));
  await nils.getByTestId('away-problem').filter({ hasText: 'Choose who covers' }).waitFor();
  await nils.locator('[name=away-cover]').selectOption({ label: 'Nobody' });
  await pressWhenStill(nils.getByTestId('away'));
  const places = nils.getByTestId('leave-places');
  await places.filter({ hasText: 'A-1: then nobody is the nurse' }).waitFor();
  await expectReadable(nils, 'assignments-away-question');
  // Escape changes nothing.
  await nils.keyboard.press('Escape');
  await places.waitFor({ state: 'detached' });
  expect(server.board.duties.wards.get(ward)?.absences).toEqual([]);
  await pressWhenStill(nils.getByTestId('away'));
  await places.waitFor();
  await pressWhenStill(nils.getByTestId('away-confirm'));
  await done(nils, 'You are away, and nobody covers');
  await cell(nora, 'A-1').filter({ hasText: 'Nils Nurse is away until' }).waitFor();
  await setHash(nora, '#/');
  await nora
    .getByTestId('bed-A-2')
    .getByText(/^No nurse is responsible since \d\d:\d\d: Nils Nurse is away$/)
    .waitFor();
  await setHash(nora, '#/assignments');
  await pressWhenStill(nils.getByTestId('back'));
  await done(nils, 'You are back');
  await cell(nora, 'A-1').filter({ hasText: '✓ Nils Nurse until' }).waitFor();
});

it('a CSV file with faults is refused with a message for each line, and a file without faults is saved', async () => {
  const upload = (text: string) =>
    nora
      .locator('[name=board-csv]')
      .setInputFiles({ name: 'plan.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  const time = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 19);
  const header = 'duty,beds,user,from,until';
  await upload(`${header}\r\nbuddy,A-1,nora,${time(0)},${time(8)}\r\nbuddy,A-9,nora,${time(0)}Z,${time(8)}Z\r\n`);
  await nora
    .getByTestId('board-refused')
    .filter({ hasText: 'Line 2: A time must have its date and its offset' })
    .filter({ hasText: 'Line 3:' })
    .waitFor();
  await expectReadable(nora, 'assignments-csv-faults');
  await upload('');
  await nora.getByTestId('csv-problem').filter({ hasText: 'plan.csv: The file is empty.' }).waitFor();
  await pressWhenStill(nora.getByTestId('account-ids').locator('summary'));
  await nora.getByTestId('account-ids').filter({ hasText: 'nils Nils Nurse (nurse)' }).waitFor();
  // Spreadsheet programs write semicolons in countries with a decimal comma.
  await upload(`${header.replaceAll(',', ';')}\r\nbuddy;A-1;nora;${time(0)}+00:00;${time(8)}+00:00\r\n;;;;\r\n`);
  await done(nora, 'plan.csv: 1 assignment is saved');
  await nora.getByTestId('board-bed-A-1').filter({ hasText: 'Nora Nurse' }).waitFor();
});

it('the charge nurse ends an assignment, and a person declines with a reason', async () => {
  await assign(nora, 'nils', 'buddy', 'A-3');
  await done(nora, 'Nils Nurse is assigned');
  const reason = nils.locator('input[name^=decline-]');
  expect(await nils.getByTestId('decline').isDisabled()).toBe(true);
  await reason.fill('I am with A-1');
  await pressWhenStill(nils.getByTestId('decline'));
  await done(nils, 'You have declined A-3');
  await nora.getByTestId('board-bed-A-3').filter({ hasText: 'Nils Nurse declined: I am with A-1' }).waitFor();
  await pressWhenStill(cell(nora, 'A-2').getByRole('button', { name: 'End the assignment of Nils Nurse' }));
  await nora.getByTestId('leave-places').filter({ hasText: 'A-2: then nobody is the nurse' }).waitFor();
  await pressWhenStill(nora.getByTestId('end-confirm'));
  await done(nora, 'The assignment of Nils Nurse (nurse, A-2) is ended');
  await cell(nora, 'A-2').filter({ hasText: 'nobody' }).waitFor();
  expect(await nils.getByRole('button', { name: /^End the assignment/ }).count()).toBe(0);
  await expectReadable(nora, 'assignments');
});

it('the answer to a press is visible, and the choice of another person clears the chosen duty', async () => {
  await nora.setViewportSize({ width: 360, height: 640 });
  await nora.locator('[name=assign-person]').selectOption('nora');
  await nora.locator('[name=assign-duty]').selectOption('charge-nurse');
  await nora.locator('[name=assign-person]').selectOption('nils');
  expect(await nora.locator('[name=assign-duty]').inputValue()).toBe('nurse');
  await assign(nora, 'nora', 'charge-nurse');
  const refused = nora.getByTestId('board-refused');
  await refused.filter({ hasText: 'already' }).waitFor();
  await expect.poll(async () => (await refused.boundingBox())?.y).toBeGreaterThanOrEqual(0);
  const box = (await refused.boundingBox())!;
  expect(box.y + box.height).toBeLessThanOrEqual(640);
});

it('a technician sees the board and takes the duty of the technician', async () => {
  const tom = await logIn(browser, server, 'tom');
  tom.setDefaultTimeout(15_000);
  await setHash(tom, '#/assignments');
  await tom.getByTestId('assignments-page').waitFor();
  await assign(tom, 'tom', 'technician');
  await done(tom, 'Tom Technician is assigned');
  await tom.context().close();
});

it('the choice of a board does not change which wards the screen watches', async () => {
  const vera = await logIn(browser, server, 'vera');
  vera.setDefaultTimeout(15_000);
  server.playAlarms(raisedEvent(alarmOf(otherBed, { text: 'SpO2 80 < 85', priority: 'high' })));
  const counted = vera.getByTestId('count-high').filter({ hasText: '2' });
  await counted.waitFor();
  await setHash(vera, '#/assignments');
  await vera.locator('[name=board-ward]').selectOption(ward);
  await vera.getByTestId('board-bed-A-1').waitFor();
  await vera.getByText('SpO2 80 < 85').first().waitFor();
  await counted.waitFor();
  await vera.locator('[name=board-ward]').selectOption('HDU');
  await vera.getByTestId('board-bed-B-1').waitFor();
  await expectReadable(vera, 'assignments-two-wards');
  await setHash(vera, '#/');
  for (const bed of ['A-1', 'A-2', 'B-1']) await vera.getByTestId(`bed-${bed}`).waitFor();
  // An alarm takes the place of the sentence about the nurse.
  server.playAlarms(raisedEvent(alarmOf(beds[1]!, { text: 'HR 126 > 120', priority: 'medium' })));
  await vera.getByTestId('bed-A-2').getByText('HR 126').first().waitFor();
  await vera.getByTestId('bed-A-2').getByText('No nurse', { exact: true }).waitFor();
  await expectReadable(vera, 'ward-alarm-without-nurse');
  await vera.context().close();
});

it('a person with a keyboard keeps the focus after a press', async () => {
  const focused = () =>
    nora.evaluate(
      () => (document.activeElement as HTMLElement | null)?.dataset.testid ?? document.activeElement?.className,
    );
  await nora.setViewportSize({ width: 360, height: 640 });
  await nora.locator('[name=assign-duty]').selectOption('nurse');
  for (const bed of ['A-1', 'A-2']) await nora.locator(`[name="assign-bed-${bed}"]`).uncheck();
  await nora.locator('[name="assign-bed-A-3"]').check();
  await pressEnterWhenStill(nora.getByTestId('assign-save'));
  await done(nora, 'is assigned');
  expect(await focused()).toBe('assign-save');
  const end = nora.getByTestId('board-bed-A-3').getByRole('button', { name: /^End the assignment of .*nurse, A-3/ });
  await pressEnterWhenStill(end);
  await nora.getByTestId('leave-places').filter({ hasText: 'A-3: then nobody' }).waitFor();
  await pressEnterWhenStill(nora.getByTestId('end-confirm'));
  await done(nora, '(nurse, A-3) is ended');
  await end.waitFor({ state: 'detached' });
  await expect.poll(focused).toBe('board__answer');
});

it('start and end can be read on a phone', async () => {
  for (const name of ['assign-from', 'assign-until']) {
    const field = nora.locator(`[name=${name}]`);
    // The test cannot read the text in the browser’s own elements, so it compares the width of the field with the
    // needed width.
    const [widthPx, neededPx] = await field.evaluate((input) => {
      const copy = input.cloneNode() as HTMLElement;
      copy.style.cssText = 'position: absolute; width: auto; max-width: none';
      input.parentElement!.append(copy);
      const needed = copy.getBoundingClientRect().width;
      copy.remove();
      return [input.getBoundingClientRect().width, needed];
    });
    expect(widthPx).toBeGreaterThanOrEqual(neededPx!);
  }
  await expectReadable(nora, 'assignments-forms');
});

it('the ward in the top bar changes the board, and the page stays', async () => {
  const vera = await logIn(browser, server, 'vera');
  vera.setDefaultTimeout(15_000);
  await setHash(vera, '#/assignments');
  await vera.getByTestId('ward-choice').selectOption('HDU');
  await vera.getByRole('heading', { name: 'Assignments · HDU' }).waitFor();
  await vera.getByTestId('board-bed-B-1').waitFor();
  await vera.getByTestId('ward-choice').selectOption('*');
  await vera.locator('[name=board-ward]').waitFor();
  await vera.context().close();
});

it('the page of a patient of another ward does not change which ward the screen watches', async () => {
  const vera = await logIn(browser, server, 'vera');
  vera.setDefaultTimeout(15_000);
  await vera.getByTestId('ward-choice').selectOption(ward);
  await vera.getByTestId('count-high').filter({ hasText: '1' }).waitFor();
  await setHash(vera, `#/patient/${otherBed.period.associationId}`);
  await vera
    .getByTestId('not-watched')
    .filter({ hasText: 'This screen watches CCU, and this bed is in HDU.' })
    .waitFor();
  expect(await vera.getByTestId('ward-choice').inputValue()).toBe(ward);
  await vera.getByTestId('count-high').filter({ hasText: '1' }).waitFor();
  // The page shows the state from the time when it was opened: no number looks current, and the alarms of that time are
  // listed.
  await vera.getByTestId('not-watched').getByText('NOT LIVE').waitFor();
  for (const slot of await vera.locator('.slot').all())
    expect(await slot.getAttribute('data-age-class')).not.toBe('current');
  await vera.getByTestId('past-alarms').locator('[data-priority=high]').waitFor();
  await expectReadable(vera, 'patient-of-another-ward');
  await pressWhenStill(vera.getByTestId('watch-all'));
  await vera.getByTestId('not-watched').waitFor({ state: 'detached' });
  await vera.getByTestId('count-high').filter({ hasText: '2' }).waitFor();
  expect(await vera.getByTestId('ward-choice').inputValue()).toBe('*');
  await vera.context().close();
});
