/**
 * Measures, like `layout.screen.test.ts`, whether every text can be read, on screens with problems: an open tray, beds
 * with two devices, notices about doubtful values, refused forms, and a slow screen.
 */
import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { gatewayNotices } from '../../contracts/bed-notices.ts';
import { noteNotice } from '../../dashboard/server/core/notices.ts';
import { unassignedAssociation } from '../../log/envelope/pseudonym.ts';
import { openBrowser } from '../browser.ts';
import { until } from '../system.ts';
import {
  clickUntil,
  expectReadable,
  logInOnSteadyPage,
  pressUntil,
  pressWhenStill,
  reportPageAsHidden,
  setHash,
} from './readable.ts';
import {
  alarmOf,
  longAlarmText,
  longBed,
  longDeviceId,
  longestAlarms,
  longestBeds,
  longFamilyName,
  longGivenName,
  longPatientId,
  longWard,
  newPatient,
  newPeriod,
  type PlayedBed,
  playBeds,
  raisedEvent,
  widestValues,
} from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = longWard;
const otherBed = 'Window place 12C, isolation anteroom two';
const nurse = { userId: 'nora', name: longGivenName, role: 'nurse' } as const;
let server: ScreenServer;
let browser: Browser;
let page: Page;
const closers: (() => unknown)[] = [];
const longest = newPatient({ familyName: longFamilyName, givenName: longGivenName, patientId: longPatientId });

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { ...nurse, wards: [ward] },
        { userId: 'paula', name: longGivenName, role: 'physician', wards: ['*'] },
      ],
      wards: [{ ward, beds: [longBed, otherBed, 'U-2', 'U-3', 'U-4', 'U-5', 'U-6', 'U-7', 'U-8'] }],
    }),
    openBrowser(inject('chromium')),
  ]);
  closers.push(server.close, () => browser.close());
  const beds = withCompanions(longestBeds(8, ward));
  closers.push(playBeds(server, beds), strays());
  server.playAlarms(...longestAlarms(beds.slice(0, 4), 12).map(raisedEvent));
  for (const at of [1, 4, 5, 7]) doubt(beds[at]!);
  page = await logInOnSteadyPage(browser, server, 'nora');
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

/** Adds a device to the first bed, two devices to the third bed, and a device without a patient to the seventh bed. */
function withCompanions(beds: PlayedBed[]): PlayedBed[] {
  const from = new Date().toISOString();
  const companion = (bed: PlayedBed, deviceId: string, who: PlayedBed['period']['patient']): PlayedBed => ({
    ...bed,
    deviceId,
    period: { ...bed.period, associationId: randomUUID(), patient: who, from },
    waves: [],
  });
  const [first, , third] = beds;
  const seventh = beds[6]!;
  return [
    ...beds,
    companion(first!, `pump-${longDeviceId.slice(5)}`, first!.period.patient),
    companion(third!, 'bed-21', third!.period.patient),
    companion(third!, 'bed-22', null),
    companion(seventh, 'bed-23', null),
  ];
}

/** Adds every notice about doubtful values to a bed. */
function doubt({ period: { associationId } }: PlayedBed): void {
  const bed = server.state.beds.get(associationId)!;
  const [sinceMs, untilMs] = [Date.now(), Number.POSITIVE_INFINITY];
  for (const [code, { text }] of Object.entries(gatewayNotices))
    noteNotice(server.state, bed, { code, text, sinceMs, untilMs });
  const text = 'Device clock is 3599 s behind';
  noteNotice(server.state, bed, { code: 'device-clock', text, sinceMs, untilMs });
}

/** Starts three devices without a bed, two of them with alarms. Returns a function that stops them. */
function strays(): () => void {
  const ids = [longDeviceId.replace('bedside', 'strayed'), 'bed-31', 'bed-32'];
  const played = ids.map((deviceId): PlayedBed => {
    // The stay ended before the alarms began, because the tray does not show alarms of a stay.
    const endedPeriod = { ...newPeriod('U-8', ward, longest), to: new Date(Date.now() - 1_200_000).toISOString() };
    server.associate({ deviceId, version: 1, periods: [endedPeriod] });
    const associationId = unassignedAssociation(Buffer.alloc(32, 2).toString('base64url'), deviceId);
    return { deviceId, period: { ...endedPeriod, associationId }, values: widestValues, waves: [], ageMs: 0 };
  });
  const send = () => {
    for (const {
      deviceId,
      period: { associationId },
    } of played) {
      const time = new Date().toISOString();
      const values = [{ code: 'MDC_ECG_HEART_RATE', value: 188, unit: '/min' }];
      server.playObservation(associationId, {
        deviceId,
        receivedAt: time,
        reading: { time, intervalMs: 4000, values },
      });
    }
  };
  send();
  server.playAlarms(raisedEvent(alarmOf(played[0]!, { text: longAlarmText })), raisedEvent(alarmOf(played[1]!)));
  const timer = setInterval(send, 2_000);
  return () => clearInterval(timer);
}

/**
 * Cancels the open form. If a form stayed open, the next form would ask what to do with the typed text. Presses again
 * and again, because the page ignores a press right after a move.
 */
async function closeForm(): Promise<void> {
  const form = page.getByTestId('associate-form');
  await until('no form', async () => {
    if ((await form.count()) === 0) return true;
    await pressWhenStill(form.getByRole('button', { name: 'Cancel' }));
    await page.waitForTimeout(100);
    return (await form.count()) === 0;
  });
}

/** Opens the form of an act. `content` selects an element that only this form has. */
async function openForm(deviceId: string, act: string, content: string): Promise<void> {
  await closeForm();
  await setHash(page, '#/devices');
  await page.getByTestId(`associate-${deviceId}`).waitFor();
  await clickUntil(page, `associate-${deviceId}`, `act-${act}`);
  await pressUntil(page.getByTestId(`act-${act}`), page.locator(content));
}

/**
 * Imitates another clinician who changes the patient while the form is open. The server then answers a save with a
 * conflict.
 */
function changeMeanwhile(deviceId: string): void {
  const table = server.state.associations.get(deviceId)!;
  const version = table.version + 1;
  const [now] = table.periods;
  const wrongIdentity = { patientId: longPatientId, familyName: longFamilyName, givenName: longGivenName };
  const fields = Object.entries(wrongIdentity).map(([field, from]) => ({ field, from, to: `${from.slice(1)}X` }));
  const change = {
    version,
    at: new Date().toISOString(),
    by: nurse,
    act: 'corrected',
    associationId: now!.associationId,
    fields,
    ward,
  } as const;
  server.associate({ deviceId, version, periods: [now!], changes: [change] } as never);
}

describe('the layout of screens with problems', () => {
  it('every text of a ward with two devices at a bed, notices of doubt, and an open tray can be read whole', async () => {
    await page.getByTestId('companion-bed-21').waitFor();
    await page.getByTestId('bed-notice').first().waitFor();
    expect(await page.locator('.companion').count()).toBe(4);
    await clickUntil(page, 'tray-count', 'tray-bed-31');
    await page.getByTestId('tray-bed-31').getByTestId('tray-alarm').waitFor();
    await expectReadable(page, 'trouble-tray');
    await clickUntil(page, 'filter-alarms', 'tray-bed-31');
  });

  it('every text of the page of a patient with notices and two devices can be read whole', async () => {
    const bed = [...server.state.beds.values()].find(({ notices }) => notices.size > 0)!;
    await setHash(page, `#/patient/${bed.associationId}`);
    await page.getByTestId('notice-shared-identity').waitFor();
    await expectReadable(page, 'trouble-patient');
  });

  it('every text of the form that moves a device can be read whole', async () => {
    await openForm(longDeviceId, 'move', 'select[name=bed]');
    await page.locator('select[name=bed]').selectOption(otherBed);
    await expectReadable(page, 'form-move');
  });

  it('every text of the form that corrects a patient, with a confirmation, can be read whole', async () => {
    await openForm(longDeviceId, 'correct', 'select[name=category]');
    await page.locator('select[name=category]').selectOption('paediatric');
    await page.getByTestId('associate-confirm').waitFor();
    await expectReadable(page, 'form-correct');
    await page.locator('select[name=category]').selectOption('adult');
  });

  it('every text of the form that corrects a patient can be read whole after another person has changed that patient', async () => {
    await page.locator('input[name=givenName]').fill('Ada');
    changeMeanwhile(longDeviceId);
    await clickUntil(page, 'associate-save', 'associate-conflict');
    await expectReadable(page, 'form-conflict');
  });

  it('every text of the form that discharges a patient with two devices can be read whole', async () => {
    await openForm(longDeviceId, 'end', '[data-testid=associate-discharge]');
    await expectReadable(page, 'form-end');
  });

  it('when the form that assigns a device asks whose device it is, every text of the form can be read whole', async () => {
    await setHash(page, '#/');
    await setHash(page, '#/devices');
    const unlisted = `unlisted-${longDeviceId.slice(9)}`;
    server.switchOn(unlisted);
    await page.locator('input[name=unlisted]').fill(unlisted);
    await clickUntil(page, 'associate-unlisted', 'associate-form');
    await page.locator('select[name=ward]').selectOption(ward);
    await page.locator('select[name=bed]').selectOption(longBed);
    await clickUntil(page, 'associate-save', 'associate-whose');
    await expectReadable(page, 'form-assign');
  });

  it('every text below the notices of the operator, the clock and unseen alarms can be read whole', async () => {
    const paula = await logInOnSteadyPage(browser, server, 'paula');
    for (const [at, deviceId] of [longDeviceId.replace('bedside', 'unknown'), 'bed-41', 'bed-42', 'bed-43'].entries())
      server.associate({
        deviceId,
        version: 1,
        periods: [newPeriod(`${longBed.slice(2)}-${at}`, 'Ward that is in no registry of wards', longest)],
      });
    await paula.getByTestId('notice-places').getByText('unknown').filter({ visible: true }).waitFor();
    await expectReadable(paula, 'trouble-places');
    await paula.context().close();
  });

  it('every text of a screen that cannot keep up can be read whole', async () => {
    const slow = await logInOnSteadyPage(browser, server, 'nora');
    await slow.evaluate(() => Reflect.deleteProperty(Document.prototype, 'hidden'));
    await slow.getByTestId('companion-bed-21').waitFor();
    while ((await slow.getByTestId('notice-slow').count()) === 0)
      await slow.evaluate(() => {
        // This loop delays the page's own timer by 1.7 s, independent of the speed of the machine.
        const endMs = performance.now() + 1_700;
        while (performance.now() < endMs);
      });
    await slow.evaluate(reportPageAsHidden);
    await expectReadable(slow, 'trouble-slow');
    await slow.context().close();
  });
});

it('the hint beside an ignored press stays inside the window when the window becomes smaller', async () => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.evaluate(() => {
    const far = document.createElement('button');
    far.style.cssText = 'position: fixed; right: 10px; bottom: 10px; width: 40px; height: 40px; z-index: 60';
    far.dataset.testid = 'far';
    document.body.append(far);
  });
  await page.mouse.click(1890, 1050);
  await until('the hint after a press on a button that has just moved', async () => {
    await page.getByTestId('far').evaluate((far) => {
      far.style.right = far.style.right === '10px' ? '14px' : '10px';
    });
    await page.mouse.click(1885, 1050);
    return page.getByTestId('moved-hint').isVisible();
  });
  await page.setViewportSize({ width: 360, height: 780 });
  const box = (await page.getByTestId('moved-hint').boundingBox())!;
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(360);
  expect(box.y + box.height).toBeLessThanOrEqual(780);
});
