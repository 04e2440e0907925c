import type { Kafka } from 'kafkajs';
import pino from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { createReader, type ReaderOptions } from './reader.ts';

const topic = 'observations';
const runPendingTasks = async () => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((done) => setImmediate(done));
};

/**
 * Creates a stand-in for the client of kafkajs. A test sends its events and batches by hand. `high` is the end of the
 * only partition.
 */
function fakeKafka(high: number) {
  const listeners = new Map<string, (event: object) => void>();
  let eachBatch: (payload: object) => Promise<void> = async () => {};
  const names = ['GROUP_JOIN', 'END_BATCH_PROCESS', 'REBALANCING', 'CRASH', 'COMMIT_OFFSETS'];
  const commitHandler = { commit: async () => emit('COMMIT_OFFSETS', {}) };
  const consumer = {
    events: Object.fromEntries(names.map((name) => [name, name])),
    on: (name: string, listener: (event: object) => void) => void listeners.set(name, listener),
    async run(options: { eachBatch: typeof eachBatch }) {
      eachBatch = options.eachBatch;
    },
    connect: async () => {},
    subscribe: async () => {},
    disconnect: async () => {},
    seek: () => {},
    commitOffsets: () => commitHandler.commit(),
  };
  const admin = {
    connect: async () => {},
    disconnect: async () => {},
    fetchTopicOffsets: async () => [{ partition: 0, low: '0', high: String(high) }],
    fetchOffsets: async () => [],
  };
  const emit = (name: string, payload: object) => listeners.get(name)!({ payload });
  return {
    kafka: { consumer: () => consumer, admin: () => admin } as unknown as Kafka,
    join: () => emit('GROUP_JOIN', { memberAssignment: { [topic]: [0] } }),
    /**
     * Sends a batch with these records. `last` is the last offset of the batch, which may be a marker or a damaged
     * record.
     */
    batch: (offsets: readonly number[], last: number, heartbeat = async () => {}) => {
      const messages = offsets.map((offset) => ({ offset: String(offset), key: null, value: null, timestamp: '0' }));
      const batch = { topic, partition: 0, messages, highWatermark: String(high), lastOffset: () => String(last) };
      return eachBatch({
        batch,
        resolveOffset() {},
        heartbeat,
        isRunning: () => true,
        isStale: () => false,
      });
    },
    /** Sends a batch without records. */
    empty: (last: number) => emit('END_BATCH_PROCESS', { topic, partition: 0, batchSize: 0, lastOffset: String(last) }),
    /** Replaces the handling of commits. By default Kafka accepts them. */
    onCommit: (commit: () => Promise<void>) => {
      commitHandler.commit = commit;
    },
    commitAccepted: () => emit('COMMIT_OFFSETS', {}),
  };
}

const options = (): Pick<ReaderOptions, 'group' | 'topics' | 'start' | 'log' | 'onAssigned'> => ({
  ...{ group: 'alarms', topics: [topic], start: 'committed', log: pino({ level: 'silent' }) },
  onAssigned: async () => new Map([[`${topic}/0`, '0']]),
});

it.each([true, false])(
  'the reader reports its position, even after markers and damaged records (reads ahead: %s)',
  async (ahead) => {
    const { kafka, join, batch, empty } = fakeKafka(6);
    const seen: string[] = [];
    const reader = await createReader(kafka, {
      ...options(),
      readsAhead: ahead,
      onRecords: ({ records }) => void seen.push(...records.map(({ offset }) => `record ${offset}`)),
      onReached: (_topic, _partition, next) => void seen.push(`before ${next}`),
    });
    join();
    await batch([0, 1], 1);
    await batch([2], 3);
    empty(5);
    await runPendingTasks();
    expect(seen).toEqual(['record 0', 'record 1', 'before 2', 'record 2', 'before 4', 'before 6']);
    await reader.caughtUp;
    await reader.close();
  },
);

it.each([true, false])(
  'if the code fails when it is called for a reached offset, the next records are handed out (reads ahead: %s)',
  async (ahead) => {
    const { kafka, join, batch } = fakeKafka(4);
    const seen: string[] = [];
    const reader = await createReader(kafka, {
      ...options(),
      readsAhead: ahead,
      onRecords: ({ records }) => void seen.push(...records.map(({ offset }) => `record ${offset}`)),
      onReached() {
        throw new TypeError('a fault of the code');
      },
    });
    join();
    await batch([0, 1], 1);
    await batch([2], 3);
    await runPendingTasks();
    expect(seen).toEqual(['record 0', 'record 1', 'record 2']);
    await reader.caughtUp;
    await reader.close();
  },
);

it('a failure of the heartbeat during a batch is logged once, and kafkajs gets it after the batch', async () => {
  vi.useFakeTimers();
  const lines: string[] = [];
  const { kafka, join, batch } = fakeKafka(4);
  const { promise: judged, resolve: judge } = Promise.withResolvers<void>();
  const log = pino({}, { write: (line: string) => lines.push(line) });
  const reader = await createReader(kafka, { ...options(), log, onRecords: () => judged });
  join();
  const handled = batch([0, 1], 1, async () => {
    throw new Error('no answer');
  });
  const outcome = expect(handled).rejects.toThrow('no answer');
  await vi.advanceTimersByTimeAsync(3_500);
  judge();
  await outcome;
  expect(lines.filter((line) => line.includes('the heartbeat of the Kafka group failed'))).toHaveLength(1);
  vi.useRealTimers();
  await reader.close();
});

it('the reader drops waiting records at a rebalance, and does not report their offsets as reached', async () => {
  const { kafka, join, batch } = fakeKafka(4);
  const seen: string[] = [];
  const { promise: judged, resolve: judge } = Promise.withResolvers<void>();
  const reader = await createReader(kafka, {
    ...options(),
    readsAhead: true,
    onRecords: async ({ records }) => {
      seen.push(...records.map(({ offset }) => `record ${offset}`));
      await judged;
    },
    onReached: (_topic, _partition, next) => void seen.push(`before ${next}`),
  });
  join();
  await batch([0, 1], 1);
  await batch([2, 3], 3);
  await runPendingTasks();
  join();
  judge();
  await runPendingTasks();
  expect(seen).toEqual(['record 0', 'record 1']);
  await batch([0, 1], 1);
  await batch([2, 3], 3);
  await runPendingTasks();
  expect(seen.slice(2)).toEqual(['record 0', 'record 1', 'before 2', 'record 2', 'record 3', 'before 4']);
  await reader.close();
});

describe('commit', () => {
  const rows = [{ topic, partition: 0, offset: '3' }] as const;

  it('commit resolves if Kafka accepts the offsets', async () => {
    const { kafka, join } = fakeKafka(6);
    const reader = await createReader(kafka, { ...options(), onRecords() {} });
    join();
    await expect(reader.commit(rows)).resolves.toBeUndefined();
    await reader.close();
  });

  it('commit rejects if kafkajs reports no error but sent nothing, because its consumer is restarting', async () => {
    const { kafka, join, onCommit } = fakeKafka(6);
    const reader = await createReader(kafka, { ...options(), onRecords() {} });
    join();
    onCommit(async () => {});
    await expect(reader.commit(rows)).rejects.toMatchObject({ code: 'log-unavailable' });
    await reader.close();
  });

  it('commit rejects if there was another assignment during the call', async () => {
    const { kafka, join, onCommit, commitAccepted } = fakeKafka(6);
    const reader = await createReader(kafka, { ...options(), onRecords() {} });
    join();
    onCommit(async () => {
      join();
      commitAccepted();
    });
    await expect(reader.commit(rows)).rejects.toMatchObject({ code: 'log-unavailable' });
    await reader.close();
  });
});
