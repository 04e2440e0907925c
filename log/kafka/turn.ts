/**
 * The turn to write. Several processes may take the turn with the same name, but only the last of these processes can
 * write. Kafka enforces this, because the name is a transactional id. When a process takes the turn, all uncommitted
 * writes of the former process become void. The writes before a commit get into the log together at the commit, or not
 * at all. After a commit, the same turn may write again.
 */
import type { Kafka, RecordMetadata, Transaction } from 'kafkajs';
import { VigilError } from '../../contracts/errors.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { logNowMs } from '../../process/system-clock.ts';
import { partitionOf } from './connect.ts';

/**
 * If a process dies during a turn, readers of the topic wait for this time, or until another process takes the turn.
 */
const transactionMsMax = 10_000;
/**
 * Kafka's errors if another process has taken or is taking the turn. `INVALID_PRODUCER_ID_MAPPING`: Kafka has given the
 * other process a new producer id, because the epochs of the former id were used up (after 32,767 turns).
 */
const turnLostTypes = new Set([
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
  'CONCURRENT_TRANSACTIONS',
]);

/** Maximum size of a batch, bytes: far below the limit of Kafka (`messageBytesMax` of ops/platform/kafka-config.ts). */
const batchBytesMax = 700_000;
/** Upper limit of what Kafka adds to a record, bytes. */
const recordOverheadBytes = 100;

/** The place of a record in the log. */
export type RecordPlace = { readonly topic: KafkaTopic; readonly partition: number; readonly offset: bigint };

type KeyedValue = { readonly key: string; readonly value: Buffer };

export type Turn = {
  /**
   * Writes records. Readers get them only after `commit`.
   * @throws VigilError `turn-lost`: another process has the turn, and nothing was written; `log-unavailable`: Kafka did
   * not accept the records. After either error, readers never get these records
   */
  write(topic: KafkaTopic, records: readonly KeyedValue[]): Promise<void>;
  /**
   * Commits all writes since the last commit.
   * @throws VigilError `turn-lost`: nothing was committed; `log-append-failed`: the records may or may not be in the
   * log. The next turn ends this transaction; after that, the record at `firstPlace` says which (committed.ts). Kafka
   * also answers with an unknown error, and commits nothing, if another process takes the turn in the same moment
   */
  commit(): Promise<void>;
  /**
   * Returns the place of the first record of the last transaction; undefined if nothing was written. The place stays
   * after the commit: a commit may be confirmed when the caller no longer waits, and the caller then asks for the
   * place.
   */
  firstPlace(): RecordPlace | undefined;
  /** Ends the turn. Uncommitted records become void. Never rejects. */
  close(): Promise<void>;
};

/**
 * Takes the turn. After that, no process can commit an older turn.
 * @throws VigilError `turn-lost`, `log-unavailable`
 */
export async function takeTurn(kafka: Kafka, name: string): Promise<Turn> {
  const producer = kafka.producer({
    transactionalId: name,
    maxInFlightRequests: 1,
    transactionTimeout: transactionMsMax,
    allowAutoTopicCreation: false,
  });
  const disconnect = () => producer.disconnect().catch(() => undefined);
  /** Undefined after a commit, until the next write. */
  let transaction: Transaction | undefined;
  let firstPlace: RecordPlace | undefined;
  try {
    await producer.connect();
    transaction = await producer.transaction();
  } catch (error) {
    await disconnect();
    throw isTakenOver(error)
      ? turnLost(error)
      : new VigilError('log-unavailable', 'The turn to write cannot be taken from Kafka.', { cause: error });
  }

  return {
    async write(topic, records) {
      try {
        if (transaction === undefined) {
          transaction = await producer.transaction();
          firstPlace = undefined;
        }
        for (const batch of batchesOf(records)) {
          const sent = await transaction.send({
            topic,
            acks: -1,
            messages: batch.map(({ key, value }) => ({
              key,
              value,
              partition: partitionOf(topic, key),
              timestamp: String(logNowMs()),
            })),
          });
          firstPlace ??= placeOf(topic, sent);
        }
      } catch (error) {
        if (isTakenOver(error)) throw turnLost(error);
        throw new VigilError('log-unavailable', 'Kafka did not accept the records of a turn.', { cause: error });
      }
    },
    async commit() {
      try {
        await transaction?.commit();
      } catch (error) {
        if (isTakenOver(error)) throw turnLost(error);
        throw new VigilError('log-append-failed', 'Kafka did not confirm a transaction.', { cause: error });
      }
      transaction = undefined;
    },
    firstPlace: () => firstPlace,
    async close() {
      if (transaction?.isActive()) await transaction.abort().catch(() => undefined);
      await disconnect();
    },
  };
}

/**
 * Returns the records in batches that Kafka accepts. In a single batch, a decision about many alarms would be too
 * large.
 */
export function batchesOf(records: readonly KeyedValue[]): KeyedValue[][] {
  const batches: KeyedValue[][] = [];
  let bytes = 0;
  for (const record of records) {
    const more = record.value.length + record.key.length + recordOverheadBytes;
    if (batches.length === 0 || bytes + more > batchBytesMax) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)!.push(record);
    bytes += more;
  }
  return batches;
}

function placeOf(topic: KafkaTopic, [sent]: readonly RecordMetadata[]): RecordPlace | undefined {
  return sent?.baseOffset === undefined
    ? undefined
    : { topic, partition: sent.partition, offset: BigInt(sent.baseOffset) };
}

const turnLost = (cause: unknown) => new VigilError('turn-lost', 'Another process has taken the turn.', { cause });

/**
 * Returns whether an error, or one of its causes, means that another process has the turn. kafkajs wraps an error after
 * retries.
 */
function isTakenOver(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    const { type } = current as Error & { type?: string };
    if (type !== undefined && turnLostTypes.has(type)) return true;
  }
  return false;
}
