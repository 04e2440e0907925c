/** Reads and decrypts the records that a topic contains now, for an operator's commands. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { KafkaTopic } from '../contracts/topics.ts';
import type { OpenedRecord } from '../log/envelope/header.ts';
import type { LogRecord } from '../log/kafka/log-record.ts';
import { createReader, type ReaderOptions, type RecordBatch } from '../log/kafka/reader.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { createSealedReading, type ReadRecord, type SealedReading } from '../log/sealed-reading.ts';

export type TopicRead = {
  readonly topic: KafkaTopic;
  readonly start: ReaderOptions['start'];
  /** `onRecord` is not called before this promise resolves. */
  readonly callAfter?: Promise<void>;
  /** Selects the keys whose records are decrypted; by default all. */
  readonly isWanted?: (key: string) => boolean;
};

type PlacedRecord = LogRecord & { readonly partition: number };

/**
 * Calls `onRecord` with each wanted record that the topic contains now, decrypted and checked. Leaves out records
 * without a value (tombstones). Keeps the order within a partition.
 * @param onRecord gets undefined for a record that cannot be read (log/sealed-reading.ts)
 */
export function readTopic(
  log: SealedLog,
  logger: Logger,
  request: TopicRead,
  onRecord: (read: ReadRecord | undefined, record: PlacedRecord) => void,
): Promise<void> {
  return readEach(log, logger, request, ({ read }) => read, onRecord);
}

/**
 * Calls `onRecord` as `readTopic` does, with records that are decrypted but not checked. The audit trail and captures
 * need such records: captures contain messages exactly as devices sent them.
 */
export function readOpened(
  log: SealedLog,
  logger: Logger,
  request: TopicRead,
  onRecord: (opened: OpenedRecord | undefined, record: PlacedRecord) => void,
): Promise<void> {
  return readEach(log, logger, request, ({ open }) => open, onRecord);
}

async function readEach<Read>(
  log: SealedLog,
  logger: Logger,
  { topic, start, callAfter = Promise.resolve(), isWanted = () => true }: TopicRead,
  chooseRead: (reading: SealedReading) => (batch: RecordBatch, record: LogRecord) => Read | Promise<Read>,
  onRecord: (read: Read, record: PlacedRecord) => void,
): Promise<void> {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const readRecord = chooseRead(createSealedReading({ open: log.open, log: logger, leftOutOf: 'what is read' }));
  const reader = await createReader(log.kafka, {
    group: `${log.service}-read-${randomUUID()}`,
    topics: [topic],
    start,
    log: logger,
    async onRecords(batch) {
      const { partition } = batch;
      const wantedRecords = batch.records.filter(({ key, value }) => value !== null && isWanted(key));
      const reads = await Promise.all(wantedRecords.map((record) => readRecord(batch, record)));
      await callAfter;
      try {
        for (const [index, record] of wantedRecords.entries()) onRecord(reads[index]!, { ...record, partition });
      } catch (error) {
        // If this function threw the error, the reader would read the same batch again.
        reject(error);
      }
    },
  });
  try {
    await Promise.race([reader.caughtUp, failed]);
  } finally {
    await reader.close();
  }
}
