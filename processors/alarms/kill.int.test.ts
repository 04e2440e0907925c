/**
 * Tests a kill with SIGKILL: the alarms are the same as from an engine that was never stopped, and no acknowledgement
 * is lost. Real recordings replay at ten times their speed. With VIGIL_TEST_KILLS=100 the test kills the processor at
 * least a hundred times.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import type { Child } from '../../ops/platform/child.ts';
import { type AlarmLab, openLab } from '../../tests/alarms/lab.ts';
import type { LabBed } from '../../tests/alarms/lab-bed.ts';
import { randomFrom } from '../../tests/faults/random.ts';
import type { Numerics } from '../bed.testing.ts';
import { readRecording } from '../replay/recording.ts';

let lab: AlarmLab;
const children: Child[] = [];

beforeAll(async () => {
  lab = await openLab(inject('platform'));
});
afterAll(async () => {
  for (const child of children) await child.stop();
  await lab?.close();
});

const recordings = join(import.meta.dirname, '../../simulators/recordings');
/** The readings of each recording, one reading for each second. */
const replayed = readdirSync(recordings)
  .filter((name) => /Numerics\.csv$/.test(name))
  .map((name) => readRecording(readFileSync(join(recordings, name), 'utf8'), 0)!);

const courses: readonly Numerics[] = [
  { HR: 80, SpO2: 97 },
  { HR: 80, SpO2: 97 },
  { HR: 130, SpO2: 97 },
  { HR: 150, SpO2: 97 },
  { HR: 80, SpO2: 88 },
  { HR: 80, SpO2: 82 },
  { HR: 0, SpO2: 97 },
  { HR: 119, SpO2: null },
];

/**
 * Leaves out `rev`. The receive times of the readings are minutes old, so unanswered alarms escalate by the wall clock,
 * and the runs get different revisions.
 */
const tileText = ({ alarmId, condition, present, signal, onsets, onsetAt }: Alarm) =>
  `${alarmId} ${condition} ${onsetAt} onsets ${onsets} ${present} ${signal}`;
const physiological = (alarms: readonly Alarm[]) =>
  alarms
    .filter(({ kind }) => kind === 'physiological')
    .map(tileText)
    .sort();

const killsMin = Number(process.env.VIGIL_TEST_KILLS ?? 2);

/** A bed whose alarms the test acknowledges. `answers`: the times of the acknowledgements. */
type AcknowledgedBed = { readonly bed: LabBed; readonly answers: string[] };
const acknowledgedBedsMin = Math.max(3, Math.ceil(killsMin / 4));

/**
 * Expects that each acknowledgement was answered once, and that an alarm has the time of the first accepted
 * acknowledgement.
 */
async function expectAcknowledgementsKept({ bed, answers }: AcknowledgedBed, deadline: number): Promise<void> {
  const replies = () => lab.publishedOf(bed).flatMap((record) => ('accepted' in record ? [record] : []));
  while (answers.some((at) => !replies().some((reply) => reply.at === at)) && Date.now() < deadline)
    await new Promise((done) => setTimeout(done, 200));
  const accepted = new Set(replies().flatMap((reply) => (reply.accepted ? [reply.at] : [])));
  const refused = new Set(replies().flatMap((reply) => (reply.accepted ? [] : [reply.at])));
  expect(answers.filter((at) => accepted.has(at) === refused.has(at))).toEqual([]);
  // Only the first accepted acknowledgement must be on an alarm: a later one may repeat an acknowledgement that the
  // test has not seen yet. If all acknowledgements are refused, nothing is lost either, because the person has an
  // answer.
  const timesOnAlarms = () => new Set(lab.eventsOf(bed).flatMap(({ alarm }) => alarm.acknowledgedAt ?? []));
  const first = answers.find((at) => accepted.has(at));
  if (first !== undefined)
    // The answers and the alarms are in two topics, which are read one after the other.
    await vi.waitFor(() => expect(timesOnAlarms(), JSON.stringify({ answers, replies: replies() })).toContain(first), {
      ...{ timeout: 30_000, interval: 200 },
    });
  const onAlarms = timesOnAlarms();
  expect([...onAlarms].filter((at) => !accepted.has(at))).toEqual([]);
}

describe('a killed processor', () => {
  it(
    'a killed processor continues from its snapshots, and raises the same alarms as in a run without kills',
    async () => {
      const seed = Number(process.env.VIGIL_TEST_SEED ?? randomBytes(4).readUInt32BE());
      process.stdout.write(`kill: VIGIL_TEST_SEED=${seed}\n`);
      const rand = randomFrom(seed).next;
      const name = `alarms-kill-${seed}`;
      const start = async () => {
        const child = await lab.start(
          { VIGIL_ALARMS_SNAPSHOT_MS: '300', VIGIL_ALARMS_QUIET_SNAPSHOT_MS: '1500' },
          name,
        );
        children.push(child);
        return child;
      };
      const beds: LabBed[] = [];
      for (let n = 0; n < 5; n++) beds.push(await lab.admit('adult'));
      const recorded = await Promise.all(
        replayed.map((readings) => lab.admit('adult').then((bed) => ({ bed, readings }))),
      );
      const acknowledgedBeds: AcknowledgedBed[] = [];
      for (let n = 0; n < acknowledgedBedsMin; n++)
        acknowledgedBeds.push({ bed: await lab.admit('adult'), answers: [] });
      let child = await start();

      // Each step takes 100 ms and is one second of the devices' time. The receive time of a reading lies in this
      // second too.
      const seconds = 160;
      const secondsMax = Math.max(600, killsMin * 120);
      const t = Date.now() - (secondsMax + 5) * 1_000;
      const course = new Map(beds.map((bed) => [bed, courses[0]!]));
      const kills: number[] = [];
      let killAt = 20 + Math.floor(rand() * 20);
      let restart: Promise<void> | undefined;
      // On a busy machine a restart takes longer. So the run continues until there were enough kills and each bed of
      // `acknowledgedBeds` has an acknowledgement.
      const isShort = () => kills.length < killsMin || acknowledgedBeds.some(({ answers }) => answers.length === 0);
      for (let s = 0; s < seconds || (isShort() && s < secondsMax); s++) {
        for (const bed of beds) {
          if (rand() < 0.12) course.set(bed, courses[Math.floor(rand() * courses.length)]!);
          const numerics = course.get(bed)!;
          await bed.send(t, s, s, numerics, (time) => time + 20);
          if (rand() < 0.05) await bed.resendLast();
        }
        const received = (time: number) => time + 20;
        for (const { bed, readings } of recorded)
          await bed.sendValues(t, s, readings[s % readings.length]!.values, received);
        for (const [n, { bed, answers }] of acknowledgedBeds.entries()) {
          await bed.send(t, s, s, { HR: s < n * 30 ? 80 : 150 }, received);
          for (const { alarmId, signal } of lab.alarmsOf(bed))
            if (signal === 'on' && rand() < 0.05) answers.push(await bed.acknowledge(alarmId));
        }
        if (s >= killAt && restart === undefined) {
          process.kill(child.pid, 'SIGKILL');
          kills.push(s);
          killAt = Number.POSITIVE_INFINITY;
          restart = (async () => {
            expect((await child.exited).signal).toBe('SIGKILL');
            child = await start();
            restart = undefined;
          })();
        }
        // The next kill comes sometimes before the processor has judged anything, sometimes long after.
        if (restart === undefined && killAt === Number.POSITIVE_INFINITY) killAt = s + Math.floor(rand() * 35);
        await new Promise((done) => setTimeout(done, 100));
      }
      await restart;
      process.stdout.write(`kill: killed ${kills.length} times, at ${kills.join(', ')} s\n`);
      expect(kills.length).toBeGreaterThanOrEqual(killsMin);

      const all = [...beds, ...recorded.map(({ bed }) => bed)];
      const expected = await lab.alarmsOfPureEngine(all);
      let seen: string[][] = [];
      const deadline = Date.now() + 60_000;
      do {
        await new Promise((done) => setTimeout(done, 500));
        seen = all.map((bed) => physiological(lab.alarmsOf(bed)));
      } while (JSON.stringify(seen) !== JSON.stringify(expected.map(physiological)) && Date.now() < deadline);
      expect(seen).toEqual(expected.map(physiological));
      expect(seen.flat().length).toBeGreaterThan(5);

      expect(acknowledgedBeds.filter(({ answers }) => answers.length > 0).length).toBeGreaterThan(
        acknowledgedBedsMin / 2,
      );
      for (const each of acknowledgedBeds) await expectAcknowledgementsKept(each, deadline);
      process.stdout.write(
        `kill: ${acknowledgedBeds.flatMap(({ answers }) => answers).length} acknowledgements, each with its answer\n`,
      );

      const lines = readFileSync(lab.logFile(name), 'utf8').split('\n');
      // After each kill, the new process removes the killed process from the Kafka group. The log line comes even if
      // Kafka has already removed the killed process, as on a slow machine.
      const removals = lines.filter((line) => line.includes('the former process'));
      expect(removals.length).toBeGreaterThanOrEqual(kills.length);
      const takeovers = lines
        .filter((line) => line.includes('took over partitions'))
        .map((line) => JSON.parse(line) as { restored: number });
      expect(takeovers.slice(1).some(({ restored }) => restored >= beds.length)).toBe(true);
      await child.stop();
    },
    240_000 + killsMin * 15_000,
  );
});

describe('two processors', () => {
  it('a processor takes over the beds of another processor that is killed', async () => {
    const [first, second] = await Promise.all([lab.start({}, 'alarms-a'), lab.start({}, 'alarms-b')]);
    children.push(first, second);
    const beds: LabBed[] = [];
    for (let n = 0; n < 8; n++) beds.push(await lab.admit('adult'));
    const t = Date.now();
    await Promise.all(beds.map((bed) => bed.send(t, 0, 0, { HR: 150 })));
    await Promise.all(beds.map((bed) => lab.until(bed, ({ type }) => type === 'raised')));
    process.kill(first.pid, 'SIGKILL');
    const killedAt = Date.now();
    await Promise.all(beds.map((bed) => bed.send(killedAt, 0, 0, { HR: 150, SpO2: 80 })));
    const seen = await Promise.all(
      beds.map((bed) => lab.until(bed, ({ alarm }) => alarm.condition === 'SpO2.extreme-low')),
    );
    const tookMs = Math.max(...seen.map(({ seenAt }) => seenAt - killedAt));
    process.stdout.write(`alarms: after kill -9 of one of two processors, its last bed alarmed after ${tookMs} ms\n`);
    for (const bed of beds)
      expect(
        lab
          .alarmsOf(bed)
          .filter(({ kind }) => kind === 'physiological')
          .map(({ condition, onsets }) => `${condition} ${onsets}`)
          .sort(),
      ).toEqual(['HR.extreme-high 1', 'SpO2.extreme-low 1']);
    expect((await first.exited).signal).toBe('SIGKILL');
    await second.stop();
  }, 240_000);
});
