/**
 * Tests a gateway whose Kafka is stopped or dead: it acknowledges nothing and keeps its memory limit. When Kafka works
 * again, the gateway continues without help and in order.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { parameters } from '../contracts/parameters.ts';
import { startBroker } from '../ops/platform/kafka.ts';
import { ensureTopics } from '../ops/platform/topics.ts';
import { connectMqtt } from '../tests/gateway/gateway.ts';
import { readAllRecords } from '../tests/log-witness.ts';
import { startTestPlatform, type TestPlatform } from '../tests/platform.ts';
import { devicePseudonym, openLogAs, type RunningProcess, startProcess, until } from '../tests/system.ts';

const beds = ['bed-01', 'bed-02', 'bed-03', 'bed-04'] as const;
const boot = `outage-${randomUUID().slice(0, 6)}`;
/** The values of the largest observation: 64 values, about 5 kB. */
const values = Array.from({ length: 64 }, (_, i) => {
  const { code, unit, min, max } = [...parameters.values()][i % parameters.size]!;
  return { code, value: (min + max) / 2, unit };
});

let platform: TestPlatform;
let kafkaPid: number;
let ownPlatform: Awaited<ReturnType<typeof startTestPlatform>>;
let gateway: RunningProcess | undefined;
let clients: MqttClient[] = [];
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  ownPlatform = await startTestPlatform(`test-${process.pid}-outage`);
  platform = ownPlatform.data;
  kafkaPid = platform.kafkaPid;
});
afterEach(async () => {
  for (const client of clients) await client.endAsync(true);
  clients = [];
  await gateway?.close();
});
afterAll(async () => {
  for (const close of closers) await close();
  await ownPlatform.platform.close();
  rmSync(platform.stateDir, { recursive: true, force: true });
});

const psField = (pid: number, what: 'rss' | 'state') =>
  execFileSync('ps', ['-o', `${what}=`, '-p', String(pid)])
    .toString()
    .trim();
const rssMb = () => Number(psField(gateway!.pid(), 'rss')) / 1024;

type Stream = { readonly bed: string; readonly client: MqttClient; readonly acknowledged: number[]; published: number };

async function openStreams(more: Parameters<typeof connectMqtt>[2] = {}): Promise<Stream[]> {
  const streams: Stream[] = [];
  for (const bed of beds) {
    const client = await connectMqtt(platform, bed, { protocolVersion: 4, keepalive: 300, ...more });
    clients.push(client);
    streams.push({ bed, client, acknowledged: [], published: 0 });
  }
  return streams;
}

function publish(stream: Stream, count: number, ofBoot: string): void {
  for (let i = 0; i < count; i += 1) {
    stream.published += 1;
    const seq = stream.published;
    const reading = { boot: ofBoot, seq, time: new Date().toISOString(), values };
    stream.client.publish(`devices/${stream.bed}/observations`, JSON.stringify(reading), { qos: 1 }, (error) => {
      if (!error) stream.acknowledged.push(seq);
    });
  }
}

/** Returns the sequence numbers of each bed in Kafka's order, without repeats. */
async function storedSeqsOf(ofBoot: string): Promise<number[][]> {
  const operator = await openLogAs(platform, 'operator');
  const recordsOfBoot = (await readAllRecords(operator, 'observations')).filter(
    ({ opened }) => opened.origin.boot === ofBoot,
  );
  await operator.close();
  return beds.map((bed) => {
    const writer = devicePseudonym(platform, bed);
    return [
      ...new Set(recordsOfBoot.flatMap(({ opened: { origin } }) => (origin.writer === writer ? [origin.seq] : []))),
    ];
  });
}

const numbersUpTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const acknowledgedTotal = (streams: Stream[]) =>
  streams.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);

it('the gateway waits while Kafka is stopped, with bounded memory, and continues in order', async () => {
  gateway = await startProcess(platform, 'gateway', {
    VIGIL_MQTT_UNACKED_BYTES_MAX: '2097152',
    VIGIL_LOG_APPEND_MS: '120000',
  });
  const streams = await openStreams();
  for (const stream of streams) publish(stream, 20, boot);
  await until('the first readings are acknowledged', () => acknowledgedTotal(streams) === 80);
  const memoryBeforeMb = rssMb();

  process.kill(kafkaPid, 'SIGSTOP');
  await until('Kafka is stopped', () => psField(kafkaPid, 'state').startsWith('T'));
  await sleep(500);
  const acknowledged = acknowledgedTotal(streams);
  const perStream = 2_500;
  for (const stream of streams) publish(stream, perStream, boot);
  await sleep(6_000);
  // 50 MB of readings were sent or wait in the devices. No reading was acknowledged, and the gateway keeps only 2 MiB
  // of the readings.
  expect(acknowledgedTotal(streams)).toBe(acknowledged);
  expect(rssMb() - memoryBeforeMb).toBeLessThan(100);
  expect(psField(kafkaPid, 'state')).toMatch(/^T/);

  process.kill(kafkaPid, 'SIGCONT');
  await until('all readings are acknowledged', () => acknowledgedTotal(streams) === 4 * (perStream + 20));
  for (const { acknowledged: order } of streams) expect(order).toEqual(numbersUpTo(perStream + 20));
  expect(gateway.output()).not.toContain('connection ended');
  expect(await storedSeqsOf(boot)).toEqual(beds.map(() => numbersUpTo(perStream + 20)));
}, 180_000);

/** Returns the limit of docs/operator.md (Memory), without the memory of an idle process, MB. */
const memoryBoundMb = (unackedMb: number, connections: number) => 3 * unackedMb + 0.2 * connections;

it('the gateway keeps its memory limit while Kafka is stopped, for anything that devices send', async () => {
  const unackedMb = 16;
  const perBed = 25;
  const testBoot = `${boot}-bound`;
  gateway = await startProcess(platform, 'gateway', {
    VIGIL_MQTT_UNACKED_BYTES_MAX: String(unackedMb * 1_048_576),
    VIGIL_LOG_APPEND_MS: '120000',
    VIGIL_MQTT_CONNECTS_PER_S: '1000',
  });
  const port = /"metricsPort":(\d+)/.exec(gateway.output())![1];
  const metricValue = async (name: string) => {
    const text = await fetch(`http://127.0.0.1:${port}/metrics`).then((response) => response.text());
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
    return Number(line?.slice(name.length));
  };
  const ended = 'vigil_gateway_limits_hit_total{limit="partial-packets"}';
  const streams = await openStreams();
  const crowd: MqttClient[] = [];
  for (const bed of beds) {
    for (let i = 0; i < perBed; i += 1) {
      crowd.push(await connectMqtt(platform, bed, { clientId: `${bed}/${i}`, protocolVersion: 4, keepalive: 300 }));
    }
  }
  clients.push(...crowd);
  for (const stream of streams) publish(stream, 20, testBoot);
  await until('the first readings are acknowledged', () => acknowledgedTotal(streams) === 80);
  const connections = crowd.length + streams.length;
  const memoryBeforeMb = rssMb();

  process.kill(kafkaPid, 'SIGSTOP');
  await until('Kafka is stopped', () => psField(kafkaPid, 'state').startsWith('T'));
  await sleep(500);
  const acknowledged = acknowledgedTotal(streams);
  let peakMb = 0;
  const memoryTimer = setInterval(() => {
    peakMb = Math.max(peakMb, rssMb());
  }, 100);
  // A third of the clients sends a part of a very large packet, a third sends at QoS 0, and a third sends at QoS 1.
  crowd.forEach(({ stream }, i) => {
    if (i % 3 === 2) stream.write(Buffer.concat([Buffer.from([0x32, 0x80, 0x80, 0x0f]), Buffer.alloc(240_000)]));
  });
  await until('connections with incomplete packets are ended', async () => (await metricValue(ended)) > 5);
  for (const stream of streams) publish(stream, 500, testBoot);
  crowd.forEach((client, i) => {
    const topic = `devices/${client.options.clientId!.split('/')[0]}/observations`;
    if (i % 3 === 2) return;
    for (let seq = 1; seq <= 400; seq += 1) {
      const reading = { boot: `${testBoot}-${i}`, seq, time: new Date().toISOString(), values };
      client.publish(topic, JSON.stringify(reading), { qos: i % 3 === 0 ? 0 : 1 });
    }
  });
  await sleep(10_000);
  clearInterval(memoryTimer);
  // The limits took effect: the memory is used up, devices wait, and incomplete packets stay within their limit.
  expect(await metricValue('vigil_gateway_unacked_bytes')).toBeGreaterThan(0.7 * unackedMb * 1_048_576);
  // Each device waits for its own share. Four devices leave a fifth of the memory for another device.
  const paused = async (cause: string) => metricValue(`vigil_gateway_paused_connections{cause="${cause}"}`);
  expect((await paused('unacked')) + (await paused('device-share'))).toBeGreaterThan(20);
  expect(await metricValue('vigil_gateway_partial_bytes')).toBeLessThanOrEqual((unackedMb / 4) * 1_048_576);
  expect(acknowledgedTotal(streams)).toBe(acknowledged);
  process.stderr.write(
    `grew by ${(peakMb - memoryBeforeMb).toFixed()} MB of at most ${memoryBoundMb(unackedMb, connections)} MB\n`,
  );
  expect(peakMb - memoryBeforeMb).toBeLessThan(memoryBoundMb(unackedMb, connections));
  expect(psField(kafkaPid, 'state')).toMatch(/^T/);

  process.kill(kafkaPid, 'SIGCONT');
  await until('all readings are acknowledged', () => acknowledgedTotal(streams) === 4 * 520, 150_000);
  for (const { acknowledged: order } of streams) expect(order).toEqual(numbersUpTo(520));
  expect(await storedSeqsOf(testBoot)).toEqual(beds.map(() => numbersUpTo(520)));
}, 300_000);

it('the gateway closes connections without acknowledgement while Kafka is dead; no reading is lost', async () => {
  const testBoot = `${boot}-dead`;
  gateway = await startProcess(platform, 'gateway', { VIGIL_LOG_APPEND_MS: '1500' });
  const streams = await openStreams({ reconnectPeriod: 300, clean: false });
  let disconnectCount = 0;
  for (const { client } of streams)
    client.on('disconnect', () => {
      disconnectCount += 1;
    });
  for (const stream of streams) publish(stream, 20, testBoot);
  await until('the first readings are acknowledged', () => acknowledgedTotal(streams) === 80);

  process.kill(kafkaPid, 'SIGKILL');
  await sleep(200);
  const acknowledged = acknowledgedTotal(streams);
  expect(acknowledged).toBe(80);
  for (const stream of streams) publish(stream, 20, testBoot);
  const failed = () => gateway!.output().split('"cause":"append-failed"').length - 1;
  await until('four connections are closed', () => failed() >= 4);
  expect(acknowledgedTotal(streams)).toBe(80);
  // The gateway sends no DISCONNECT, because the devices must send the readings again.
  expect(disconnectCount).toBe(0);

  const { stateDir, kafkaPort: port, kafkaControllerPort: controllerPort } = platform;
  const { software } = ownPlatform.platform;
  const broker = await startBroker({ software, stateDir, port, controllerPort, shortLived: true });
  kafkaPid = broker.pid;
  closers.push(() => broker.stop());
  await until('all readings are acknowledged', () => acknowledgedTotal(streams) === 160);
  const storedSeqs = await storedSeqsOf(testBoot);
  // The readings were sent again on new connections, so their order may differ.
  expect(storedSeqs.map((seqs) => seqs.sort((a, b) => a - b))).toEqual(beds.map(() => numbersUpTo(40)));
}, 180_000);

it('the gateway notices that Kafka lost acknowledged records, and does not acknowledge a record with an offset that Kafka has given before', async () => {
  const testBoot = `${boot}-lost`;
  gateway = await startProcess(platform, 'gateway');
  const streams = await openStreams({ reconnectPeriod: 300, clean: false });
  for (const stream of streams) publish(stream, 20, testBoot);
  await until('the first readings are acknowledged', () => acknowledgedTotal(streams) === 80);

  const certsDir = join(platform.stateDir, 'certs');
  const pem = (name: string) => readFileSync(join(certsDir, name), 'utf8');
  const ssl = { ca: [pem('ca.pem')], cert: pem('admin.pem'), key: pem('admin.key') };
  const quiet = kafkajs.logLevel.NOTHING;
  const admin = new kafkajs.Kafka({ brokers: [platform.kafkaBrokers], ssl, logLevel: quiet }).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: ['observations'] });
  await until('the topic is gone', async () => !(await admin.listTopics()).includes('observations'));
  await admin.disconnect();
  await ensureTopics(platform.kafkaBrokers, certsDir);

  for (const stream of streams) publish(stream, 5, testBoot);
  await until('all readings are acknowledged', () => acknowledgedTotal(streams) === 100);
  const metricsPort = /"metricsPort":(\d+)/.exec(gateway.output())![1];
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  expect(Number(/^vigil_gateway_offsets_regressed_total (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
  expect(gateway.output()).toContain('the log answered with an offset that it had given before');
  expect(gateway.output()).toContain('"cause":"append-failed"');
  // The first readings are lost. The later readings were sent again and are in Kafka.
  expect(await storedSeqsOf(testBoot)).toEqual(beds.map(() => [21, 22, 23, 24, 25]));
}, 180_000);
