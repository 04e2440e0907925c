/**
 * One person, or somebody without a login, asks for as much as they can: nobody else loses a login, a command, a screen or an alarm by it.
 * How long others waited is printed; that a test passes does not depend on how fast the machine is.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Watch } from '../../dashboard/protocol/live.ts';
import type { Browser, Live } from '../../dashboard/server/browser.testing.ts';
import { connectDevice, type TestDevice } from '../device.ts';
import { until } from '../system.ts';
import { browserFrom, certFile, loggedIn, origin, product, untilHeard } from './attacker.ts';
import { type FloodCounts, underFlood } from './floods.ts';

const target = { port: product.httpPort, ca: certFile('ca.pem'), origin };
/** Connections that the product lets in by the second, by itself. */
const connectsPerS = 100;
/** Those of a flood that were let in before it was looked at, and are counted after: what may be in its handshake, and what was on its way. */
const underWayMax = 300;
/** Connections that one address may have: each may still be refused once. */
const keptMax = 1_024;
/** Each of these took a connection that was let in: an answer 429 closes it. */
const takenBy = ({ connections, statuses }: FloodCounts) => connections + (statuses[429] ?? 0);
/** Each test takes some seconds on a machine that has nothing else to do. */
const longMs = 600_000;
const ward: Watch = { type: 'watch', scope: { ward: 'icu' }, waves: null };
const passwordOf = (userId: string) => product.passwords[userId] ?? '';
const wrong = 'not this long password';
const say = (line: string) => process.stderr.write(`floods: ${line}\n`);

/** How many waits of 30 s or more may have ended since then: a slow machine takes longer to begin all tries. */
const laterTries = (startMs: number) => Math.floor((performance.now() - startMs) / 30_000);

async function timed<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
  const startMs = performance.now();
  return { value: await work, ms: Math.round(performance.now() - startMs) };
}

/** @param addresses how many, from `127.0.${block}.1` on */
const addressesOf = (block: number, addresses: number) =>
  Array.from({ length: addresses }, (_, at) => `127.0.${block}.${at + 1}`);

describe('guesses and logins', () => {
  it(
    'at most five of 58 guesses at once are judged, and the person logs in at a browser where she has logged in before',
    async () => {
      const hers = await loggedIn('icu-nurse-1', '127.0.10.1');
      // All stand behind one address, as behind a proxy of the hospital that nobody has named.
      const startMs = performance.now();
      const guesses = await Promise.all(
        Array.from({ length: 58 }, () => browserFrom('127.0.10.1').login('icu-nurse-1', wrong)),
      );
      expect(guesses.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(5 + laterTries(startMs));
      expect([...new Set(guesses.map(({ status }) => status))].sort()).toEqual([401, 429]);
      expect((await hers.login('icu-nurse-1', passwordOf('icu-nurse-1'))).status).toBe(200);
      // And her colleague at the same address, whose browser is a new one.
      expect((await browserFrom('127.0.10.1').login('icu-nurse-2', passwordOf('icu-nurse-2'))).status).toBe(200);
    },
    longMs,
  );

  it(
    'guesses from 40 addresses add up for the account, and the person logs in at a browser where she has logged in before',
    async () => {
      const hers = await loggedIn('icu-nurse-3', '127.0.11.1');
      const startMs = performance.now();
      const guesses = await Promise.all(
        Array.from({ length: 400 }, (_, at) => browserFrom(`127.0.12.${(at % 40) + 1}`).login('icu-nurse-3', wrong)),
      );
      expect(guesses.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(30 + laterTries(startMs));
      expect((await hers.login('icu-nurse-3', passwordOf('icu-nurse-3'))).status).toBe(200);
    },
    longMs,
  );

  it(
    'a flood of logins from 40 addresses makes no login of twelve people fail, at their browsers and at new ones',
    async () => {
      const people = Array.from({ length: 12 }, (_, at) => `icu-nurse-${at + 4}`);
      const browsers = new Map<string, Browser>();
      for (const userId of people.slice(0, 6)) browsers.set(userId, await loggedIn(userId, '127.0.13.1'));
      for (const [at, userId] of people.slice(6).entries()) browsers.set(userId, browserFrom(`127.0.14.${at + 1}`));
      const { value: answers, after } = await underFlood(
        { target, kind: 'logins', lanes: 80, addresses: addressesOf(15, 40), path: '' },
        // Each of its addresses has tried: what is timed is not their first tries alone.
        ({ statuses }) => (statuses[401] ?? 0) + (statuses[429] ?? 0) >= 80,
        () => Promise.all(people.map((userId) => timed(browsers.get(userId)!.login(userId, passwordOf(userId))))),
      );
      say(
        `logins under ${after.times} others, at known browsers and at new ones: ${answers.map(({ ms }) => ms).join(' ')} ms`,
      );
      expect(answers.map(({ value }) => value.status)).toEqual(new Array(12).fill(200));
      expect(after.statuses[401]).toBeGreaterThan(0);
    },
    longMs,
  );
});

describe('an acknowledgement and an alarm', () => {
  let hers: Browser;
  let screen: Live;
  let device: TestDevice;
  let associationId = '';
  let readings: ReturnType<typeof setInterval> | undefined;

  /** A second device at a patient of the ICU, which breaches or not, as the test wants. */
  let heartRate = 80;
  beforeAll(async () => {
    hers = await loggedIn('icu-nurse-16', '127.0.16.1');
    screen = await hers.live(ward);
    await until('her screen', () => screen.of('snapshot').length > 0);
    device = await connectDevice(product, 'spare-12');
    await device.observe({ MDC_ECG_HEART_RATE: heartRate });
    const inBed = screen
      .of('snapshot')[0]
      ?.beds.find(({ bed, device: { deviceId } }) => bed === 'ICU-1' && deviceId === 'bed-01');
    const place = { ward: 'icu', bed: 'ICU-1', patient: null, samePatientAs: inBed?.associationId, version: null };
    associationId = await untilHeard(hers, 'spare-12', place);
    readings = setInterval(() => void device.observe({ MDC_ECG_HEART_RATE: heartRate }).catch(() => {}), 500);
  }, longMs);

  afterAll(async () => {
    clearInterval(readings);
    await hers?.call('DELETE', `/api/devices/spare-12/associations/${associationId}?whole=device`);
    screen?.close();
    await device?.close();
  });

  /** Raises an alarm, waits until it is on her screen, and acknowledges it. How long each took, ms. */
  async function alarmAndAnswer() {
    const from = screen.messages.length;
    /** Of the alarms of the device's heart rate, as they were sent since the test began, the newest state. */
    const newest = () =>
      screen.messages
        .slice(from)
        .flatMap((message) => (message.type === 'snapshot' || message.type === 'delta' ? message.alarms : []))
        .findLast((alarm) => alarm.associationId === associationId && alarm.condition.startsWith('HR'));
    // An alarm that comes again keeps the time of its first onset: what is timed begins with the reading that raises it.
    heartRate = 170;
    const readMs = performance.now();
    await device.observe({ MDC_ECG_HEART_RATE: heartRate });
    let shownMs = 0;
    const raised = await until('the alarm on her screen', () => {
      const found = newest();
      if (!found?.present) return undefined;
      shownMs = Math.round(performance.now() - readMs);
      return found;
    });
    const path = `/api/alarms/${raised.alarmId}/acknowledge`;
    const answered = await timed(hers.post(path, { rev: raised.rev }));
    heartRate = 80;
    await until('the alarm to end', () => {
      const cleared = screen.messages.slice(from).flatMap((one) => (one.type === 'delta' ? one.cleared : []));
      return newest()?.present === false || cleared.includes(raised.alarmId);
    });
    return { status: answered.value.status, shownMs, answerMs: answered.ms };
  }

  /** Commands that all need new connections. @param from an address that has none yet. How long each took, ms */
  async function commandsFrom(from: string): Promise<number[]> {
    const browser = browserFrom(from);
    browser.setCookie(hers.cookie());
    const path = `/api/associations/${associationId}/pause-audio`;
    const commands = await Promise.all(Array.from({ length: 10 }, () => timed(browser.post(path, { forMs: 60_000 }))));
    expect(commands.map(({ value }) => value.status)).toEqual(new Array(10).fill(202));
    return commands.map(({ ms }) => ms);
  }

  /** All that somebody else does under a flood. How many connections of the flood were let in meanwhile is bounded by the product's rate. */
  async function actUnder(what: string, from: string, counts: () => FloodCounts): Promise<void> {
    const startMs = performance.now();
    const before = takenBy(counts());
    const taken = await alarmAndAnswer();
    const commands = await commandsFrom(from);
    const tookS = (performance.now() - startMs) / 1000;
    const letIn = takenBy(counts()) - before;
    say(
      `${what}: alarm shown after ${taken.shownMs} ms, answered in ${taken.answerMs} ms; commands on new connections ${commands.join(' ')} ms; ${letIn} of its connections in ${tookS.toFixed(1)} s`,
    );
    expect(taken.status).toBe(202);
    expect(letIn).toBeLessThanOrEqual(connectsPerS * tookS + underWayMax + (counts().connections === 0 ? keptMax : 0));
  }

  it(
    'an acknowledgement and an alarm come through while nobody floods, as a comparison',
    async () => {
      await actUnder('no flood', '127.0.16.2', () => ({ times: 0, connections: 0, snapshots: 0, statuses: {} }));
    },
    longMs,
  );

  it(
    'an acknowledgement and an alarm come through while a colleague asks 1,200 times at once, and her screen gets its ward again',
    async () => {
      const colleague = await loggedIn('icu-nurse-17', '127.0.17.1');
      const { after } = await underFlood(
        {
          ...{ target, cookie: colleague.cookie(), kind: 'looks', lanes: 1_200, addresses: ['127.0.17.1'] },
          path: `/api/associations/${associationId}`,
        },
        ({ times, statuses }) => times >= 1_200 && (statuses[200] ?? 0) > 0,
        async (counts) => {
          await actUnder('1,200 looks', '127.0.16.3', counts);
          const again = await hers.live(ward);
          await until('the ward on the screen that came again', () => again.of('snapshot').length > 0);
          again.close();
        },
      );
      say(`1,200 looks were answered ${JSON.stringify(after.statuses)}`);
    },
    longMs,
  );

  it(
    'an acknowledgement and an alarm come through while a person without a login opens connections without end',
    async () => {
      const { before } = await underFlood(
        { target, kind: 'handshakes', lanes: 400, addresses: addressesOf(21, 4), path: '' },
        ({ connections }) => connections >= 400,
        (counts) => actUnder('handshakes', '127.0.16.4', counts),
      );
      expect(before.connections).toBeGreaterThanOrEqual(400);
    },
    longMs,
  );

  it(
    'an acknowledgement and an alarm come through while a colleague opens as many screens as 43 logins can, and her own screen stays open',
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
      const other = await loggedIn('icu-nurse-19', '127.0.19.1');
      const place = await other.live(ward);
      await until('the ward on a new screen', () => place.of('snapshot').length > 0);
      const taken = await alarmAndAnswer();
      say(`${sockets.length} screens: alarm shown after ${taken.shownMs} ms, answered in ${taken.answerMs} ms`);
      expect(taken.status).toBe(202);
      expect(isClosed).toBe(false);
      for (const one of [...sockets, place]) one.close();
    },
    longMs,
  );

  it(
    'an acknowledgement and an alarm come through while a colleague changes what her screens show without end',
    async () => {
      const colleague = await loggedIn('icu-nurse-20', '127.0.20.1');
      const { after } = await underFlood(
        {
          ...{ target, cookie: colleague.cookie(), kind: 'watches', lanes: 12, addresses: ['127.0.20.1'] },
          path: associationId,
        },
        ({ times, snapshots }) => times >= 200 && snapshots >= 12,
        (counts) => actUnder('changing screens', '127.0.16.5', counts),
      );
      say(`changing screens: ${JSON.stringify(after)}`);
    },
    longMs,
  );
});
