/** Reading what a topic holds now, opened: for what an operator does by hand. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Opened } from '../contracts/envelope/header.ts';
import { createReader, type LogRecord, type ReaderOptions } from '../contracts/kafka/reader.ts';
import type { SealedLog } from '../contracts/sealed-log.ts';
import { createSealedReading } from '../contracts/sealed-reading.ts';
import type { KafkaTopic } from '../contracts/topics.ts';

export type TopicRead = {
  readonly topic: KafkaTopic;
  readonly start: ReaderOptions['start'];
  /** Nothing is handed out before it resolves. */
  readonly after?: Promise<void>;
  /** Only records with these keys are opened and handed out; default all. */
  readonly isWanted?: (key: string) => boolean;
};

/**
 * Hands out every record that the topic holds now, one after the other, in the order of its partition.
 * @param onRecord gets undefined for a record that does not open
 */
export async function readTopic(
  log: SealedLog,
  logger: Logger,
  { topic, start, after = Promise.resolve(), isWanted = () => true }: TopicRead,
  onRecord: (opened: Opened | undefined, record: LogRecord & { readonly partition: number }) => void,
): Promise<void> {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const reading = createSealedReading({ open: log.open, log: logger, of: 'what is read' });
  const reader = await createReader(log.kafka, {
    group: `${log.service}-read-${randomUUID()}`,
    topics: [topic],
    start,
    log: logger,
    async onRecords(batch) {
      const { partition } = batch;
      const wanted = batch.records.filter(({ key, value }) => value !== null && isWanted(key));
      const opened = await Promise.all(wanted.map((record) => reading.open(batch, record)));
      await after;
      try {
        for (const [at, record] of wanted.entries()) onRecord(opened[at], { ...record, partition });
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
