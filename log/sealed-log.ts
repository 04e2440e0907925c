/** The log as every process uses it: Kafka, with all records sealed. Each `main.ts` opens it first. */
import { readFileSync } from 'node:fs';
import type { JWK } from 'jose';
import type { Logger } from 'pino';
import { VigilError } from '../contracts/errors.ts';
import type { ContentType } from '../contracts/messages/records.ts';
import { type KafkaTopic, kafkaTopics, type Service, type TurnTopic, turns } from '../contracts/topics.ts';
import type { Settings } from '../process/settings.ts';
import type { Opened } from './envelope/header.ts';
import { createOpener, type Opener, type SealedRecord } from './envelope/opener.ts';
import { createSealer, type Sealer } from './envelope/sealer.ts';
import { createKeyTag, createUnwrap, type ReaderKeys } from './envelope/wrapped-key.ts';
import { type Appender, type AppenderOptions, createAppender } from './kafka/appender.ts';
import { connectKafka, type Kafka } from './kafka/connect.ts';
import { type DamageBook, openDamageBook } from './kafka/damage-book.ts';
import { followKeys } from './kafka/keys.ts';
import type { Appended } from './kafka/lane.ts';
import type { LogRecord } from './kafka/log-record.ts';
import { createReader } from './kafka/reader.ts';
import type { kafkaSettings } from './kafka/settings.ts';
import { type Turn, takeTurn } from './kafka/turn.ts';
import { createSealedReading, type ReadRecord } from './sealed-reading.ts';

/** Retries of one call of the appender: about a second. */
const appendRetries = 3;
/** Retries of taking a turn. The first turn of a cluster waits until Kafka has made its own topic for it. About 8 s. */
const turnRetries = 8;

export type TableRecord = LogRecord & { readonly topic: KafkaTopic };

export type TurnRecord = { readonly key: string; readonly contentType: ContentType; readonly body: unknown };
export type SealedTurn = Pick<Turn, 'commit' | 'close'> & {
  /** Seals and writes records that nobody reads before `commit`. Rejects as `Turn.write` does. */
  write(records: readonly TurnRecord[]): Promise<void>;
};

export type SealedLog = {
  readonly kafka: Kafka;
  readonly appender: Appender;
  readonly sealer: Sealer;
  readonly opener: Opener;
  readonly service: Service;
  readonly boot: string;
  readonly damage: DamageBook;
  /** Seals a JSON body as this service and appends it, for writers of few records. Rejects like `Appender.append`. */
  append(topic: KafkaTopic, key: string, contentType: ContentType, body: unknown): Promise<Appended>;
  /** From now on only this process can write the topic: Kafka refuses the former holder. Rejects like `takeTurn` of log/kafka/turn.ts. */
  takeTurn(topic: TurnTopic): Promise<SealedTurn>;
  /** Opens a record. First waits until the topics of keys are read up to where they ended when it was fetched. Throws or rejects like `Opener.open`. */
  open(record: SealedRecord): Opened | Promise<Opened>;
  /**
   * Reads whole compacted topics and follows them. A record that cannot be read (sealed-reading.ts) is never handed on.
   * `read` is null for a tombstone.
   * @param from `end`: only records that come from now on
   */
  followTable(
    topics: readonly KafkaTopic[],
    onRecord: (read: ReadRecord | null, record: TableRecord) => void,
    from?: 'beginning' | 'end',
  ): Promise<{ readonly ready: Promise<void>; close(): Promise<void> }>;
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
  const damage = openDamageBook(log);
  const kafka = connectKafka(settings, `${service}-${boot}`, log);
  // This has its own client, whose calls fail while no broker is there: the lane decides how long to retry, and reports when it gives up.
  const appender = createAppender(connectKafka(settings, `${service}-${boot}-append`, log, appendRetries), {
    log,
    ...options.appender,
  });
  const privateJwk = readJson<JWK>('VIGIL_READER_KEY_FILE', settings.readerKeyFile);
  const keys = await followKeys(kafka, { service, group: `${service}-${boot}-keys`, log });
  const tagOf = createKeyTag(privateJwk);
  const unwrap = createUnwrap(service, privateJwk);
  const sealer = createSealer({
    service,
    readers: readJson<ReaderKeys>('VIGIL_READERS_FILE', readFileSync(settings.readersFile, 'utf8')),
    publishKey: async ({ topic, kid, value }) => void (await appender.append(topic, kid, value)),
    async earlierKey(topic, of) {
      const found = await keys.latest(topic, of);
      const secret = found && (await unwrap(found.kid, found.wrapped).catch(() => undefined));
      if (!found || !secret || tagOf(found.kid, secret) !== found.facts.tag) return undefined;
      return { kid: found.kid, secret, madeMs: found.facts.madeMs };
    },
    tagOf,
    now: Date.now,
  });
  const opener = createOpener({ service, privateJwk, wrappedKey: keys.get });
  let seq = 0;
  let tables = 0;
  const turnKafka = connectKafka(settings, `${service}-${boot}-turn`, log, turnRetries);

  async function seal(topic: KafkaTopic, { key, contentType, body }: TurnRecord): Promise<Buffer> {
    // A process has another id at each start. Its records are sealed for the service; otherwise each start would leave a key.
    const dataKey = await sealer.keyFor(kafkaTopics[topic].key === 'processId' ? service : key, topic);
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
      const { write, commit, close } = await takeTurn(turnKafka, turns[topic].id);
      return {
        commit,
        close,
        async write(records) {
          const values = await Promise.all(
            records.map(async (record) => ({ key: record.key, value: await seal(topic, record) })),
          );
          await write(topic, values);
        },
      };
    },
    async followTable(topics, onRecord, from = 'beginning') {
      tables += 1;
      const reading = createSealedReading({ open: opener.open, log, of: topics.join(' and ') });
      const reader = await createReader(kafka, {
        group: `${service}-${boot}-table-${tables}`,
        topics,
        start: from,
        log,
        async onRecords(batch) {
          for (const record of batch.records) {
            const read = record.value === null ? null : await reading.take(batch, record);
            if (read !== undefined)
              reading.attempt(batch, record, () => onRecord(read, { ...record, topic: batch.topic }));
          }
        },
      });
      return { ready: reader.caughtUp, close: reader.close };
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
    throw new VigilError('settings-invalid', `The file that ${setting} names does not hold JSON.`, { cause });
  }
}
