/**
 * The product on three brokers, by its own set-up: each broker is killed once by SIGKILL and kept from coming back for a while, by a
 * listener on its port. Readings are acknowledged meanwhile and none of them is lost, alarms come, and clinicians' answers are taken.
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
import { connectDevice, streamOf } from '../device.ts';
import { alarmsOf, readWhole } from '../log-witness.ts';
import { stateRoot, type TestPlatform } from '../platform.ts';
import { admitted, associate, openLogAs, until } from '../system.ts';
import { isRunning } from './process.ts';

const stateDir = join(stateRoot, `test-${process.pid}-three-brokers`);
/** Beside the two simulated beds, one patient for each broker that is killed. */
const patients = new Map<string, AssociationPeriod>([
  ['dev-31', admitted('ICU-3', 'icu', 'Patient-31')],
  ['dev-32', admitted('ICU-4', 'icu', 'Patient-32')],
  ['dev-33', admitted('SD-4', 'step-down', 'Patient-33')],
]);
const told: string[] = [];
const closers: (() => Promise<unknown>)[] = [async () => rmSync(stateDir, { recursive: true, force: true })];
/** Far beyond what any wait takes: no test depends on how fast the machine is. */
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
    told.push(line);
    process.stderr.write(`three brokers: ${line}\n`);
  };
  const steps = createSteps((text) => process.stderr.write(text), Date.now);
  const signal = new AbortController().signal;
  system = await startSystem({ settings, steps, report, signal, shortLived: true });
  closers.push(() => system.close());
  platform = { ...inject('platform'), ...system.where };
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
  return rows.flatMap(({ name, partitions: of }) => of.map((one) => ({ ...one, topic: name })));
}

async function leaderOf({ associationId }: AssociationPeriod): Promise<number> {
  const partition = partitionOf('observations', associationId);
  const found = (await partitions(['observations'])).find(({ partitionId }) => partitionId === partition);
  return found?.leader ?? -1;
}

const whole = async () =>
  (await partitions(kafkaTopicNames)).every(({ isr, leader }) => isr.length === 3 && leader > 0);

/** Kills the broker; its port is ours until the listener is closed, so that it cannot come back. */
async function killAndKeepAway(nodeId: number): Promise<Server> {
  const node = kafkaNodes(settings)[nodeId - 1];
  const pid = system.processes.find(({ name }) => name === node?.name)?.pid() ?? 0;
  process.kill(pid, 'SIGKILL');
  await until('the broker to be gone', () => !isRunning(pid));
  // Its threads end one after the other, and the last of them gives up the port.
  const server = await until('the port of the broker', () => listen(node?.port).catch(() => undefined));
  await until('the supervisor to tell of it', () =>
    told.some((line) => line.startsWith(`kafka-${nodeId} ended by itself (SIGKILL)`)),
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

/** The newest revision of the breach, as the screen was sent it. */
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

it('Kafka keeps three copies of each partition, and acknowledges a record that two brokers have', async () => {
  await until('a group to be kept', async () => (await admin.listTopics()).includes('__consumer_offsets'));
  const all = await partitions([...kafkaTopicNames, '__consumer_offsets']);
  expect(all.filter(({ replicas }) => replicas.length !== 3)).toEqual([]);
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: ['observations', '__consumer_offsets'].map((name) => ({ type: 2, name })),
  });
  const minima = resources.map(({ configEntries }) =>
    configEntries.find(({ configName }) => configName === 'min.insync.replicas'),
  );
  expect(minima.map((entry) => entry?.configValue)).toEqual(['2', '2']);
});

it('Vigil brings a topic with fewer copies to three, and does not accept one copy', { timeout: 600_000 }, async () => {
  const certs = join(stateDir, 'certs');
  const before = await partitions(['rejected']);
  const partitionAssignment = before.map(({ partitionId, leader }) => ({ partition: partitionId, replicas: [leader] }));
  await admin.alterPartitionReassignments({ topics: [{ topic: 'rejected', partitionAssignment }] });
  const copies = async () => [...new Set((await partitions(['rejected'])).map(({ replicas }) => replicas.length))];
  await until('one copy', async () => (await copies()).join() === '1', withinMs);
  expect(await ensureTopics(platform.kafkaBrokers, certs, threeCopies)).toEqual([
    "Kafka's topic rejected has 3 copies now",
  ]);
  expect(await copies()).toEqual([3]);
  expect(await ensureTopics(platform.kafkaBrokers, certs, threeCopies)).toEqual([]);
  await expect(ensureTopics(platform.kafkaBrokers, certs)).rejects.toThrow(
    /has 3 copies, and VIGIL_KAFKA_COPIES is 1: set VIGIL_KAFKA_COPIES=3\./,
  );
});

describe('kill -9 of one of three brokers', () => {
  // The first is the one that leads the readings of this patient; after three, each has been killed.
  const killed = new Set<number>();
  it.each([...patients])(
    'kill -9 of a broker loses nothing that was acknowledged to %s, and screens go on',
    { timeout: 900_000 },
    async (id, patient) => {
      await until('every copy to be in sync', whole, withinMs);
      const device = await connectDevice(platform, id);
      const readings = streamOf(device, everyReadingMs);
      const live = await watch();
      try {
        await until('the first acknowledgements', () => device.acknowledged.size >= 20, withinMs);
        const leader = await leaderOf(patient);
        const victim = killed.has(leader) ? [1, 2, 3].find((node) => !killed.has(node))! : leader;
        killed.add(victim);
        const before = device.acknowledged.size;
        const port = await killAndKeepAway(victim);
        try {
          readings.set(150);
          await until('acknowledgements without it', () => device.acknowledged.size > before + 60, withinMs);
          const alarm = await until('the alarm on the screen', () => alarmOn(live, patient), withinMs);
          // While a partition has no leader yet, the page says within seconds that it was not taken, and the nurse presses again.
          await until('her acknowledgement to be taken', () => acknowledge(alarm), withinMs);
          await until('its answer on the screen', () => alarmOn(live, patient)?.acknowledgedBy !== undefined, withinMs);
          // It was away all the time.
          const isOut = async () => (await partitions(['observations'])).every(({ isr }) => !isr.includes(victim));
          await until('the others to go on without it', isOut, withinMs);
          expect(told.filter((line) => line === `kafka-${victim} runs again`)).toEqual([]);
        } finally {
          await new Promise((resolve) => port.close(resolve));
        }
        await until('the broker to run again', () => told.includes(`kafka-${victim} runs again`), withinMs);
        await until('every copy to be in sync again', whole, withinMs);
        readings.set(80);
      } finally {
        await readings.stop();
        live.close();
      }
      const kept = (await readWhole(operator, 'observations'))
        .filter(({ opened }) => opened.place.boot === device.boot && opened.contentType === contentTypes.observation)
        .map(({ opened }) => opened.place.seq);
      expect(device.acknowledged.size).toBeGreaterThan(80);
      expect([...device.acknowledged].filter((seq) => !kept.includes(seq))).toEqual([]);
      const alarms = await alarmsOf(operator, patient.associationId);
      expect(alarms.filter(({ kind }) => kind === 'physiological')).toHaveLength(1);
      await device.close();
    },
  );
});
