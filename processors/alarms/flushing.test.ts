import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import type { PresenceRecord } from '../../contracts/messages/presence.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { forgetTimerFailures, timerFailures } from '../../process/timer-tasks.ts';
import { env, reading, t0 } from '../bed.testing.ts';
import { type CommitRow, createFlushing, signsInRoundMsMax } from './flushing.ts';
import { createOutbox } from './outbox.ts';
import { createOwnership } from './ownership.ts';
import { adult, emptyRestored, key } from './partition.testing.ts';
import { createPartition, type Partition } from './partition.ts';
import type { EngineSnapshot } from './patient-engine.ts';
import type { RestoredPartition } from './restore.ts';
import type { Outgoing } from './screen-record.ts';

const log = pino({ level: 'silent' });
const snapshotMs = 1_000;
const quietSnapshotMs = 60_000;
const restored: RestoredPartition = { ...emptyRestored, publishedTo: 0n, commandsRead: 0n };

beforeEach(() => {
  vi.useFakeTimers({ now: t0 });
});
afterEach(() => {
  vi.useRealTimers();
});

type Written = { readonly topic: KafkaTopic; readonly key: string; readonly body: unknown };

/**
 * Opens the flushing of some partitions. Kafka is a list in memory, and the functions of `kafka` can delay or refuse a
 * write.
 */
async function openFlushing(...given: readonly (number | { readonly snapshotMs: number })[]) {
  const partitions = given.filter((entry) => typeof entry === 'number');
  const roundMs = given.find((entry) => typeof entry === 'object')?.snapshotMs ?? snapshotMs;
  const written: (Written | { readonly commit: readonly CommitRow[] })[] = [];
  const kafka = {
    onCommit: async (_nth: number) => {},
    onSnapshot: async (_associationId: string) => {},
    onEvent: async () => {},
    onSign: (): Promise<void> | undefined => undefined,
    signsAsked: 0,
  };
  let commits = 0;
  const failed: string[] = [];
  const append = async (topic: KafkaTopic, recordKey: string, body: unknown) => {
    if (topic === 'alarm-state') await kafka.onSnapshot(recordKey);
    if (topic === 'alarms') await kafka.onEvent();
    if (topic === 'presence') {
      kafka.signsAsked += 1;
      const answer = kafka.onSign();
      if (answer) await answer;
    }
    written.push({ topic, key: recordKey, body });
    return { topic, partition: 0, offset: BigInt(written.length) };
  };
  const ownership = createOwnership({
    restore: async (wanted) => new Map(wanted.map((p) => [p, restored])),
    open(from) {
      const outbox = createOutbox<Outgoing>({
        append: (record) => append('alarms', record.key, record.body),
        start: from.publishedTo,
        log,
      });
      const partition = createPartition({
        env,
        restored: from,
        findAssociation: () => adult,
        emit: (event) => outbox.put({ key, contentType: contentTypes.alarmEvent, body: event }),
        publish: () => {},
        counters: { skipped: 0, restored: 0, tombstones: 0, realigned: 0, replayed: 0 },
        mayJudge: () => true,
        nowMs: Date.now(),
      });
      return { partition, outbox };
    },
    canaries: { setPartitions: () => {} },
    onTakenOver: () => {},
    now: Date.now,
  });
  const flushing = createFlushing({
    ownership,
    askKafka: (task) => task(),
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
    canaries: { report: () => ({ judged: [{ partition: 3, receivedAt: '2026-03-01T10:00:00.000Z' }] }) },
    snapshotMs: roundMs,
    quietSnapshotMs,
    now: Date.now,
    onFailed: ({ associationId, task }) => failed.push(`${task} ${associationId}`),
    log,
  });
  const snapshots = () =>
    written.flatMap((entry) => ('topic' in entry && entry.topic === 'alarm-state' ? [entry] : []));
  await ownership.takeOver(new Map([['observations', partitions]]));
  return {
    ownership,
    flushing,
    kafka,
    failed,
    partition: (p: number): Partition => ownership.owners().get(p)!.partition,
    /** Returns the writes to Kafka in order: the topic of a record, or "commit" with the offsets of readings. */
    writeOrder: () =>
      written.map((entry) =>
        'commit' in entry
          ? `commit ${entry.commit.filter(({ topic }) => topic === 'observations').map(({ offset }) => offset)}`
          : entry.topic,
      ),
    snapshots,
    signs: () =>
      written.flatMap((entry) =>
        'topic' in entry && entry.topic === 'presence' ? [entry.body as PresenceRecord] : [],
      ),
    /** Returns the offset in `alarms` that each snapshot names. A restore reads the events from this offset. */
    eventsBefore: () => snapshots().map(({ body }) => (body as { engine: EngineSnapshot }).engine.told),
  };
}

/** Adds a reading for each second. A heart rate of 180 raises an alarm. */
function addReadings(partition: Partition, seconds: number, HR: number): void {
  const from = Number(partition.position().observations);
  for (let s = from; s < from + seconds; s++) {
    const input = reading(s, { HR });
    partition.addReading(key, BigInt(s), input.receivedAt, input, input.receivedAt, Date.now());
  }
}
const runRound = () => vi.advanceTimersByTimeAsync(snapshotMs);

describe('a round', () => {
  it('a snapshot that is too large for a record is left out, and the offsets, the other snapshots and the signs of life go on', async () => {
    const { flushing, partition, kafka, failed, snapshots, signs } = await openFlushing(3, 5);
    kafka.onSnapshot = async (associationId) => {
      if (associationId === key) throw new VigilError('payload-too-large', 'too large');
    };
    flushing.start();
    addReadings(partition(3), 20, 180);
    const input = reading(0, { HR: 180 });
    partition(5).addReading('other', 0n, input.receivedAt, input, input.receivedAt, Date.now());
    for (let round = 0; round < 5; round += 1) await runRound();
    expect(failed).toEqual([`snapshot ${key}`]);
    expect(snapshots().map(({ key }) => key)).toEqual(['other']);
    expect(signs().length).toBeGreaterThan(3);
    expect(flushing.counts()).toEqual({ snapshots: 1, flushesRefused: 0 });
    await flushing.close();
  });

  it('if the code fails about a round, the process goes on without a sign of life, and the next round saves all', async () => {
    forgetTimerFailures();
    const { flushing, ownership, partition, snapshots, signs, writeOrder } = await openFlushing(3, 5);
    flushing.start();
    addReadings(partition(3), 20, 180);
    const failing = partition(5) as { flush: Partition['flush'] };
    const { flush } = failing;
    failing.flush = () => {
      throw new TypeError('a fault of the code');
    };
    for (let round = 0; round < 4; round += 1) await runRound();
    expect(signs()).toEqual([]);
    expect(snapshots()).toEqual([]);
    expect(timerFailures().get('snapshots')).toBeGreaterThan(1);
    failing.flush = flush;
    for (let round = 0; round < 3; round += 1) await runRound();
    expect(snapshots().map(({ key }) => key)).toContain(key);
    expect(writeOrder()).toContain('commit 20,0');
    expect(signs().length).toBeGreaterThan(0);
    await flushing.close();
    ownership.releaseAll();
  });

  it('a round commits the last offsets again, and then writes the sign of life, snapshots and new offsets', async () => {
    const { flushing, partition, writeOrder } = await openFlushing(3);
    flushing.start();
    addReadings(partition(3), 20, 180);
    await runRound();
    const events = writeOrder().filter((entry) => entry === 'alarms');
    expect(events.length).toBeGreaterThan(0);
    expect(writeOrder().filter((entry) => entry !== 'alarms')).toEqual([
      'commit 0',
      'presence',
      'canary',
      'alarm-state',
      'commit 20',
    ]);
    expect(writeOrder().lastIndexOf('alarms')).toBeLessThan(writeOrder().indexOf('alarm-state'));
    expect(flushing.counts()).toEqual({ snapshots: 1, flushesRefused: 0 });
  });

  it('the first commit of a round repeats the last commit of the previous round', async () => {
    const { flushing, partition, writeOrder } = await openFlushing(3);
    flushing.start();
    addReadings(partition(3), 20, 180);
    await runRound();
    await runRound();
    expect(writeOrder().filter((entry) => entry.startsWith('commit'))).toEqual([
      'commit 0',
      'commit 20',
      'commit 20',
      'commit 20',
    ]);
  });

  it('a round writes a snapshot only when the log has all events that the snapshot includes', async () => {
    const { flushing, kafka, partition, writeOrder } = await openFlushing(3);
    const answer = Promise.withResolvers<void>();
    kafka.onEvent = () => answer.promise;
    flushing.start();
    addReadings(partition(3), 20, 180);
    await runRound();
    await runRound();
    expect(writeOrder()).toEqual(['commit 0']);
    answer.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(writeOrder()).toContain('alarm-state');
  });

  it('a snapshot names the offset in `alarms` from which a restore reads the events', async () => {
    const { flushing, ownership, kafka, partition, eventsBefore } = await openFlushing(3);
    flushing.start();
    addReadings(partition(3), 20, 180);
    await vi.advanceTimersByTimeAsync(0);
    const end = ownership.owners().get(3)!.outbox.nextOffset();
    expect(end).toBeGreaterThan(0n);
    kafka.onSnapshot = () => Promise.reject(new Error('not now'));
    await runRound();
    kafka.onSnapshot = async () => {};
    await runRound();
    addReadings(partition(3), 60, 80);
    await runRound();
    expect(eventsBefore()).toEqual(['0', String(end)]);
  });

  it('a round writes nothing and commits nothing if no partition is owned', async () => {
    const { flushing, ownership, writeOrder } = await openFlushing(3);
    flushing.start();
    ownership.releaseAll();
    await runRound();
    expect(writeOrder()).toEqual([]);
    expect(flushing.counts()).toEqual({ snapshots: 0, flushesRefused: 0 });
  });

  it('a round writes no snapshot if the partitions are released during its first commit', async () => {
    const { flushing, ownership, kafka, partition, writeOrder } = await openFlushing(3);
    addReadings(partition(3), 20, 180);
    await vi.advanceTimersByTimeAsync(0);
    kafka.onCommit = async () => ownership.releaseAll();
    flushing.start();
    await runRound();
    expect(writeOrder().filter((entry) => entry !== 'alarms')).toEqual(['commit 0']);
    expect(flushing.counts()).toEqual({ snapshots: 0, flushesRefused: 1 });
  });

  it('a round commits no new offsets if the partitions are released during its snapshots', async () => {
    const { flushing, ownership, kafka, partition, writeOrder } = await openFlushing(3);
    addReadings(partition(3), 20, 180);
    kafka.onSnapshot = async () => ownership.releaseAll();
    flushing.start();
    await runRound();
    expect(writeOrder().filter((entry) => entry.startsWith('commit'))).toEqual(['commit 0']);
  });

  it.each([
    ['the first', 1, 0, []],
    ['the last', 2, 1, ['commit 0', 'presence', 'canary', 'alarm-state']],
  ])(
    'the next round writes the same snapshots and offsets if Kafka refuses %s commit of a round',
    async (_name, refused, snapshotsBefore, writtenBefore) => {
      const { flushing, kafka, partition, writeOrder, snapshots } = await openFlushing(3);
      kafka.onCommit = async (nth) => {
        if (nth === refused) throw new Error('not the owner');
      };
      flushing.start();
      addReadings(partition(3), 20, 180);
      await runRound();
      expect(writeOrder().filter((entry) => entry !== 'alarms')).toEqual(writtenBefore);
      expect(snapshots()).toHaveLength(snapshotsBefore);
      expect(flushing.counts().flushesRefused).toBe(1);
      await runRound();
      expect(snapshots()).toHaveLength(snapshotsBefore + 1);
      expect(writeOrder().slice(-5)).toEqual(['commit 0', 'alarm-state', 'commit 20', 'presence', 'canary']);
    },
  );

  it('the next round writes a snapshot that Kafka refused', async () => {
    const { flushing, kafka, partition, snapshots } = await openFlushing(3);
    kafka.onSnapshot = () => Promise.reject(new Error('not now'));
    flushing.start();
    addReadings(partition(3), 20, 180);
    await runRound();
    expect(snapshots()).toEqual([]);
    kafka.onSnapshot = async () => {};
    await runRound();
    expect(snapshots()).toHaveLength(1);
  });
});

describe('the sign of life', () => {
  const signTimes = (signs: readonly { readonly at: string }[]) => signs.map(({ at }) => Date.parse(at) - t0);

  it('a sign of life comes each second, also between the rounds, and names the judged partitions', async () => {
    const { flushing, signs, writeOrder } = await openFlushing({ snapshotMs: 3_000 }, 3, 5);
    flushing.start();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(signTimes(signs())).toEqual([1_000, 2_000, 3_000, 4_000, 5_000, 6_000]);
    expect(signs()[0]).toMatchObject({ wards: [], judges: [3, 5] });
    // Each sign needs one commit, and each round needs one more commit at its end.
    expect(writeOrder().filter((entry) => entry.startsWith('commit'))).toHaveLength(8);
  });

  it.each([
    [
      'Kafka refuses the commit, because another process owns the partitions',
      () => Promise.reject(new Error('fenced')),
    ],
    ['Kafka does not answer the commit', () => new Promise<void>(() => {})],
  ])('no sign of life comes while %s', async (_name, onCommit) => {
    const { flushing, kafka, signs } = await openFlushing({ snapshotMs: 3_000 }, 3);
    kafka.onCommit = onCommit;
    flushing.start();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(signs()).toEqual([]);
  });

  it('no sign of life comes while an earlier event is not in the log', async () => {
    const { flushing, kafka, partition, signs } = await openFlushing({ snapshotMs: 60_000 }, 3);
    const answer = Promise.withResolvers<void>();
    kafka.onEvent = () => answer.promise;
    addReadings(partition(3), 20, 180);
    flushing.start();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(signs()).toEqual([]);
    answer.resolve();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(signs()).toHaveLength(2);
  });

  it('after a round that failed, no sign of life comes until a round succeeds', async () => {
    const { flushing, kafka, partition, signs } = await openFlushing({ snapshotMs: 2_000 }, 3);
    kafka.onSnapshot = () => Promise.reject(new Error('not now'));
    addReadings(partition(3), 20, 180);
    flushing.start();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(signTimes(signs())).toEqual([1_000, 2_000]);
    kafka.onSnapshot = async () => {};
    await vi.advanceTimersByTimeAsync(1_000);
    expect(signTimes(signs())).toEqual([1_000, 2_000, 7_000]);
  });

  it('a sign of life comes each second during a round whose snapshots take 10 s, if alarm events still reach the log', async () => {
    const { flushing, kafka, partition, signs } = await openFlushing({ snapshotMs: 3_000 }, 3, 5);
    kafka.onSnapshot = () => new Promise((done) => setTimeout(done, 10_000));
    addReadings(partition(3), 20, 180);
    flushing.start();
    await vi.advanceTimersByTimeAsync(12_000);
    addReadings(partition(5), 20, 180);
    await vi.advanceTimersByTimeAsync(12_000);
    const times = [0, ...signTimes(signs())];
    const gapsMs = times.slice(1).map((atMs, index) => atMs - times[index]!);
    expect(Math.max(...gapsMs)).toBeLessThanOrEqual(1_250);
    expect(times.at(-1)).toBeGreaterThan(22_000);
  });

  it('no sign of life comes during a round while an earlier event is not in the log', async () => {
    const { flushing, kafka, partition, signs } = await openFlushing({ snapshotMs: 2_000 }, 3);
    kafka.onSnapshot = () => new Promise((done) => setTimeout(done, 20_000));
    addReadings(partition(3), 20, 180);
    flushing.start();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(signTimes(signs())).toEqual([1_000, 2_000, 3_000, 4_000]);
    kafka.onEvent = () => new Promise(() => {});
    addReadings(partition(3), 60, 80);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(signs()).toHaveLength(4);
  });

  it('no sign of life comes during a round while Kafka refuses the commit, because another process owns the partitions', async () => {
    const { flushing, kafka, partition, signs } = await openFlushing({ snapshotMs: 2_000 }, 3);
    kafka.onSnapshot = () => new Promise((done) => setTimeout(done, 20_000));
    addReadings(partition(3), 20, 180);
    flushing.start();
    await vi.advanceTimersByTimeAsync(4_000);
    kafka.onCommit = () => Promise.reject(new Error('fenced'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(signs()).toHaveLength(4);
  });

  it('no more signs of life come when a round lasts so long that the processor counts as stuck', async () => {
    const { flushing, kafka, partition, signs } = await openFlushing({ snapshotMs: 2_000 }, 3);
    kafka.onSnapshot = () => new Promise(() => {});
    addReadings(partition(3), 20, 180);
    flushing.start();
    await vi.advanceTimersByTimeAsync(4 * signsInRoundMsMax);
    expect(signTimes(signs()).at(-1)).toBe(2_000 + signsInRoundMsMax);
  });

  it('a sign of life at the end of a round does not commit old offsets after new offsets', async () => {
    const { flushing, kafka, partition, writeOrder } = await openFlushing({ snapshotMs: 2_000 }, 3);
    kafka.onSnapshot = () => new Promise((done) => setTimeout(done, 1_500));
    addReadings(partition(3), 20, 180);
    flushing.start();
    await vi.advanceTimersByTimeAsync(2_500);
    // The commit of the sign during the round takes longer than the rest of the round.
    kafka.onCommit = () => new Promise((done) => setTimeout(done, 3_000));
    await vi.advanceTimersByTimeAsync(6_500);
    const commits = writeOrder().filter((entry) => entry.startsWith('commit'));
    expect(commits.slice(0, 4)).toEqual(['commit 0', 'commit 0', 'commit 0', 'commit 20']);
    expect(commits.slice(4)).not.toContain('commit 0');
  });

  it('no sign of life comes while no partition is owned, or if the partitions are released during the commit', async () => {
    const { flushing, ownership, kafka, signs } = await openFlushing({ snapshotMs: 60_000 }, 3);
    kafka.onCommit = async () => ownership.releaseAll();
    flushing.start();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(signs()).toEqual([]);
  });

  it('no second sign of life is written while Kafka has not answered the first sign', async () => {
    const { flushing, kafka, signs } = await openFlushing({ snapshotMs: 60_000 }, 3);
    const answer = Promise.withResolvers<void>();
    kafka.onSign = () => answer.promise;
    flushing.start();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(kafka.signsAsked).toBe(1);
    answer.resolve();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(signs()).toHaveLength(2);
  });
});

describe('quiet partitions', () => {
  it('one partition writes its snapshots before its quiet time ends if no snapshot was written for more than 4 s', async () => {
    const { flushing, partition, snapshots } = await openFlushing(3, 5);
    flushing.start();
    addReadings(partition(3), 2, 80);
    addReadings(partition(5), 2, 80);
    const written: number[] = [];
    for (let second = 1; second <= 10; second++) {
      await runRound();
      written.push(snapshots().length);
    }
    expect(written).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1, 2]);
  });
});

describe('close', () => {
  it('close() waits for the present round, and then runs a last round without a sign of life', async () => {
    const { flushing, kafka, partition, writeOrder } = await openFlushing(3);
    const answer = Promise.withResolvers<void>();
    kafka.onCommit = (nth) => (nth === 1 ? answer.promise : Promise.resolve());
    flushing.start();
    addReadings(partition(3), 20, 180);
    await runRound();
    addReadings(partition(3), 5, 80);
    const closed = flushing.close();
    answer.resolve();
    await closed;
    expect(writeOrder().filter((entry) => entry !== 'alarms')).toEqual([
      'commit 0',
      'alarm-state',
      'commit 20',
      'commit 20',
      'alarm-state',
      'commit 25',
    ]);
    const after = writeOrder();
    await vi.advanceTimersByTimeAsync(10 * snapshotMs);
    expect(writeOrder()).toEqual(after);
  });
});
