import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { VigilError } from '../contracts/errors.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import type { KafkaTopic } from '../contracts/topics.ts';
import { headerPrefix, type Opened } from './envelope/header.ts';
import type { SealedLog } from './sealed-log.ts';
import { createSealedReading, type SealedReading } from './sealed-reading.ts';

const time = '2026-03-01T10:00:00.000Z';
const values = [{ code: 'MDC_ECG_HEART_RATE', value: 150, unit: '/min' }];
const body = { deviceId: 'bed-01', receivedAt: time, reading: { time, values } };

/** A record as it lies in the log, and what it holds. */
function sealed(
  fields: { kid?: string; writer?: string; contentType?: string; topic?: KafkaTopic; offset?: string } = {},
) {
  const { kid = 'key-1', writer = 'gateway', contentType = contentTypes.observation, offset = '5' } = fields;
  const place = { topic: fields.topic ?? 'observations', key: 'association-1', writer, boot: 'b1', seq: 1 } as const;
  const header = Buffer.from(`${headerPrefix(kid, contentType, place)}1}`).toString('base64url');
  const record = { offset, key: 'association-1', timestampMs: 0, value: Buffer.from(`${header}..a.b.c`) };
  const opened: Opened = { place, contentType, plaintext: Buffer.from(JSON.stringify(body)) };
  return { record, opened };
}
const at = { topic: 'observations', partition: 3 } as const;
const { record, opened } = sealed();

function reading(open: SealedLog['open'], more: Partial<Parameters<typeof createSealedReading>[0]> = {}) {
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
  return { lines, reading: createSealedReading({ open, log, of: 'the test', ...more }) };
}
const both = (each: SealedReading) => [each.take(at, record), each.open(at, record)];

describe('a record that can be read', () => {
  it('a record comes at once if its data key is known', () => {
    const { reading: each } = reading(() => opened);
    expect(both(each)).toMatchObject([{ opened, record: { contentType: contentTypes.observation, body } }, opened]);
    expect(each.leftOut()).toBe(0);
  });

  it('a record comes later if its data key is unwrapped first', async () => {
    const { reading: each } = reading(async () => opened);
    expect(await Promise.all(both(each))).toMatchObject([{ record: { body } }, opened]);
  });
});

describe('a record that cannot be read', () => {
  const fails = (code: 'sealed-tampered' | 'key-unknown') => () => {
    throw new VigilError(code, 'It was changed.');
  };
  const command = { ...opened, contentType: contentTypes.command, plaintext: Buffer.from('{}') };
  it.each<[string, SealedLog['open'], string]>([
    ['was changed', fails('sealed-tampered'), 'sealed-tampered'],
    ['has no data key', () => Promise.reject(new VigilError('key-unknown', 'x')), 'key-unknown'],
    ['fails in an unknown way', () => Promise.reject(new Error('150 of bed-01')), 'unknown'],
    ['is of a type that counts in another topic', () => command, 'payload-schema'],
    ['is of another version', () => ({ ...opened, contentType: 'application/x+json;v=9' }), 'payload-schema'],
    ['does not fit its type', async () => ({ ...opened, plaintext: Buffer.from('{"HR":150}') }), 'payload-schema'],
  ])('a record is left out, counted, and named by its place if it %s', async (_what, open, code) => {
    let count = 0;
    const { lines, reading: each } = reading(open, { onLeftOut: () => void count++ });
    expect(await each.take(at, record)).toBeUndefined();
    expect([each.leftOut(), count, lines.length]).toEqual([1, 1, 1]);
    const said = JSON.parse(lines[0]!);
    expect(said).toMatchObject({ topic: 'observations', partition: 3, offset: '5', code });
    expect(said.msg).toBe('a record is left out of the test');
    expect(`${said.reason} ${said.msg}`).not.toMatch(/150|HR|bed-01/);
  });

  it('a tombstone is left out', () => {
    const { reading: each } = reading(() => opened);
    expect(each.take(at, { ...record, value: null })).toBeUndefined();
    expect(each.leftOut()).toBe(1);
  });
});

describe('a record over which our own code throws', () => {
  const broken = Object.defineProperty({ ...opened }, 'plaintext', {
    get() {
      throw new TypeError('150 of bed-01');
    },
  }) as Opened;
  it.each<[string, SealedLog['open']]>([
    ['at once', () => broken],
    ['later', async () => broken],
  ])('a record over which our code throws is left out %s, so that later records continue', async (_when, open) => {
    const { lines, reading: each } = reading(open);
    expect(await each.take(at, record)).toBeUndefined();
    expect(each.leftOut()).toBe(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ code: 'unknown', reason: expect.stringContaining('TypeError at') });
    expect(lines[0]).not.toMatch(/150 of bed-01/);
  });

  it('a record is left out if its reader throws on it, and the result for another record is handed back', () => {
    const { lines, reading: each } = reading(() => opened);
    const task = () => {
      throw new RangeError('150 of bed-01');
    };
    expect(each.attempt(at, record, task)).toBeUndefined();
    expect([each.leftOut(), lines.length]).toEqual([1, 1]);
    expect(lines[0]).not.toMatch(/150 of bed-01/);
    expect(each.attempt(at, record, () => 7)).toBe(7);
    expect(each.leftOut()).toBe(1);
  });
});

it('a record that is not wanted is not opened, and not left out', () => {
  let tries = 0;
  const open = () => {
    tries += 1;
    return opened;
  };
  const { reading: each } = reading(open, { wants: (contentType) => contentType === contentTypes.scores });
  expect(each.take(at, record)).toBeUndefined();
  expect([tries, each.leftOut()]).toEqual([0, 0]);
  const scores = sealed({ contentType: contentTypes.scores, topic: 'alarms' });
  each.open({ topic: 'alarms', partition: 0 }, scores.record);
  expect(tries).toBe(1);
});

describe('a data key that is missing', () => {
  /** The key is there for what the gateway wrote. */
  function counting(missingKeys: 'ask' | 'remember') {
    const tries: string[] = [];
    const open: SealedLog['open'] = async ({ value }) => {
      const writer = JSON.parse(Buffer.from(value.toString('latin1').split('.')[0]!, 'base64url').toString());
      const isThief = JSON.stringify(writer).includes('"thief"');
      tries.push(isThief ? 'thief' : 'gateway');
      if (isThief) throw new VigilError('key-unknown', 'No such key.');
      return opened;
    };
    return { tries, ...reading(open, { missingKeys }) };
  }
  const forged = sealed({ writer: 'thief' }).record;

  it('each record asks for a missing data key again', async () => {
    const { tries, reading: each } = counting('ask');
    for (let n = 0; n < 3; n += 1) await each.take(at, forged);
    expect(tries).toHaveLength(3);
  });

  it('a remembered missing key is not asked for again, and each record is counted', async () => {
    const { tries, reading: each } = counting('remember');
    for (let n = 0; n < 3; n += 1) expect(await each.take(at, forged)).toBeUndefined();
    expect([tries.length, each.leftOut()]).toEqual([1, 3]);
  });

  it('a key is missing under that writer’s name only: a forged record does not hide the true records', async () => {
    const { reading: each } = counting('remember');
    expect(await each.take(at, forged)).toBeUndefined();
    expect(await each.take(at, record)).toMatchObject({ record: { body } });
  });
});

it('reports a key that is not for us once if keys are remembered', async () => {
  const open = () => Promise.reject(new VigilError('key-not-for-us', 'x'));
  for (const [missingKeys, lineCount] of [
    ['ask', 3],
    ['remember', 1],
  ] as const) {
    const { lines, reading: each } = reading(open, { missingKeys });
    for (let n = 0; n < 3; n += 1) await each.take(at, record);
    expect([each.leftOut(), lines.length]).toEqual([3, lineCount]);
  }
});
