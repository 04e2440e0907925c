/**
 * Kills processes with SIGKILL while devices send readings. Then checks that Kafka has every acknowledged reading, that
 * one crossing of a limit has raised one alarm, and that the page of the dashboard is live again.
 */
import { randomInt } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { AssociationPeriod } from '../contracts/messages/records.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { startBroker } from '../ops/platform/kafka.ts';
import { addAccount, logIn, openBrowser } from './browser.ts';
import { connectDevice, startReadings } from './device.ts';
import { randomFrom } from './faults/random.ts';
import { alarmsOf, sequencesOf } from './log-witness.ts';
import { startTestPlatform, type TestPlatform } from './platform.ts';
import {
  admitted,
  associate,
  openLogAs,
  type ProcessName,
  type RunningProcess,
  startProcess,
  until,
} from './system.ts';

const seed = Number(process.env.VIGIL_TEST_SEED ?? randomInt(2 ** 31));
const random = randomFrom(seed).next;
console.log(`seed ${seed}: repeat with VIGIL_TEST_SEED=${seed}`);

const ward = 'ward-k';
const beds = ['bed-01', 'bed-02', 'bed-03', 'bed-04'] as const;
const periods = new Map<string, AssociationPeriod>(beds.map((bed) => [bed, admitted(bed, ward, `Patient-${bed}`)]));
const processes = new Map<ProcessName, RunningProcess>();
const closers: (() => Promise<unknown>)[] = [];
let platform: TestPlatform;
let kafkaPid: number;
let restartKafka: () => Promise<void>;
let operator: SealedLog;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const testPlatform = await startTestPlatform(`test-${process.pid}-kill`);
  platform = testPlatform.data;
  kafkaPid = platform.kafkaPid;
  closers.push(async () => {
    await testPlatform.platform.close();
    rmSync(platform.stateDir, { recursive: true, force: true });
  });
  restartKafka = async () => {
    const { stateDir, kafkaPort: port, kafkaControllerPort: controllerPort } = platform;
    const restartedBroker = await startBroker({
      software: testPlatform.platform.software,
      stateDir,
      port,
      controllerPort,
      shortLived: true,
    });
    kafkaPid = restartedBroker.pid;
    // The broker must stop after the processes, because these close their connections to the broker.
    closers.splice(1, 0, () => restartedBroker.stop());
  };
  addAccount(platform, 'nurse', 'Nora Nurse', 'nurse', [ward]);
  operator = await openLogAs(platform, 'operator');
  closers.push(operator.close);
  for (const bed of beds) await associate(platform, operator, bed, 1, periods.get(bed)!);
  for (const name of ['gateway', 'alarms', 'dashboard'] as const) {
    const running = await startProcess(platform, name);
    processes.set(name, running);
    closers.push(running.close);
  }
  browser = await openBrowser(inject('chromium'));
  closers.push(() => browser.close());
  page = await logIn(browser, platform, 'nurse');
}, 300_000);

afterAll(async () => {
  for (const close of closers.reverse()) await close();
}, 120_000);

async function killAndRestart(victim: ProcessName | 'kafka'): Promise<void> {
  if (victim !== 'kafka') {
    const victimProcess = processes.get(victim)!;
    await victimProcess.kill();
    await sleep(random() * 500);
    await victimProcess.start();
    return;
  }
  process.kill(kafkaPid, 'SIGKILL');
  await until('the broker has ended', () => {
    try {
      return readFileSync(`/proc/${kafkaPid}/stat`, 'utf8').includes(') Z');
    } catch {
      return true;
    }
  });
  await restartKafka();
}

/** Returns the rows of the alarm list with the alarm "HR 150" of this bed. */
const rows = (bed: string) =>
  page.getByTestId('alarm-list').locator('li').filter({ hasText: bed }).filter({ hasText: 'HR 150' });

describe('kill -9 while readings arrive', () => {
  it.each([
    ['gateway', 'bed-01'],
    ['alarms', 'bed-02'],
    ['dashboard', 'bed-03'],
    ['kafka', 'bed-04'],
  ] as const)(
    'kill -9 of %s loses no acknowledged reading and doubles no alarm, and readings flow again',
    async (victim, bed) => {
      const device = await connectDevice(platform, bed);
      const patient = periods.get(bed)!;
      const readings = startReadings(device);
      try {
        await until('the first acknowledgements', () => device.acknowledged.size >= 20);
        // The heart rate crosses the limit either up to half a second before the kill, or after it.
        const crossesBeforeKill = random() < 0.5;
        if (crossesBeforeKill) readings.setHeartRate(150);
        await sleep(random() * 500);
        const acknowledgedBefore = device.acknowledged.size;
        await killAndRestart(victim);
        readings.setHeartRate(150);
        await until(
          `acknowledgements after the kill of ${victim}`,
          () => device.acknowledged.size > acknowledgedBefore + 40,
        );
        await page.getByTestId('banner-lost').waitFor({ state: 'hidden' });
        await until('the alarm on the page', async () => (await rows(bed).count()) > 0);
        await sleep(1_000);
        expect(await rows(bed).count()).toBe(1);
        readings.setHeartRate(80);
      } finally {
        await readings.stop();
      }
      const inKafka = await sequencesOf(operator, device.boot);
      const lostNumbers = [...device.acknowledged].filter((seq) => !inKafka.includes(seq));
      expect(device.acknowledged.size).toBeGreaterThan(60);
      expect(lostNumbers).toEqual([]);
      expect(inKafka).toEqual([...inKafka].sort((a, b) => a - b));
      const alarms = await alarmsOf(operator, patient.associationId);
      const breaches = alarms.filter((alarm) => alarm.kind === 'physiological');
      expect(breaches.map((alarm) => [alarm.condition, alarm.onsets])).toHaveLength(1);
      await device.close();
    },
  );

  it('the screens show a notice from the kill of the alarm processor until the alarm processor runs again', async () => {
    const device = await connectDevice(platform, 'bed-02');
    const readings = startReadings(device);
    const alarms = processes.get('alarms')!;
    const notice = page.getByTestId('notice-alarms');
    try {
      await until('readings', () => device.acknowledged.size >= 5);
      // Kafka was killed in the last test. So this notice may be there until the alarm processor writes its next
      // record.
      await notice.waitFor({ state: 'hidden' });
      await alarms.kill();
      await notice.waitFor();
      await alarms.start();
      await notice.waitFor({ state: 'hidden' });
    } finally {
      await readings.stop();
      await device.close();
    }
  });
});
