/**
 * Checks that one screen can have the sound of a ward. The other screens are silent then, but only while this screen
 * sounds.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import type { AlarmReport } from '../../dashboard/protocol/live.ts';
import { openBrowser, openLogin, submitLogin } from '../browser.ts';
import { until } from '../system.ts';
import { listen } from './ear.ts';
import { pressWhenStill } from './readable.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

const ward = 'ICU';
const otherWard = 'Step';
const folder = process.env.VIGIL_SCREENSHOTS_DIR;
const sizes = [
  [360, 780],
  [768, 1024],
  [1366, 768],
  [1920, 1080],
] as const;
const bedOf = (bed: string, ofWard: string): PlayedBed => ({
  deviceId: `monitor-${bed}`,
  period: newPeriod(bed, ofWard, newPatient()),
  values: { MDC_ECG_HEART_RATE: 78 },
  waves: [],
  ageMs: 0,
});
const beds = [bedOf('U-1', ward), bedOf('U-2', ward)] as const;
const stepBed = bedOf('S-1', otherWard);
/** Longer than the time between two bursts of a high alarm. */
const quietMs = 7_000;

let server: ScreenServer;
let browser: Browser;
let stop: () => void;
/** The newest report of each page about each alarm. */
const reports = new Map<Page, Map<string, AlarmReport>>();
const raisedAlarms: Alarm[] = [];

beforeAll(async () => {
  [server, browser] = await Promise.all([
    openScreenServer({
      accounts: [
        { userId: 'nora', name: 'Nora Nurse', role: 'nurse', wards: [ward] },
        { userId: 'otto', name: 'Otto Other', role: 'nurse', wards: [ward, otherWard] },
        { userId: 'stella', name: 'Stella Step', role: 'nurse', wards: [otherWard] },
      ],
    }),
    openBrowser(inject('chromium')),
  ]);
  stop = playBeds(server, [...beds, stepBed]);
});

afterAll(async () => {
  stop();
  await browser.close();
  await server.close();
});

afterEach(async () => {
  for (const page of reports.keys()) await page.context().close();
  reports.clear();
  server.playAlarms(
    ...raisedAlarms.map((alarm) => ({
      ...raisedEvent({ ...alarm, rev: 99, signal: 'off' as const }),
      type: 'cleared' as const,
    })),
  );
  raisedAlarms.length = 0;
  for (const each of [ward, otherWard]) server.hub.sound.giveBack(each);
  await until('no screen', () => server.hub.stats().screens === 0);
});

async function open(userId: string): Promise<Page> {
  const page = await openLogin(browser, server);
  await listen(page);
  await page.reload();
  const ofPage = new Map<string, AlarmReport>();
  reports.set(page, ofPage);
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const message = JSON.parse(String(payload));
      if (message.type === 'report')
        for (const entry of message.alarms as AlarmReport[]) ofPage.set(entry.alarmId, entry);
    }),
  );
  await submitLogin(page, userId);
  await page.getByTestId('clock').waitFor();
  return page;
}

/** Opens the pages of Nora and Otto, and lets Nora's page have the sound of the ward. */
async function openOwnerAndOther(): Promise<[owner: Page, other: Page]> {
  const [noras, ottos] = [await open('nora'), await open('otto')];
  await ottos.getByTestId('ward-choice').selectOption(ward);
  await pressWhenStill(noras.getByTestId('sound-here'));
  await noras.getByTestId('sound-state').getByText('ICU: this screen sounds').waitFor();
  await ottos.getByTestId('sound-state').getByText('ICU: the screen of Nora Nurse sounds', { exact: true }).waitFor();
  return [noras, ottos];
}

function raise(bed: PlayedBed, fields: Partial<Alarm> = {}): Alarm {
  const alarm = alarmOf(bed, { priority: 'high', raisedAt: new Date().toISOString(), ...fields });
  raisedAlarms.push(alarm);
  server.playAlarms(raisedEvent(alarm));
  return alarm;
}

const heard = (page: Page) => page.evaluate(() => heardPeak());
const untilHeard = (page: Page) => until('a sound', async () => (await heard(page)) > 0.1);
const soundOf = (page: Page, { alarmId }: Alarm) => reports.get(page)?.get(alarmId)?.sound;

/** Waits for a time in which no burst begins. A busy machine may delay heartbeats, and then the page sounds, too. */
const untilQuiet = (page: Page) =>
  until('silence', async () => {
    await heard(page);
    await page.waitForTimeout(quietMs);
    return (await heard(page)) === 0;
  });

async function takePictures(page: Page, name: string): Promise<void> {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(700);
    await page.screenshot({ path: join(folder, `${name}-${width}.png`) });
  }
  await page.setViewportSize({ width: 1920, height: 1080 });
}

describe('a screen that has the sound of its ward', () => {
  it('a screen that has the sound of its ward sounds the alarms; the other screen is silent, says who sounds, and reports why it is silent', async () => {
    const [noras, ottos] = await openOwnerAndOther();
    const alarm = raise(beds[0]);
    await untilHeard(noras);
    await ottos.getByTestId(`alarm-${alarm.alarmId}`).waitFor();
    await untilQuiet(ottos);
    expect(soundOf(noras, alarm)).toBe('sounding');
    await until('the reason', () => soundOf(ottos, alarm) === 'elsewhere');
    await takePictures(ottos, 'sound-other');
    await takePictures(noras, 'sound-own');
    // The screen of two wards still sounds the alarms of the ward without an owner.
    await ottos.getByTestId('ward-choice').selectOption('*');
    const step = raise(stepBed, { priority: 'medium' });
    await until('the alarm of the other ward sounds', () => soundOf(ottos, step) === 'sounding');
    await untilHeard(ottos);
    expect(soundOf(ottos, alarm)).toBe('elsewhere');
  });

  it('when the page that has the sound is closed, the other screen sounds and says that no screen has the sound', async () => {
    const [noras, ottos] = await openOwnerAndOther();
    raise(beds[0]);
    await untilQuiet(ottos);
    await noras.close();
    await untilHeard(ottos);
    await ottos.getByTestId('notice-sound').getByText('has no connection').filter({ visible: true }).waitFor();
    await takePictures(ottos, 'sound-away');
  });

  it('when the page that has the sound is stuck, the other screen sounds', async () => {
    const [noras, ottos] = await openOwnerAndOther();
    raise(beds[0]);
    await untilQuiet(ottos);
    const devtools = await noras.context().newCDPSession(noras);
    await devtools.send('Debugger.enable');
    await devtools.send('Debugger.pause');
    const sinceMs = Date.now();
    await ottos.getByTestId('notice-sound').getByText('does not answer').filter({ visible: true }).waitFor();
    process.stdout.write(`from the stopped page to the notice: ${Date.now() - sinceMs} ms\n`);
    await untilHeard(ottos);
  });

  it('when the tab of the page that has the sound is hidden, the other screen sounds until the tab is shown again', async () => {
    const [noras, ottos] = await openOwnerAndOther();
    raise(beds[0]);
    await untilQuiet(ottos);
    await noras.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await ottos.getByTestId('notice-sound').getByText('its browser tab hidden').filter({ visible: true }).waitFor();
    await untilHeard(ottos);
    await noras.evaluate(() => {
      Reflect.deleteProperty(document, 'visibilityState');
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await ottos.getByTestId('notice-sound').waitFor({ state: 'detached' });
    await untilQuiet(ottos);
  });

  it('when the audio of the page that has the sound is blocked, the other screen sounds', async () => {
    const [noras, ottos] = await openOwnerAndOther();
    raise(beds[0]);
    await untilHeard(noras);
    await untilQuiet(ottos);
    await noras.evaluate(async () => {
      for (const context of audioContexts) {
        context.onstatechange = null;
        await (context as AudioContext).suspend();
      }
    });
    await ottos.getByTestId('notice-sound').getByText('plays no sound').filter({ visible: true }).waitFor();
    await untilHeard(ottos);
  });

  it('when a person at another screen presses "Sound everywhere", every screen sounds', async () => {
    const [noras, ottos] = await openOwnerAndOther();
    raise(beds[0]);
    await untilQuiet(ottos);
    await pressWhenStill(ottos.getByTestId('sound-everywhere'));
    await ottos.getByTestId('notice-sound-lost').waitFor();
    await untilHeard(ottos);
    await noras.getByTestId('notice-sound-lost').waitFor();
    await noras.getByTestId('sound-state').getByText('Sound on').waitFor();
    expect(server.audit.page({}).records.map(({ action, ward: of }) => [action, of])).toEqual(
      expect.arrayContaining([
        ['sound-taken', ward],
        ['sound-given-back', ward],
      ]),
    );
  });

  it('a nurse of another ward can neither take the sound nor give it back', async () => {
    const [, ottos] = await openOwnerAndOther();
    const stellas = await open('stella');
    const statuses = await stellas.evaluate(async () => {
      const ask = async (method: string, body?: object) => {
        const headers = { 'x-vigil': '1', ...(body && { 'content-type': 'application/json' }) };
        const answer = await fetch('/api/wards/ICU/sound', {
          method,
          headers,
          ...(body && { body: JSON.stringify(body) }),
        });
        return answer.status;
      };
      return [await ask('POST', { screen: crypto.randomUUID() }), await ask('DELETE')];
    });
    expect(statuses).toEqual([404, 404]);
    expect(server.hub.sound.personOf(ward)).toBe('Nora Nurse');
    await ottos.getByTestId('sound-state').getByText('ICU: the screen of Nora Nurse sounds', { exact: true }).waitFor();
  });
});
