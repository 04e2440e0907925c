/**
 * `npm run test:delivery -- [--kills 200] [--seed N]`: alarms call persons while processes and services of the delivery
 * are killed, stopped, slowed down or damaged. Ends with one line of JSON, and with code 0 only if every fault took
 * effect and no alarm was lost.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { randomFrom } from '../faults/random.ts';
import { readEvidence } from './evidence.ts';
import { openStage, type Stage } from './stage.ts';
import type { Struck } from './struck.ts';
import { createTroubles, type Troubles } from './troubles.ts';
import { judge } from './verdict.ts';

const seedsMax = 2 ** 31;
const progressMs = 10_000;
const namesMax = 10;
/** How long a breach lasts. Three persons can be called in this time, because the waits of the policy are 10 s. */
const breachMs = { min: 4_000, max: 45_000 };
const print = (line: string) => process.stdout.write(`${line}\n`);

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`Invalid --${name} "${text}": use a whole number from ${min} to ${max}.`);
  return value;
}

/** Raises the heart rate of the patients above the limit, one patient after the other, until the run ends. */
function startBreaches(stage: Stage, seed: number): { stop(): Promise<void> } {
  const random = randomFrom(seed);
  let isOver = false;
  const beds = Array.from({ length: stage.beds }, async (_, bed) => {
    while (!isOver) {
      await sleepUnless(() => isOver, random.between(2_000, 20_000));
      if (isOver) break;
      stage.setHeartRate(bed, 150);
      await sleepUnless(() => isOver, random.between(breachMs.min, breachMs.max));
      stage.setHeartRate(bed, 80);
    }
  });
  return {
    async stop() {
      isOver = true;
      await Promise.all(beds);
    },
  };
}

async function sleepUnless(isOver: () => boolean, ms: number): Promise<void> {
  for (const endMs = Date.now() + ms; Date.now() < endMs && !isOver(); ) await sleep(100);
}

/** Makes faults of processes and, at the same time, faults of other systems, until `all` has `count` faults. */
async function makeFaults(troubles: Troubles, all: Struck[], count: number, seed: number): Promise<void> {
  const random = randomFrom(seed);
  const run = async (next: () => Promise<Struck>) => {
    while (all.length < count) {
      all.push(await next());
      await sleep(random.between(200, 2_500));
    }
  };
  await Promise.all([run(troubles.ofProcess), run(troubles.ofPeer)]);
}

async function main(): Promise<boolean> {
  const options = { kills: { type: 'string' }, seed: { type: 'string' } } as const;
  const { kills, seed: seedText } = parseArgs({ options }).values;
  const count = wholeNumber('kills', kills ?? '200', 1, 10_000);
  const seed = seedText === undefined ? randomInt(seedsMax) : wholeNumber('seed', seedText, 0, seedsMax);
  print(`seed ${seed}: repeat with npm run test:delivery -- --kills ${count} --seed ${seed}`);
  const stage = await openStage(seed, print);
  const faults: Struck[] = [];
  const timer = setInterval(() => print(progressOf(stage, faults.length)), progressMs);
  try {
    const breaches = startBreaches(stage, seed + 100);
    const troubles = createTroubles(stage, randomFrom(seed + 200));
    await makeFaults(troubles, faults, count, seed + 300);
    print('All faults are over. The alarms go on for 60 s.');
    await sleep(60_000);
    await breaches.stop();
    await sleep(20_000);
    return report(stage, await readEvidence(stage), faults, troubles, seed);
  } finally {
    clearInterval(timer);
    await stage.close();
  }
}

function progressOf({ phones, chromium, peers, screen }: Stage, faults: number): string {
  const people = [...phones, ['chromium', chromium] as const].map(
    ([name, phone]) => `${name} ${phone.painted()}/${phone.acknowledged.length}`,
  );
  return `${new Date().toISOString().slice(11, 19)} faults ${faults}; painted/acknowledged: ${people.join(', ')}; other systems ${peers.received().length}; screen: ${screen.shown().join(', ') || 'no notice'}`;
}

function report(
  stage: Stage,
  evidence: Parameters<typeof judge>[0],
  faults: readonly Struck[],
  troubles: Troubles,
  seed: number,
): boolean {
  const { alarms, ...lists } = judge(evidence);
  for (const [name, list] of Object.entries(lists))
    for (const fault of list.slice(0, namesMax)) print(`${name}: ${fault}`);
  const [firstFault] = Object.values(lists).flat();
  if (firstFault !== undefined) for (const line of storyOf(evidence, firstFault.split(/[ /]/)[0]!)) print(line);
  const missed = faults.filter(({ struck }) => !struck);
  for (const { fault } of missed) print(`the fault did not strike: ${fault}`);
  const byFault: Record<string, number> = {};
  for (const { fault } of faults) byFault[fault] = (byFault[fault] ?? 0) + 1;
  const counts = Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.length]));
  const noticeMs: Record<string, object> = {};
  for (const victim of ['alarms', 'delivery', 'dashboard', 'freeze chromium', 'cut chromium']) {
    const times = troubles.noticeTimes.filter(({ fault }) => fault.includes(victim)).map(({ ms }) => ms);
    const sorted = times.sort((a, b) => a - b);
    noticeMs[victim] = { count: sorted.length, p50: at(sorted, 0.5), p99: at(sorted, 0.99) };
  }
  const answers = [...stage.phones.values(), stage.chromium].map((person) => person.answers);
  print(
    JSON.stringify({
      ...{ seed, faults: faults.length, notStruck: missed.length, alarms, ...counts },
      messages: evidence.deliveries.filter(({ record }) => record.event.type === 'message').length,
      ...{ noticeMs, answers, byFault },
    }),
  );
  return missed.length === 0 && alarms > 0 && Object.values(lists).every((list) => list.length === 0);
}

/** Returns the records of an alarm as text, so that a developer can understand a failed run. */
function storyOf({ deliveries, alarms }: Parameters<typeof judge>[0], alarmId: string): string[] {
  const ofAlarm = alarms
    .filter(({ event }) => event.alarm.alarmId === alarmId)
    .map(({ event: { type, alarm }, appendedMs }) => ({
      appendedMs,
      text: `alarm ${type} rev ${alarm.rev} ${alarm.signal}`,
    }));
  const ofDelivery = deliveries
    .filter(({ record }) => JSON.stringify(record.event).includes(alarmId))
    .map(({ record: { event }, appendedMs }) => ({ appendedMs, text: JSON.stringify(event).replaceAll(alarmId, '…') }));
  return [...ofAlarm, ...ofDelivery]
    .sort((a, b) => a.appendedMs - b.appendedMs)
    .map(({ appendedMs, text }) => `  ${new Date(appendedMs).toISOString().slice(11, 23)} ${text.slice(0, 260)}`);
}

const at = (sorted: readonly number[], share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? null;

main().then(
  (isGood) => process.exit(isGood ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
