/** Mutated payloads through the pipeline of a message, and what must hold of each. */
import type { Logger } from 'pino';
import { checkRecord, usableNumber } from '../../contracts/messages/check.ts';
import type { DeviceTopicKind } from '../../contracts/topics.ts';
import { createCounters } from '../../gateway/counters.ts';
import { createIngest } from '../../gateway/ingest.ts';
import type { Outcome } from '../../gateway/listener/sink.ts';
import { createMeasures } from '../../gateway/measures.ts';
import { createRejections } from '../../gateway/rejections.ts';
import type { AppendSealed, Unsealed } from '../../gateway/sealing.ts';
import { createSource } from '../../gateway/source.ts';
import { deviceId } from './corpus.ts';
import type { PayloadPlan } from './payload-plans.ts';

export type PayloadWorld = {
  readonly counters: ReturnType<typeof createCounters>;
  /** @throws Error that says what happened that must not */
  publish(kind: DeviceTopicKind, payload: Buffer, fate: PayloadPlan['fate']): Promise<Outcome['kind']>;
};

/** One message may take so long, on any machine: a regular expression that explodes takes for ever. */
const msMax = 2_000;
const seedTime = '2026-03-01T12:00:00.000Z';
/** The time of the seeds, and a second. */
const nowMs = Date.parse('2026-03-01T12:00:01.000Z');

export function openPayloadWorld(): PayloadWorld {
  const counters = createCounters();
  const source = createSource('a2V5', deviceId, 'fuzz');
  const silent = () => {};
  const log = { info: silent, warn: silent, error: silent, debug: silent } as unknown as Logger;
  let records: Unsealed[] = [];
  let failed = 0;
  let fate: PayloadPlan['fate'] = 'appended';
  const append: AppendSealed = (record, settle) => {
    records.push(record);
    const end = () => {
      if (fate === 'failed') failed += 1;
      settle(fate === 'failed' ? new Error('Kafka is away') : undefined);
    };
    if (fate === 'later') queueMicrotask(end);
    else end();
  };
  const unlimited = { deviceBytesPerDay: Number.MAX_SAFE_INTEGER, allBytesPerDay: Number.MAX_SAFE_INTEGER };
  const limits = { refused: unlimited, apart: unlimited };
  const monotonicMs = () => performance.now();
  const rejections = createRejections({ append, boot: 'fuzz', limits, counters, log, monotonicMs });
  const ingest = createIngest({
    append,
    rejections,
    tables: { periodsOf: () => [], serves: () => true },
    attribution: 'by-clock',
    bounds: { aheadMaxMs: 300_000, lateMaxMs: 604_800_000 },
    counters,
    measures: createMeasures(),
    log,
  });
  return {
    counters,
    async publish(kind, payload, wanted) {
      records = [];
      failed = 0;
      fate = wanted;
      const outcomes: Outcome[] = [];
      const startedMs = performance.now();
      const message = { source, topic: `devices/${deviceId}/${kind}`, payload, receivedAtMs: nowMs };
      ingest(message, (outcome) => void outcomes.push(outcome));
      const tookMs = performance.now() - startedMs;
      if (tookMs > msMax) throw new Error(`hang: ${Math.round(tookMs)} ms for one message`);
      for (let i = 0; i < 5 && outcomes.length === 0; i += 1) await null;
      const [outcome] = outcomes;
      if (!outcome || outcomes.length !== 1) throw new Error(`settled ${outcomes.length} times`);
      judge(outcome, records, failed, payload);
      if (kind === 'observations' && outcome.kind === 'refused') checkNothingGood(payload);
      return outcome.kind;
    },
  };
}

function judge(outcome: Outcome, records: readonly Unsealed[], failed: number, payload: Buffer): void {
  const rejected = records.filter(({ topic }) => topic === 'rejected');
  const readings = records.filter(({ topic }) => topic !== 'rejected');
  for (const record of records) {
    const checked = checkRecord(record.contentType, record.plaintext);
    if (!checked.ok) throw new Error(`a record that no reader takes: ${checked.fault.message}`);
  }
  for (const { plaintext } of rejected) {
    const body = JSON.parse(plaintext.toString()) as { payload: string };
    if (body.payload !== payload.toString('base64')) throw new Error('rejected is not what was sent');
  }
  // What cannot be read as it came is appended as it was read, and what was sent lies beside it.
  for (const { plaintext } of readings)
    if (!plaintext.includes(payload) && rejected.length !== 1) throw new Error('appended is not what was sent');
  for (const { topic, plaintext } of readings) if (topic === 'waveforms') checkSamples(plaintext);
  switch (outcome.kind) {
    case 'appended':
      if (failed > 0 || readings.length !== 1) throw new Error('told appended without append');
      break;
    case 'refused':
      if (failed > 0 || rejected.length !== 1 || readings.length > 0) throw new Error('told refused without append');
      break;
    case 'failed':
      if (failed === 0) throw new Error('told failed, though it was appended');
      break;
  }
}

/** Base64 of whole 16-bit numbers (RFC 4648 section 4), at least one: what every reader of a wave counts on. */
function checkSamples(plaintext: Buffer): void {
  const { samples } = (JSON.parse(plaintext.toString()) as { reading: { samples: string } }).reading;
  const whole = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(samples);
  const { length } = Buffer.from(samples, 'base64');
  if (!whole || length === 0 || length % 2 !== 0) throw new Error('appended samples are not whole numbers');
}

/** A reading that can be placed in time and holds one good number is never refused for the sake of what is beside it. */
function checkNothingGood(payload: Buffer): void {
  let sent: { time?: unknown; values?: unknown };
  try {
    sent = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload));
  } catch {
    return;
  }
  if (sent?.time !== seedTime || !Array.isArray(sent.values) || sent.values.length > 64) return;
  // A message that states two times cannot be placed (gateway/core/mend.ts); JSON.parse shows the last one alone.
  if ((payload.toString().match(/"time"\s*:/g)?.length ?? 0) > 1) return;
  const good = sent.values.some(
    (item) =>
      typeof item?.value === 'number' &&
      Object.keys(item).every((name) => ['code', 'value', 'unit'].includes(name)) &&
      usableNumber(item) !== undefined,
  );
  if (good) throw new Error('a good number was refused');
}
