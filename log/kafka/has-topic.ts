/** Asks Kafka whether it has a topic. */
import type { KafkaTopic } from '../../contracts/topics.ts';
import type { Kafka } from './connect.ts';

/**
 * Returns whether Kafka has a topic that this process may see. Rejects if Kafka does not answer. Call this function
 * before the first record. If the appender gets a record for a missing topic, Kafka no longer answers which brokers
 * lead the existing topics.
 */
export async function hasTopic(kafka: Kafka, topic: KafkaTopic): Promise<boolean> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.listTopics()).includes(topic);
  } finally {
    await admin.disconnect();
  }
}
