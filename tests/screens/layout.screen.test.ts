/**
 * Measures in a real browser, with the longest values, that every text can be read on every screen at every window
 * size. `VIGIL_SCREENSHOTS_DIR=<folder>` also writes a picture of each screen at each size into this folder.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { StandbyInForce } from '../../contracts/messages/alarms.ts';
import { standbyMsMax } from '../../contracts/standby.ts';
import { foldStandby } from '../../dashboard/server/core/standby.ts';
import { openBrowser } from '../browser.ts';
import { resize, windowSizes } from './overflow.ts';
import { clickUntil, expectReadable, logInOnSteadyPage, openSteadyPage, pressWhenStill, setHash } from './readable.ts';
import {
  longDeviceId,
  longestAlarms,
  longestBeds,
  longGivenName,
  longStandbyReason,
  longWard,
  type PlayedBed,
  playBeds,
  raisedEvent,
} from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';
import { trendRows } from './trend-rows.ts';

const wards = {
  one: 'ICU 1',
  eight: longWard,
  sixteen: 'ICU 16',
  many: 'ICU 66',
  empty: 'Ward without a bed',
} as const;
/** All wards except the ward with 66 beds, because measuring 91 tiles at every size would take too long. */
const wardsWithFewBeds = [wards.one, wards.eight, wards.sixteen, wards.empty];

/**
 * Sets a zone in which it is between 23:00 and midnight, so that the end of a standby is on another day. Its text then
 * has a date at every time of the day.
 */
function setZoneBeforeMidnight(): void {
  const hour = new Date().getUTCHours();
  // The name `Etc/GMT-2` means two hours east of Greenwich.
  process.env.TZ = hour >= 9 ? `Etc/GMT-${23 - hour}` : `Etc/GMT+${hour + 1}`;
  expect(new Date().getHours()).toBe(23);
}

let server: ScreenServer;
let browser: Browser;
let nurse: Page;
const closers: (() => unknown)[] = [];
const beds = new Map<string, PlayedBed[]>();

beforeAll(async () => {
  setZoneBeforeMidnight();
  const name = longGivenName;
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'nora', name, role: 'nurse', wards: wardsWithFewBeds },
        { userId: 'max', name, role: 'nurse', wards: [wards.many] },
        { userId: 'tom', name, role: 'technician', wards: wardsWithFewBeds },
        { userId: 'ada', name, role: 'auditor', wards: ['*'] },
      ],
      trends: trendRows,
    }),
    openBrowser(inject('chromium')),
  ]);
  closers.push(server.close, () => browser.close());
  let version = 0;
  for (const [ward, count] of [
    [wards.one, 1],
    [wards.eight, 8],
    [wards.sixteen, 16],
    [wards.many, 66],
  ] as const) {
    const bedsOfWard = longestBeds(count, ward).map((bed) => {
      version += 1;
      // The 66 beds have no waves, because drawing waves without a graphics card takes longer than all measurements.
      const waves = ward === wards.many ? [] : bed.waves;
      return {
        ...bed,
        waves,
        deviceId: ward === wards.eight ? bed.deviceId : `${bed.deviceId.slice(0, 55)}-${version}`,
      };
    });
    beds.set(ward, bedsOfWard);
    closers.push(playBeds(server, bedsOfWard, ward === wards.many ? 4_000 : 2_000));
    const alarmCount = ward === wards.many ? 99 : count * 3;
    // Each eighth bed has no alarm. Its alarm line shows the longest standby text.
    const bedsOnStandby = bedsOfWard.filter((_, at) => at % 8 === 7);
    for (const { period } of bedsOnStandby) foldStandby(server.state, standbyOf(period.associationId));
    const bedsWithAlarms = bedsOfWard.filter((bed) => !bedsOnStandby.includes(bed));
    server.playAlarms(...longestAlarms(bedsWithAlarms, alarmCount).map(raisedEvent));
  }
  nurse = await logInOnSteadyPage(browser, server, 'nora');
});

function standbyOf(associationId: string): StandbyInForce {
  const by = { userId: 'nora', name: longGivenName, role: 'nurse' } as const;
  const at = new Date().toISOString();
  const until = new Date(Date.now() + standbyMsMax).toISOString();
  return { associationId, rev: 1, at, standby: { since: at, until, reason: longStandbyReason, by } };
}

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const openWard = async (page: Page, ward: string) => {
  await setHash(page, `#/ward/${encodeURIComponent(ward)}`);
  const first = beds.get(ward)?.[0];
  if (first) await page.locator(`[data-association="${first.period.associationId}"]`).waitFor();
  const count = ward === '*' ? 25 : (beds.get(ward)?.length ?? 0);
  await page.waitForFunction((tiles) => document.querySelectorAll('.tile').length === tiles, count);
};

describe('the layout at every window size', () => {
  it('every text of the login, with its messages, can be read whole', async () => {
    const page = await openSteadyPage(browser, server);
    await page.getByTestId('login-user').fill('nobody');
    await page.getByTestId('login-password').fill('a wrong password');
    await pressWhenStill(page.getByTestId('login-submit'));
    await page.getByTestId('login-error').getByText('wrong').waitFor();
    await expectReadable(page, 'login');
    await page.context().close();
  });

  it.each([
    ['1 bed', wards.one],
    ['8 beds', wards.eight],
    ['16 beds', wards.sixteen],
    ['no bed', wards.empty],
  ])('every text of a ward of %s can be read whole', async (name, ward) => {
    await openWard(nurse, ward);
    if (ward === wards.empty) await nurse.getByTestId('ward-empty').waitFor();
    await expectReadable(nurse, `ward-${name}`);
  });

  it('every text of a ward of 66 beds can be read whole', async () => {
    const page = await logInOnSteadyPage(browser, server, 'max');
    await openWard(page, wards.many);
    // Only large windows are measured here. In smaller windows the tiles are as large as in the ward of 16 beds, and
    // another test measures that ward in a quarter of the time.
    const large = windowSizes.filter(({ width }) => width >= 1366);
    await expectReadable(page, 'ward-66 beds', large);
    await page.context().close();
  });

  it('every text of the view of all wards, each tile with its ward, can be read whole', async () => {
    await openWard(nurse, '*');
    await expectReadable(nurse, 'ward-all');
  });

  it('every text of the page of a patient with the longest names, and of its limits form, can be read whole', async () => {
    const bed = beds.get(wards.eight)![0]!;
    await openWard(nurse, wards.eight);
    await setHash(nurse, `#/patient/${bed.period.associationId}`);
    await nurse.getByTestId('trends').waitFor();
    await expectReadable(nurse, 'patient');
    await clickUntil(nurse, 'edit-limits-BPsys', 'limit-form');
    await expectReadable(nurse, 'patient-limits');
  });

  it.each([
    [360, 740],
    [1366, 768],
  ])(
    'the page of a patient with trends never scrolls the whole document in a window of %i × %i',
    async (width, height) => {
      const bed = beds.get(wards.eight)![0]!;
      await setHash(nurse, `#/patient/${bed.period.associationId}`);
      await nurse.locator('.trend__title').first().waitFor();
      await resize(nurse, { width, height });
      const page = await nurse.locator('.patient').evaluate(({ scrollHeight, clientHeight }) => ({
        documentPx: document.documentElement.scrollHeight,
        isLonger: scrollHeight > clientHeight,
      }));
      // Only the part below the bars scrolls, so the strip and the calls stay in the window.
      expect(page).toEqual({ documentPx: height, isLonger: true });
    },
  );

  it('every text of the page of a patient with negative pressures and no wave can be read whole', async () => {
    const [, , , negative] = beds.get(wards.eight)!;
    await setHash(nurse, `#/patient/${negative!.period.associationId}`);
    await nurse.getByTestId('trends').waitFor();
    await expectReadable(nurse, 'patient-negative');
    const [, noWaves] = beds.get(wards.eight)!;
    await setHash(nurse, `#/patient/${noWaves!.period.associationId}`);
    await nurse.getByTestId('trends').waitFor();
    await expectReadable(nurse, 'patient-no-waves');
  });

  it('every text of the page of an unknown patient can be read whole', async () => {
    await setHash(nurse, '#/patient/00000000-0000-0000-0000-000000000000');
    await nurse.getByTestId('patient-error').waitFor();
    await expectReadable(nurse, 'patient-none');
  });

  it('every text of the list of devices, and of the form that moves a device, can be read whole', async () => {
    await openWard(nurse, wards.eight);
    await setHash(nurse, '#/devices');
    await nurse.getByTestId(`associate-${longDeviceId}`).waitFor();
    await expectReadable(nurse, 'devices');
    await clickUntil(nurse, `associate-${longDeviceId}`, 'associate-form');
    await expectReadable(nurse, 'devices-form');
  });

  it('every text of the list of devices that a technician sees can be read whole', async () => {
    const page = await logInOnSteadyPage(browser, server, 'tom');
    await page.getByTestId('devices-page').waitFor();
    await page.getByTestId(`device-${longDeviceId}`).waitFor();
    await expectReadable(page, 'devices-technician');
    await page.context().close();
  });

  it('every text of the audit trail can be read whole', async () => {
    const page = await logInOnSteadyPage(browser, server, 'ada');
    await page.getByTestId('audit-page').waitFor();
    await page.getByTestId('audit-patient-viewed').first().waitFor();
    await expectReadable(page, 'audit');
    await page.context().close();
  });

  it('every text below the notices that Kafka and the alarm processor are away can be read whole', async () => {
    await openWard(nurse, wards.eight);
    server.alive.kafka = false;
    server.alive.alarms = false;
    server.signs.kafkaAtMs -= 60_000;
    server.signs.judgedAtMs.fill(Date.now() - 60_000);
    server.signs.readingsAtMs = Date.now() + 60_000;
    server.signs.readingsSinceMs = 1;
    await nurse.getByTestId('notice-kafka').waitFor();
    await nurse.getByTestId('notice-alarms').waitFor();
    await expectReadable(nurse, 'notices');
    server.alive.kafka = true;
    server.alive.alarms = true;
    await nurse.getByTestId('notice-kafka').waitFor({ state: 'detached' });
  });

  it('every text below the banner of a lost server can be read whole', async () => {
    await nurse.context().setOffline(true);
    server.hub.close();
    await nurse.getByTestId('banner-lost').waitFor();
    await expectReadable(nurse, 'lost');
  });
});
