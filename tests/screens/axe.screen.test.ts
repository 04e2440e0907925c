/**
 * Checks every page with axe-core, when all is well and when something is wrong: no page violates a rule of WCAG 2.2,
 * levels A and AA.
 */
import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { gatewayNotices } from '../../contracts/bed-notices.ts';
import { explain } from '../../contracts/explain/explain.ts';
import type { Duty } from '../../contracts/messages/assignments.ts';
import type { Actor } from '../../contracts/messages/records.ts';
import { foldAssignmentEvent } from '../../dashboard/server/core/duty-board.ts';
import { noteNotice } from '../../dashboard/server/core/notices.ts';
import { foldStandby } from '../../dashboard/server/core/standby.ts';
import { unassignedAssociation } from '../../log/envelope/pseudonym.ts';
import { openBrowser } from '../browser.ts';
import { play } from '../explain/play.ts';
import { calmStory } from '../explain/story.ts';
import { randomFrom } from '../faults/random.ts';
import { expectAccessible, findViolations } from './axe.ts';
import { callOf, deliveryOf, openWithDelivery } from './delivery-double.ts';
import { pseudonymKey } from './live.ts';
import { clickUntil, logInOnSteadyPage, openSteadyPage, pressUntil, pressWhenStill, setHash } from './readable.ts';
import { alarmOf, longestAlarms, longestBeds, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';
import { trendRows } from './trend-rows.ts';

const [calmWard, ward] = ['ICU 1', 'ICU 2'];
const nurse = { userId: 'nora', name: 'Nora Nurse', role: 'nurse' } as const;
const calmBeds = longestBeds(2, calmWard).map((bed, at) => ({ ...bed, deviceId: `calm-${at}` }));
const beds = longestBeds(8, ward);
const stayOf = (bed: PlayedBed) => bed.period.associationId;
/** The story of an alarm, for the page "Why did nobody come?". */
const played = play(calmStory(randomFrom(4).next));
let server: ScreenServer;
let browser: Browser;
let page: Page;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { ...nurse, wards: [calmWard, ward] },
        { userId: 'vera', name: 'Vera Physician', role: 'physician', wards: [ward] },
        { userId: 'ada', name: 'Ada Auditor', role: 'auditor', wards: ['*'] },
      ],
      wards: [calmWard, ward].map((name) => ({
        ward: name,
        beds: (name === ward ? beds : calmBeds).map(({ period }) => period.bed!),
      })),
      trends: trendRows,
      explain: async (_account, alarmId, admit) => {
        if (alarmId !== played.alarm.alarmId) throw new Error('Only the alarm of the story has an explanation.');
        await admit({ alarm: played.alarm, appendedMs: 0 }, { ward, bed: 'ICU-1', patientId: 'p-1' });
        return explain(played.records)!;
      },
    }),
    openBrowser(inject('chromium')),
  ]);
  closers.push(server.close, () => browser.close(), playBeds(server, [...calmBeds, ...beds]));
  page = await logInOnSteadyPage(browser, server, 'nora');
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function openWard(name: string): Promise<void> {
  await setHash(page, `#/ward/${encodeURIComponent(name)}`);
  const first = name === ward ? beds[0]! : calmBeds[0]!;
  await page.locator(`[data-association="${stayOf(first)}"]`).waitFor();
}

async function openPatientPage(bed: PlayedBed): Promise<void> {
  await setHash(page, `#/patient/${stayOf(bed)}`);
  await page.locator('.trend__title').first().waitFor();
}

/** Assigns the nurse. The assignment is accepted if `by` is the nurse. */
function assign(duty: Duty, bed: PlayedBed | undefined, by: Actor): void {
  const at = new Date().toISOString();
  const hours = (count: number) => new Date(Date.now() - 5_000 + count * 3_600_000).toISOString();
  const { userId, name } = nurse;
  const assigned = { assignmentId: randomUUID(), ward, duty, userId, name, from: hours(0), until: hours(8) };
  const assignment = { ...assigned, ...(bed && { beds: [bed.period.bed!] }) };
  foldAssignmentEvent(server.board, { type: 'assigned', eventId: randomUUID(), ward, at, by, assignment });
}

/** Lets a device without a bed send values. */
function stray(deviceId: string): void {
  const ended = { ...newPeriod('U-8', ward, null), to: new Date(Date.now() - 1_200_000).toISOString() };
  server.associate({ deviceId, version: 1, periods: [ended] });
  const associationId = unassignedAssociation(pseudonymKey, deviceId);
  const bed: PlayedBed = { ...beds[0]!, deviceId, period: { ...ended, associationId } };
  const time = new Date().toISOString();
  const reading = { time, intervalMs: 600_000, values: [{ code: 'MDC_ECG_HEART_RATE', value: 188, unit: '/min' }] };
  server.playObservation(associationId, { deviceId, receivedAt: time, reading });
  server.playAlarms(raisedEvent(alarmOf(bed)));
}

describe('the rules that axe-core checks', () => {
  it('a page with a faint text, a button without a name and two small buttons beside each other is found', async () => {
    await openWard(calmWard);
    await page.evaluate(() => {
      const wrong = document.createElement('div');
      wrong.id = 'wrong';
      wrong.innerHTML = '<p>faint</p><button></button><button>a</button><button>b</button>';
      document.getElementById('main')!.prepend(wrong);
      const [text, ...buttons] = [...wrong.children] as HTMLElement[];
      text!.style.color = '#334';
      for (const button of buttons) button.style.cssText = 'all: unset; width: 12px; height: 12px; float: left';
    });
    const faults = await findViolations(page);
    await page.evaluate(() => document.getElementById('wrong')!.remove());
    for (const rule of ['color-contrast', 'button-name', 'target-size'])
      expect(faults).toContainEqual(expect.stringMatching(new RegExp(`^${rule} `)));
  });
});

describe('a page in order violates no rule of WCAG 2.2 A and AA', () => {
  it('the login page violates no rule', async () => {
    const login = await openSteadyPage(browser, server);
    await login.getByTestId('login-user').waitFor();
    await expectAccessible(login);
    await login.context().close();
  });

  it('the page of a ward violates no rule', async () => {
    await openWard(calmWard);
    await expectAccessible(page);
  });

  it('the page of a patient violates no rule, and none of its forms does', async () => {
    await openPatientPage(calmBeds[0]!);
    await expectAccessible(page);
    const forms = [
      ['edit-limits-BPsys', 'limit-form'],
      ['standby', 'standby-form'],
      ['assess', 'assessment-form'],
      ['note-edit', 'note-form'],
    ] as const;
    for (const [button, form] of forms) {
      await clickUntil(page, button, form);
      await expectAccessible(page);
      await pressUntil(page.getByTestId(form).getByRole('button', { name: 'Cancel' }), page.getByTestId(button));
    }
  });

  it.each(['assignments', 'calls', 'reach', 'devices'])('the page “%s” violates no rule', async (name) => {
    await setHash(page, '#/');
    await setHash(page, name === 'assignments' ? `#/assignments/${encodeURIComponent(ward)}` : `#/${name}`);
    await page.getByTestId(`${name}-page`).waitFor();
    await page.locator('main :is(h1, h2)').first().waitFor();
    await expectAccessible(page);
  });

  it('the form that changes who is at a device violates no rule', async () => {
    await setHash(page, '#/devices');
    await clickUntil(page, 'associate-calm-0', 'act-move');
    await expectAccessible(page);
    for (const act of ['move', 'correct', 'end']) {
      await pressWhenStill(page.getByTestId(`act-${act}`));
      await expectAccessible(page);
    }
    await pressUntil(page.getByTestId('associate-form').getByRole('button', { name: 'Cancel' }), page.locator('main'));
  });

  it('the audit trail violates no rule', async () => {
    const audit = await logInOnSteadyPage(browser, server, 'ada');
    await audit.getByTestId('audit-login').first().waitFor();
    await expectAccessible(audit);
    await audit.context().close();
  });

  it('the page “Why did nobody come?” violates no rule', async () => {
    const vera = await logInOnSteadyPage(browser, server, 'vera');
    await setHash(vera, `#/alarms/${played.alarm.alarmId}/why`);
    await vera.getByTestId('why-findings').waitFor();
    await expectAccessible(vera);
    await setHash(vera, '#/alarms/no-such-alarm/why');
    await vera.getByTestId('why-error').waitFor();
    await expectAccessible(vera);
    await vera.context().close();
  });
});

describe('a page in trouble violates no rule of WCAG 2.2 A and AA', () => {
  beforeAll(() => {
    for (const code of Object.keys(gatewayNotices)) {
      const bed = server.state.beds.get(stayOf(beds[1]!))!;
      const { text } = gatewayNotices[code as keyof typeof gatewayNotices];
      noteNotice(server.state, bed, { code, text, sinceMs: Date.now(), untilMs: Number.POSITIVE_INFINITY });
    }
    server.playAlarms(...longestAlarms(beds.slice(0, 4), 24).map(raisedEvent));
    stray('stray-1');
    const [at, until] = [new Date().toISOString(), new Date(Date.now() + 3_600_000).toISOString()];
    const standby = { since: at, until, reason: 'CT', by: nurse };
    foldStandby(server.state, { associationId: stayOf(beds[4]!), rev: 1, at, standby });
    assign('nurse', beds[0], { userId: 'vera', name: 'Vera Physician', role: 'physician' });
    assign('charge-nurse', undefined, nurse);
  });

  it('the login page violates no rule after a wrong password', async () => {
    const login = await openSteadyPage(browser, server);
    await login.getByTestId('login-user').fill('nobody');
    await login.getByTestId('login-password').fill('a wrong password');
    await pressWhenStill(login.getByTestId('login-submit'));
    await login.getByTestId('login-error').getByText('wrong').waitFor();
    await expectAccessible(login);
    await login.context().close();
  });

  it('the page of a ward with alarms, notices and devices without a bed violates no rule', async () => {
    await openWard(ward);
    await page.getByTestId('alarm-list').locator('[data-alarm]').nth(10).waitFor();
    await clickUntil(page, 'tray-count', 'tray-stray-1');
    await expectAccessible(page);
    await clickUntil(page, 'filter-alarms', 'tray-stray-1');
  });

  it('the page of a patient with alarms, notices or a standby violates no rule, and neither does the page of an unknown patient', async () => {
    for (const at of [0, 1, 4]) {
      await openPatientPage(beds[at]!);
      await expectAccessible(page);
    }
    await setHash(page, `#/patient/${randomUUID()}`);
    await page.getByTestId('patient-error').waitFor();
    await expectAccessible(page);
  });

  it('the question whether typed text may be dropped violates no rule, and neither does a hand-over', async () => {
    await openPatientPage(beds[0]!);
    await clickUntil(page, 'edit-limits-BPsys', 'limit-form');
    await page.getByLabel('High', { exact: true }).fill('abc');
    await setHash(page, '#/devices');
    await page.getByTestId('unsaved').waitFor();
    await expectAccessible(page);
    await pressUntil(page.getByTestId('unsaved-drop'), page.getByTestId('devices-page'));
    await setHash(page, `#/assignments/${encodeURIComponent(ward)}`);
    const hand = page.locator('section.board__hand-over').first();
    await hand.waitFor();
    await expectAccessible(page);
  });

  it('a call, the page of the calls and the page “How I am reached” violate no rule', async () => {
    const called = await openWithDelivery(browser, server, 'nora');
    const alarm = alarmOf(beds[2]!, { priority: 'high' });
    server.playAlarms(raisedEvent(alarm));
    called.playDeliveries([deliveryOf(alarm, beds[2]!)]);
    called.playCalls([callOf(alarm, beds[2]!)]);
    await called.page.emulateMedia({ reducedMotion: 'reduce' });
    await called.page.getByTestId('call-sheet').waitFor();
    await expectAccessible(called.page);
    for (const name of ['calls', 'reach']) {
      await setHash(called.page, `#/${name}`);
      await called.page.getByTestId(`${name}-page`).waitFor();
      await expectAccessible(called.page);
    }
    await called.close();
  });

  it('a locked page violates no rule, and neither does a page whose ward the person may not see', async () => {
    const other = await logInOnSteadyPage(browser, server, 'vera');
    await setHash(other, `#/ward/${encodeURIComponent(calmWard)}`);
    await other.getByTestId('banner-forbidden').waitFor();
    await expectAccessible(other);
    await pressWhenStill(other.getByTestId('own-wards'));
    await other.evaluate(() => fetch('/api/lock', { method: 'POST', headers: { 'x-vigil': '1' } }));
    await other.reload();
    await other.getByTestId('lock').waitFor();
    await expectAccessible(other);
    await other.context().close();
  });

  it('a page with notices of failures violates no rule, and neither does a page that has lost its server', async () => {
    await openWard(ward);
    server.alive.alarms = false;
    server.signs.judgedAtMs.fill(Date.now() - 60_000);
    server.signs.readingsAtMs = Date.now() + 60_000;
    server.signs.readingsSinceMs = 1;
    await page.getByTestId('notice-alarms').waitFor();
    await expectAccessible(page);
    await clickUntil(page, 'notices-more', 'notice-alarms');
    await expectAccessible(page);
    await page.context().setOffline(true);
    server.hub.close();
    await page.getByTestId('banner-lost').waitFor();
    await expectAccessible(page);
  });
});
