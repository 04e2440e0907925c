/** The data keys of the log, as one process follows them. */
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import { type KeysTopic, keysTopics, type Service, topicsOf } from '../../contracts/topics.ts';
import { createKeyTable, type FoundKey, type OwnKey } from '../envelope/key-table.ts';
import type { KeyAsked } from '../envelope/opener.ts';
import type { KeyOwner } from '../envelope/wrapped-key.ts';
import { createReader } from './reader.ts';

/** Pause after a failed attempt to find the log's end. */
const retryMs = 500;

export type FollowedKeys = {
  /**
   * Returns the key of a record, once the log's keys are read up to where they ended when the record was fetched. A key is in the log
   * before its first record. So a key that is missing then does not come, and nobody waits for it.
   * @throws VigilError `key-unknown`
   */
  get(kid: string, asked: KeyAsked): Promise<FoundKey>;
  /** Returns the latest key of this service itself, once the topic was read. */
  latest(topic: KeysTopic, of: KeyOwner): Promise<OwnKey | undefined>;
  close(): Promise<void>;
};

export async function followKeys(
  kafka: Kafka,
  { service, group, log }: { readonly service: Service; readonly group: string; readonly log: Logger },
): Promise<FollowedKeys> {
  const table = createKeyTable(service, topicsOf(service, 'writers').filter(isKeysTopic));
  let refused = 0;
  const reader = await createReader(kafka, {
    group,
    topics: keysTopics,
    start: 'beginning',
    log,
    onRecords({ topic, records }) {
      for (const { key, value, offset } of records) {
        if (table.put(topic as KeysTopic, key, value)) continue;
        refused += 1;
        // Of many, the first is logged, and then each thousandth.
        if (refused % 1_000 === 1) log.error({ topic, offset, refused }, 'a record is no wrapped data key');
      }
    },
  });

  /** When the last completed request for the log's end began. All keys up to that end are read. */
  let readMs = Number.NEGATIVE_INFINITY;
  let look: { readonly begunMs: number; readonly done: Promise<void> } | undefined;
  let closed = false;

  async function readSince(fetchedMs: number): Promise<void> {
    await reader.caughtUp;
    while (readMs < fetchedMs && !closed) {
      look ??= begin();
      await look.done;
    }
  }

  function begin() {
    const begunMs = performance.now();
    const done = reader.reachEnd().then(
      () => {
        readMs = begunMs;
        look = undefined;
      },
      async (error: Error) => {
        log.warn({ error: error.message }, 'the end of the data keys is not known yet, trying again');
        await new Promise((resolve) => setTimeout(resolve, retryMs));
        look = undefined;
      },
    );
    return { begunMs, done };
  }

  return {
    async get(kid, { topic, writer, fetchedMs = performance.now() }) {
      const find = () => table.find(kid, topic, writer);
      let found = find();
      if (!found) await readSince(fetchedMs);
      found ??= find();
      if (found) return found;
      throw new VigilError('key-unknown', 'The log holds no data key of that id from who wrote the record.');
    },
    async latest(topic, of) {
      await reader.caughtUp;
      return table.latest(topic, of);
    },
    async close() {
      closed = true;
      await reader.close();
    },
  };
}

function isKeysTopic(topic: string): topic is KeysTopic {
  return (keysTopics as readonly string[]).includes(topic);
}
