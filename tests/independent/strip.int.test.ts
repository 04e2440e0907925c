/**
 * Replays a real recording through gateway, alarm processor and strip writer, and lets a Python program compare the
 * strip with the records of the device, sample by sample.
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { Strip } from '../../contracts/messages/strips.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { createReader } from '../../log/kafka/reader.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { type FoundStrip, findStrip } from '../../log/strips/find-strip.ts';
import { saysReady, startChild } from '../../ops/platform/child.ts';
import { serviceEnv } from '../../ops/platform/service-env.ts';
import { startTestPlatform } from '../platform.ts';
import { admitted, associate, openLogAs, ownPorts, root, startProcess, until } from '../system.ts';
import { ensurePython } from './python.ts';

type Sealed = { readonly compact: string; readonly wrapped: object };
type Answer = { refused?: string; recordDigest?: string; compared?: number; differences?: string[]; digest?: string };

const closers: (() => Promise<unknown>)[] = [];
let own: Awaited<ReturnType<typeof startTestPlatform>>;
let strip: Strip;
let sealedStrip: Sealed;
const originals: Record<string, Sealed> = {};
let found: FoundStrip;
let ask: (change?: { strip?: Sealed; originals?: Record<string, Sealed>; changed?: object }) => Answer;

/** Returns the records of topics as Kafka has them: sealed. */
async function readSealed(log: SealedLog, topics: readonly KafkaTopic[]) {
  const records: { topic: KafkaTopic; place: string; key: string; value: string }[] = [];
  const reader = await createReader(log.kafka, {
    group: `operator-strip-test-${randomUUID()}`,
    topics,
    start: 'beginning',
    log: pino({ level: 'silent' }),
    onRecords(batch) {
      for (const { key, offset, value } of batch.records)
        if (value)
          records.push({ topic: batch.topic, place: `${batch.partition}/${offset}`, key, value: String(value) });
    },
  });
  await reader.caughtUp;
  await reader.close();
  return records;
}

const kidOf = (compact: string) =>
  JSON.parse(Buffer.from(compact.split('.')[0]!, 'base64url').toString()).kid as string;

beforeAll(async () => {
  const python = ensurePython();
  own = await startTestPlatform(`test-${process.pid}-strip`);
  const platform = await ownPorts(own.data);
  const operator = await openLogAs(platform, 'operator');
  closers.push(operator.close);
  await associate(platform, operator, 'bed-01', Date.now(), admitted('1', 'ICU', 'Replayed'));
  for (const name of ['gateway', 'alarms', 'strips'] as const) closers.push((await startProcess(platform, name)).close);
  const strips: Strip[] = [];
  const table = await operator.followTable(['strips'], (read) => {
    if (read?.record.contentType === contentTypes.strip) strips.push(read.record.body);
  });
  closers.push(table.close);
  const args = ['--beds', '1', '--recording', 'bidmc-01', '--scenario', 'tachycardia', '--json'];
  const simulator = startChild({
    name: 'simulators',
    command: process.execPath,
    args: [join(root, 'simulators/main.ts'), ...args],
    cwd: root,
    env: serviceEnv(platform, 'simulators'),
    logFile: join(platform.stateDir, 'logs', 'simulators-strip.log'),
    isReady: saysReady,
  });
  closers.push(() => simulator.stop());
  await simulator.ready;
  strip = await until('a complete strip', () => strips.find(({ isComplete }) => isComplete), 240_000);
  const alarm = { alarmId: strip.alarmId, raisedMs: Date.parse(strip.alarm.raisedAt) };
  const context = { log: operator, logger: pino({ level: 'silent' }), onBatch: () => undefined };
  found = await findStrip(context, alarm, strip.onset);
  const records = await readSealed(operator, ['strips', 'waveforms', 'keys-readings', 'keys-strips']);
  const keys = new Map(records.filter(({ topic }) => topic.startsWith('keys-')).map(({ key, value }) => [key, value]));
  const sealedOf = (compact: string): Sealed => ({ compact, wrapped: JSON.parse(keys.get(kidOf(compact))!) as object });
  sealedStrip = sealedOf(records.find(({ topic, key }) => topic === 'strips' && key === strip.stripId)!.value);
  for (const { topic, place, value } of records) if (topic === 'waveforms') originals[place] = sealedOf(value);
  const keyFile = serviceEnv(platform, 'operator').VIGIL_READER_KEY_FILE!;
  const privateJwk = JSON.parse(readFileSync(keyFile, 'utf8')) as object;
  ask = (change = {}) => {
    const input = JSON.stringify({ strip: sealedStrip, originals, privateJwk, ...change });
    const run = spawnSync(python, [join(import.meta.dirname, 'strip.py')], { input, encoding: 'utf8' });
    if (run.status !== 0) throw new Error(run.stderr);
    return JSON.parse(run.stdout) as Answer;
  };
}, 600_000);

afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await own?.platform.close();
  if (own) rmSync(own.data.stateDir, { recursive: true, force: true });
}, 120_000);

it('each sample of a strip of a replayed recording is what the device sent, and the digest is right', () => {
  const answer = ask();
  expect(answer).toMatchObject({ differences: [], digest: strip.digest });
  const codes = new Set(strip.chunks.map(({ code }) => code));
  expect(codes.size).toBeGreaterThanOrEqual(2);
  // 20 s of each wave, at 125 Hz.
  expect(answer.compared).toBeGreaterThanOrEqual(codes.size * 20 * 125);
});

it('the digest of the whole record, which the printed page shows, is the digest of the record in Kafka', () => {
  expect(found.recordDigest).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(ask().recordDigest).toBe(found.recordDigest);
});

it('a strip with one changed byte cannot be opened, at any tried place of the byte', () => {
  const bytes = Buffer.from(sealedStrip.compact);
  const lastDot = sealedStrip.compact.lastIndexOf('.');
  for (const at of [5, bytes.indexOf('..') + 4, Math.floor(bytes.length / 2), lastDot - 10, lastDot + 3]) {
    const flipped = Buffer.from(bytes);
    flipped[at] = flipped[at] === 65 ? 66 : 65;
    expect(ask({ strip: { ...sealedStrip, compact: flipped.toString() } }).refused, `byte ${at}`).toBeDefined();
  }
});

it('if somebody with the keys changed one sample of a strip, the check finds this sample and the wrong digest', () => {
  const chunks = structuredClone(strip.chunks);
  const chunk = chunks[3]!;
  const samples = Buffer.from(chunk.samples, 'base64');
  samples.writeInt16LE(samples.readInt16LE(20) ^ 1, 20);
  chunk.samples = samples.toString('base64');
  const { partition, offset } = chunk.source;
  expect(ask({ changed: { chunks } }).differences).toEqual([
    expect.stringMatching(`^${partition}/${offset}: sample 10 is `),
    'the digest differs',
  ]);
});

it('the check finds a strip whose samples name another record, or a record that does not exist', () => {
  const chunks = structuredClone(strip.chunks);
  [chunks[0]!.source, chunks[1]!.source] = [chunks[1]!.source, chunks[0]!.source];
  expect(ask({ changed: { chunks } }).differences?.length).toBeGreaterThan(2);
  const [place] = Object.keys(originals).filter(
    (key) => key === `${chunks[0]!.source.partition}/${chunks[0]!.source.offset}`,
  );
  const { [place!]: _left, ...rest } = originals;
  expect(ask({ originals: rest }).differences).toEqual([`${place}: no such record`]);
});
