import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { VigilError } from '../contracts/errors.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import type { KafkaTopic } from '../contracts/topics.ts';
import { headerPrefix, type OpenedRecord } from './envelope/header.ts';
import type { SealedLog } from './sealed-log.ts';
import { createSealedReading, type SealedReading } from './sealed-reading.ts';

const time = '2026-03-01T10:00:00.000Z';
const values = [{ code: 'MDC_ECG_HEART_RATE', value: 150, unit: '/min' }];
const body = { deviceId: 'bed-01', receivedAt: time, reading: { time, values } };

/** Returns a record as it is in the log, and its opened content. */
function sealed(
  fields: { kid?: string; writer?: string; contentType?: string; topic?: KafkaTopic; offset?: string } = {},
) {
  const { kid = 'key-1', writer = 'gateway', contentType = contentTypes.observation, offset = '5' } = fields;
  const origin = { topic: fields.topic ?? 'observations', key: 'association-1', writer, boot: 'b1', seq: 1 } as const;
  const header = Buffer.from(`${headerPrefix(kid, contentType, origin)}1}`).toString('base64url');
  const record = { offset, key: 'association-1', timestampMs: 0, value: Buffer.from(`${header}..a.b.c`) };
  const opened: OpenedRecord = { origin, contentType, plaintext: Buffer.from(JSON.stringify(body)) };
  return { record, opened };
}
const source = { topic: 'observations', partition: 3 } as const;
const { record, opened } = sealed();

function reading(open: SealedLog['open'], more: Partial<Parameters<typeof createSealedReading>[0]> = {}) {
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
  return { lines, reading: createSealedReading({ open, log, leftOutOf: 'the test', ...more }) };
}
const takeAndOpen = (each: SealedReading) => [each.read(source, record), each.open(source, record)];

describe('readable records', () => {
  it('a record is returned immediately, without a promise, if its data key is known', () => {
    const { reading: each } = reading(() => opened);
    expect(takeAndOpen(each)).toMatchObject([
      { opened, record: { contentType: contentTypes.observation, body } },
      opened,
    ]);
    expect(each.leftOutCount()).toBe(0);
  });

  it('a record is returned as a promise if its data key must be unwrapped', async () => {
    const { reading: each } = reading(async () => opened);
    expect(await Promise.all(takeAndOpen(each))).toMatchObject([{ record: { body } }, opened]);
  });
});

describe('unreadable records', () => {
  const fails = (code: 'sealed-tampered' | 'key-unknown') => () => {
    throw new VigilError(code, 'It was changed.');
  };
  const command = { ...opened, contentType: contentTypes.command, plaintext: Buffer.from('{}') };
  it.each<[string, SealedLog['open'], string]>([
    ['was changed after sealing', fails('sealed-tampered'), 'sealed-tampered'],
    ['has no data key', () => Promise.reject(new VigilError('key-unknown', 'x')), 'key-unknown'],
    ['fails in an unknown way', () => Promise.reject(new Error('150 of bed-01')), 'unknown'],
    ['is of a type that belongs in another topic', () => command, 'payload-schema'],
    ['is of an unknown version', () => ({ ...opened, contentType: 'application/x+json;v=9' }), 'payload-schema'],
    ['does not fit its type', async () => ({ ...opened, plaintext: Buffer.from('{"HR":150}') }), 'payload-schema'],
  ])(
    'a record is left out, counted, and logged with its topic, partition and offset if it %s',
    async (_what, open, code) => {
      let count = 0;
      const { lines, reading: each } = reading(open, { onLeftOut: () => void count++ });
      expect(await each.read(source, record)).toBeUndefined();
      expect([each.leftOutCount(), count, lines.length]).toEqual([1, 1, 1]);
      const line = JSON.parse(lines[0]!);
      expect(line).toMatchObject({ topic: 'observations', partition: 3, offset: '5', code });
      expect(line.msg).toBe('a record is left out of the test');
      expect(`${line.reason} ${line.msg}`).not.toMatch(/150|HR|bed-01/);
    },
  );

  it('a tombstone is left out', () => {
    const { reading: each } = reading(() => opened);
    expect(each.read(source, { ...record, value: null })).toBeUndefined();
    expect(each.leftOutCount()).toBe(1);
  });
});

describe('errors in the code of a reader', () => {
  const broken = Object.defineProperty({ ...opened }, 'plaintext', {
    get() {
      throw new TypeError('150 of bed-01');
    },
  }) as OpenedRecord;
  it.each<[string, SealedLog['open']]>([
    ['without a promise', () => broken],
    ['with a promise', async () => broken],
  ])('a record is left out if the check of its content throws %s', async (_when, open) => {
    const { lines, reading: each } = reading(open);
    expect(await each.read(source, record)).toBeUndefined();
    expect(each.leftOutCount()).toBe(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ code: 'unknown', reason: expect.stringContaining('TypeError at') });
    expect(lines[0]).not.toMatch(/150 of bed-01/);
  });

  it('attempt leaves a record out if the task throws, and otherwise returns the result of the task', () => {
    const { lines, reading: each } = reading(() => opened);
    const task = () => {
      throw new RangeError('150 of bed-01');
    };
    expect(each.attempt(source, record, task)).toBeUndefined();
    expect([each.leftOutCount(), lines.length]).toEqual([1, 1]);
    expect(lines[0]).not.toMatch(/150 of bed-01/);
    expect(each.attempt(source, record, () => 7)).toBe(7);
    expect(each.leftOutCount()).toBe(1);
  });
});

it('an unwanted record is not opened and does not count as left out', () => {
  let tries = 0;
  const open = () => {
    tries += 1;
    return opened;
  };
  const { reading: each } = reading(open, { wants: (contentType) => contentType === contentTypes.scores });
  expect(each.read(source, record)).toBeUndefined();
  expect([tries, each.leftOutCount()]).toEqual([0, 0]);
  const scores = sealed({ contentType: contentTypes.scores, topic: 'alarms' });
  each.open({ topic: 'alarms', partition: 0 }, scores.record);
  expect(tries).toBe(1);
});

describe('missing data keys', () => {
  /** Creates a reading for which only the data key of the gateway exists. `tries` lists the searches for a data key. */
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

  it('with `ask`, the reading searches for a missing data key again for each record', async () => {
    const { tries, reading: each } = counting('ask');
    for (let n = 0; n < 3; n += 1) await each.read(source, forged);
    expect(tries).toHaveLength(3);
  });

  it('with `remember`, the reading searches for a missing data key once, and counts each record without a data key', async () => {
    const { tries, reading: each } = counting('remember');
    for (let n = 0; n < 3; n += 1) expect(await each.read(source, forged)).toBeUndefined();
    expect([tries.length, each.leftOutCount()]).toEqual([1, 3]);
  });

  it('after a forged record with the key id of another writer, the data key of that writer is still found', async () => {
    const { reading: each } = counting('remember');
    expect(await each.read(source, forged)).toBeUndefined();
    expect(await each.read(source, record)).toMatchObject({ record: { body } });
  });
});

it('a data key for other services is reported once with `remember`, and for each record with `ask`', async () => {
  const open = () => Promise.reject(new VigilError('key-not-for-us', 'x'));
  for (const [missingKeys, lineCount] of [
    ['ask', 3],
    ['remember', 1],
  ] as const) {
    const { lines, reading: each } = reading(open, { missingKeys });
    for (let n = 0; n < 3; n += 1) await each.read(source, record);
    expect([each.leftOutCount(), lines.length]).toEqual([3, lineCount]);
  }
});
