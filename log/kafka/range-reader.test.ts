import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { openRangeReader } from './range-reader.ts';

/** Creates a stand-in for kafkajs. `deliver` gives a batch to the reader, and then reports that the batch is done. */
function playKafka() {
  const handlers = new Map<string, (event: unknown) => void>();
  let eachBatch: (payload: EachBatchPayload) => Promise<void> = async () => {};
  const consumer = {
    events: { GROUP_JOIN: 'join', END_BATCH_PROCESS: 'end' },
    on: (name: string, handler: (event: unknown) => void) => handlers.set(name, handler),
    async run(options: { readonly eachBatch: typeof eachBatch }) {
      eachBatch = options.eachBatch;
      handlers.get('join')?.({});
    },
    ...{ connect: async () => {}, subscribe: async () => {}, disconnect: async () => {} },
    ...{ pause() {}, resume() {}, seek() {} },
  } as unknown as Consumer;
  const admin = { connect: async () => {}, disconnect: async () => {} };
  return {
    kafka: { consumer: () => consumer, admin: () => admin } as unknown as Kafka,
    async deliver(from: number, to: number): Promise<void> {
      const messages = Array.from({ length: to - from }, (_, n) => ({
        ...{ offset: String(from + n), key: Buffer.from('a'), value: Buffer.from('v'), timestamp: '0' },
      }));
      const lastOffset = String(to - 1);
      await eachBatch({
        batch: { partition: 0, messages, lastOffset: () => lastOffset },
        ...{ resolveOffset() {}, heartbeat: async () => {}, isStale: () => false },
      } as unknown as EachBatchPayload);
      handlers.get('end')?.({ payload: { partition: 0, lastOffset } });
    },
    /** Reports that a batch without records is done. */
    skip: (to: number) => handlers.get('end')?.({ payload: { partition: 0, lastOffset: String(to - 1) } }),
  };
}

async function openReader() {
  const played = playKafka();
  const log = pino({ enabled: false });
  return { ...played, reader: await openRangeReader(played.kafka, { group: 'g', topic: 'waveforms', log }) };
}

const rangeOf = (from: number, to: number) => ({ partition: 0, from: BigInt(from), to: BigInt(to) });
const never = new AbortController().signal;

it('if a batch of an earlier read ends late, the next read still gets all its records', async () => {
  const { reader, deliver } = await openReader();
  const { promise: isOpened, resolve: setOpened } = Promise.withResolvers<boolean>();
  const closed = new AbortController();
  const first = reader.read(rangeOf(100, 200), () => isOpened, closed.signal);
  // The page is closed while the server still opens the records of this batch.
  const lateBatch = deliver(100, 150);
  closed.abort(new Error('closed'));
  await expect(first).rejects.toThrow('closed');
  const offsets: string[] = [];
  const second = reader.read(
    rangeOf(0, 3),
    async (records) => {
      offsets.push(...records.map(({ offset }) => offset));
      return true;
    },
    never,
  );
  setOpened(true);
  await lateBatch;
  await deliver(0, 5);
  await second;
  expect(offsets).toEqual(['0', '1', '2']);
  await reader.close();
});

it('a read goes on after a batch without records', async () => {
  const { reader, deliver, skip } = await openReader();
  const offsets: string[] = [];
  const read = reader.read(
    rangeOf(0, 10),
    async (records) => {
      offsets.push(...records.map(({ offset }) => offset));
      return true;
    },
    never,
  );
  await deliver(0, 2);
  skip(10);
  await read;
  expect(offsets).toEqual(['0', '1']);
  await reader.close();
});
