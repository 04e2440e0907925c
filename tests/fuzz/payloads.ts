/** Sends mutated payloads through the gateway's code for messages, and checks the outcome of each. */
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
  /**
   * Publishes a payload and returns the outcome.
   * @param fate Kafka's answer to the append
   * @throws Error that describes the fault
   */
  publish(kind: DeviceTopicKind, payload: Buffer, fate: PayloadPlan['fate']): Promise<Outcome['kind']>;
};

/**
 * Time limit for one message. The limit reveals regular expressions that need exponential time, and is long enough for
 * a slow machine.
 */
const msMax = 2_000;
const seedTime = '2026-03-01T12:00:00.000Z';
/** One second after the time of the seeds. */
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
    async publish(kind, payload, wantedFate) {
      records = [];
      failed = 0;
      fate = wantedFate;
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
      if (kind === 'observations' && outcome.kind === 'refused') checkNoUsableNumber(payload);
      return outcome.kind;
    },
  };
}

function judge(outcome: Outcome, records: readonly Unsealed[], failed: number, payload: Buffer): void {
  const rejected = records.filter(({ topic }) => topic === 'rejected');
  const readings = records.filter(({ topic }) => topic !== 'rejected');
  for (const record of records) {
    const checked = checkRecord(record.contentType, record.plaintext);
    if (!checked.ok) throw new Error(`an appended record that no reader accepts: ${checked.fault.message}`);
  }
  for (const { plaintext } of rejected) {
    const body = JSON.parse(plaintext.toString()) as { payload: string };
    if (body.payload !== payload.toString('base64'))
      throw new Error('the rejected payload differs from the sent payload');
  }
  // If the gateway corrects a payload, it appends the corrected reading, and puts the sent payload into the topic
  // rejected.
  for (const { plaintext } of readings)
    if (!plaintext.includes(payload) && rejected.length !== 1)
      throw new Error('the appended payload differs from the sent payload');
  for (const { topic, plaintext } of readings) if (topic === 'waveforms') checkSamples(plaintext);
  switch (outcome.kind) {
    case 'appended':
      if (failed > 0 || readings.length !== 1) throw new Error('outcome "appended" without append');
      break;
    case 'refused':
      if (failed > 0 || rejected.length !== 1 || readings.length > 0)
        throw new Error('outcome "refused" without append to rejected');
      break;
    case 'failed':
      if (failed === 0) throw new Error('outcome "failed" after a successful append');
      break;
  }
}

/**
 * Throws unless the samples are base64 (RFC 4648, section 4) of one or more 16-bit numbers. Every reader of a waveform
 * expects this.
 */
function checkSamples(plaintext: Buffer): void {
  const { samples } = (JSON.parse(plaintext.toString()) as { reading: { samples: string } }).reading;
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(samples);
  const { length } = Buffer.from(samples, 'base64');
  if (!isBase64 || length === 0 || length % 2 !== 0) throw new Error('appended samples are not whole numbers');
}

/**
 * Throws if a refused reading has a valid time and at least one usable number: the gateway must accept such a reading.
 */
function checkNoUsableNumber(payload: Buffer): void {
  let sent: { time?: unknown; values?: unknown };
  try {
    sent = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload));
  } catch {
    return;
  }
  if (sent?.time !== seedTime || !Array.isArray(sent.values) || sent.values.length > 64) return;
  // The gateway refuses a message with two times (gateway/core/mend.ts). JSON.parse returns only the last time.
  if ((payload.toString().match(/"time"\s*:/g)?.length ?? 0) > 1) return;
  const hasUsableNumber = sent.values.some(
    (item) =>
      typeof item?.value === 'number' &&
      Object.keys(item).every((name) => ['code', 'value', 'unit'].includes(name)) &&
      usableNumber(item) !== undefined,
  );
  if (hasUsableNumber) throw new Error('a reading with a usable number was refused');
}
