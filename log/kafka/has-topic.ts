/** Asks Kafka whether it has a topic. */
import type { KafkaTopic } from '../../contracts/topics.ts';
import type { Kafka } from './connect.ts';

/**
 * Returns whether Kafka has a topic, and shows it to this process. Rejects if Kafka does not answer. The appender must get no record for a
 * missing topic: Kafka then answers no question about the leaders of the other topics, either.
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
