/** Reads all data keys from the log, and follows new keys, for one process. */
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { type KeysTopic, keysTopics, type Service, topicsOf } from '../../contracts/topics.ts';
import { createKeyTable, type FoundKey, type OwnKey } from '../envelope/key-table.ts';
import type { KeyRequest } from '../envelope/opener.ts';
import type { KeyOwner } from '../envelope/wrapped-key.ts';
import { createReader } from './reader.ts';

/** Pause after a failed request for the end of the log. */
const retryMs = 500;

export type FollowedKeys = {
  /**
   * Returns the data key of a record. If the key is unknown, first reads all keys that were in the log when the record
   * was fetched. A key is always in the log before its first record. So a key that is still unknown does not exist.
   * @throws VigilError `key-unknown`
   */
  get(kid: string, request: KeyRequest): Promise<FoundKey>;
  /** Returns the latest key that this service itself made for a subject and readers. Waits until the topic is read. */
  latest(topic: KeysTopic, owner: KeyOwner): Promise<OwnKey | undefined>;
  close(): Promise<void>;
};

export async function followKeys(
  kafka: Kafka,
  { service, group, log }: { readonly service: Service; readonly group: string; readonly log: Logger },
): Promise<FollowedKeys> {
  const table = createKeyTable(service, topicsOf(service, 'writers').filter(isKeysTopic));
  let refusedRecords = 0;
  const reader = await createReader(kafka, {
    group,
    topics: keysTopics,
    start: 'beginning',
    log,
    onRecords({ topic, records }) {
      for (const { key, value, offset } of records) {
        if (table.put(topic as KeysTopic, key, value)) continue;
        refusedRecords += 1;
        // Logs the first refused record, and then every thousandth.
        if (refusedRecords % 1_000 === 1)
          log.error(
            { topic, offset, refused: refusedRecords },
            'a record in a topic of keys is not a wrapped data key',
          );
      }
    },
  });

  /** Start time of the last completed request for the end of the log. All keys up to that end are read. */
  let keysReadAtMs = Number.NEGATIVE_INFINITY;
  let endRequest: { readonly begunMs: number; readonly done: Promise<void> } | undefined;
  let isClosed = false;

  async function readKeysUpTo(fetchedMs: number): Promise<void> {
    await reader.caughtUp;
    while (keysReadAtMs < fetchedMs && !isClosed) {
      endRequest ??= readToEnd();
      await endRequest.done;
    }
  }

  function readToEnd() {
    const begunMs = performance.now();
    const done = reader.reachEnd().then(
      () => {
        keysReadAtMs = begunMs;
        endRequest = undefined;
      },
      async (error: Error) => {
        log.warn({ error: error.message }, 'the end of the topics of data keys is not known yet, trying again');
        await new Promise((resolve) => setTimeout(resolve, retryMs));
        endRequest = undefined;
      },
    );
    return { begunMs, done };
  }

  return {
    async get(kid, { topic, writer, fetchedMs = performance.now() }) {
      const find = () => table.find(kid, topic, writer);
      let key = find();
      if (!key) await readKeysUpTo(fetchedMs);
      key ??= find();
      if (key) return key;
      throw new VigilError('key-unknown', "The log has no data key with this id from the record's writer.");
    },
    async latest(topic, owner) {
      await reader.caughtUp;
      return table.latest(topic, owner);
    },
    async close() {
      isClosed = true;
      await reader.close();
    },
  };
}

function isKeysTopic(topic: string): topic is KeysTopic {
  return (keysTopics as readonly string[]).includes(topic);
}
