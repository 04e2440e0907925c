/**
 * The turn to write. Of all processes that take it under one name, only the newest can still write. Kafka enforces this: the name is a
 * transactional id, and a process that takes it makes all writes of older holders void, even those under way. A holder's writes are in the
 * log all together or not at all.
 */
import type { Kafka, Transaction } from 'kafkajs';
import { VigilError } from '../../contracts/errors.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { logNowMs } from '../../process/system-clock.ts';
import { partitionOf } from './connect.ts';

/** If a holder dies while it writes, readers of the topic wait this long, or until another process takes the turn. */
const transactionMsMax = 10_000;
/** Kafka's answers to a holder if another process has taken the turn, or is about to. */
const takenOver = new Set(['INVALID_PRODUCER_EPOCH', 'INVALID_TXN_STATE', 'CONCURRENT_TRANSACTIONS']);

type KeyedValue = { readonly key: string; readonly value: Buffer };

export type Turn = {
  /**
   * Writes records that nobody reads before `commit`. @throws VigilError `turn-lost`: another process has the turn, nothing was written;
   * `log-append-failed`: Kafka did not take them
   */
  write(topic: KafkaTopic, records: readonly KeyedValue[]): Promise<void>;
  /** @throws the errors of `write`; after `log-append-failed` the records may or may not be in the log */
  commit(): Promise<void>;
  /** Gives the turn back; uncommitted records are void. Never rejects. */
  close(): Promise<void>;
};

/** Takes the turn. By then, the log has everything that an earlier holder wrote. @throws VigilError `turn-lost`, `log-unavailable` */
export async function takeTurn(kafka: Kafka, name: string): Promise<Turn> {
  const producer = kafka.producer({
    transactionalId: name,
    maxInFlightRequests: 1,
    transactionTimeout: transactionMsMax,
    allowAutoTopicCreation: false,
  });
  const disconnect = () => producer.disconnect().catch(() => undefined);
  let transaction: Transaction;
  try {
    await producer.connect();
    transaction = await producer.transaction();
  } catch (error) {
    await disconnect();
    throw isTakenOver(error)
      ? turnLost(error)
      : new VigilError('log-unavailable', 'Kafka gives no turn to write.', { cause: error });
  }

  async function ask(request: () => Promise<unknown>): Promise<void> {
    try {
      await request();
    } catch (error) {
      if (isTakenOver(error)) throw turnLost(error);
      throw new VigilError('log-append-failed', 'Kafka did not take the records of a turn.', { cause: error });
    }
  }

  return {
    write: (topic, records) =>
      ask(() =>
        transaction.send({
          topic,
          acks: -1,
          messages: records.map(({ key, value }) => ({
            key,
            value,
            partition: partitionOf(topic, key),
            timestamp: String(logNowMs()),
          })),
        }),
      ),
    commit: () => ask(() => transaction.commit()),
    async close() {
      if (transaction.isActive()) await transaction.abort().catch(() => undefined);
      await disconnect();
    },
  };
}

const turnLost = (cause: unknown) => new VigilError('turn-lost', 'Another process has taken the turn.', { cause });

/** kafkajs wraps an error that it has retried. */
function isTakenOver(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { type } = at as Error & { type?: string };
    if (type !== undefined && takenOver.has(type)) return true;
  }
  return false;
}
