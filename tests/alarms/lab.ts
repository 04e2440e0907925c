/**
 * A lab for tests of the alarm processor. Its beds (lab-bed.ts) write to the log. The lab reads the alarms, and starts
 * the processor.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Alarm, AlarmEvent, AlarmState, CommandAnswer, LimitsInForce } from '../../contracts/messages/alarms.ts';
import { checkRecord } from '../../contracts/messages/check.ts';
import { contentTypes, type PatientCategory } from '../../contracts/messages/records.ts';
import type { Scores } from '../../contracts/messages/scores.ts';
import { openPartitionReader } from '../../log/kafka/read-all.ts';
import { createReader, type Reader } from '../../log/kafka/reader.ts';
import { kafkaSettings } from '../../log/kafka/settings.ts';
import { openSealedLog } from '../../log/sealed-log.ts';
import { saysReady, startChild } from '../../ops/platform/child.ts';
import { serviceEnv } from '../../ops/platform/service-env.ts';
import { readSettings } from '../../process/settings.ts';
import { step } from '../../processors/alarms/core/engine.ts';
import type { Input } from '../../processors/alarms/core/inputs.ts';
import { initialState } from '../../processors/alarms/core/state.ts';
import { inputOfText } from '../../processors/alarms/intake.ts';
import { env } from '../../processors/bed.testing.ts';
import { admitTo } from './lab-bed.ts';

type Platform = Parameters<typeof serviceEnv>[0];
const repo = join(import.meta.dirname, '../..');

/** An event with its offset in Kafka and the time at which the lab read it. */
export type ReadEvent = AlarmEvent & { readonly offset: string; readonly seenAt: number };

export type AlarmLab = Awaited<ReturnType<typeof openLab>>;

export async function openLab(platform: Platform) {
  const log = pino({ level: 'silent' });
  const open = (service: 'gateway' | 'dashboard' | 'operator' | 'alarms') =>
    openSealedLog({
      settings: readSettings(kafkaSettings, serviceEnv(platform, service)),
      service,
      boot: randomBytes(6).toString('hex'),
      log,
    });
  const gateway = await open('gateway');
  const dashboard = await open('dashboard');
  const operator = await open('operator');
  const pseudonymKey = readSettings(kafkaSettings, serviceEnv(platform, 'gateway')).pseudonymKey;

  const eventsByKey = new Map<string, ReadEvent[]>();
  const states = new Map<string, AlarmState[]>();
  const scores = new Map<string, Scores[]>();
  const published = new Map<string, (CommandAnswer | LimitsInForce)[]>();
  const readers: Reader[] = [];
  for (const topic of ['alarms', 'alarm-state'] as const)
    readers.push(
      await createReader(dashboard.kafka, {
        group: `dashboard-lab-${randomBytes(6).toString('hex')}`,
        topics: [topic],
        start: 'end',
        log,
        async onRecords({ records }) {
          for (const { key, value, offset } of records) {
            if (value === null) continue;
            const opened = await dashboard.open({ topic, key, value });
            const checked = checkRecord(opened.contentType, opened.plaintext);
            if (!checked.ok) throw new Error(checked.fault.message);
            if (checked.contentType === contentTypes.alarmEvent)
              eventsByKey.set(key, [...(eventsByKey.get(key) ?? []), { ...checked.body, offset, seenAt: Date.now() }]);
            if (
              checked.contentType === contentTypes.commandAnswer ||
              checked.contentType === contentTypes.limitsInForce
            )
              published.set(key, [...(published.get(key) ?? []), checked.body]);
            if (checked.contentType === contentTypes.scores)
              scores.set(key, [...(scores.get(key) ?? []), checked.body]);
            if (checked.contentType === contentTypes.alarmState)
              states.set(key, [...(states.get(key) ?? []), checked.body]);
          }
        },
      }),
    );
  await Promise.all(readers.map((reader) => reader.caughtUp));

  const eventsOf = ({ associationId }: { associationId: string }) => eventsByKey.get(associationId) ?? [];

  return {
    admit: (category: PatientCategory | null, ward?: string) =>
      admitTo({ gateway, dashboard, operator, pseudonymKey }, category, ward),
    eventsOf,
    /** Returns answers to commands, and the limits in force, as they were published. */
    publishedOf: ({ associationId }: { associationId: string }) => published.get(associationId) ?? [],
    lastStateOf: ({ associationId }: { associationId: string }) => states.get(associationId)?.at(-1),
    /** Resolves when a snapshot of the bed's engine has been read. */
    async untilState({ associationId }: { associationId: string }, withinMs = 30_000): Promise<void> {
      const deadline = Date.now() + withinMs;
      while ((states.get(associationId)?.length ?? 0) === 0) {
        if (Date.now() > deadline) throw new Error(`No snapshot came within ${withinMs} ms.`);
        await new Promise((done) => setTimeout(done, 50));
      }
    },
    /** Resolves with the first scores of the bed for which `isWanted` returns true. */
    async untilScores(bed: { associationId: string }, isWanted: (scores: Scores) => boolean): Promise<Scores> {
      const deadline = Date.now() + 30_000;
      for (;;) {
        const published = scores.get(bed.associationId) ?? [];
        const match = published.find(isWanted);
        if (match) return match;
        if (Date.now() > deadline)
          throw new Error(`The wanted scores did not come. These scores came: ${JSON.stringify(published)}`);
        await new Promise((done) => setTimeout(done, 20));
      }
    },
    /** Returns the alarms as a screen shows them: the highest revision of each alarm. */
    alarmsOf(bed: { associationId: string }): Alarm[] {
      const best = new Map<string, Alarm>();
      for (const { alarm } of eventsOf(bed))
        if (alarm.rev > (best.get(alarm.alarmId)?.rev ?? 0)) best.set(alarm.alarmId, alarm);
      return [...best.values()];
    },
    /** Resolves with the first event of the bed for which `isWanted` returns true. */
    async until(
      bed: { associationId: string },
      isWanted: (event: ReadEvent) => boolean,
      withinMs = 60_000,
    ): Promise<ReadEvent> {
      const deadline = Date.now() + withinMs;
      for (;;) {
        const match = eventsOf(bed).find(isWanted);
        if (match) return match;
        if (Date.now() > deadline)
          throw new Error(
            `The wanted event did not come. These events came: ${JSON.stringify(eventsOf(bed).map(({ type, alarm }) => [type, alarm.condition, alarm.rev]))}`,
          );
        await new Promise((done) => setTimeout(done, 20));
      }
    },
    /** Returns the committed offsets of the alarm processors, and the ends of the partitions. */
    async positions() {
      const alarms = await open('alarms');
      const reader = await openPartitionReader(alarms.kafka, {
        group: `alarms-lab-${randomBytes(6).toString('hex')}`,
        topics: ['commands'],
        log,
      });
      const ends = new Map<string, bigint>();
      for (const topic of ['observations', 'commands'] as const)
        for (const [partition, { high }] of await reader.readEnds(topic)) ends.set(`${topic}/${partition}`, high);
      const committed: ReadonlyMap<string, bigint> = await reader.committedOffsets('alarms', [
        'observations',
        'commands',
      ]);
      await reader.close();
      await alarms.close();
      return { committed, ends };
    },
    /** Returns the alarms that the pure engine makes from the beds' records in the log, without any restart. */
    async alarmsOfPureEngine(beds: readonly { associationId: string }[]): Promise<Alarm[][]> {
      const inputs = new Map<string, { input: Input; receivedAt: number }[]>();
      const reader = await createReader(dashboard.kafka, {
        group: `dashboard-lab-${randomBytes(6).toString('hex')}`,
        topics: ['observations'],
        start: 'beginning',
        log,
        async onRecords({ topic, records }) {
          for (const { key, value } of records) {
            if (value === null || !beds.some((bed) => bed.associationId === key)) continue;
            const opened = await dashboard.open({ topic, key, value });
            const read = inputOfText(opened.contentType, opened.plaintext, opened.origin);
            if (!read.ok) throw new Error(read.reason);
            inputs.set(key, [...(inputs.get(key) ?? []), { input: read.input, receivedAt: read.receivedAt ?? 0 }]);
          }
        },
      });
      await reader.caughtUp;
      await reader.close();
      return beds.map(({ associationId }) => {
        const best = new Map<string, Alarm>();
        let state = initialState(associationId);
        const begin: Input = { type: 'association', category: 'adult', ward: 'ICU', endedAt: null };
        for (const { input, receivedAt } of [{ input: begin, receivedAt: 0 }, ...(inputs.get(associationId) ?? [])]) {
          const result = step(env, state, input, receivedAt);
          state = result.state;
          for (const { alarm } of result.events) best.set(alarm.alarmId, alarm);
        }
        return [...best.values()];
      });
    },
    /** Starts the alarm processor as a child process, and resolves when it is ready. */
    async start(more: Record<string, string> = {}, name = 'alarms') {
      const child = startChild({
        name,
        command: process.execPath,
        args: ['processors/alarms/main.ts'],
        env: serviceEnv(platform, 'alarms', more),
        cwd: repo,
        logFile: join(platform.stateDir, 'logs', `${name}-lab.log`),
        isReady: saysReady,
      });
      await child.ready;
      return child;
    },
    /** Writes the bed's last snapshot again, with a changed state. No alarm processor may run meanwhile. */
    async changeState(bed: { associationId: string }, changes: Record<string, unknown>): Promise<void> {
      const last = states.get(bed.associationId)!.at(-1)!;
      const engine = last.engine as { state: object };
      const alarms = await open('alarms');
      const body = { ...last, engine: { ...engine, state: { ...engine.state, ...changes } } };
      await alarms.append('alarm-state', bed.associationId, contentTypes.alarmState, body);
      await alarms.close();
    },
    logFile: (name = 'alarms') => join(platform.stateDir, 'logs', `${name}-lab.log`),
    async close() {
      await Promise.all(readers.map((reader) => reader.close()));
      for (const sealedLog of [gateway, dashboard, operator]) await sealedLog.close();
    },
  };
}
