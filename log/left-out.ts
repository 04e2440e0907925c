/** Remembers which records of a table were left out because they could not be read. */
import { type KafkaTopic, kafkaTopics } from '../contracts/topics.ts';
import type { LogRecord } from './kafka/log-record.ts';

/**
 * Maximum number of left-out records that are remembered, for each topic (ours). If there are more, the topic never
 * looks complete again:
 * - In a compacted topic, each further record is only counted. Newer records do not lower this count; it begins at 0
 *   only after a restart of the process.
 * - In a topic that is not compacted, the oldest offset is forgotten. If a person has checked all records up to an
 *   offset, all older records are checked too (processors/delivery/core/checked-assignments.ts). So only the newest
 *   offsets must be kept.
 */
export const leftOutMax = 100_000;

export type LeftOut = {
  note(topic: KafkaTopic, record: Pick<LogRecord, 'key' | 'offset'>, isLeftOut: boolean): void;
  /** Returns the number of records that were left out, for each topic. */
  counts(): ReadonlyMap<KafkaTopic, number>;
  /** Returns the offsets that are remembered. The topic must not be compacted. */
  offsets(topic: KafkaTopic): readonly string[];
};

/**
 * Takes a record, and notes whether it was left out. A record that the table's own code refuses with an error is left
 * out, too, because the table then lacks it.
 * @param take takes the record; returns false if the record was left out
 */
export function noteTaken(
  leftOut: Pick<LeftOut, 'note'>,
  topic: KafkaTopic,
  record: Pick<LogRecord, 'key' | 'offset'>,
  take: () => boolean,
): void {
  // The code that takes the record may ask for the counts. Then this record must not count as left out any more.
  leftOut.note(topic, record, false);
  if (!take()) leftOut.note(topic, record, true);
}

/** @param onFull called once for each topic, when more records were left out than can be remembered */
export function createLeftOut(onFull: (topic: KafkaTopic) => void, max: number = leftOutMax): LeftOut {
  const ids = new Map<KafkaTopic, Set<string>>();
  const forgotten = new Map<KafkaTopic, number>();

  function forget(topic: KafkaTopic): void {
    if (!forgotten.has(topic)) onFull(topic);
    forgotten.set(topic, (forgotten.get(topic) ?? 0) + 1);
  }

  return {
    note(topic, { key, offset }, isLeftOut) {
      const isCompacted = kafkaTopics[topic].cleanup !== 'delete';
      const id = isCompacted ? key : offset;
      const ofTopic = ids.get(topic) ?? new Set();
      if (!isLeftOut) {
        ofTopic.delete(id);
        return;
      }
      const isFull = ofTopic.size >= max && !ofTopic.has(id);
      if (isFull) forget(topic);
      if (isFull && isCompacted) return;
      ids.set(topic, ofTopic.add(id));
      const [oldest] = ofTopic;
      if (isFull && oldest !== undefined) ofTopic.delete(oldest);
    },
    counts: () => new Map([...ids].map(([topic, { size }]) => [topic, size + (forgotten.get(topic) ?? 0)] as const)),
    offsets: (topic) => [...(ids.get(topic) ?? [])],
  };
}
