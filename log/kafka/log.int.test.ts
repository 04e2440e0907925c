import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { Service } from '../../contracts/topics.ts';
import { serviceEnv } from '../../ops/platform/service-env.ts';
import { readSettings } from '../../process/settings.ts';
import { readersOf } from '../../tests/system.ts';
import { createSealer } from '../envelope/sealer.ts';
import { createKeyTag } from '../envelope/wrapped-key.ts';
import { openSealedLog, type SealedLog } from '../sealed-log.ts';
import { createAppender } from './appender.ts';
import { partitionOf } from './connect.ts';
import { createReader, type ReaderOptions } from './reader.ts';
import { kafkaSettings } from './settings.ts';

const log = pino({ level: 'silent' });
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource.close();
});

async function openLogAs(service: Service): Promise<SealedLog> {
  const settings = readSettings(kafkaSettings, serviceEnv(inject('platform'), service));
  const sealed = await openSealedLog({ settings, service, boot: randomUUID().slice(0, 8), log });
  opened.push(sealed);
  return sealed;
}

async function read(from: SealedLog, options: Omit<ReaderOptions, 'log' | 'group'> & { group?: string }) {
  const group = options.group ?? `${from.service}-${randomUUID()}`;
  const reader = await createReader(from.kafka, { ...options, group, log });
  opened.push(reader);
  return reader;
}

async function until(holds: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 60_000; Date.now() < endMs; await sleep(20)) if (holds()) return;
  throw new Error('the condition did not become true within 60 s');
}

const presence = (n: number) => ({ at: new Date(n).toISOString(), wards: [`ward-${n}`] });

describe('openSealedLog with a real Kafka', () => {
  it('a reader gets the records of a writer, even if it has not read the data key before', async () => {
    const dashboard = await openLogAs('dashboard');
    const gateway = await openLogAs('gateway');
    const key = `process-${randomUUID()}`;
    const seen: unknown[] = [];
    const table = await gateway.followTable(['presence'], (read, { key: recordKey }) => {
      if (recordKey === key) seen.push(read && read.record.body);
    });
    opened.push(table);
    await table.ready;
    await dashboard.append('presence', key, contentTypes.presence, presence(1));
    await dashboard.append('presence', key, contentTypes.presence, presence(2));
    await dashboard.appender.append('presence', key, null);
    await until(() => seen.length === 3);
    expect(seen).toEqual([presence(1), presence(2), null]);
  });

  it('followTable continues with the next record if onRecord throws', async () => {
    const dashboard = await openLogAs('dashboard');
    const gateway = await openLogAs('gateway');
    const key = `process-${randomUUID()}`;
    const seen: unknown[] = [];
    const table = await gateway.followTable(['presence'], (read, { key: recordKey }) => {
      if (recordKey !== key || !read) return;
      seen.push(read.record.body);
      if (seen.length === 1) throw new Error('thrown by this test');
    });
    opened.push(table);
    await table.ready;
    await dashboard.append('presence', key, contentTypes.presence, presence(1));
    await dashboard.append('presence', key, contentTypes.presence, presence(2));
    await until(() => seen.length >= 2);
    expect(seen).toEqual([presence(1), presence(2)]);
  });

  it('records whose data keys were deleted are refused without a long wait', async () => {
    const alarms = await openLogAs('alarms');
    const dashboard = await openLogAs('dashboard');
    const run = randomUUID().slice(0, 8);
    const count = 1_000;
    const records = await Promise.all(
      Array.from({ length: count }, async (_, n) => {
        const key = `gone-${run}-${n}`;
        const { kid } = await alarms.sealer.keyFor(key, 'alarm-state');
        await alarms.append('alarm-state', key, contentTypes.alarmEvent, { n });
        return { key, kid };
      }),
    );
    const keptKey = `kept-${run}`;
    await Promise.all(records.map(({ kid }) => alarms.appender.append('keys-alarms', kid, null)));
    await alarms.append('alarm-state', keptKey, contentTypes.alarmEvent, {});
    const counts = { refused: 0, opened: 0 };
    const startedMs = performance.now();
    const reader = await read(dashboard, {
      topics: ['alarm-state'],
      start: 'beginning',
      async onRecords({ topic, records: batch }) {
        for (const record of batch) {
          if (!record.key.includes(run)) continue;
          const opened = await Promise.resolve(dashboard.open({ ...record, topic, value: record.value! })).catch(
            (error: VigilError) => error.code,
          );
          if (opened === 'key-unknown') counts.refused += 1;
          else if (record.key === keptKey && typeof opened === 'object') counts.opened += 1;
        }
      },
    });
    await reader.caughtUp;
    expect(counts).toEqual({ refused: count, opened: 1 });
    // A long wait for each missing key would take hours.
    expect(performance.now() - startedMs).toBeLessThan(count * 1_000);
    // Removes the records, because other test files read this topic, too.
    await Promise.all(
      [...records.map(({ key }) => key), keptKey].map((key) => alarms.appender.append('alarm-state', key, null)),
    );
  });

  it('a new process uses the data key of an earlier process, but no key that somebody else published', async () => {
    const key = `stay-${randomUUID()}`;
    const first = await (await openLogAs('alarms')).sealer.keyFor(key, 'alarms');
    const second = await (await openLogAs('alarms')).sealer.keyFor(key, 'alarms');
    expect(second.kid).toBe(first.kid);
    // A thief with the certificate of alarms, but without its reader key, publishes a data key.
    const thief = await openLogAs('alarms');
    const planted = createSealer({
      service: 'alarms',
      readers: readersOf(inject('platform')),
      publishKey: async ({ topic, kid, value }) => void (await thief.appender.append(topic, kid, value)),
      tagOf: createKeyTag({ kty: 'EC', d: 'AAAA' }),
      now: Date.now,
    });
    const { kid } = await planted.keyFor(key, 'alarms');
    const last = await (await openLogAs('alarms')).sealer.keyFor(key, 'alarms');
    expect(last.kid).not.toBe(kid);
  });

  it('only the process that took the turn last can write, and readers get only committed records', async () => {
    const [first, second] = [await openLogAs('dashboard'), await openLogAs('dashboard')];
    const key = `device-${randomUUID()}`;
    const record = (deviceId: string) => ({
      key,
      contentType: contentTypes.associations,
      body: { deviceId, version: 1, periods: [] },
    });
    const lostTurn = await first.takeTurn('associations');
    await lostTurn.write([record('lost')]);
    const turn = await second.takeTurn('associations');
    await expect(lostTurn.commit()).rejects.toMatchObject({ code: 'turn-lost' });
    await turn.write([record('d1'), record('d2')]);
    await turn.commit();
    const uncommitted = await first.takeTurn('associations');
    await uncommitted.write([record('given-up')]);
    for (const each of [lostTurn, turn, uncommitted]) await each.close();
    const gateway = await openLogAs('gateway');
    const seen: string[] = [];
    const reader = await read(gateway, {
      topics: ['associations'],
      start: 'beginning',
      async onRecords({ records }) {
        for (const { key: recordKey, value } of records) {
          if (recordKey !== key || value === null) continue;
          const { plaintext } = await gateway.open({ topic: 'associations', key, value });
          seen.push(JSON.parse(plaintext.toString()).deviceId);
        }
      },
    });
    await reader.caughtUp;
    expect(seen).toEqual(['d1', 'd2']);
    const next = await second.takeTurn('associations');
    await next.write([record('d3')]);
    await next.commit();
    await next.close();
    await reader.reachEnd();
    expect(seen).toEqual(['d1', 'd2', 'd3']);
    await expect(gateway.takeTurn('associations')).rejects.toMatchObject({ code: 'log-unavailable' });
  });

  it('the records of a key keep their order over many batches', async () => {
    const alarms = await openLogAs('alarms');
    const key = `order-${randomUUID()}`;
    const dataKey = await alarms.sealer.keyFor(key, 'alarms');
    const total = 5_000;
    const appended = await Promise.all(
      Array.from({ length: total }, (_, n) => {
        const origin = { topic: 'alarms', key, writer: 'alarms', boot: alarms.boot, seq: n + 1 } as const;
        return alarms.appender.append(
          'alarms',
          key,
          alarms.sealer.seal(dataKey, origin, contentTypes.alarmEvent, Buffer.from('{}')),
        );
      }),
    );
    for (let n = 1; n < total; n += 1) expect(appended[n]!.offset).toBeGreaterThan(appended[n - 1]!.offset);
    expect(appended[0]!.partition).toBe(partitionOf('alarms', key));
    expect(alarms.appender.pendingBytes()).toBe(0);
    const seqs: number[] = [];
    const reader = await read(alarms, {
      topics: ['alarms'],
      start: 'beginning',
      async onRecords({ topic, records }) {
        for (const record of records) {
          if (record.key === key) seqs.push((await alarms.open({ topic, key, value: record.value! })).origin.seq);
        }
      },
    });
    await reader.caughtUp;
    expect(seqs).toEqual(Array.from({ length: total }, (_, n) => n + 1));
  });

  it('a batch is handed out again if onRecords throws; the next reader of the group continues at the committed offset', async () => {
    const alarms = await openLogAs('alarms');
    const key = `again-${randomUUID()}`;
    const group = `alarms-${randomUUID()}`;
    const value = Buffer.from('opaque');
    let failures = 0;
    const first: string[] = [];
    await alarms.appender.append('alarm-state', key, value);
    const reader = await read(alarms, {
      group,
      topics: ['alarm-state'],
      start: 'committed',
      onRecords({ records }) {
        if (failures < 2) {
          failures += 1;
          throw new Error('not yet');
        }
        for (const record of records) if (record.key === key) first.push(record.offset);
      },
    });
    await until(() => first.length === 1);
    expect(failures).toBe(2);
    await reader.commit([
      { topic: 'alarm-state', partition: partitionOf('alarm-state', key), offset: String(BigInt(first[0]!) + 1n) },
    ]);
    await reader.close();
    await alarms.appender.append('alarm-state', key, value);
    const second: string[] = [];
    await read(alarms, {
      group,
      topics: ['alarm-state'],
      start: 'committed',
      onRecords({ records }) {
        for (const record of records) if (record.key === key) second.push(record.offset);
      },
    });
    await until(() => second.length >= 1);
    expect(second).toEqual([String(BigInt(first[0]!) + 1n)]);
  });

  it('one member of a group gets partition p of every topic, and gets no record before onAssigned resolves', async () => {
    const firstProcess = await openLogAs('alarms');
    const secondProcess = await openLogAs('alarms');
    const group = `alarms-${randomUUID()}`;
    const owned = new Map<string, Map<string, readonly number[]>>();
    let ready = false;
    let early = 0;
    const member = (name: string): Omit<ReaderOptions, 'log'> => ({
      group,
      topics: ['observations', 'commands'],
      start: 'committed',
      copartitioned: true,
      async onAssigned(partitions) {
        ready = false;
        owned.set(name, new Map(partitions));
        await sleep(200);
        ready = true;
        return undefined;
      },
      onRecords() {
        if (!ready) early += 1;
      },
    });
    await read(firstProcess, member('one'));
    await read(secondProcess, member('two'));
    await until(
      () => owned.get('one')?.get('commands')?.length === 6 && owned.get('two')?.get('commands')?.length === 6,
    );
    for (const name of ['one', 'two'])
      expect(owned.get(name)!.get('observations')).toEqual(owned.get(name)!.get('commands'));
    expect(early).toBe(0);
  });

  it('Kafka refuses a record for a topic that the service may not write', async () => {
    const gateway = await openLogAs('gateway');
    const appender = createAppender(gateway.kafka, { log, timeoutMs: 500 });
    opened.push(appender);
    await expect(appender.append('alarms', 'k', Buffer.from('forged'))).rejects.toMatchObject({
      code: 'log-append-failed',
    });
  });

  it('if a batch fails, all records behind it in the lane fail, too', async () => {
    const gateway = await openLogAs('gateway');
    const appender = createAppender(gateway.kafka, { log, timeoutMs: 500, batchBytesMax: 1_000 });
    opened.push(appender);
    const key = `behind-${randomUUID()}`;
    // The access list refuses the first batch until its time-out. The other records wait behind it in the same lane.
    const results = await Promise.allSettled([1, 2, 3, 4].map(() => appender.append('alarms', key, Buffer.alloc(800))));
    expect(results.map((result) => result.status)).toEqual(Array(4).fill('rejected'));
    const reasons = results.map((result) => (result as PromiseRejectedResult).reason as VigilError);
    // All four records have the same error, so only one batch was tried.
    for (const reason of reasons) expect(reason).toBe(reasons[0]);
    expect(appender.stats()).toMatchObject({ failed: 4, pendingBytes: 0, pendingRecords: 0 });
  });

  it('append refuses a record that is too large, exceeds the backlog, or comes after close', async () => {
    const gateway = await openLogAs('gateway');
    const appender = createAppender(gateway.kafka, { log, pendingBytesMax: 1_000, batchBytesMax: 800, lingerMs: 50 });
    await expect(appender.append('rejected', 'k', Buffer.alloc(800))).rejects.toMatchObject({
      code: 'payload-too-large',
    });
    const fits = appender.append('rejected', 'k', Buffer.alloc(600));
    await expect(appender.append('rejected', 'k', Buffer.alloc(600))).rejects.toMatchObject({
      code: 'log-backlog-full',
    });
    await fits;
    await appender.close();
    await expect(appender.append('rejected', 'k', Buffer.alloc(1))).rejects.toMatchObject({ code: 'log-closed' });
    expect(new VigilError('log-append-failed', '').class).toBe('ambiguous');
  });

  it('a reader with `sinceMs` begins at the first record after that time', async () => {
    const alarms = await openLogAs('alarms');
    const key = `since-${randomUUID()}`;
    await alarms.appender.append('alarms', key, Buffer.from('before'));
    await sleep(50);
    const sinceMs = Date.now();
    await sleep(50);
    await alarms.appender.append('alarms', key, Buffer.from('after'));
    const seen: string[] = [];
    const reader = await read(alarms, {
      topics: ['alarms'],
      start: { sinceMs },
      onRecords({ records }) {
        for (const record of records) if (record.key === key) seen.push(record.value!.toString());
      },
    });
    await reader.caughtUp;
    expect(seen).toEqual(['after']);
  });

  it('a reader with `committedOrSinceMs` begins at that time, and its successor at the committed offset', async () => {
    const key = `since-${randomUUID()}`;
    const partition = partitionOf('alarms', key);
    const alarms = await openLogAs('alarms');
    await alarms.appender.append('alarms', key, Buffer.from('before'));
    await sleep(50);
    const sinceMs = Date.now();
    await sleep(50);
    await alarms.appender.append('alarms', key, Buffer.from('after'));
    const group = `alarms-since-${randomUUID()}`;
    async function readUntil(lastValue: string) {
      const seen: { value: string; offset: string }[] = [];
      const reader = await read(alarms, {
        group,
        topics: ['alarms'],
        start: { committedOrSinceMs: sinceMs },
        onRecords({ records }) {
          for (const record of records)
            if (record.key === key) seen.push({ value: record.value!.toString(), offset: record.offset });
        },
      });
      await until(() => seen.some(({ value }) => value === lastValue));
      return { reader, seen };
    }
    const first = await readUntil('after');
    expect(first.seen.map(({ value }) => value)).toEqual(['after']);
    const offset = String(BigInt(first.seen[0]!.offset) + 1n);
    await first.reader.commit([{ topic: 'alarms', partition, offset }]);
    await first.reader.close();
    await alarms.appender.append('alarms', key, Buffer.from('later'));
    const second = await readUntil('later');
    expect(second.seen.map(({ value }) => value)).toEqual(['later']);
  });
});
