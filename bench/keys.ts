/** Measures how much a year of data keys costs at a start: `npm run bench -- keys`. */
import { randomBytes, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import kafkajs from 'kafkajs';
import { contentTypes } from '../contracts/messages/records.ts';
import { kafkaTopics } from '../contracts/topics.ts';
import { createSealer } from '../log/envelope/sealer.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { ensureDemoAccounts, ensureWards } from '../ops/demo.ts';
import { adminKafka, topicConfig } from '../ops/platform/topics.ts';
import { startTestPlatform, type TestPlatform } from '../tests/platform.ts';
import { alarmOf, longestBeds, raised } from '../tests/screens/scene.ts';
import { openLogAs, type RunningHouse, readersOf, startHouse } from '../tests/system.ts';
import { peakRssMb } from './accounts.ts';
import { integerOption } from './options.ts';

const report = (line: string) => process.stderr.write(`bench: ${line}\n`);
const hourMs = 3_600_000;
const batch = 1_000;
/** A stay in intensive care, hours: a median of about three days (ours). */
const stayHours = 72;
const keysPerBedAndHour = 2;

/** Prints the results; with `--json` as one line. Linux only. */
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
    const keptDays = kafkaTopics['keys-readings'].retentionMs / (24 * hourMs);
    if (values.unpruned) await keepKeys(data);
    const readingKeys = await writeReadingKeys(data, beds, values.unpruned ? days : Math.min(days, keptDays));
    report(`${readingKeys} keys of readings`);
    const stays = await writeStays(data, Math.ceil((beds * days * 24) / stayHours));
    await ensureDemoAccounts(data.stateDir);
    ensureWards(data.stateDir);
    report(`${stays} stays with an alarm each; now all processes start`);
    const result = { readingKeys, stays, ...(await startAll(data)) };
    process.stdout.write(`${JSON.stringify(result, undefined, values.json ? 0 : 2)}\n`);
  } finally {
    await platform.close();
    rmSync(data.stateDir, { recursive: true, force: true });
  }
}

/** Turns the retention time off. Otherwise Kafka would delete these old records while they are being written. */
async function keepKeys(data: TestPlatform): Promise<void> {
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

/** Writes keys as the gateway makes them, but with few secrets: wrapping a million would take an hour. */
async function writeReadingKeys(data: TestPlatform, beds: number, days: number): Promise<number> {
  const log = await openLogAs(data, 'gateway');
  const wrapped: Buffer[] = [];
  const sealer = createSealer({
    service: 'gateway',
    readers: readersOf(data),
    publishKey: async ({ value }) => void wrapped.push(value),
    now: Date.now,
  });
  for (let n = 0; n < 100; n += 1) await sealer.keyFor(randomUUID(), 'observations');
  const producer = log.kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const total = beds * days * 24 * keysPerBedAndHour;
  const beginMs = Date.now() - days * 24 * hourMs;
  for (let n = 0; n < total; n += batch) {
    const messages = Array.from({ length: Math.min(batch, total - n) }, (_, at) => ({
      key: randomBytes(16).toString('base64url'),
      value: wrapped[(n + at) % wrapped.length]!,
      timestamp: String(beginMs + Math.floor((n + at) / (beds * keysPerBedAndHour)) * hourMs),
    }));
    await producer.send({ topic: 'keys-readings', acks: -1, messages });
  }
  await producer.disconnect();
  await log.close();
  return total;
}

/** Writes real keys and real alarms of discharged patients. */
async function writeStays(data: TestPlatform, count: number): Promise<number> {
  const alarms = await openLogAs(data, 'alarms');
  const [bed] = longestBeds(1, 'bench');
  for (let n = 0; n < count; n += batch)
    await Promise.all(Array.from({ length: Math.min(batch, count - n) }, () => writeStay(alarms, bed!, randomUUID())));
  await alarms.close();
  return count;
}

async function writeStay(alarms: SealedLog, bed: Parameters<typeof alarmOf>[0], associationId: string): Promise<void> {
  const of = { ...bed, period: { ...bed.period, associationId } };
  await alarms.append('alarms', associationId, contentTypes.alarmEvent, raised(alarmOf(of, {})));
}

/** Starts all processes at once, as an operator does. Returns the seconds until the last one is ready, and the peak memory of each, MB. */
async function startAll(data: TestPlatform) {
  const beganMs = performance.now();
  const running: RunningHouse[] = await Promise.all(
    (['gateway', 'alarms', 'trends', 'dashboard'] as const).map((house) => startHouse(data, house)),
  );
  const seconds = Math.round((performance.now() - beganMs) / 100) / 10;
  const peakMb = Object.fromEntries(running.map((service) => [service.house, peakRssMb(service.pid())]));
  for (const service of running) await service.close();
  return { seconds, peakMb };
}
