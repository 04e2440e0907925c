import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { checkRecord } from '../contracts/messages/check.ts';
import { contentTypes, type ObservationRecord, type StatusRecord } from '../contracts/messages/records.ts';
import { createReader } from '../log/kafka/reader.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { serviceEnv } from '../ops/platform/service-env.ts';
import type { TestPlatform } from '../tests/platform.ts';
import { openLogAs, ownPorts, type RunningProcess, root, startProcess, until } from '../tests/system.ts';

type OpenedRecord = { boot: string; seq: number; contentType: string; body: unknown };

let platform: TestPlatform;
let gateway: RunningProcess;
let operator: SealedLog;
/** The records in the topics `observations` and `waveforms`, by device id. */
const recordsByDevice = new Map<string, OpenedRecord[]>();
/** Number of records in the topic `rejected`, by device id. */
const rejectedByDevice = new Map<string, number>();
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  platform = await ownPorts(inject('platform'));
  gateway = await startProcess(platform, 'gateway');
  operator = await openLogAs(platform, 'operator');
  const reader = await createReader(operator.kafka, {
    group: `operator-simulators-${process.pid}`,
    topics: ['observations', 'waveforms', 'rejected'],
    start: 'end',
    log: pino({ level: 'silent' }),
    async onRecords({ topic, records }) {
      for (const record of records) {
        const opened = await operator.open({ topic, key: record.key, value: record.value! });
        const checked = checkRecord(opened.contentType, opened.plaintext);
        if (!checked.ok) throw new Error(checked.fault.message);
        const { deviceId } = checked.body as { deviceId: string };
        const { boot, seq } = opened.origin;
        if (topic === 'rejected') rejectedByDevice.set(deviceId, (rejectedByDevice.get(deviceId) ?? 0) + 1);
        else
          recordsByDevice.set(deviceId, [
            ...(recordsByDevice.get(deviceId) ?? []),
            { boot, seq, contentType: opened.contentType, body: checked.body },
          ]);
      }
    },
  });
  closers.push(() => reader.close());
  await reader.caughtUp;
});

afterAll(async () => {
  for (const close of closers) await close();
  await operator?.close();
  await gateway?.close();
});

type RunningSimulator = { summary: Promise<Record<string, unknown>>; stop(): Promise<void>; output(): string };
const simulators: RunningSimulator[] = [];
afterEach(async () => {
  for (const simulator of simulators.splice(0)) await simulator.stop();
});

function simulate(...args: string[]): RunningSimulator {
  const child = spawn(process.execPath, [join(root, 'simulators', 'main.ts'), '--json', ...args], {
    env: serviceEnv(platform, 'simulators'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>();
  child.on('close', (code) => {
    const last = text
      .trim()
      .split('\n')
      .findLast((line) => line.startsWith('{"ok"'));
    resolve({ ...(last ? (JSON.parse(last) as object) : {}), exitCode: code });
  });
  const simulator: RunningSimulator = {
    summary: promise,
    output: () => text,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await promise;
    },
  };
  simulators.push(simulator);
  return simulator;
}

const recordsOf = (deviceId: string, contentType: string) =>
  (recordsByDevice.get(deviceId) ?? []).filter((record) => record.contentType === contentType);

describe('simulators/main.ts with a gateway', () => {
  it('simulated devices send birth, numerics and waves of a recording, and every message is acknowledged', async () => {
    const run = simulate('--beds', '1', '--first', '1', '--duration', '6', '--seed', '7');
    const summary = await run.summary;
    expect(run.output()).toContain('"msg":"ready"');
    expect(summary).toMatchObject({
      ok: true,
      exitCode: 0,
      devices: 1,
      connected: 1,
      refused: 0,
      dropped: 0,
      resent: 0,
      waiting: 0,
      seed: 7,
    });
    expect(summary.acknowledged).toBe(summary.published);
    const readings = () =>
      recordsOf('bed-01', contentTypes.observation).length + recordsOf('bed-01', contentTypes.waveform).length;
    await until(
      'all messages are in Kafka',
      () => readings() + recordsOf('bed-01', contentTypes.status).length === summary.published,
    );
    const [birth] = recordsOf('bed-01', contentTypes.status);
    expect((birth!.body as StatusRecord).reading).toMatchObject({
      online: true,
      intervalMs: 1000,
      device: { model: 'Recording replay' },
    });
    const numerics = recordsOf('bed-01', contentTypes.observation);
    expect(numerics.length).toBeGreaterThanOrEqual(5);
    expect(numerics.map((record) => record.seq)).toEqual(numerics.map((_, i) => i + 1));
    expect((numerics[0]!.body as ObservationRecord).reading.values).toEqual([
      { code: 'MDC_ECG_HEART_RATE', value: 94, unit: '/min' },
      { code: 'MDC_PULS_OXIM_PULS_RATE', value: 93, unit: '/min' },
      { code: 'MDC_RESP_RATE', value: 25, unit: '/min' },
      { code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' },
    ]);
    expect(recordsOf('bed-01', contentTypes.waveform).length).toBeGreaterThanOrEqual(40);
  });

  it('simulated devices can use MQTT 3.1.1', async () => {
    const summary = await simulate('--beds', '1', '--first', '2', '--duration', '3', '--protocol', '4').summary;
    expect(summary).toMatchObject({ ok: true, exitCode: 0, refused: 0, waiting: 0 });
  });

  it('simulated devices send unacknowledged messages again, with the same boot and seq, after the gateway was killed', async () => {
    const run = simulate('--beds', '2', '--first', '3', '--speed', '20', '--seed', '1');
    await until('readings come', () => recordsOf('bed-03', contentTypes.observation).length > 40);
    await gateway.kill();
    await new Promise((done) => setTimeout(done, 3_000));
    await gateway.start();
    const counts = () => ['bed-03', 'bed-04'].map((bed) => recordsOf(bed, contentTypes.observation).length);
    const before = counts();
    await until('readings of both beds come again', () => counts().every((count, at) => count > before[at]! + 100));
    await run.stop();
    const summary = await run.summary;
    expect(summary).toMatchObject({ ok: true, dropped: 0, waiting: 0, refused: 0 });
    expect(summary.connects).toBeGreaterThanOrEqual(4);
    for (const bed of ['bed-03', 'bed-04']) {
      const distinct = () => new Set(recordsOf(bed, contentTypes.observation).map((record) => record.seq));
      // Every seq from 1 to the last has arrived, so no measured reading is missing.
      await until(`${bed} is complete`, () => distinct().size >= 100 && distinct().size === Math.max(...distinct()));
    }
  });

  it('garbage of simulated devices is refused and stored in `rejected`, and their readings are not affected', async () => {
    const summary = await simulate('--beds', '1', '--first', '5', '--scenario', 'garbage', '--duration', '14').summary;
    expect(summary).toMatchObject({ ok: true, refused: 0, dropped: 0, waiting: 0 });
    expect(summary.garbage).toBeGreaterThanOrEqual(2);
    expect(summary.garbageRefused).toBe(summary.garbage);
    await until('the garbage is in rejected', () => (rejectedByDevice.get('bed-05') ?? 0) >= Number(summary.garbage));
  });

  it('simulated devices repeat readings with the same boot and seq', async () => {
    const summary = await simulate(
      '--beds',
      '1',
      '--first',
      '6',
      '--scenario',
      'duplicates',
      '--speed',
      '10',
      '--duration',
      '6',
    ).summary;
    expect(Number(summary.repeated)).toBeGreaterThan(0);
    await until('readings and repeats are in Kafka', () => recordsOf('bed-06', contentTypes.observation).length >= 50);
    const identities = recordsOf('bed-06', contentTypes.observation).map((record) => `${record.boot}/${record.seq}`);
    expect(new Set(identities).size).toBeLessThan(identities.length);
  });

  it('the simulator issues a missing certificate with the development CA, or names the command that issues it', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'vigil-certs-'));
    try {
      const refused = simulate('--beds', '1', '--first', '90', '--certs', empty, '--duration', '1');
      expect((await refused.summary).exitCode).toBe(1);
      expect(refused.output()).toContain('npm run certs -- device bed-90');
    } finally {
      rmSync(empty, { recursive: true });
    }
    const issued = await simulate('--beds', '1', '--first', '91', '--duration', '2').summary;
    expect(issued).toMatchObject({ ok: true, exitCode: 0 });
    expect(readFileSync(join(platform.stateDir, 'certs', 'devices', 'bed-91.pem'), 'utf8')).toContain(
      'BEGIN CERTIFICATE',
    );
  });

  it('the simulator prints one sentence about a wrong command line, and says if no gateway answers', async () => {
    const misused = simulate('--beds', '0');
    expect((await misused.summary).exitCode).toBe(2);
    expect(misused.output().trim().split('\n')).toHaveLength(1);
    const alone = simulate('--beds', '1', '--url', 'mqtts://127.0.0.1:9', '--duration', '2');
    expect(await alone.summary).toMatchObject({ ok: false, exitCode: 1, connected: 0 });
    expect(alone.output()).toContain('ECONNREFUSED');
  });
});
