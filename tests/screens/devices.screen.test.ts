/** Checks how people assign, move and correct devices and patients in a real browser, and that nothing else changes. */
import { readFileSync } from 'node:fs';
import { type Browser, errors, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { AssociationPeriod } from '../../contracts/messages/records.ts';
import { foldDeviceEvent, foldRefusals } from '../../dashboard/server/core/device-log.ts';
import { logIn, openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import { expectAccessible } from './axe.ts';
import { expectReadable, logInOnSteadyPage, pressWhenStill, setHash } from './readable.ts';
import { longDeviceId, newPatient, newPeriod } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';
let server: ScreenServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] },
        { userId: 'nina', name: 'Nina Nurse', role: 'nurse', wards: [ward, 'HDU'] },
        { userId: 'paula', name: 'Paula Physician', role: 'physician', wards: ['*'] },
        { userId: 'ted', name: 'Ted Technician', role: 'technician', wards: [ward] },
      ],
      wards: [
        { ward, beds: ['U-1', 'U-2', 'U-3', 'U-4', 'U-5', 'U-6', 'U-7', 'U-8'] },
        { ward: 'HDU', beds: ['H-1', 'H-2'] },
      ],
    }),
    openBrowser(inject('chromium')),
  ]);
  page = await logIn(browser, server, 'nora');
  await page.goto(`${server.origin}/#/devices`);
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

const newborn = (familyName: string) =>
  newPatient({ familyName, givenName: '', birthDate: '2026-11-01', sex: 'female', category: 'neonatal' });
const lastPeriodOf = (deviceId: string): AssociationPeriod => server.state.associations.get(deviceId)!.periods.at(-1)!;

function assign(deviceId: string, stay: AssociationPeriod) {
  server.associate({ deviceId, version: 1, periods: [stay] });
  return stay;
}

/**
 * Presses a button until `done` returns true. The page ignores presses on a button that has just moved
 * (client/core/stillness.ts).
 */
async function pressUntil(onPage: Page, button: string, done: () => Promise<boolean>) {
  await until(button, async () => {
    if (await done()) return true;
    // After an earlier press, the page may have removed the button, and may not show yet what the button opens.
    if (!(await onPage.getByTestId(button).isVisible())) return false;
    await pressWhenStill(onPage.getByTestId(button), { timeout: 5_000 }).catch(ignoreTimeout);
    // If the page is only slow to draw, a second press could undo the first press.
    for (let waits = 0; waits < 30 && !(await done()); waits++) await onPage.waitForTimeout(100);
    return done();
  });
}

function ignoreTimeout(error: unknown): void {
  if (!(error instanceof errors.TimeoutError)) throw error;
}

async function openForm(onPage: Page, deviceId: string, act?: string) {
  const isOpen = async () =>
    (await onPage.locator('#associate-title').textContent())?.startsWith(`${deviceId}:`) ?? false;
  await pressUntil(
    onPage,
    `associate-${deviceId}`,
    async () => (await onPage.getByTestId('associate-form').count()) > 0 && isOpen(),
  );
  if (!act) return;
  const button = onPage.getByTestId(`act-${act}`);
  await pressUntil(onPage, `act-${act}`, async () => (await button.getAttribute('aria-pressed')) === 'true');
}

describe('the form that moves a device', () => {
  it('the form moves a newborn together with the device, and the data of the newborn do not change', async () => {
    const assigned = assign('bed-01', newPeriod('U-1', ward, newborn('Otter')));
    await openForm(page, 'bed-01', 'move');
    // This form has no fields for the patient.
    expect(await page.locator('select[name=category], input[name=patientId]').count()).toBe(0);
    await page.locator('select[name=bed]').selectOption('U-2');
    await pressUntil(page, 'associate-save', async () => lastPeriodOf('bed-01').bed === 'U-2');
    expect(lastPeriodOf('bed-01')).toEqual({ ...assigned, bed: 'U-2' });
    expect(server.state.associations.get('bed-01')?.periods).toHaveLength(1);
  });

  it('on a phone the choices of the form are below each other, equally wide, each in one line', async () => {
    assign('bed-01', newPeriod('U-2', ward, newborn('Otter')));
    const view = page.viewportSize()!;
    await page.setViewportSize({ width: 360, height: 780 });
    await openForm(page, 'bed-01');
    const boxes = await Promise.all(
      ['move', 'correct', 'end'].map((act) => page.getByTestId(`act-${act}`).boundingBox()),
    );
    const heights = boxes.map((box) => box!.height);
    expect(new Set(boxes.map((box) => `${box!.x}, ${box!.width}`)).size).toBe(1);
    expect(Math.max(...heights) - Math.min(...heights)).toBeLessThan(2);
    expect(Math.max(...heights)).toBeLessThan(45);
    expect(boxes.map((box) => box!.y)).toEqual(boxes.map((box) => box!.y).sort((a, b) => a - b));
    await page.setViewportSize(view);
  });

  it('the form names the patient who is moved or discharged only to people who may see the ward', async () => {
    assign('bed-01', newPeriod('U-2', ward, newborn('Otter')));
    await openForm(page, 'bed-01', 'end');
    const patientText = await page.getByTestId('associate-patient').textContent();
    expect(patientText).toMatch(/Otter.*born 2026-11-01 · id /);
    const other = await logIn(browser, server, 'nina');
    await other.getByTestId('ward-choice').selectOption('HDU');
    await other.goto(`${server.origin}/#/devices`);
    await openForm(other, 'bed-01', 'move');
    expect(await other.getByTestId('associate-patient').textContent()).toMatch(/Choose ICU at the top/);
    await other.context().close();
  });

  it('the form shows a technician beds and no patients', async () => {
    assign('bed-08', newPeriod('U-7', ward, null));
    const other = await logIn(browser, server, 'ted');
    await other.goto(`${server.origin}/#/devices`);
    await openForm(other, 'bed-08');
    await other.locator('select[name=bed]').selectOption('U-8');
    await pressWhenStill(other.getByTestId('associate-save'));
    await until('the move', () => lastPeriodOf('bed-08').bed === 'U-8');
    expect(await other.getByTestId('associate-bed-01').count()).toBe(0);
    expect(await other.getByTestId('associate-patient').count()).toBe(0);
    await other.context().close();
  });
});

describe('the form that corrects a patient', () => {
  it('the form shows the current data of the patient, and changes only the field that was edited', async () => {
    const assigned = assign('bed-02', newPeriod('U-3', ward, newborn('Marten')));
    await openForm(page, 'bed-02', 'correct');
    await page.locator('select[name=category]').waitFor();
    expect(await page.locator('select[name=category]').inputValue()).toBe('neonatal');
    expect(await page.locator('select[name=sex]').inputValue()).toBe('female');
    await page.locator('input[name=givenName]').fill('Ada');
    await pressWhenStill(page.getByTestId('associate-save'));
    await until('the correction', () => lastPeriodOf('bed-02').patient?.givenName === 'Ada');
    expect(lastPeriodOf('bed-02')).toEqual({ ...assigned, patient: { ...assigned.patient, givenName: 'Ada' } });
  });

  it('the form shows a change that another person has made in the meantime, and saves only after the person has decided', async () => {
    assign('bed-03', newPeriod('U-4', ward, newborn('Weasel')));
    const other = await logIn(browser, server, 'nora');
    await other.goto(`${server.origin}/#/devices`);
    await openForm(other, 'bed-03', 'correct');
    await openForm(page, 'bed-03', 'correct');
    for (const [on, name] of [
      [page, 'Stoat'],
      [other, 'Ermine'],
    ] as const) {
      await on.locator('select[name=category]').waitFor();
      await on.locator('input[name=familyName]').fill(name);
      await pressWhenStill(on.getByTestId('associate-save'));
    }
    await other.getByTestId('associate-conflict').getByText('family name Weasel → Stoat').waitFor();
    expect(await other.getByTestId('associate-conflict').textContent()).toContain('Nora Nurse');
    expect(lastPeriodOf('bed-03').patient?.familyName).toBe('Stoat');
    await pressWhenStill(other.getByTestId('associate-insist'));
    await until('the decision', () => lastPeriodOf('bed-03').patient?.familyName === 'Ermine');
    await other.context().close();
  });

  it('the form asks for a confirmation before the category of a patient changes, because other limits then apply', async () => {
    assign('bed-04', newPeriod('U-5', ward, newborn('Polecat')));
    await openForm(page, 'bed-04', 'correct');
    await page.locator('select[name=category]').selectOption('paediatric');
    await pressWhenStill(page.getByTestId('associate-save'));
    await page.getByTestId('associate-error').getByText('Other limits will judge this patient').waitFor();
    expect(lastPeriodOf('bed-04').patient?.category).toBe('neonatal');
    await page.getByTestId('associate-confirm').check();
    await pressWhenStill(page.getByTestId('associate-save'));
    await until('the category', () => lastPeriodOf('bed-04').patient?.category === 'paediatric');
  });
});

describe('the form that ends the stay of a patient with two devices', () => {
  it('the form names the other device, and offers to remove only one device, even if the screen shows another ward', async () => {
    const who = newborn('Civet');
    for (const deviceId of ['bed-15', 'bed-16']) assign(deviceId, newPeriod('H-1', 'HDU', who));
    assign('bed-17', newPeriod('H-2', 'HDU', newborn('Genet')));
    const other = await logIn(browser, server, 'nina');
    await other.goto(`${server.origin}/#/ward/${ward}`);
    await other.getByTestId('bed-count').waitFor();
    await other.goto(`${server.origin}/#/devices`);
    await openForm(other, 'bed-15', 'end');
    expect(await other.getByTestId('associate-discharge').textContent()).toBe(
      'Discharge the patient (ends bed-16 too)',
    );
    expect(await other.getByTestId('associate-end').textContent()).toBe('Remove bed-15 from H-1');
    // The form also names a device that is assigned to the patient while the form is open.
    assign('bed-18', newPeriod('H-1', 'HDU', who));
    await other.getByText('Discharge the patient (ends bed-16, bed-18 too)').waitFor();
    await other.context().close();
  });
});

describe('a form of a stay that has ended', () => {
  it('the form says that the stay has ended and who ended it, and has no Save button', async () => {
    assign('bed-12', newPeriod('U-1', ward, newborn('Sable')));
    await openForm(page, 'bed-12', 'correct');
    await page.locator('input[name=givenName]').fill('Ada');
    const other = await logIn(browser, server, 'nora');
    await other.goto(`${server.origin}/#/devices`);
    await openForm(other, 'bed-12', 'end');
    await other.getByTestId('associate-confirm').check();
    await pressUntil(other, 'associate-discharge', async () => lastPeriodOf('bed-12').to !== null);
    await other.context().close();
    await pressWhenStill(page.getByTestId('associate-save'));
    await page.getByTestId('associate-over').getByText('Nora Nurse removed the device').waitFor();
    expect(await page.getByTestId('associate-error').textContent()).toContain('has left this patient');
    expect(await page.getByTestId('associate-save').count()).toBe(0);
    await pressWhenStill(page.getByRole('button', { name: 'Close' }));
  });
});

describe('text that was typed and not saved', () => {
  it('the page asks before another form, row or page discards typed text', async () => {
    assign('bed-13', newPeriod('U-2', ward, newborn('Ferret')));
    assign('bed-14', newPeriod('U-3', ward, newborn('Genet')));
    const name = page.locator('input[name=givenName]');
    const title = page.locator('#associate-title');
    await openForm(page, 'bed-13', 'correct');
    await name.fill('Ada');
    const isAsked = async () => (await page.getByTestId('unsaved').count()) > 0;
    const isNotAsked = async () => !(await isAsked());
    for (const way of ['act-move', 'associate-bed-14']) {
      await pressUntil(page, way, isAsked);
      await pressUntil(page, 'unsaved-keep', isNotAsked);
      expect([way, await name.inputValue()]).toEqual([way, 'Ada']);
    }
    await page.goto(`${server.origin}/#/`);
    await page.getByTestId('unsaved').waitFor();
    expect(page.url()).toContain('#/devices');
    await pressUntil(page, 'unsaved-keep', isNotAsked);
    expect(await name.inputValue()).toBe('Ada');
    await pressUntil(page, 'associate-bed-14', isAsked);
    await pressUntil(page, 'unsaved-drop', async () => (await title.textContent())?.startsWith('bed-14') ?? false);
    await pressWhenStill(page.getByRole('button', { name: 'Cancel' }));
    expect(lastPeriodOf('bed-13').patient?.givenName).toBe('');
  });
});

describe('a second device at a bed', () => {
  it('the form asks whether a second device belongs to the patient in the bed, and then assigns it without changing the patient', async () => {
    const assigned = assign('bed-05', newPeriod('U-6', ward, newborn('Badger')));
    server.switchOn('bed-06');
    await page.locator('input[name=unlisted]').fill('bed-06');
    await pressWhenStill(page.getByTestId('associate-unlisted'));
    await page.locator('select[name=ward]').selectOption(ward);
    await page.locator('select[name=bed]').selectOption('U-6');
    await pressWhenStill(page.getByTestId('associate-save'));
    await page.getByTestId('associate-whose').getByText('Badger').waitFor();
    expect(server.state.associations.get('bed-06')).toBeUndefined();
    await pressWhenStill(page.getByTestId('associate-same'));
    await until('the second device', () => server.state.associations.get('bed-06') !== undefined);
    expect(lastPeriodOf('bed-06')).toMatchObject({ bed: 'U-6', patient: assigned.patient, to: null });
    expect(lastPeriodOf('bed-06').associationId).not.toBe(assigned.associationId);
  });
});

describe('another patient entered for an occupied bed', () => {
  it('the form does not offer to assign the device to the patient in the bed, and names the contradiction', async () => {
    const assigned = assign('bed-10', newPeriod('U-8', ward, newborn('Fisher')));
    server.switchOn('bed-11');
    await page.locator('input[name=unlisted]').fill('bed-11');
    await pressWhenStill(page.getByTestId('associate-unlisted'));
    await page.locator('select[name=ward]').selectOption(ward);
    await page.locator('select[name=bed]').selectOption('U-8');
    await page.locator('input[name=patientId]').fill('OTHER-PATIENT');
    await page.locator('input[name=familyName]').fill('Fisher');
    await page.locator('select[name=category]').selectOption('neonatal');
    await pressWhenStill(page.getByTestId('associate-save'));
    const { patientId } = assigned.patient!;
    const text = `patient id: you entered OTHER-PATIENT, in this bed is ${patientId}`;
    await page.getByTestId('associate-contradiction').getByText(text).waitFor();
    expect(await page.getByTestId('associate-same').count()).toBe(0);
    // After the person has typed the id of the patient in the bed, the form offers to assign the device to this
    // patient.
    await page.locator('input[name=patientId]').fill(patientId);
    await pressUntil(page, 'associate-same', async () => server.state.associations.get('bed-11') !== undefined);
    expect(lastPeriodOf('bed-11')).toMatchObject({ bed: 'U-8', patient: assigned.patient });
  });
});

describe('a device in a ward that is not registered', () => {
  it('a screen of all wards shows a notice about a device in an unregistered ward, and still shows the device', async () => {
    const other = await logIn(browser, server, 'paula');
    expect(await other.getByTestId('notice-places').count()).toBe(0);
    assign('bed-09', newPeriod('U-1', 'ICU2', newPatient({ familyName: 'Lynx' })));
    await other.getByTestId('notice-places').getByText('device bed-09 (ICU2 U-1)').filter({ visible: true }).waitFor();
    await other.locator('[data-association]').filter({ hasText: 'Lynx' }).waitFor();
    expect(await page.getByTestId('notice-places').count()).toBe(0);
    await other.context().close();
  });
});

describe('the list of the devices', () => {
  const listed = async (onPage: Page) =>
    (await onPage
      .locator('[data-testid^="device-"]')
      .evaluateAll((rows) => rows.map((row) => row.dataset.testid))) as string[];

  it('the list finds a device by its serial number, shows devices in trouble first or alone, and opens the last events of a device', async () => {
    const stay = assign('list-broken', newPeriod('U-7', ward, newPatient({ familyName: 'Ibis' })));
    assign('list-calm', newPeriod('U-8', ward, null));
    assign('list-spare', { ...newPeriod('U-8', ward, null), to: new Date().toISOString() });
    const at = (agoMs: number) => new Date(Date.now() - agoMs).toISOString();
    const device = { manufacturer: 'Acme', model: 'Vista', serial: 'SN-4711' };
    server.playStatus(stay.associationId, {
      deviceId: 'list-broken',
      receivedAt: at(60_000),
      reading: { online: true, device },
    });
    for (const [agoMs, fields] of [
      [50_000, { connected: true, certificateEndsAt: at(-12.5 * 86_400_000) }],
      [40_000, { connected: false, reason: 'keep-alive' }],
    ] as const)
      server.playConnection(stay.associationId, { deviceId: 'list-broken', receivedAt: at(agoMs), ...fields });

    const ted = await logIn(browser, server, 'ted');
    await ted.goto(`${server.origin}/#/devices`);
    await ted.getByTestId('device-list-broken').getByText('serial number SN-4711').waitFor();
    const all = await listed(ted);
    expect(all.indexOf('device-list-broken')).toBeLessThan(all.indexOf('device-list-calm'));
    expect(await ted.getByTestId('devices-tray').textContent()).toContain('list-spare');

    await ted.getByTestId('devices-search').fill(' sn-47');
    await until('one device', async () => (await listed(ted)).join() === 'device-list-broken');
    await pressUntil(ted, 'more-list-broken', async () => (await ted.getByTestId('facts-list-broken').count()) > 0);
    // The page loads the events of a device when a person opens its entry.
    await ted.getByTestId('facts-list-broken').getByText('sent nothing').waitFor();
    const facts = (await ted.getByTestId('facts-list-broken').textContent()) ?? '';
    expect(facts).toContain('the device sent nothing for too long');
    expect(facts).toContain('Certificate ends in 12 days');
    expect(facts.indexOf('sent nothing')).toBeLessThan(facts.lastIndexOf('connected'));
    // The page of a technician has no name of a patient.
    expect(await ted.locator('main').textContent()).not.toContain('Ibis');

    await ted.getByTestId('devices-search').fill('no such device');
    await ted.getByTestId('devices-none').waitFor();
    await ted.getByTestId('devices-search').fill('');
    await ted.getByTestId('devices-which').selectOption('trouble');
    await until('only devices in trouble', async () => {
      const shown = await listed(ted);
      return shown.includes('device-list-broken') && !shown.includes('device-list-calm');
    });
    await ted.getByTestId('devices-which').selectOption('no-bed');
    await until('only devices without a bed', async () => (await listed(ted)).includes('device-list-spare'));
    expect(await listed(ted)).not.toContain('device-list-broken');
    await ted.getByTestId('devices-which').selectOption('all');
    await ted.context().close();
  });

  it('the list does not move its rows while a person points at it, and sorts them afterwards', async () => {
    for (const bed of ['U-5', 'U-6']) assign(`still-${bed}`, newPeriod(bed, ward, null));
    const ted = await logIn(browser, server, 'ted');
    await ted.goto(`${server.origin}/#/devices`);
    await ted.getByTestId('devices-search').fill('still-');
    await until('two devices', async () => (await listed(ted)).join() === 'device-still-U-5,device-still-U-6');
    const row = ted.getByTestId('device-still-U-5');
    await row.hover();
    const second = server.state.devices.get('still-U-6')!;
    second.online = false;
    // The pointer must move at least every 10 s. Otherwise nobody counts as pointing.
    await until('the second device is offline', async () => {
      await row.hover({ position: { x: 5 + Math.random() * 20, y: 5 } });
      return ((await ted.getByTestId('device-still-U-6').textContent()) ?? '').includes('offline');
    });
    expect((await listed(ted)).join()).toBe('device-still-U-5,device-still-U-6');
    await ted.mouse.move(1, 1);
    await until('sorted', async () => (await listed(ted)).join() === 'device-still-U-6,device-still-U-5');
    await ted.context().close();
  });

  it('every text of a list of 200 devices can be read whole at every window size, and with an opened device', async () => {
    for (let at = 0; at < 200; at += 1) {
      const deviceId = at === 0 ? longDeviceId : `many-${at}`;
      const stay = newPeriod(`M-${at}`, ward, at % 3 === 0 ? null : newPatient());
      assign(deviceId, at % 10 === 9 ? { ...stay, to: new Date().toISOString() } : stay);
      const device = {
        manufacturer: 'A manufacturer with a long name',
        model: `Model ${at}`,
        serial: `SN-${1_000_000 + at}`,
      };
      const receivedAt = new Date(Date.now() - at * 3_600_000).toISOString();
      server.playStatus(stay.associationId, { deviceId, receivedAt, reading: { online: at % 7 !== 0, device } });
    }
    const ted = await logInOnSteadyPage(browser, server, 'ted');
    await setHash(ted, '#/devices');
    await pressUntil(ted, 'devices-more', async () => (await ted.getByTestId('device-many-150').count()) > 0);
    await pressUntil(
      ted,
      `more-${longDeviceId}`,
      async () => (await ted.getByTestId(`facts-${longDeviceId}`).count()) > 0,
    );
    await expectReadable(ted, 'devices');
    await expectAccessible(ted);
    await ted.context().close();
  });
});

describe('the refused messages and the events of the devices', () => {
  const iso = (agoMs: number) => new Date(Date.now() - agoMs).toISOString();
  const refuse = (deviceId: string, messages: number) =>
    foldRefusals(
      server.state,
      {
        ...{ deviceId, receivedAt: iso(60_000), from: iso(600_000), count: 1, apart: 0 },
        refused: { 'time-invalid': messages, 'payload-not-json': 2 },
      },
      'gateway-1',
      Date.now(),
    );

  it('a technician sees how many messages were refused and why, finds the devices with refused messages, and opens the events of one', async () => {
    for (const deviceId of ['ev-bad', 'ev-good'])
      assign(deviceId, newPeriod('U-5', ward, newPatient({ familyName: 'Stork' })));
    refuse('ev-bad', 30);
    const note = (fields: object) =>
      foldDeviceEvent(server.state.deviceLog, { deviceId: 'ev-bad', ...fields } as never, Date.now());
    note({ receivedAt: iso(50 * 3_600_000), kind: 'declared', firmware: '4.1' });
    note({ receivedAt: iso(120_000), kind: 'declared', firmware: '4.2' });
    note({ receivedAt: iso(90_000), kind: 'disconnected', reason: 'keep-alive' });
    note({ receivedAt: iso(80_000), kind: 'clock-wrong', clockErrorMs: 30_000, leftOut: 7 });
    const ted = await logIn(browser, server, 'ted');
    await ted.goto(`${server.origin}/#/devices`);
    await ted.getByTestId('devices-which').selectOption('refused');
    await until(
      'only the device with refused messages',
      async () => (await ted.locator('tr[data-testid^="device-"]').count()) === 1,
    );
    await pressUntil(ted, 'more-ev-bad', async () => (await ted.getByTestId('refused').count()) > 0);
    expect(await ted.getByTestId('refused').textContent()).toContain('32 (wrong time 30, not JSON 2), the last at');

    await pressUntil(ted, 'events-of-ev-bad', async () => (await ted.getByTestId('event-row').count()) > 0);
    const rows = async () => ted.getByTestId('event-row').allTextContents();
    await until('all events', async () => (await rows()).length === 5);
    const list = (await rows()).join('\n');
    expect(list).toContain('4.1 → 4.2');
    expect(list).toContain('the device sent nothing for too long');
    expect(list).toContain('30 s behind · 7 earlier events are not listed');
    expect(list).toContain('32 messages');
    await ted.getByTestId('events-group').selectOption('firmware');
    await until('the events about firmware', async () => (await rows()).length === 2);
    await ted.getByTestId('events-hours').selectOption('24');
    await until('the events of the last day', async () => (await rows()).length === 1);
    const [file] = await Promise.all([ted.waitForEvent('download'), pressWhenStill(ted.getByTestId('events-csv'))]);
    const csv = readFileSync(await file.path(), 'utf8');
    expect(csv.split('\r\n')).toEqual([
      'time,device,kind,event,details',
      expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z,ev-bad,firmware-changed,new firmware,4\.1 → 4\.2$/),
      '',
    ]);
    await ted.getByTestId('events-device').fill('no such device');
    await ted.getByTestId('events-none').waitFor();
    expect(await ted.locator('main').textContent()).not.toContain('Stork');
    await ted.getByTestId('events-device').fill('ev-');
    await ted.getByTestId('events-group').selectOption('');
    await ted.getByTestId('event-row').first().waitFor();
    await expectReadable(ted, 'device-events');
    await expectAccessible(ted);
    await ted.context().close();
  });

  it('with 1,000 devices and 4,000 events the page has few rows, and a search shows its device', async () => {
    for (let n = 0; n < 1_000; n += 1) {
      const stay = newPeriod(`T-${n}`, ward, n % 3 === 0 ? null : newPatient());
      assign(`thousand-${n}`, stay);
      for (let event = 0; event < 4; event += 1)
        foldDeviceEvent(
          server.state.deviceLog,
          { deviceId: `thousand-${n}`, receivedAt: iso(n * 10 + event * 60_000), kind: 'connected' },
          Date.now(),
        );
    }
    const ted = await logIn(browser, server, 'ted');
    await ted.goto(`${server.origin}/#/devices`);
    await ted.getByTestId('devices-more').waitFor();
    const listed = () => ted.locator('tr[data-testid^="device-"]').count();
    expect(await listed()).toBe(100);
    const search = ted.getByTestId('devices-search');
    // The time from a key to the next picture. This time is only reported, because it depends on the machine.
    const keyMs = await search.evaluate(async (input: HTMLInputElement) => {
      const times: number[] = [];
      for (const text of ['t', 'th', 'tho', 'thou', 'thousand-99']) {
        const sinceMs = performance.now();
        input.value = text;
        input.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        times.push(Math.round(performance.now() - sinceMs));
      }
      return times;
    });
    const answers = await ted.evaluate(async () => {
      const ask = async (query: string) => (await fetch(`/api/devices${query}`)).text();
      return [await ask(''), await ask('?open='), await ask('?open=thousand-1')];
    });
    const [all, none, one] = answers.map((text) => text.length);
    console.log(
      `1,000 devices: ms from a key to the picture ${keyMs.join(', ')}; list of ${none} bytes, ${all} with events`,
    );
    // The browser says how many bytes of the body came over the network.
    const networkBytes = await ted.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .filter(({ name }) => name.endsWith('/api/devices?open='))
        .map((entry) => (entry as PerformanceResourceTiming).encodedBodySize),
    );
    console.log(`the list over the network: ${networkBytes.join(', ')} bytes`);
    expect(networkBytes.length).toBeGreaterThan(0);
    for (const bytes of networkBytes) expect(bytes).toBeLessThan(none! / 8);
    const eventsIn = (text = '') => text.match(/"events":/g)?.length ?? 0;
    expect(answers.slice(1).map(eventsIn)).toEqual([0, 1]);
    expect(none).toBeLessThan(one!);
    await search.fill('thousand-999');
    await until('the device', async () => (await listed()) === 1);
    await pressUntil(ted, 'view-events', async () => (await ted.getByTestId('event-row').count()) > 0);
    expect(await ted.getByTestId('event-row').count()).toBe(100);
    await ted.getByTestId('events-device').fill('thousand-999');
    await until('the events of the device', async () => (await ted.getByTestId('event-row').count()) === 4);
    await ted.context().close();
  });
});
