/** Tests with a real broker. The tests change the broker's files on disk, as a failing disk would. */
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contentTypes, type ObservationRecord } from '../../contracts/messages/records.ts';
import type { Platform } from '../../ops/platform/platform.ts';
import { startTestPlatform, type TestPlatform } from '../../tests/platform.ts';
import { openLogAs, ownPorts, type RunningProcess, startProcess, until } from '../../tests/system.ts';
import type { SealedLog } from '../sealed-log.ts';
import { partitionOf } from './connect.ts';
import { openPartitionReader } from './read-all.ts';
import { createReader } from './reader.ts';

let own: { platform: Platform; data: TestPlatform };
let gateway: SealedLog;
let dashboard: SealedLog;
const log = pino({ level: 'silent' });
const associationId = randomUUID();
const partition = partitionOf('observations', associationId);

beforeAll(async () => {
  own = await startTestPlatform(`test-${process.pid}-damage`);
  gateway = await openLogAs(own.data, 'gateway');
  dashboard = await openLogAs(own.data, 'dashboard');
});

afterAll(async () => {
  await dashboard?.close();
  await gateway?.close();
  await own?.platform.close();
  if (own) rmSync(own.data.stateDir, { recursive: true, force: true });
});

async function append(n: number): Promise<void> {
  const body: ObservationRecord = {
    deviceId: 'bed-01',
    receivedAt: new Date().toISOString(),
    reading: {
      time: new Date(Date.now() - 60_000 + n).toISOString(),
      intervalMs: 1000,
      values: [{ code: 'MDC_ECG_HEART_RATE', value: 60 + n, unit: '/min' }],
    },
  };
  await gateway.append('observations', associationId, contentTypes.observation, body);
}

/** Returns the file of the partition and the positions at which its batches begin. */
function batchesOnDisk(): { file: string; bytes: Buffer; starts: number[] } {
  const folder = join(own.data.stateDir, 'kafka', 'data', `observations-${partition}`);
  const file = join(folder, readdirSync(folder).find((name) => name.endsWith('.log'))!);
  const bytes = readFileSync(file);
  const starts: number[] = [];
  for (let at = 0; at + 12 < bytes.length; at += 12 + bytes.readInt32BE(at + 8)) starts.push(at);
  return { file, bytes, starts };
}

function writeByte(file: string, position: number, byte: number): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.of(byte), 0, 1, position);
  closeSync(descriptor);
}

it('every reader continues after damaged batches, returns undamaged records, and logs where the damage is', {
  timeout: 240_000,
}, async () => {
  for (let n = 0; n < 30; n += 1) await append(n);
  const { file, bytes, starts } = batchesOnDisk();
  expect(starts).toHaveLength(30);
  // Changes the compression of batch 12 to Snappy, which kafkajs does not know. Changes a byte of the sealed value in
  // batch 20.
  writeByte(file, starts[12]! + 22, 2);
  writeByte(file, starts[20]! + 200, bytes[starts[20]! + 200]! ^ 1);

  const seen: number[] = [];
  const reader = await createReader(dashboard.kafka, {
    group: `dashboard-${randomUUID()}`,
    topics: ['observations'],
    start: 'beginning',
    log,
    onRecords: ({ records }) => void seen.push(...records.map(({ offset }) => Number(offset))),
  });
  await reader.caughtUp;
  const all = Array.from({ length: 30 }, (_, n) => n);
  // Record 20 is returned, although it can no longer be opened.
  for (const n of all.filter((offset) => offset !== 12)) expect(seen, `offset ${n}`).toContain(n);
  expect(seen).not.toContain(12);
  expect(dashboard.damage.batches.get('observations')).toBe(2);
  await append(30);
  await until('a new record was read', () => seen.includes(30));
  await reader.close();

  const privateReader = await openPartitionReader(dashboard.kafka, {
    group: `dashboard-${randomUUID()}`,
    topics: ['observations'],
    log,
  });
  const again: number[] = [];
  await privateReader.read('observations', new Map([[partition, 0n]]), (_, { offset }) => again.push(Number(offset)));
  await privateReader.close();
  expect(again).toEqual(expect.arrayContaining(all.filter((offset) => offset !== 12)));

  const data = await ownPorts(own.data);
  const accounts = join(own.data.stateDir, 'accounts.json');
  writeFileSync(accounts, JSON.stringify({ accounts: [] }), { mode: 0o600 });
  const processes: RunningProcess[] = [];
  try {
    for (const name of ['trends', 'alarms', 'dashboard'] as const) {
      const running = await startProcess(data, name, { VIGIL_ACCOUNTS_FILE: accounts });
      processes.push(running);
      await until(`${name} has logged the damage`, () => running.output().includes('a batch in Kafka is damaged'));
      expect(running.output()).not.toMatch(/the reader stopped|uncaught/);
    }
  } finally {
    for (const running of processes) await running.close();
  }
});
