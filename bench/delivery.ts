/**
 * Measures the delivery of alarms in two parts. The first part sends readings beyond a limit. For each reading it
 * measures how long the call takes to the nurse's open page, how long to the push service, and how long each step
 * takes. The second part writes 500 alarms within 10 s, and checks that no message is lost. Gateway, alarm processor,
 * delivery process and dashboard are real processes; devices, pages and push service are in this process. A page here
 * draws nothing, so the figures do not contain the time in which a browser paints (bench/screen.ts measures that time).
 *
 * Each breach is at another bed. A second breach of a bed within a minute would only continue the calls of the first
 * breach.
 */
import { rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startTestPlatform, type TestPlatform } from '../tests/platform.ts';
import { openLogAs, until } from '../tests/system.ts';
import { burstAlarms, burstMs, measureBurst } from './delivery-burst.ts';
import { ends, summaryOf } from './delivery-chain.ts';
import { type Bed, openHospital } from './delivery-hospital.ts';
import { breachHeartRate, followBreaches, type MutableBreach } from './delivery-log.ts';
import { integerOption } from './options.ts';

const report = (line: string) => process.stderr.write(`delivery: ${line}\n`);
/**
 * Shortest time from one breach to the next, ms. A random time is added, so that the breaches do not follow a timer of
 * Vigil.
 */
const betweenMsMin = 500;
const betweenRandomMs = 400;
/** How long a breach lasts, ms. The delay of the plain limit is longer, so only the extreme limit raises an alarm. */
const breachMs = 2_000;
/** Longest wait for the last calls, ms. */
const arriveMsMax = 30_000;

/**
 * Prints the results as JSON; with `--json` on one line.
 * @throws Error if a breach made no call or a wrong call, or if the burst lost an alarm
 */
export async function measureDelivery(args: string[]): Promise<void> {
  const options = { breaches: { type: 'string', default: '200' }, json: { type: 'boolean' } } as const;
  const { values } = parseArgs({ args, options });
  const breachCount = integerOption('--breaches', values.breaches, 20, 2_000);
  const closers: (() => unknown)[] = [];
  try {
    const started = await startTestPlatform(`test-${process.pid}-bench-delivery`);
    closers.push(async () => {
      await started.platform.close();
      rmSync(started.data.stateDir, { recursive: true, force: true });
    });
    const result = await measureOn(started.data, breachCount, closers);
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, undefined, 2)}\n`);
    const { failures, burst } = result;
    if (failures.length > 0 || burst.withoutMessage > 0 || burst.overBound > 0)
      throw new Error('A breach made no call or a wrong call, or the burst lost an alarm: see "failures" and "burst".');
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function measureOn(platform: TestPlatform, breachCount: number, closers: (() => unknown)[]) {
  const breaches = new Map<string, MutableBreach>();
  const strays: string[] = [];
  const pushed: { readonly userId: string; readonly alarmId: string; readonly atMs: number }[] = [];
  const beds = await openHospital({
    ...{ platform, bedCount: breachCount, closers, report },
    onPage(userId, { alarm }) {
      const breach = breaches.get(alarm.associationId);
      if (breach?.userId === userId) breach.times.page ??= Date.now();
      else strays.push(`The page of ${userId} got a call that is not about a breach of her beds.`);
    },
    onPush(userId, alarmIds) {
      for (const alarmId of alarmIds) pushed.push({ userId, alarmId, atMs: Date.now() });
    },
  });
  const operator = await openLogAs(platform, 'operator');
  closers.push(operator.close);
  const bedOf = new Map(beds.map(({ bed, associationId }) => [bed, associationId]));
  const followed = await followBreaches(operator, {
    breachAt: (associationId) => breaches.get(associationId),
    breachOf: (deviceId) => breaches.get(bedOf.get(deviceId) ?? ''),
  });
  const load = [loadavg()[0]];
  report(`${breachCount} breaches, each at a bed of its own`);
  await breachAll(beds, breaches);
  const takePushed = () => {
    for (const { userId, alarmId, atMs } of pushed.splice(0)) {
      const breach = breaches.get(followed.associationOf(alarmId) ?? '');
      if (breach?.userId === userId) breach.times.push ??= atMs;
      else strays.push(`The phone of ${userId} got a call that is not about a breach of her beds.`);
    }
    return [...breaches.values()].every(({ times }) => ends.every((end) => times[end] !== undefined));
  };
  await until('every call', takePushed, arriveMsMax).catch(() => undefined);
  await followed.close();
  const { failures, ...summary } = summaryOf([...breaches.values()]);
  // A copy of `strays`, because the burst sends further calls to the pages and would add them to `strays`.
  const allFailures = [...strays, ...failures];
  load.push(loadavg()[0]);
  report(`${burstAlarms} alarms within ${burstMs / 1000} s`);
  const burst = await measureBurst(platform, operator, [...bedOf.values()]);
  return { ...summary, failures: allFailures, burst, loadAverage: load };
}

/** Lets each bed breach its limit once. Resolves when the last breach is over. */
async function breachAll(beds: readonly Bed[], breaches: Map<string, MutableBreach>): Promise<void> {
  const over: Promise<unknown>[] = [];
  for (const { bed, userId, associationId, send } of beds) {
    breaches.set(associationId, { bed, userId, atMs: Date.now(), times: {}, calls: new Map() });
    const breach = send(breachHeartRate);
    over.push(breach.then(() => sleep(breachMs)).then(() => send(80)));
    await sleep(betweenMsMin + Math.random() * betweenRandomMs);
  }
  await Promise.all(over);
}
