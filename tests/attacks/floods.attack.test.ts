/**
 * One person, with or without a login, sends as many requests as possible. All other persons must still be able to log
 * in, send commands, and see screens and alarms. The tests print how long the others waited, but do not depend on the
 * speed of the machine.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Watch } from '../../dashboard/protocol/live.ts';
import type { Browser, Live } from '../../dashboard/server/browser.testing.ts';
import { connectDevice, type TestDevice } from '../device.ts';
import { until } from '../system.ts';
import { assignDevice, browserFrom, certFile, loggedInBrowser, origin, product } from './attacker.ts';
import { type FloodCounts, underFlood } from './floods.ts';

const target = { port: product.httpPort, ca: certFile('ca.pem'), origin };
/** New connections that the dashboard accepts each second. */
const connectsPerS = 100;
/**
 * Maximum number of connections that the dashboard accepts before the measurement begins. The flood is counted only
 * during the measurement.
 */
const acceptedBeforeMax = 300;
/**
 * Maximum number of connections that one address may keep open. The dashboard may close each of them once with the
 * status 429.
 */
const openConnectionsMax = 1_024;
/** Returns the number of connections that the dashboard accepted from a flood. Each answer 429 closes a connection. */
const acceptedConnections = ({ connections, statuses }: FloodCounts) => connections + (statuses[429] ?? 0);
/** Generous time limit. Each test takes some seconds on an idle machine. */
const longMs = 600_000;
const ward: Watch = { type: 'watch', scope: { ward: 'icu' }, waves: null };
const passwordOf = (userId: string) => product.passwords[userId] ?? '';
const wrongPassword = 'not this long password';
const print = (line: string) => process.stderr.write(`floods: ${line}\n`);

/**
 * Returns how many further guesses the limit may have admitted since `startMs`: one each 30 s. Matters only on a slow
 * machine.
 */
const extraGuesses = (startMs: number) => Math.floor((performance.now() - startMs) / 30_000);

async function measure<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
  const startMs = performance.now();
  return { value: await work, ms: Math.round(performance.now() - startMs) };
}

/** Returns the given number of addresses, from `127.0.${block}.1` on. */
const addressesOf = (block: number, addresses: number) =>
  Array.from({ length: addresses }, (_, index) => `127.0.${block}.${index + 1}`);

describe('many logins', () => {
  it(
    'if 58 guesses of a password come at the same time, at most five are checked, and the person can log in at her usual browser',
    async () => {
      const usualBrowser = await loggedInBrowser('icu-nurse-1', '127.0.10.1');
      // All browsers have the same address, as behind a proxy that is not configured in the dashboard.
      const startMs = performance.now();
      const guesses = await Promise.all(
        Array.from({ length: 58 }, () => browserFrom('127.0.10.1').login('icu-nurse-1', wrongPassword)),
      );
      expect(guesses.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(5 + extraGuesses(startMs));
      expect([...new Set(guesses.map(({ status }) => status))].sort()).toEqual([401, 429]);
      expect((await usualBrowser.login('icu-nurse-1', passwordOf('icu-nurse-1'))).status).toBe(200);
      // Her colleague at the same address can log in at a new browser.
      expect((await browserFrom('127.0.10.1').login('icu-nurse-2', passwordOf('icu-nurse-2'))).status).toBe(200);
    },
    longMs,
  );

  it(
    'if 400 guesses come from 40 addresses, at most 30 are checked, and the person can log in at her usual browser',
    async () => {
      const usualBrowser = await loggedInBrowser('icu-nurse-3', '127.0.11.1');
      const startMs = performance.now();
      const guesses = await Promise.all(
        Array.from({ length: 400 }, (_, index) =>
          browserFrom(`127.0.12.${(index % 40) + 1}`).login('icu-nurse-3', wrongPassword),
        ),
      );
      expect(guesses.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(30 + extraGuesses(startMs));
      expect((await usualBrowser.login('icu-nurse-3', passwordOf('icu-nurse-3'))).status).toBe(200);
    },
    longMs,
  );

  it(
    'during a flood of logins from 40 addresses twelve people can log in, at their usual browsers and at new browsers',
    async () => {
      const people = Array.from({ length: 12 }, (_, index) => `icu-nurse-${index + 4}`);
      const browsers = new Map<string, Browser>();
      for (const userId of people.slice(0, 6)) browsers.set(userId, await loggedInBrowser(userId, '127.0.13.1'));
      for (const [index, userId] of people.slice(6).entries())
        browsers.set(userId, browserFrom(`127.0.14.${index + 1}`));
      const { value: answers, after } = await underFlood(
        { target, kind: 'logins', lanes: 80, addresses: addressesOf(15, 40), path: '' },
        // Each address of the flood has already tried twice, on average, before the people log in.
        ({ statuses }) => (statuses[401] ?? 0) + (statuses[429] ?? 0) >= 80,
        () => Promise.all(people.map((userId) => measure(browsers.get(userId)!.login(userId, passwordOf(userId))))),
      );
      print(
        `logins during ${after.begunRequests} other logins, at usual browsers and at new browsers: ${answers.map(({ ms }) => ms).join(' ')} ms`,
      );
      expect(answers.map(({ value }) => value.status)).toEqual(new Array(12).fill(200));
      expect(after.statuses[401]).toBeGreaterThan(0);
    },
    longMs,
  );
});

describe('an alarm and its acknowledgement', () => {
  let nurse: Browser;
  let screen: Live;
  let device: TestDevice;
  let associationId = '';
  let readings: ReturnType<typeof setInterval> | undefined;

  /** Heart rate that the second device of an ICU patient sends. Tests change it to raise an alarm. */
  let heartRate = 80;
  beforeAll(async () => {
    nurse = await loggedInBrowser('icu-nurse-16', '127.0.16.1');
    screen = await nurse.live(ward);
    await until('her screen shows the ward', () => screen.of('snapshot').length > 0);
    device = await connectDevice(product, 'spare-12');
    await device.observe({ MDC_ECG_HEART_RATE: heartRate });
    const inBed = screen
      .of('snapshot')[0]
      ?.beds.find(({ bed, device: { deviceId } }) => bed === 'ICU-1' && deviceId === 'bed-01');
    const assignment = { ward: 'icu', bed: 'ICU-1', patient: null, samePatientAs: inBed?.associationId, version: null };
    associationId = await assignDevice(nurse, 'spare-12', assignment);
    readings = setInterval(() => void device.observe({ MDC_ECG_HEART_RATE: heartRate }).catch(() => {}), 500);
  }, longMs);

  afterAll(async () => {
    clearInterval(readings);
    await nurse?.call('DELETE', `/api/devices/spare-12/associations/${associationId}?whole=device`);
    screen?.close();
    await device?.close();
  });

  /**
   * Raises an alarm, waits until it is on the nurse's screen, and acknowledges it. Returns the status of the
   * acknowledgement, the time until the screen showed the alarm, and the time of the acknowledgement, in ms.
   */
  async function raiseAndAcknowledge() {
    const from = screen.messages.length;
    /** Returns the newest state of the heart rate alarm that the screen has got since this function began. */
    const newestAlarm = () =>
      screen.messages
        .slice(from)
        .flatMap((message) => (message.type === 'snapshot' || message.type === 'delta' ? message.alarms : []))
        .findLast((alarm) => alarm.associationId === associationId && alarm.condition.startsWith('HR'));
    // The measured time begins with the reading. The onset in the alarm may be older, because a repeated alarm keeps
    // its first onset.
    heartRate = 170;
    const sentMs = performance.now();
    await device.observe({ MDC_ECG_HEART_RATE: heartRate });
    let shownMs = 0;
    const raised = await until('the alarm on the screen', () => {
      const alarm = newestAlarm();
      if (!alarm?.present) return undefined;
      shownMs = Math.round(performance.now() - sentMs);
      return alarm;
    });
    const path = `/api/alarms/${raised.alarmId}/acknowledge`;
    const answered = await measure(nurse.post(path, { rev: raised.rev }));
    heartRate = 80;
    await until('the alarm has ended', () => {
      const messages = screen.messages.slice(from);
      const cleared = messages.flatMap((message) => (message.type === 'delta' ? message.cleared : []));
      return newestAlarm()?.present === false || cleared.includes(raised.alarmId);
    });
    return { status: answered.value.status, shownMs, answerMs: answered.ms };
  }

  /**
   * Sends ten commands on new connections. Returns the time of each command in ms.
   * @param newAddress address from which no connection exists yet
   */
  async function commandsFrom(newAddress: string): Promise<number[]> {
    const browser = browserFrom(newAddress);
    browser.setCookie(nurse.cookie());
    const path = `/api/associations/${associationId}/pause-audio`;
    const commands = await Promise.all(
      Array.from({ length: 10 }, () => measure(browser.post(path, { forMs: 60_000 }))),
    );
    expect(commands.map(({ value }) => value.status)).toEqual(new Array(10).fill(202));
    return commands.map(({ ms }) => ms);
  }

  /**
   * Acts as a nurse during a flood. Checks that the dashboard accepts connections of the flood only up to its limit.
   */
  async function actDuring(floodName: string, newAddress: string, counts: () => FloodCounts): Promise<void> {
    const startMs = performance.now();
    const acceptedBefore = acceptedConnections(counts());
    const alarm = await raiseAndAcknowledge();
    const commands = await commandsFrom(newAddress);
    const tookS = (performance.now() - startMs) / 1000;
    const accepted = acceptedConnections(counts()) - acceptedBefore;
    print(
      `${floodName}: alarm shown after ${alarm.shownMs} ms, acknowledged in ${alarm.answerMs} ms; commands on new connections ${commands.join(' ')} ms; ${accepted} connections of the flood accepted in ${tookS.toFixed(1)} s`,
    );
    expect(alarm.status).toBe(202);
    expect(accepted).toBeLessThanOrEqual(
      connectsPerS * tookS + acceptedBeforeMax + (counts().connections === 0 ? openConnectionsMax : 0),
    );
  }

  it(
    'an alarm and its acknowledgement arrive without a flood, for comparison',
    async () => {
      await actDuring('no flood', '127.0.16.2', () => ({
        begunRequests: 0,
        connections: 0,
        snapshots: 0,
        statuses: {},
      }));
    },
    longMs,
  );

  it(
    'an alarm and its acknowledgement arrive, and a new screen gets its ward, while a colleague sends 1,200 requests at the same time',
    async () => {
      const colleague = await loggedInBrowser('icu-nurse-17', '127.0.17.1');
      const { after } = await underFlood(
        {
          ...{ target, cookie: colleague.cookie(), kind: 'gets', lanes: 1_200, addresses: ['127.0.17.1'] },
          path: `/api/associations/${associationId}`,
        },
        ({ begunRequests, statuses }) => begunRequests >= 1_200 && (statuses[200] ?? 0) > 0,
        async (counts) => {
          await actDuring('1,200 requests', '127.0.16.3', counts);
          const newScreen = await nurse.live(ward);
          await until('the ward on a new screen', () => newScreen.of('snapshot').length > 0);
          newScreen.close();
        },
      );
      print(`answers to the 1,200 requests: ${JSON.stringify(after.statuses)}`);
    },
    longMs,
  );

  it(
    'an alarm and its acknowledgement arrive while a person without a login opens connections without end',
    async () => {
      const { countsBefore } = await underFlood(
        { target, kind: 'handshakes', lanes: 400, addresses: addressesOf(21, 4), path: '' },
        ({ connections }) => connections >= 400,
        (counts) => actDuring('handshakes', '127.0.16.4', counts),
      );
      expect(countsBefore.connections).toBeGreaterThanOrEqual(400);
    },
    longMs,
  );

  it(
    'an alarm and its acknowledgement arrive, and an open screen stays open, while a colleague opens as many screens as 43 logins allow',
    async () => {
      const sockets: Live[] = [];
      for (let login = 0; login < 43; login += 1) {
        const browser = browserFrom('127.0.18.1');
        if ((await browser.login('icu-nurse-18', passwordOf('icu-nurse-18'))).status !== 200) continue;
        sockets.push(...(await Promise.all(Array.from({ length: 12 }, () => browser.live(ward)))));
      }
      let isClosed = false;
      void screen.closed.then(() => {
        isClosed = true;
      });
      const otherNurse = await loggedInBrowser('icu-nurse-19', '127.0.19.1');
      const newScreen = await otherNurse.live(ward);
      await until('the ward on a new screen', () => newScreen.of('snapshot').length > 0);
      const alarm = await raiseAndAcknowledge();
      print(`${sockets.length} screens: alarm shown after ${alarm.shownMs} ms, acknowledged in ${alarm.answerMs} ms`);
      expect(alarm.status).toBe(202);
      expect(isClosed).toBe(false);
      for (const live of [...sockets, newScreen]) live.close();
    },
    longMs,
  );

  it(
    'an alarm and its acknowledgement arrive while a colleague changes without end what her screens show',
    async () => {
      const colleague = await loggedInBrowser('icu-nurse-20', '127.0.20.1');
      const { after } = await underFlood(
        {
          ...{ target, cookie: colleague.cookie(), kind: 'watches', lanes: 12, addresses: ['127.0.20.1'] },
          path: associationId,
        },
        ({ begunRequests, snapshots }) => begunRequests >= 200 && snapshots >= 12,
        (counts) => actDuring('changing screens', '127.0.16.5', counts),
      );
      print(`changing screens: ${JSON.stringify(after)}`);
    },
    longMs,
  );
});
