/** Computes how long Kafka keeps the records of a topic. */
import { type KafkaTopic, kafkaTopics } from './topics.ts';

/** Kafka looks for old files every 5 min and deletes them 1 min later. */
const deletionMsMax = 6 * 60_000;

/**
 * Returns how long Kafka keeps a record of a topic that is not compacted: at least `msMin` and at most `msMax`. If the
 * topic has a `partitionBytesMax`, Kafka may delete the record before `msMin`.
 */
export function retentionOf(topic: KafkaTopic): { readonly msMin: number; readonly msMax: number } {
  const { retentionMs, segmentMs } = kafkaTopics[topic];
  if (retentionMs < 0) return { msMin: Number.POSITIVE_INFINITY, msMax: Number.POSITIVE_INFINITY };
  return { msMin: retentionMs, msMax: retentionMs + segmentMs + deletionMsMax };
}

/** How long Kafka keeps waves for certain, ms. */
export const waveformsKeptMs = kafkaTopics.waveforms.retentionMs;
