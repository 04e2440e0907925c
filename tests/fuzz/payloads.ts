/** Mutated payloads through the pipeline of a message, and what must hold of each. */
import fc from 'fast-check';
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
import { deviceId, payloadSeeds } from './corpus.ts';

export type PayloadPlan = {
  readonly seed: number;
  /** Changes of members: which, and to what. */
  readonly members: readonly {
    readonly at: number;
    readonly to: number;
    readonly how: 'replace' | 'remove' | 'double' | 'rename';
  }[];
  /** Changes of the samples' base64. */
  readonly samples: readonly { readonly at: number; readonly to: number }[];
  readonly bytes: readonly {
    readonly kind: 'set' | 'insert' | 'delete' | 'cut' | 'splice';
    readonly at: number;
    readonly to: number;
  }[];
  readonly fate: 'appended' | 'later' | 'failed';
};

/** Often none: what was changed in one place only gets further. */
const few = <T>(one: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<T[]>([]) },
    { weight: 2, arbitrary: fc.array(one, { minLength: 1, maxLength }) },
  );

export const payloadPlans: fc.Arbitrary<PayloadPlan> = fc.record({
  seed: fc.nat(payloadSeeds.length - 1),
  members: few(
    fc.record({
      at: fc.nat(255),
      to: fc.nat(255),
      how: fc.constantFrom(
        'replace' as const,
        'replace' as const,
        'remove' as const,
        'double' as const,
        'rename' as const,
      ),
    }),
    3,
  ),
  samples: few(fc.record({ at: fc.nat(255), to: fc.nat(255) }), 2),
  bytes: few(
    fc.record({
      kind: fc.constantFrom('set' as const, 'insert' as const, 'delete' as const, 'cut' as const, 'splice' as const),
      at: fc.nat(4095),
      to: fc.nat(255),
    }),
    2,
  ),
  fate: fc.constantFrom('appended' as const, 'appended' as const, 'later' as const, 'failed' as const),
});

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
/** JSON's text, and text that is none. */
const odd = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '1',
  '-1',
  '0.1',
  '1e308',
  '-1e308',
  '1e999',
  '1e-400',
  '9007199254740993',
  '1'.repeat(400),
  '""',
  '" "',
  '"x"',
  '"0"',
  '"NaN"',
  'NaN',
  'Infinity',
  'undefined',
  '[]',
  '{}',
  '[null]',
  '{"":0}',
  '{"__proto__":{"x":1}}',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udfff\\ud800"',
  '"\u2028"',
  '"\\x"',
  '"𝕏"',
  `"${'x'.repeat(5_000)}"`,
  deep(20),
  deep(5_000),
  `[${'0,'.repeat(3_000)}0]`,
  '"2026-03-01T12:00:00.000Z"',
  '"2026-02-30T12:00:00.000Z"',
  '"2026-03-01T24:00:00.000Z"',
  '"2026-03-01T12:00:00.000+01:00"',
  '"9999-12-31T23:59:60.999Z"',
  '"0000-00-00T00:00:00.000Z"',
  '"MDC_ECG_HEART_RATE"',
  '"%"',
  '"/min"',
  '"invalid"',
  '"calibrating"',
  '4294967296',
  '2147483648',
  '1000000',
  '0x10',
  '01',
  '+1',
  '.5',
  '5.',
  '1e',
  '-',
];
const names = [
  'boot',
  'seq',
  'time',
  'values',
  'code',
  'unit',
  'value',
  'validity',
  '__proto__',
  'constructor',
  'toString',
  '',
  'x',
];
const base64 = [
  '',
  '=',
  '==',
  'A',
  'AA',
  'AAA',
  'AAAA',
  'AA==',
  'AAA=',
  '====',
  'AA=A',
  '!!!!',
  'AA A',
  '____',
  '----',
  'AAAAA===',
  '\\n',
  'A'.repeat(20_000),
];

/** The bytes of a plan. */
export function payloadOf(plan: PayloadPlan): Buffer {
  const seed = payloadSeeds[plan.seed]!;
  const root = JSON.parse(seed.text) as unknown;
  const places = placesOf(root);
  const changes = new Map<string, (typeof plan.members)[number]>();
  for (const change of plan.members) changes.set(places[change.at % places.length]!, change);
  let text = write(root, '', changes);
  for (const { at, to } of plan.samples) {
    text = text.replace(/"samples":"([^"]*)"/, (_all, samples: string) => {
      const place = at % (samples.length + 1);
      return `"samples":"${samples.slice(0, place)}${base64[to % base64.length]}${samples.slice(place + (at & 1))}"`;
    });
  }
  let bytes: Buffer = Buffer.from(text);
  for (const change of plan.bytes) bytes = changedBytes(bytes, change);
  return bytes;
}

function placesOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, member]) => placesOf(member, `${path}/${name}`))];
}

function write(value: unknown, path: string, changes: ReadonlyMap<string, PayloadPlan['members'][number]>): string {
  const change = changes.get(path);
  if (change?.how === 'replace') return odd[change.to % odd.length]!;
  if (Array.isArray(value)) {
    const items = value.flatMap((item, i) => {
      const how = changes.get(`${path}/${i}`)?.how;
      const text = write(item, `${path}/${i}`, changes);
      return how === 'remove' ? [] : how === 'double' ? Array.from({ length: 70 }, () => text) : [text];
    });
    return `[${items.join()}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).flatMap(([name, member]) => {
    const inner = changes.get(`${path}/${name}`);
    const text = `${JSON.stringify(name)}:${write(member, `${path}/${name}`, changes)}`;
    switch (inner?.how) {
      case 'remove':
        return [];
      case 'double':
        return [text, `${JSON.stringify(name)}:${odd[inner.to % odd.length]}`];
      case 'rename':
        return [`${JSON.stringify(names[inner.to % names.length])}:${write(member, `${path}/${name}`, changes)}`];
      default:
        return [text];
    }
  });
  return `{${members.join()}}`;
}

function changedBytes(bytes: Buffer, { kind, at, to }: PayloadPlan['bytes'][number]): Buffer {
  const place = at % (bytes.length + 1);
  switch (kind) {
    case 'set':
      return Buffer.concat([bytes.subarray(0, place), Buffer.from([to]), bytes.subarray(place + 1)]);
    case 'insert':
      return Buffer.concat([bytes.subarray(0, place), Buffer.from([to]), bytes.subarray(place)]);
    case 'delete':
      return Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1 + (to & 7))]);
    case 'cut':
      return bytes.subarray(0, place);
    case 'splice':
      return Buffer.concat([bytes.subarray(0, place), bytes.subarray(to % (bytes.length + 1))]);
  }
}

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
  const monotonicMs = () => performance.now();
  const rejections = createRejections({ append, boot: 'fuzz', limits: unlimited, counters, log, monotonicMs });
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
