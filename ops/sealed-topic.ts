/** Reads and opens what a topic contains now, for an operator's commands. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { KafkaTopic } from '../contracts/topics.ts';
import type { Opened } from '../log/envelope/header.ts';
import type { LogRecord } from '../log/kafka/log-record.ts';
import { createReader, type ReaderOptions, type RecordBatch } from '../log/kafka/reader.ts';
import type { SealedLog } from '../log/sealed-log.ts';
import { createSealedReading, type ReadRecord, type SealedReading } from '../log/sealed-reading.ts';

export type TopicRead = {
  readonly topic: KafkaTopic;
  readonly start: ReaderOptions['start'];
  /** No record is handed out before it resolves. */
  readonly after?: Promise<void>;
  /** Only records with these keys are opened and handed out; default all. */
  readonly isWanted?: (key: string) => boolean;
};

type PlacedRecord = LogRecord & { readonly partition: number };

/**
 * Hands out every record that the topic contains now, one after the other, in the order of its partition.
 * @param onRecord gets undefined for a record that cannot be read (log/sealed-reading.ts)
 */
export function readTopic(
  log: SealedLog,
  logger: Logger,
  asked: TopicRead,
  onRecord: (read: ReadRecord | undefined, record: PlacedRecord) => void,
): Promise<void> {
  return readEach(log, logger, asked, ({ take }) => take, onRecord);
}

/** Does the same but only opens records: for the audit trail, and for captures, which keep messages as they were sent. */
export function readOpened(
  log: SealedLog,
  logger: Logger,
  asked: TopicRead,
  onRecord: (opened: Opened | undefined, record: PlacedRecord) => void,
): Promise<void> {
  return readEach(log, logger, asked, ({ open }) => open, onRecord);
}

async function readEach<Read>(
  log: SealedLog,
  logger: Logger,
  { topic, start, after = Promise.resolve(), isWanted = () => true }: TopicRead,
  readerOf: (reading: SealedReading) => (batch: RecordBatch, record: LogRecord) => Read | Promise<Read>,
  onRecord: (read: Read, record: PlacedRecord) => void,
): Promise<void> {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const readOne = readerOf(createSealedReading({ open: log.open, log: logger, of: 'what is read' }));
  const reader = await createReader(log.kafka, {
    group: `${log.service}-read-${randomUUID()}`,
    topics: [topic],
    start,
    log: logger,
    async onRecords(batch) {
      const { partition } = batch;
      const wanted = batch.records.filter(({ key, value }) => value !== null && isWanted(key));
      const found = await Promise.all(wanted.map((record) => readOne(batch, record)));
      await after;
      try {
        for (const [at, record] of wanted.entries()) onRecord(found[at]!, { ...record, partition });
      } catch (error) {
        // The reader would hand the same records out again.
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
