/** Plans for the mutation of a payload. A plan consists of numbers, and always makes the same bytes. */
import fc from 'fast-check';
import { payloadSeeds } from './corpus.ts';

export type PayloadPlan = {
  readonly seed: number;
  /** Changes of JSON members: which member, and its new value. */
  readonly members: readonly {
    readonly at: number;
    readonly to: number;
    readonly how: 'replace' | 'remove' | 'double' | 'rename';
  }[];
  /** Changes of the base64 text of samples. */
  readonly samples: readonly { readonly at: number; readonly to: number }[];
  /** Changes of single bytes. */
  readonly bytes: readonly {
    readonly kind: 'set' | 'insert' | 'delete' | 'cut' | 'splice';
    readonly at: number;
    readonly to: number;
  }[];
  readonly fate: 'appended' | 'later' | 'failed';
};

/** Generates few items, and often no item, because a payload with few changes gets further through the code. */
const fewItems = <T>(item: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<T[]>([]) },
    { weight: 2, arbitrary: fc.array(item, { minLength: 1, maxLength }) },
  );

export const payloadPlans: fc.Arbitrary<PayloadPlan> = fc.record({
  seed: fc.nat(payloadSeeds.length - 1),
  members: fewItems(
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
  samples: fewItems(fc.record({ at: fc.nat(255), to: fc.nat(255) }), 2),
  bytes: fewItems(
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
/** Unusual JSON values, and texts that are not JSON. */
const unusualValues = [
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

/** Returns the bytes that a plan makes. */
export function payloadOf(plan: PayloadPlan): Buffer {
  const seed = payloadSeeds[plan.seed]!;
  const root = JSON.parse(seed.text) as unknown;
  const places = placesOf(root);
  const changes = new Map<string, (typeof plan.members)[number]>();
  for (const change of plan.members) changes.set(places[change.at % places.length]!, change);
  let text = mutatedJson(root, '', changes);
  for (const { at, to } of plan.samples) {
    text = text.replace(/"samples":"([^"]*)"/, (_all, samples: string) => {
      const position = at % (samples.length + 1);
      return `"samples":"${samples.slice(0, position)}${base64[to % base64.length]}${samples.slice(position + (at & 1))}"`;
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

function mutatedJson(
  value: unknown,
  path: string,
  changes: ReadonlyMap<string, PayloadPlan['members'][number]>,
): string {
  const change = changes.get(path);
  if (change?.how === 'replace') return unusualValues[change.to % unusualValues.length]!;
  if (Array.isArray(value)) {
    const items = value.flatMap((item, i) => {
      const how = changes.get(`${path}/${i}`)?.how;
      const text = mutatedJson(item, `${path}/${i}`, changes);
      return how === 'remove' ? [] : how === 'double' ? Array.from({ length: 70 }, () => text) : [text];
    });
    return `[${items.join()}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).flatMap(([name, member]) => {
    const inner = changes.get(`${path}/${name}`);
    const text = `${JSON.stringify(name)}:${mutatedJson(member, `${path}/${name}`, changes)}`;
    switch (inner?.how) {
      case 'remove':
        return [];
      case 'double':
        return [text, `${JSON.stringify(name)}:${unusualValues[inner.to % unusualValues.length]}`];
      case 'rename':
        return [`${JSON.stringify(names[inner.to % names.length])}:${mutatedJson(member, `${path}/${name}`, changes)}`];
      default:
        return [text];
    }
  });
  return `{${members.join()}}`;
}

function changedBytes(bytes: Buffer, { kind, at, to }: PayloadPlan['bytes'][number]): Buffer {
  const position = at % (bytes.length + 1);
  switch (kind) {
    case 'set':
      return Buffer.concat([bytes.subarray(0, position), Buffer.from([to]), bytes.subarray(position + 1)]);
    case 'insert':
      return Buffer.concat([bytes.subarray(0, position), Buffer.from([to]), bytes.subarray(position)]);
    case 'delete':
      return Buffer.concat([bytes.subarray(0, position), bytes.subarray(position + 1 + (to & 7))]);
    case 'cut':
      return bytes.subarray(0, position);
    case 'splice':
      return Buffer.concat([bytes.subarray(0, position), bytes.subarray(to % (bytes.length + 1))]);
  }
}
