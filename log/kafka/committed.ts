/** Finds out whether Kafka has committed a transaction whose commit was not answered. */
import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { openRangeReader } from './range-reader.ts';
import type { RecordPlace } from './turn.ts';

/**
 * Returns whether the record at `place` was committed. Before the call, somebody must have taken the turn again,
 * because this ends the transaction. All records of a transaction are committed together, so one record is enough.
 * @param service the service whose groups this process may use
 * @throws Error of kafkajs, and the reason of `signal` if `signal` is aborted
 */
export async function isCommitted(
  kafka: Kafka,
  place: RecordPlace,
  options: { readonly service: string; readonly log: Logger; readonly signal: AbortSignal },
): Promise<boolean> {
  const { service, log, signal } = options;
  const group = `${service}-${randomUUID()}-committed`;
  const reader = await openRangeReader(kafka, { group, topic: place.topic, log });
  try {
    let isFound = false;
    const range = { partition: place.partition, from: place.offset, to: place.offset + 1n };
    await reader.read(
      range,
      async (records) => {
        isFound ||= records.length > 0;
        return !isFound;
      },
      signal,
    );
    return isFound;
  } finally {
    // The answer is known. A reader that cannot be closed ends with its session.
    void reader.close().catch(() => undefined);
  }
}
