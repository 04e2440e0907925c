/** The wrapped data keys that a service has read from the log, by topic. */
import {
  type KafkaTopic,
  type KeysTopic,
  keysTopicOfRecord,
  keysTopics,
  type Service,
} from '../../contracts/topics.ts';
import { type KeyFacts, type KeyOwner, parseWrappedKey } from './wrapped-key.ts';

/**
 * Maximum number of keys of one topic in memory, about 0.8 kB each: enough for 1,000 beds for 8 days, or for 10,000
 * stays of patients. If there are more, the oldest keys are dropped, and this service cannot open their records.
 */
export const keysPerTopicMax = 200_000;

export type FoundKey = { readonly keysTopic: KeysTopic; readonly wrappedKey: Buffer };
export type OwnKey = { readonly kid: string; readonly wrappedKey: Buffer; readonly facts: KeyFacts };

export type KeyTable = {
  /** Adds the key in a record; null deletes the key. Returns false if the record is not a wrapped key. */
  put(topic: KeysTopic, kid: string, value: Buffer | null): boolean;
  /**
   * Returns the data key `kid` of a record that `writer` wrote to `topic`. Searches the topic with the keys of this
   * writer, and then the old topic `keys`, which has keys of all writers.
   */
  find(kid: string, topic: KafkaTopic, writer: string): FoundKey | undefined;
  /** Returns the latest key in `topic` for a subject and readers. */
  latest(topic: KeysTopic, owner: KeyOwner): OwnKey | undefined;
  size(): number;
};

/**
 * Creates an empty table.
 * @param reusableTopics the topics of keys for which `latest` is called
 * @param keysMax maximum number of keys of each topic
 */
export function createKeyTable(
  service: Service,
  reusableTopics: readonly KeysTopic[] = [],
  keysMax: number = keysPerTopicMax,
): KeyTable {
  const tables = new Map(keysTopics.map((topic) => [topic, new Map<string, Buffer>()]));
  const latestKeys = new Map(
    reusableTopics.map((topic) => [topic, new Map<string, { kid: string; facts: KeyFacts }>()]),
  );

  return {
    put(topic, kid, value) {
      const table = tables.get(topic)!;
      if (value === null) {
        table.delete(kid);
        return true;
      }
      const parsed = parseWrappedKey(service, kid, value);
      if (!parsed) return false;
      table.set(kid, parsed.wrapped);
      const oldest = table.size > keysMax ? table.keys().next().value : undefined;
      if (oldest !== undefined) table.delete(oldest);
      const latestOfTopic = latestKeys.get(topic);
      if (!latestOfTopic || !parsed.facts) return true;
      const name = ownerName(parsed.facts);
      latestOfTopic.delete(name);
      latestOfTopic.set(name, { kid, facts: parsed.facts });
      const oldestName = latestOfTopic.size > keysMax ? latestOfTopic.keys().next().value : undefined;
      if (oldestName !== undefined) latestOfTopic.delete(oldestName);
      return true;
    },
    find(kid, topic, writer) {
      for (const keysTopic of [keysTopicOfRecord(topic, writer), 'keys'] as const) {
        const wrappedKey = keysTopic && tables.get(keysTopic)!.get(kid);
        if (wrappedKey) return { keysTopic, wrappedKey };
      }
      return undefined;
    },
    latest(topic, owner) {
      const latestKey = latestKeys.get(topic)?.get(ownerName(owner));
      const wrappedKey = latestKey && tables.get(topic)!.get(latestKey.kid);
      return wrappedKey && { ...latestKey, wrappedKey };
    },
    size: () => [...tables.values()].reduce((sum, { size }) => sum + size, 0),
  };
}

function ownerName({ subject, audience }: KeyOwner): string {
  return `${subject} ${audience}`;
}
