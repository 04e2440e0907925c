/**
 * The turn to write: of all processes that take it under one name, only the newest taker can still write. Kafka sees to it: the name
 * is a transactional id, and who takes it makes every older holder's writes void, also those under way. What a holder writes is in the
 * log all together or not at all.
 */
import type { Kafka, Transaction } from 'kafkajs';
import { VigilError } from '../../contracts/errors.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { logNowMs } from '../../process/system-clock.ts';
import { partitionOf } from './connect.ts';

/** A holder that dies in the middle of its writing holds up readers of the topic for so long, or until the next one takes the turn. */
const transactionMsMax = 10_000;
/** Kafka's answers to a holder whose turn another one has taken, or is about to take. */
const takenOver = new Set(['INVALID_PRODUCER_EPOCH', 'INVALID_TXN_STATE', 'CONCURRENT_TRANSACTIONS']);

type KeyedValue = { readonly key: string; readonly value: Buffer };

export type Turn = {
  /**
   * Writes records that nobody reads before `commit`. @throws VigilError `turn-lost`: another one has the turn, nothing was written;
   * `log-append-failed`: Kafka did not take them
   */
  write(topic: KafkaTopic, records: readonly KeyedValue[]): Promise<void>;
  /** @throws VigilError as `write` does; after `log-append-failed` the records may be in the log or not */
  commit(): Promise<void>;
  /** Gives the turn back; what was not committed is void. Never rejects. */
  close(): Promise<void>;
};

/** Takes the turn. All that an earlier holder wrote is in the log by then. @throws VigilError `turn-lost`, `log-unavailable` */
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

/** kafkajs wraps what it has tried again. */
function isTakenOver(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { type } = at as Error & { type?: string };
    if (type !== undefined && takenOver.has(type)) return true;
  }
  return false;
}
