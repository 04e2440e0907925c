/** Measures the alarm processor with Kafka: it reads sealed readings and writes sealed alarms. */

import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import type { AlarmEvent } from '../contracts/messages/alarms.ts';
import { checkRecord } from '../contracts/messages/check.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import { createReader } from '../log/kafka/reader.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { valuesOf } from '../processors/bed.testing.ts';
import type { TestPlatform } from '../tests/platform.ts';
import { admitted, associate, devicePseudonym, openLogAs, startProcess, until } from '../tests/system.ts';

type Bed = {
  readonly deviceId: string;
  readonly associationId: string;
  readonly writer: string;
  readonly bedNumber: number;
  seq: number;
};

export type ReadingLog = Awaited<ReturnType<typeof openReadingLog>>;

/**
 * Admits a patient to each bed. Returns the beds, and a function that seals and appends a reading as the gateway does.
 * @param wardOf returns the ward of a bed
 */
export async function openReadingLog(data: TestPlatform, beds: number, wardOf: (bed: number) => string) {
  const gateway = await openLogAs(data, 'gateway');
  const operator = await openLogAs(data, 'operator');
  const allBeds: Bed[] = [];
  for (let bedNumber = 0; bedNumber < beds; bedNumber += 1) {
    const deviceId = `bench-${bedNumber}`;
    const period = admitted(String(bedNumber), wardOf(bedNumber), `Bench ${bedNumber}`);
    allBeds.push({
      deviceId,
      associationId: period.associationId,
      writer: devicePseudonym(data, deviceId),
      bedNumber,
      seq: 0,
    });
    await associate(data, operator, deviceId, 1, period);
  }
  await operator.close();

  /**
   * @param heartRate heart rate, /min. A value above 140 raises an alarm immediately, because the extreme limit has no
   * delay.
   */
  async function send(bed: Bed, timeMs: number, heartRate: number): Promise<void> {
    bed.seq += 1;
    const { deviceId, associationId: key, writer, seq } = bed;
    const values = valuesOf({ HR: heartRate, PR: heartRate + 1, SpO2: 95 + (seq % 4), RR: 14 + (seq % 3) });
    const time = new Date(timeMs).toISOString();
    const reading = { boot: 'bench', seq, time, intervalMs: 1000, values };
    const receivedAt = new Date(Math.min(timeMs + 5, Date.now())).toISOString();
    const body = Buffer.from(JSON.stringify({ deviceId, receivedAt, reading }));
    const dataKey = await gateway.sealer.keyFor(key, 'observations');
    const place = { topic: 'observations', key, writer, boot: 'bench', seq } as const;
    const value = gateway.sealer.seal(dataKey, place, contentTypes.observation, body);
    await gateway.appender.append('observations', key, value);
  }
  return { beds: allBeds, send, close: () => gateway.close() };
}

/**
 * Sends one reading of every bed every `everyMs`, until `stop` is called. The readings of the beds are evenly
 * distributed over `everyMs`.
 */
export function paceReadings(log: ReadingLog, everyMs: number) {
  let sent = 0;
  let failed = 0;
  const startMs = performance.now();
  const perMs = log.beds.length / everyMs;
  const timer = setInterval(() => {
    const dueCount = Math.floor((performance.now() - startMs) * perMs);
    for (; sent < dueCount; sent += 1) {
      const bed = log.beds[sent % log.beds.length]!;
      log.send(bed, Date.now(), 78 + (sent % 5)).catch(() => {
        failed += 1;
      });
    }
  }, 5);
  return {
    stop() {
      clearInterval(timer);
      return { sent, failed };
    },
  };
}

/** Calls `onEvent` with every alarm event that is appended after this call. */
async function followAlarms(dashboard: SealedLog, onEvent: (event: AlarmEvent) => void) {
  const reader = await createReader(dashboard.kafka, {
    group: `dashboard-bench-${process.pid}-${Date.now()}`,
    topics: ['alarms'],
    start: 'end',
    log: pino({ level: 'silent' }),
    async onRecords({ topic, records }) {
      for (const { key, value } of records) {
        if (value === null) continue;
        const opened = await dashboard.open({ topic, key, value });
        const checked = checkRecord(opened.contentType, opened.plaintext);
        if (checked.ok && checked.contentType === contentTypes.alarmEvent) onEvent(checked.body);
      }
    },
  });
  await reader.caughtUp;
  return reader;
}

/** Reads the metrics of the alarm processor. Returns the number of records that the processor has read. */
async function recordsRead(port: number): Promise<number> {
  const metricsText = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^vigil_alarms_records_total (\d+)$/m.exec(metricsText)?.[1] ?? 0);
}

/**
 * Measures how many readings per second one alarm processor handles. All readings are in Kafka before the processor
 * starts. The first fifth is warm-up and does not count.
 */
export async function measureThroughput(
  data: TestPlatform,
  log: ReadingLog,
  secondsOfReadings: number,
): Promise<{ readonly readingsPerS: number; readonly readings: number }> {
  const startMs = Date.now() - secondsOfReadings * 1000;
  // The heart rate of each bed is 150 /min for 20 s of every three minutes.
  const heartRateOf = (bed: Bed, second: number) => ((second + 7 * bed.bedNumber) % 180 < 20 ? 150 : 80);
  for (let second = 0; second < secondsOfReadings; second += 1)
    await Promise.all(log.beds.map((bed) => log.send(bed, startMs + second * 1000, heartRateOf(bed, second))));
  const readings = log.beds.length * secondsOfReadings;
  const processor = await startProcess(data, 'alarms');
  try {
    const port = data.alarmsMetricsPort!;
    let firstCount: { readonly atMs: number; readonly read: number } | undefined;
    let lastCount = { atMs: 0, read: 0 };
    await until(
      'all readings are read',
      async () => {
        // Each turn of this loop requests the metrics of the alarm processor. With a shorter pause, the answers would
        // take 4 % of the processor's time.
        await sleep(200);
        const read = await recordsRead(port).catch(() => 0);
        if (firstCount === undefined && read >= readings / 5) firstCount = { atMs: performance.now(), read };
        if (read > lastCount.read) lastCount = { atMs: performance.now(), read };
        return read >= readings;
      },
      300_000,
    );
    return {
      readingsPerS: Math.round(((lastCount.read - firstCount!.read) * 1000) / (lastCount.atMs - firstCount!.atMs)),
      readings,
    };
  } finally {
    await processor.close();
  }
}

/**
 * Measures how long alarms are missing after a crash. Each round ends the only alarm processor with `kill -9`, starts
 * the processor again, and waits for the alarm of a new breach. Each bed sends one reading per second. Returns one time
 * for each round, s.
 */
export async function measureRecovery(data: TestPlatform, log: ReadingLog, rounds: number): Promise<readonly number[]> {
  const dashboard = await openLogAs(data, 'dashboard');
  let onEvent: (event: AlarmEvent) => void = () => {};
  const follower = await followAlarms(dashboard, (event) => onEvent(event));
  const processor = await startProcess(data, 'alarms');
  const pace = paceReadings(log, 1_000);
  try {
    const timesS: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await new Promise((done) => setTimeout(done, 5_000));
      await processor.kill();
      const killedAt = performance.now();
      const breached = log.beds[(17 * (round + 1)) % log.beds.length]!;
      const raised = new Promise<void>((resolve) => {
        onEvent = ({ alarm }) => {
          if (alarm.associationId === breached.associationId && alarm.condition === 'HR.extreme-high') resolve();
        };
      });
      await log.send(breached, Date.now(), 150);
      await processor.start();
      await raised;
      timesS.push(Math.round((performance.now() - killedAt) / 100) / 10);
    }
    return timesS;
  } finally {
    pace.stop();
    await processor.close();
    await follower.close();
    await dashboard.close();
  }
}
