/**
 * Starts Vigil with a year of data keys in Kafka, and measures the duration of the start and the memory: `npm run bench
 * -- keys`.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import kafkajs from 'kafkajs';
import { hourMs } from '../contracts/durations.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import { kafkaTopics } from '../contracts/topics.ts';
import { createSealer } from '../log/envelope/sealer.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { ensureDemoAccounts, ensureWards } from '../ops/demo.ts';
import { adminKafka, topicConfig } from '../ops/platform/topics.ts';
import { startTestPlatform, type TestPlatform } from '../tests/platform.ts';
import { alarmOf, longestBeds, raisedEvent } from '../tests/screens/scene.ts';
import { openLogAs, type RunningProcess, readersOf, startProcess } from '../tests/system.ts';
import { integerOption } from './options.ts';
import { peakRssMb } from './process-usage.ts';

const report = (line: string) => process.stderr.write(`bench: ${line}\n`);
const batchSize = 1_000;
/** Length of a stay in intensive care, hours (our choice: the median is about three days). */
const stayHours = 72;
const keysPerBedAndHour = 2;

/** Prints the results as JSON; with `--json` on one line. Linux only. */
export async function measureKeys(args: string[]): Promise<void> {
  const options = {
    beds: { type: 'string', default: '64' },
    days: { type: 'string', default: '365' },
    unpruned: { type: 'boolean' },
    json: { type: 'boolean' },
  } as const;
  const { values } = parseArgs({ args, options });
  const beds = integerOption('--beds', values.beds, 1, 1_000);
  const days = integerOption('--days', values.days, 1, 3_650);
  const { platform, data } = await startTestPlatform(`test-${process.pid}-bench-keys`);
  try {
    const retentionDays = kafkaTopics['keys-readings'].retentionMs / (24 * hourMs);
    if (values.unpruned) await turnOffKeyRetention(data);
    const readingKeys = await writeReadingKeys(data, beds, values.unpruned ? days : Math.min(days, retentionDays));
    report(`${readingKeys} keys of readings were written`);
    const stays = await writeStays(data, Math.ceil((beds * days * 24) / stayHours));
    await ensureDemoAccounts(data.stateDir);
    ensureWards(data.stateDir);
    report(`${stays} stays with one alarm each were written; now starting all processes`);
    const result = { readingKeys, stays, ...(await startAll(data)) };
    process.stdout.write(`${JSON.stringify(result, undefined, values.json ? 0 : 2)}\n`);
  } finally {
    await platform.close();
    rmSync(data.stateDir, { recursive: true, force: true });
  }
}

/** Removes the retention time of the keys, so that Kafka does not delete the old keys that the benchmark writes. */
async function turnOffKeyRetention(data: TestPlatform): Promise<void> {
  const admin = adminKafka(data.kafkaBrokers, join(data.stateDir, 'certs')).admin();
  await admin.connect();
  const configEntries = topicConfig('keys-readings').configEntries!.map(({ name, value }) => ({
    name,
    value: name === 'retention.ms' ? '-1' : value,
  }));
  const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: 'keys-readings', configEntries }];
  await admin.alterConfigs({ validateOnly: false, resources });
  await admin.disconnect();
}

/**
 * Writes keys of readings for the given number of days. Uses only 100 different wrapped keys, because wrapping a
 * million keys takes an hour.
 */
async function writeReadingKeys(data: TestPlatform, beds: number, days: number): Promise<number> {
  const log = await openLogAs(data, 'gateway');
  const wrappedKeys: Buffer[] = [];
  const sealer = createSealer({
    service: 'gateway',
    readers: readersOf(data),
    publishKey: async ({ value }) => void wrappedKeys.push(value),
    now: Date.now,
  });
  for (let count = 0; count < 100; count += 1) await sealer.keyFor(randomUUID(), 'observations');
  const producer = log.kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const total = beds * days * 24 * keysPerBedAndHour;
  const startMs = Date.now() - days * 24 * hourMs;
  for (let sent = 0; sent < total; sent += batchSize) {
    const messages = Array.from({ length: Math.min(batchSize, total - sent) }, (_, index) => ({
      key: randomBytes(16).toString('base64url'),
      value: wrappedKeys[(sent + index) % wrappedKeys.length]!,
      timestamp: String(startMs + Math.floor((sent + index) / (beds * keysPerBedAndHour)) * hourMs),
    }));
    await producer.send({ topic: 'keys-readings', acks: -1, messages });
  }
  await producer.disconnect();
  await log.close();
  return total;
}

/** Writes one alarm, with its data key, for each of `count` discharged patients. */
async function writeStays(data: TestPlatform, count: number): Promise<number> {
  const alarms = await openLogAs(data, 'alarms');
  const [bed] = longestBeds(1, 'bench');
  for (let written = 0; written < count; written += batchSize)
    await Promise.all(
      Array.from({ length: Math.min(batchSize, count - written) }, () => writeStay(alarms, bed!, randomUUID())),
    );
  await alarms.close();
  return count;
}

async function writeStay(alarms: SealedLog, bed: Parameters<typeof alarmOf>[0], associationId: string): Promise<void> {
  const bedOfStay = { ...bed, period: { ...bed.period, associationId } };
  await alarms.append('alarms', associationId, contentTypes.alarmEvent, raisedEvent(alarmOf(bedOfStay, {})));
}

/**
 * Starts all processes at the same time. Returns the seconds until all are ready, and the peak memory of each process,
 * MB.
 */
async function startAll(data: TestPlatform) {
  const startMs = performance.now();
  const running: RunningProcess[] = await Promise.all(
    (['gateway', 'alarms', 'trends', 'dashboard'] as const).map((name) => startProcess(data, name)),
  );
  const seconds = Math.round((performance.now() - startMs) / 100) / 10;
  const peakMb = Object.fromEntries(running.map(({ name, pid }) => [name, peakRssMb(pid())]));
  for (const service of running) await service.close();
  return { seconds, peakMb };
}
