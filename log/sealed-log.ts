/**
 * Opens the sealed log: Kafka, with all records encrypted. Each process that uses the log opens it first, in its
 * `main.ts`.
 */
import { readFileSync } from 'node:fs';
import type { JWK } from 'jose';
import type { Logger } from 'pino';
import { VigilError } from '../contracts/errors.ts';
import { bodyFault } from '../contracts/messages/check.ts';
import { type ContentType, contentTypes } from '../contracts/messages/records.ts';
import { audienceOf, type KafkaTopic, kafkaTopics, type Service } from '../contracts/topics.ts';
import { type TurnTopic, turns } from '../contracts/turn-topics.ts';
import type { Settings } from '../process/settings.ts';
import { type OpenedRecord, parseHeader } from './envelope/header.ts';
import { createOpener, type Opener, type SealedRecord } from './envelope/opener.ts';
import { checkReaders } from './envelope/readers.ts';
import { createSealer, type Sealer } from './envelope/sealer.ts';
import { audienceOfWrappedKey, createKeyTag, createKeyWrapper, createUnwrap } from './envelope/wrapped-key.ts';
import { type Appender, type AppenderOptions, createAppender } from './kafka/appender.ts';
import { isCommitted } from './kafka/committed.ts';
import { createKafkaClient, type Kafka } from './kafka/connect.ts';
import { type DamageBook, openDamageBook } from './kafka/damage-book.ts';
import { followKeys } from './kafka/keys.ts';
import type { AppendPosition } from './kafka/lane.ts';
import type { LogRecord } from './kafka/log-record.ts';
import { createReader, type Reader } from './kafka/reader.ts';
import type { kafkaSettings } from './kafka/settings.ts';
import { type Turn, takeTurn } from './kafka/turn.ts';
import { createLeftOut, leftOutMax, noteTaken } from './left-out.ts';
import { createSealedReading, type ReadRecord } from './sealed-reading.ts';

/** Retries of kafkajs for one call of the appender: they take about 1 s. */
const appendRetries = 3;
/**
 * Retries of kafkajs while a process takes or uses the turn to write (log/kafka/turn.ts): they take about 8 s. The
 * first turn in a new cluster is slow, because Kafka creates a topic for it. The first retry comes soon, because Kafka
 * refuses a new transaction for some ms after a commit. A call to a person may wait for this retry.
 */
const turnRetries = 10;
const turnFirstRetryMs = 20;

/**
 * Kinds of record keys that get no data key of their own. In a topic with such record keys, all records of a service
 * share one data key. Otherwise each start of a process would leave one more data key, because each start has a new
 * process id.
 */
const keysOfNoSubject: readonly string[] = ['processId', 'reachId', 'name'];

/**
 * Records about persons and calls are checked before they are written. Readers would leave out a wrong record for ever,
 * and this writer would never notice. Readings and alarms are not checked here: nothing may delay them, and readers use
 * the valid part of a reading with a fault.
 */
const checkedTypes: readonly ContentType[] = [
  contentTypes.assignment,
  contentTypes.delivery,
  contentTypes.deliveryPositions,
  contentTypes.deliverySnapshot,
  contentTypes.deliveryCommand,
  contentTypes.alarmsShown,
  contentTypes.askedPages,
  contentTypes.reach,
];

export type TableRecord = LogRecord & { readonly topic: KafkaTopic };

export type TurnRecord = { readonly key: string; readonly contentType: ContentType; readonly body: unknown };
export type SealedTurn = Pick<Turn, 'commit' | 'close'> & {
  /**
   * Seals and writes records. Readers get them only after `commit`. Rejects as `Turn.write` does, with `payload-schema`
   * as `append` does, and as `Appender.append` does if a new data key cannot be published.
   */
  write(records: readonly TurnRecord[]): Promise<void>;
  /**
   * Returns whether the last `commit` has committed its records, although it rejected. Must be called after somebody
   * has taken the turn again, which ends the transaction.
   * @throws Error of kafkajs, and the reason of `signal` if `signal` is aborted
   */
  wasCommitted(signal: AbortSignal): Promise<boolean>;
};

export type FollowedTable = {
  /** Resolves when all records that were in the topics at the start were read. */
  readonly ready: Promise<void>;
  /**
   * Resolves when all records up to the present ends of the topics were read. Must not be called for a table that
   * begins at the end.
   */
  readonly reachEnd: Reader['reachEnd'];
  /**
   * Returns the number of records that could not be read, for each topic. In a compacted topic, a record no longer
   * counts when a newer record with the same key has come. A record for which `onRecord` throws does not count.
   */
  leftOut(): ReadonlyMap<KafkaTopic, number>;
  /**
   * Returns the newest offsets of the records of a topic that were left out, at most `leftOutMax`. The topic must have
   * one partition and must not be compacted.
   */
  leftOutOffsets(topic: KafkaTopic): readonly string[];
  close(): Promise<void>;
};

export type SealedLog = {
  readonly kafka: Kafka;
  readonly appender: Appender;
  readonly sealer: Sealer;
  readonly opener: Opener;
  readonly service: Service;
  readonly boot: string;
  readonly damage: DamageBook;
  /**
   * Seals a JSON body as this service and appends it, for writers of few records. Rejects as `Appender.append` does,
   * and with `payload-schema` if the body does not fit the schema of a type that is checked (`checkedTypes`).
   */
  append(topic: KafkaTopic, key: string, contentType: ContentType, body: unknown): Promise<AppendPosition>;
  /**
   * Takes the turn to write to a topic. Then Kafka refuses the writes of the process that had the turn. Rejects as
   * log/kafka/turn.ts does.
   */
  takeTurn(topic: TurnTopic): Promise<SealedTurn>;
  /**
   * Opens a record. If the record's data key is unknown, first waits until this process has read all keys that were in
   * the log when the record was fetched. Throws or rejects as `Opener.open` does.
   */
  open(record: SealedRecord): OpenedRecord | Promise<OpenedRecord>;
  /**
   * Returns whether all present readers of the topic can open a record. False if a reader was added, or got a new key,
   * after the record was written: the data key of the record is not wrapped for this reader. Throws as `Opener.open`
   * does.
   */
  isForAllReaders(record: SealedRecord): Promise<boolean>;
  /**
   * Reads topics from the beginning, or from their ends, and goes on with new records. Leaves out a record that cannot
   * be decrypted, or does not match its schema (sealed-reading.ts).
   * @param onRecord called for each record; `read` is null for a tombstone
   * @param from where to begin; `end` leaves out the records that are already in the topics
   */
  followTable(
    topics: readonly KafkaTopic[],
    onRecord: (read: ReadRecord | null, record: TableRecord) => void,
    from?: 'beginning' | 'end',
  ): Promise<FollowedTable>;
  close(): Promise<void>;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: the composition of the log, read from top to bottom.
export async function openSealedLog(options: {
  readonly settings: Settings<typeof kafkaSettings>;
  readonly service: Service;
  /** Random id of this process's start, `[A-Za-z0-9._-]{1,64}`. */
  readonly boot: string;
  readonly log: Logger;
  readonly appender?: Omit<AppenderOptions, 'log'>;
}): Promise<SealedLog> {
  const { settings, service, boot, log } = options;
  const readers = checkReaders(readJson('VIGIL_READERS_FILE', readFileSync(settings.readersFile, 'utf8')), service);
  const damage = openDamageBook(log);
  const kafka = createKafkaClient(settings, `${service}-${boot}`, log);
  // The appender has its own client, whose calls fail soon if no broker answers. Then the appender itself decides how
  // long to retry.
  const appender = createAppender(createKafkaClient(settings, `${service}-${boot}-append`, log, appendRetries), {
    log,
    ...options.appender,
  });
  const privateJwk = readJson<JWK>('VIGIL_READER_KEY_FILE', settings.readerKeyFile);
  const keys = await followKeys(kafka, { service, group: `${service}-${boot}-keys`, log });
  const tagOf = createKeyTag(privateJwk);
  const unwrap = createUnwrap(service, privateJwk);
  const audiences = createKeyWrapper(readers);
  const sealer = createSealer({
    service,
    readers,
    publishKey: async ({ topic, kid, value }) => void (await appender.append(topic, kid, value)),
    async earlierKey(topic, owner) {
      const latest = await keys.latest(topic, owner);
      const secret = latest && (await unwrap(latest.kid, latest.wrappedKey).catch(() => undefined));
      if (!latest || !secret || tagOf(latest.kid, secret) !== latest.facts.tag) return undefined;
      return { kid: latest.kid, secret, createdMs: latest.facts.createdMs };
    },
    tagOf,
    now: Date.now,
  });
  const opener = createOpener({ service, privateJwk, wrappedKey: keys.get });
  let seq = 0;
  let tableCount = 0;
  const turnKafka = createKafkaClient(settings, `${service}-${boot}-turn`, log, turnRetries, turnFirstRetryMs);

  async function seal(topic: KafkaTopic, { key, contentType, body }: TurnRecord): Promise<Buffer> {
    const fault = checkedTypes.includes(contentType) ? bodyFault(contentType, body) : undefined;
    if (fault) throw new VigilError(fault.code, `Nothing was saved, because of a fault of Vigil. ${fault.message}`);
    const dataKey = await sealer.keyFor(keysOfNoSubject.includes(kafkaTopics[topic].key) ? service : key, topic);
    seq += 1;
    const plaintext = Buffer.from(JSON.stringify(body));
    return sealer.seal(dataKey, { topic, key, writer: service, boot, seq }, contentType, plaintext);
  }

  return {
    kafka,
    appender,
    sealer,
    opener,
    service,
    boot,
    damage,
    open: opener.open,
    async append(topic, key, contentType, body) {
      return appender.append(topic, key, await seal(topic, { key, contentType, body }));
    },
    async takeTurn(topic) {
      const { write, commit, close, firstPlace } = await takeTurn(turnKafka, turns[topic].id);
      return {
        commit,
        close,
        async wasCommitted(signal) {
          const place = firstPlace();
          return place !== undefined && isCommitted(kafka, place, { service, log, signal });
        },
        async write(records) {
          const values = await Promise.all(
            records.map(async (record) => ({ key: record.key, value: await seal(topic, record) })),
          );
          await write(topic, values);
        },
      };
    },
    async isForAllReaders({ topic, value, fetchedMs }) {
      const { kid, origin } = parseHeader(value.toString('latin1').split('.', 1)[0]!);
      const { wrappedKey } = await keys.get(kid, { topic, writer: origin.writer, fetchedMs });
      return audienceOfWrappedKey(wrappedKey) === audiences.audienceName(audienceOf(topic));
    },
    async followTable(topics, onRecord, from = 'beginning') {
      tableCount += 1;
      const leftOut = createLeftOut((topic) =>
        log.error({ topic, leftOutMax }, 'too many records cannot be read: further ones are only counted'),
      );
      const reading = createSealedReading({ open: opener.open, log, leftOutOf: topics.join(' and ') });
      const reader = await createReader(kafka, {
        group: `${service}-${boot}-table-${tableCount}`,
        topics,
        start: from,
        log,
        async onRecords(batch) {
          for (const record of batch.records) {
            const read = record.value === null ? null : await reading.read(batch, record);
            noteTaken(leftOut, batch.topic, record, () => {
              if (read === undefined) return false;
              const isTaken = reading.attempt(batch, record, () => {
                onRecord(read, { ...record, topic: batch.topic });
                return true;
              });
              return isTaken === true;
            });
          }
        },
      });
      return {
        ready: reader.caughtUp,
        reachEnd: reader.reachEnd,
        leftOut: leftOut.counts,
        leftOutOffsets: leftOut.offsets,
        close: reader.close,
      };
    },
    async close() {
      await appender.close();
      await keys.close();
      damage.close();
    },
  };
}

function readJson<T>(setting: string, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new VigilError('settings-invalid', `The file that ${setting} names does not contain JSON.`, { cause });
  }
}
