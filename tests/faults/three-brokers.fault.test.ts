/**
 * Runs the product on three brokers, as `npm start` sets them up. Each broker is killed once, and a listener on its
 * port keeps it from restarting for a while. During this time readings are acknowledged and not lost, alarms are
 * raised, and clinicians can acknowledge them.
 */
import { readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { Admin } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureCertificates } from '../../certs/ensure.ts';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import type { AssociationPeriod } from '../../contracts/messages/records.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { kafkaTopicNames } from '../../contracts/topics.ts';
import { type Browser, type Live, newBrowser } from '../../dashboard/server/browser.testing.ts';
import { partitionOf } from '../../log/kafka/connect.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { threeCopies } from '../../ops/platform/copies.ts';
import { freeKafkaPorts, kafkaNodes } from '../../ops/platform/kafka-nodes.ts';
import { freeMetricsPorts, freePorts } from '../../ops/platform/ports.ts';
import { adminKafka, ensureTopics } from '../../ops/platform/topics.ts';
import { startSettings } from '../../ops/settings.ts';
import { createSteps } from '../../ops/steps.ts';
import { type System, startSystem } from '../../ops/system.ts';
import { readSettings } from '../../process/settings.ts';
import { connectDevice, startReadings } from '../device.ts';
import { alarmsOf, readAllRecords } from '../log-witness.ts';
import { stateRoot, type TestPlatform } from '../platform.ts';
import { admitted, associate, openLogAs, until } from '../system.ts';
import { isRunning } from './process.ts';

const stateDir = join(stateRoot, `test-${process.pid}-three-brokers`);
/** One patient for each broker that is killed, in addition to the two simulated beds. */
const patients = new Map<string, AssociationPeriod>([
  ['dev-31', admitted('ICU-3', 'icu', 'Patient-31')],
  ['dev-32', admitted('ICU-4', 'icu', 'Patient-32')],
  ['dev-33', admitted('SD-4', 'step-down', 'Patient-33')],
]);
const reports: string[] = [];
const closers: (() => Promise<unknown>)[] = [async () => rmSync(stateDir, { recursive: true, force: true })];
/** Generous time limit, because no test may depend on the speed of the machine. */
const withinMs = 240_000;
const everyReadingMs = 50;

let settings: ReturnType<typeof ownSettings>;
let system: System;
let platform: TestPlatform;
let admin: Admin;
let operator: SealedLog;
let browser: Browser;

function ownSettings(ports: Record<string, number>) {
  const env = { VIGIL_KAFKA_COPIES: '3', VIGIL_BEDS: '2', VIGIL_STATE_DIR: stateDir };
  return { ...readSettings(startSettings, env), ...ports, softwareDir: inject('platform').softwareDir };
}

beforeAll(async () => {
  const [httpPort = 0, mqttPort = 0, influxPort = 0] = await freePorts(3);
  const ports = { httpPort, mqttPort, influxPort, ...(await freeMetricsPorts()) };
  settings = ownSettings({ ...ports, ...(await freeKafkaPorts('3')) });
  await ensureCertificates({ stateDir, devices: [...patients.keys()], nowMs: Date.now() });
  const report = (line: string) => {
    reports.push(line);
    process.stderr.write(`three brokers: ${line}\n`);
  };
  const steps = createSteps((text) => process.stderr.write(text), Date.now);
  const signal = new AbortController().signal;
  system = await startSystem({ settings, steps, report, signal, shortLived: true });
  closers.push(() => system.close());
  platform = { ...inject('platform'), ...system.addresses };
  admin = adminKafka(platform.kafkaBrokers, join(stateDir, 'certs')).admin();
  await admin.connect();
  closers.push(() => admin.disconnect());
  operator = await openLogAs(platform, 'operator');
  closers.push(operator.close);
  for (const [device, period] of patients) await associate(platform, operator, device, 1, period);
  const ca = readFileSync(join(stateDir, 'certs', 'ca.pem'), 'utf8');
  browser = newBrowser({ port: settings.httpPort, ca, origin: `https://localhost:${settings.httpPort}` });
  const physician = system.logins.find(({ role }) => role === 'physician');
  expect((await browser.login('physician', physician?.password ?? '')).status).toBe(200);
}, 600_000);

afterAll(async () => {
  for (const close of closers.reverse()) await close();
}, 120_000);

async function partitions(topics: readonly string[]) {
  const { topics: rows } = await admin.fetchTopicMetadata({ topics: [...topics] });
  return rows.flatMap((row) => row.partitions.map((partition) => ({ ...partition, topic: row.name })));
}

async function leaderOf({ associationId }: AssociationPeriod): Promise<number> {
  const partition = partitionOf('observations', associationId);
  const state = (await partitions(['observations'])).find(({ partitionId }) => partitionId === partition);
  return state?.leader ?? -1;
}

const allInSync = async () =>
  (await partitions(kafkaTopicNames)).every(({ isr, leader }) => isr.length === 3 && leader > 0);

/** Kills a broker, and listens on its port, so that the broker cannot restart until the returned listener is closed. */
async function killAndKeepAway(nodeId: number): Promise<Server> {
  const node = kafkaNodes(settings)[nodeId - 1];
  const pid = system.processes.find(({ name }) => name === node?.name)?.pid() ?? 0;
  process.kill(pid, 'SIGKILL');
  await until('the broker to be gone', () => !isRunning(pid));
  // The threads of the broker end one after the other. The port is free only when the last thread has ended.
  const server = await until('the port of the broker', () => listen(node?.port).catch(() => undefined));
  await until('the supervisor to report the end of the broker', () =>
    reports.some((line) => line.startsWith(`kafka-${nodeId} ended by itself (SIGKILL)`)),
  );
  return server;
}

function listen(port: number | undefined): Promise<Server> {
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  const server = createServer((socket) => socket.destroy());
  server.once('error', reject);
  server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  return promise;
}

/** Returns the newest revision of the patient's alarm that the dashboard sent to the screen. */
function alarmOn(live: Live, { associationId }: AssociationPeriod): Alarm | undefined {
  return [...live.of('snapshot'), ...live.of('delta')]
    .flatMap(({ alarms }) => alarms)
    .filter((alarm) => alarm.associationId === associationId && alarm.kind === 'physiological')
    .sort((a, b) => a.rev - b.rev)
    .at(-1);
}

const watch = () => browser.live({ type: 'watch', scope: { ward: '*' }, waves: null });

async function acknowledge({ alarmId, rev }: Alarm): Promise<boolean> {
  const { status } = await browser.post(`/api/alarms/${alarmId}/acknowledge`, { rev });
  expect([202, 503]).toContain(status);
  return status === 202;
}

it('Kafka keeps three copies of each partition, and acknowledges a record when two brokers have it', async () => {
  await until('the topic with the offsets of groups', async () =>
    (await admin.listTopics()).includes('__consumer_offsets'),
  );
  const allPartitions = await partitions([...kafkaTopicNames, '__consumer_offsets']);
  expect(allPartitions.filter(({ replicas }) => replicas.length !== 3)).toEqual([]);
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: ['observations', '__consumer_offsets'].map((name) => ({ type: 2, name })),
  });
  const minima = resources.map(({ configEntries }) =>
    configEntries.find(({ configName }) => configName === 'min.insync.replicas'),
  );
  expect(minima.map((entry) => entry?.configValue)).toEqual(['2', '2']);
});

it('Vigil adds copies to a topic until it has three, and refuses VIGIL_KAFKA_COPIES=1 if a topic has three copies', {
  timeout: 600_000,
}, async () => {
  const certs = join(stateDir, 'certs');
  const partitionsBefore = await partitions(['rejected']);
  const partitionAssignment = partitionsBefore.map(({ partitionId, leader }) => ({
    partition: partitionId,
    replicas: [leader],
  }));
  await admin.alterPartitionReassignments({ topics: [{ topic: 'rejected', partitionAssignment }] });
  const copies = async () => [...new Set((await partitions(['rejected'])).map(({ replicas }) => replicas.length))];
  await until('one copy', async () => (await copies()).join() === '1', withinMs);
  expect(await ensureTopics(platform.kafkaBrokers, certs, threeCopies)).toEqual([
    'Kafka\'s topic "rejected" has 3 copies now',
  ]);
  expect(await copies()).toEqual([3]);
  expect(await ensureTopics(platform.kafkaBrokers, certs, threeCopies)).toEqual([]);
  await expect(ensureTopics(platform.kafkaBrokers, certs)).rejects.toThrow(
    /has 3 copies, but VIGIL_KAFKA_COPIES is 1: set VIGIL_KAFKA_COPIES=3\./,
  );
});

describe('kill -9 of one of three brokers', () => {
  // Each test kills the leader of the patient's readings, or another broker if this leader was killed before.
  const killed = new Set<number>();
  it.each([...patients])(
    'kill -9 of a broker loses no acknowledged reading of %s, and the alarm of this device’s patient reaches the screens and can be acknowledged',
    { timeout: 900_000 },
    async (id, patient) => {
      await until('every copy to be in sync', allInSync, withinMs);
      const device = await connectDevice(platform, id);
      const readings = startReadings(device, everyReadingMs);
      const live = await watch();
      try {
        await until('the first acknowledgements', () => device.acknowledged.size >= 20, withinMs);
        const leader = await leaderOf(patient);
        const victim = killed.has(leader) ? [1, 2, 3].find((node) => !killed.has(node))! : leader;
        killed.add(victim);
        const acknowledgedBefore = device.acknowledged.size;
        const blocker = await killAndKeepAway(victim);
        try {
          readings.setHeartRate(150);
          await until(
            'acknowledgements without the broker',
            () => device.acknowledged.size > acknowledgedBefore + 60,
            withinMs,
          );
          const alarm = await until('the alarm on the screen', () => alarmOn(live, patient), withinMs);
          // Until the partition has a new leader, the dashboard answers 503 within seconds, and the clinician presses
          // again.
          await until('the acknowledgement of the alarm', () => acknowledge(alarm), withinMs);
          await until(
            'the acknowledgement on the screen',
            () => alarmOn(live, patient)?.acknowledgedBy !== undefined,
            withinMs,
          );
          // The killed broker was down the whole time.
          const isOut = async () => (await partitions(['observations'])).every(({ isr }) => !isr.includes(victim));
          await until('the other brokers to go on without the killed one', isOut, withinMs);
          expect(reports.filter((line) => line === `kafka-${victim} runs again`)).toEqual([]);
        } finally {
          await new Promise((resolve) => blocker.close(resolve));
        }
        await until('the broker to run again', () => reports.includes(`kafka-${victim} runs again`), withinMs);
        await until('every copy to be in sync again', allInSync, withinMs);
        readings.setHeartRate(80);
      } finally {
        await readings.stop();
        live.close();
      }
      const stored = (await readAllRecords(operator, 'observations'))
        .filter(({ opened }) => opened.origin.boot === device.boot && opened.contentType === contentTypes.observation)
        .map(({ opened }) => opened.origin.seq);
      expect(device.acknowledged.size).toBeGreaterThan(80);
      expect([...device.acknowledged].filter((seq) => !stored.includes(seq))).toEqual([]);
      const alarms = await alarmsOf(operator, patient.associationId);
      expect(alarms.filter(({ kind }) => kind === 'physiological')).toHaveLength(1);
      await device.close();
    },
  );
});
