import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { env, reading, t0 } from '../bed.testing.ts';
import { type CommitRow, createFlushing } from './flushing.ts';
import type { EngineSnapshot } from './held.ts';
import { createOutbox } from './outbox.ts';
import { createOwnership } from './ownership.ts';
import { adult, key, nothing } from './partition.testing.ts';
import { createPartition, type Partition } from './partition.ts';
import type { Outgoing } from './published.ts';
import type { RestoredPartition } from './restore.ts';

const log = pino({ level: 'silent' });
const snapshotMs = 1_000;
const quietSnapshotMs = 60_000;
const restored: RestoredPartition = { ...nothing, toldTo: 0n, commandsRead: 0n };

beforeEach(() => {
  vi.useFakeTimers({ now: t0 });
});
afterEach(() => {
  vi.useRealTimers();
});

type Written = { readonly topic: KafkaTopic; readonly key: string; readonly body: unknown };

/** An owner of some partitions, and the rounds over them. Kafka is a list; `kafka` says what it refuses. */
async function openFlushing(...partitions: number[]) {
  const written: (Written | { readonly commit: readonly CommitRow[] })[] = [];
  const kafka = {
    onCommit: async (_nth: number) => {},
    onSnapshot: async () => {},
    onEvent: async () => {},
  };
  let commits = 0;
  const append = async (topic: KafkaTopic, recordKey: string, body: unknown) => {
    if (topic === 'alarm-state') await kafka.onSnapshot();
    if (topic === 'alarms') await kafka.onEvent();
    written.push({ topic, key: recordKey, body });
    return { topic, partition: 0, offset: BigInt(written.length) };
  };
  const ownership = createOwnership({
    restore: async (wanted) => new Map(wanted.map((p) => [p, restored])),
    open(from) {
      const outbox = createOutbox<Outgoing>({
        append: (record) => append('alarms', record.key, record.body),
        start: from.toldTo,
        log,
      });
      const partition = createPartition({
        env,
        restored: from,
        associationAt: () => adult,
        emit: (event) => outbox.put({ key, contentType: contentTypes.alarmEvent, body: event }),
        publish: () => {},
        counters: { skipped: 0, restored: 0, tombstones: 0, realigned: 0, replayed: 0 },
        mayJudge: () => true,
        nowMs: Date.now(),
      });
      return { partition, outbox };
    },
    canaries: { own: () => {} },
    onTaken: () => {},
    now: Date.now,
  });
  const flushing = createFlushing({
    ownership,
    ask: (task) => task(),
    async commit(rows) {
      commits += 1;
      await kafka.onCommit(commits);
      written.push({ commit: rows });
    },
    sealedLog: {
      boot: 'boot-1',
      append: (topic, recordKey, _contentType, body) => append(topic, recordKey, body),
      appender: { append: (topic, recordKey, value) => append(topic, recordKey, value) },
    } as Parameters<typeof createFlushing>[0]['sealedLog'],
    canaries: { sight: () => ({ judged: [{ partition: 3, receivedAt: '2026-03-01T10:00:00.000Z' }] }) },
    snapshotMs,
    quietSnapshotMs,
    now: Date.now,
    log,
  });
  const snapshots = () =>
    written.flatMap((entry) => ('topic' in entry && entry.topic === 'alarm-state' ? [entry] : []));
  await ownership.takeOver(new Map([['observations', partitions]]));
  return {
    ownership,
    flushing,
    kafka,
    partition: (p: number): Partition => ownership.owners().get(p)!.partition,
    /** What Kafka got, in its order: topics, and commits with the offset of readings. */
    order: () =>
      written.map((entry) =>
        'commit' in entry
          ? `commit ${entry.commit.filter(({ topic }) => topic === 'observations').map(({ offset }) => offset)}`
          : entry.topic,
      ),
    snapshots,
    /** Of each snapshot in its order: events before this offset are in the snapshots before it. */
    eventsBefore: () => snapshots().map(({ body }) => (body as { engine: EngineSnapshot }).engine.told),
  };
}

/** Readings of so many seconds; at 180 the heart rate raises an alarm. */
function read(partition: Partition, seconds: number, HR: number): void {
  const from = Number(partition.position().observations);
  for (let s = from; s < from + seconds; s++) {
    const input = reading(s, { HR });
    partition.observation(key, BigInt(s), input.receivedAt, input, input.receivedAt, Date.now());
  }
}
const round = () => vi.advanceTimersByTimeAsync(snapshotMs);

describe('a round', () => {
  it('commits again, then writes events, snapshots, offsets and the sign of life, in this order', async () => {
    const { flushing, partition, order } = await openFlushing(3);
    flushing.start();
    read(partition(3), 20, 180);
    await round();
    const events = order().filter((entry) => entry === 'alarms');
    expect(events.length).toBeGreaterThan(0);
    expect(order().filter((entry) => entry !== 'alarms')).toEqual([
      'commit 0',
      'alarm-state',
      'commit 20',
      'presence',
      'canary',
    ]);
    expect(order().lastIndexOf('alarms')).toBeLessThan(order().indexOf('alarm-state'));
    expect(flushing.counts()).toEqual({ snapshots: 1, flushesRefused: 0 });
  });

  it('commits first what the round before it committed', async () => {
    const { flushing, partition, order } = await openFlushing(3);
    flushing.start();
    read(partition(3), 20, 180);
    await round();
    await round();
    expect(order().filter((entry) => entry.startsWith('commit'))).toEqual([
      'commit 0',
      'commit 20',
      'commit 20',
      'commit 20',
    ]);
  });

  it('writes no snapshot before the events that it includes are in the log', async () => {
    const { flushing, kafka, partition, order } = await openFlushing(3);
    const taken = Promise.withResolvers<void>();
    kafka.onEvent = () => taken.promise;
    flushing.start();
    read(partition(3), 20, 180);
    await round();
    await round();
    expect(order()).toEqual(['commit 0']);
    taken.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(order()).toContain('alarm-state');
  });

  it('says in a snapshot where the events began that the snapshots before it do not include', async () => {
    const { flushing, ownership, kafka, partition, eventsBefore } = await openFlushing(3);
    flushing.start();
    read(partition(3), 20, 180);
    await vi.advanceTimersByTimeAsync(0);
    const end = ownership.owners().get(3)!.outbox.next();
    expect(end).toBeGreaterThan(0n);
    kafka.onSnapshot = () => Promise.reject(new Error('not now'));
    await round();
    kafka.onSnapshot = async () => {};
    await round();
    read(partition(3), 60, 80);
    await round();
    expect(eventsBefore()).toEqual(['0', String(end)]);
  });

  it('writes nothing and asks nothing where no partition is owned', async () => {
    const { flushing, ownership, order } = await openFlushing(3);
    flushing.start();
    ownership.letGo();
    await round();
    expect(order()).toEqual([]);
    expect(flushing.counts()).toEqual({ snapshots: 0, flushesRefused: 0 });
  });

  it('writes nothing more where the partitions are let go while Kafka is asked whose they are', async () => {
    const { flushing, ownership, kafka, partition, order } = await openFlushing(3);
    read(partition(3), 20, 180);
    await vi.advanceTimersByTimeAsync(0);
    kafka.onCommit = async () => ownership.letGo();
    flushing.start();
    await round();
    expect(order().filter((entry) => entry !== 'alarms')).toEqual(['commit 0']);
    expect(flushing.counts()).toEqual({ snapshots: 0, flushesRefused: 1 });
  });

  it('commits no offsets and gives no sign of life where the partitions are let go while snapshots are written', async () => {
    const { flushing, ownership, kafka, partition, order } = await openFlushing(3);
    read(partition(3), 20, 180);
    kafka.onSnapshot = async () => ownership.letGo();
    flushing.start();
    await round();
    expect(order().filter((entry) => entry !== 'alarms')).toEqual(['commit 0', 'alarm-state']);
  });

  it.each([
    ['the first', 1, 0],
    ['the last', 2, 1],
  ])(
    'takes nothing as written where Kafka refuses %s commit: the next round writes it, from the same place',
    async (_name, refused, snapshotsBefore) => {
      const { flushing, kafka, partition, order, snapshots } = await openFlushing(3);
      kafka.onCommit = async (nth) => {
        if (nth === refused) throw new Error('not the owner');
      };
      flushing.start();
      read(partition(3), 20, 180);
      await round();
      expect([snapshots().length, order().includes('presence')]).toEqual([snapshotsBefore, false]);
      expect(flushing.counts().flushesRefused).toBe(1);
      await round();
      expect(snapshots()).toHaveLength(snapshotsBefore + 1);
      expect(order().slice(-5)).toEqual(['commit 0', 'alarm-state', 'commit 20', 'presence', 'canary']);
    },
  );

  it('takes nothing as written where Kafka refuses a snapshot', async () => {
    const { flushing, kafka, partition, order, snapshots } = await openFlushing(3);
    kafka.onSnapshot = () => Promise.reject(new Error('not now'));
    flushing.start();
    read(partition(3), 20, 180);
    await round();
    expect(order().filter((entry) => entry !== 'alarms')).toEqual(['commit 0']);
    kafka.onSnapshot = async () => {};
    await round();
    expect(snapshots()).toHaveLength(1);
  });
});

describe('while only readings come', () => {
  it('writes one partition before its quiet time is over, each time that nothing was written for more than 4 s', async () => {
    const { flushing, partition, snapshots } = await openFlushing(3, 5);
    flushing.start();
    read(partition(3), 2, 80);
    read(partition(5), 2, 80);
    const found: number[] = [];
    for (let second = 1; second <= 10; second++) {
      await round();
      found.push(snapshots().length);
    }
    expect(found).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1, 2]);
  });
});

describe('the end', () => {
  it('waits for the round that is under way and writes a last one, without a sign of life', async () => {
    const { flushing, kafka, partition, order } = await openFlushing(3);
    const answer = Promise.withResolvers<void>();
    kafka.onCommit = (nth) => (nth === 1 ? answer.promise : Promise.resolve());
    flushing.start();
    read(partition(3), 20, 180);
    await round();
    read(partition(3), 5, 80);
    const closed = flushing.close();
    answer.resolve();
    await closed;
    expect(order().filter((entry) => entry !== 'alarms')).toEqual([
      'commit 0',
      'alarm-state',
      'commit 20',
      'commit 20',
      'alarm-state',
      'commit 25',
    ]);
    const after = order();
    await vi.advanceTimersByTimeAsync(10 * snapshotMs);
    expect(order()).toEqual(after);
  });
});
