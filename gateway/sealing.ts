/**
 * Seals and appends records. The records of one topic and key keep the order of the calls, even if a record must wait
 * for its data key to be created and published. Records with another key do not wait for this data key.
 */

import type { ContentType } from '../contracts/messages/records.ts';
import type { KafkaTopic } from '../contracts/topics.ts';
import type { DataKey, Sealer } from '../log/envelope/sealer.ts';
import type { Appender } from '../log/kafka/appender.ts';
import { attemptEach } from '../process/timer-tasks.ts';

/** A record before it is sealed, with its place in the log (`Place` in log/envelope/header.ts). */
export type Unsealed = {
  readonly topic: KafkaTopic;
  readonly key: string;
  readonly writer: string;
  readonly boot: string;
  readonly seq: number;
  readonly contentType: ContentType;
  readonly plaintext: Buffer;
};

/**
 * Appends a record. Calls `settle` once: with an error, or without an argument when every in-sync replica has the
 * record.
 */
export type AppendSealed = (record: Unsealed, settle: (error?: unknown) => void) => void;

type PendingRecord = { readonly record: Unsealed; readonly settle: (error?: unknown) => void };

/**
 * Returns a function that seals and appends. The listener's limit of unacknowledged bytes also limits the records that
 * wait for a key.
 */
export function createSealing(sealer: Sealer, appender: Appender): AppendSealed {
  const pendingBySubject = new Map<string, PendingRecord[]>();

  function write(dataKey: DataKey, record: Unsealed, settle: (error?: unknown) => void): void {
    let value: Buffer;
    try {
      value = sealer.seal(dataKey, record, record.contentType, record.plaintext);
    } catch (error) {
      settle(error);
      return;
    }
    appender.enqueue(record.topic, record.key, value, settle);
  }

  function fetchKey(subject: string, first: PendingRecord): void {
    const queue = [first];
    pendingBySubject.set(subject, queue);
    sealer.keyFor(first.record.key, first.record.topic).then(
      (dataKey) => {
        pendingBySubject.delete(subject);
        attemptEach('acknowledge', queue, ({ record, settle }) => write(dataKey, record, settle));
      },
      (error: unknown) => {
        pendingBySubject.delete(subject);
        attemptEach('acknowledge', queue, ({ settle }) => settle(error));
      },
    );
  }

  return (record, settle) => {
    const queue = pendingBySubject.size > 0 ? pendingBySubject.get(subjectOf(record)) : undefined;
    if (queue) {
      queue.push({ record, settle });
      return;
    }
    const dataKey = sealer.cachedKey(record.key, record.topic);
    if (dataKey) write(dataKey, record, settle);
    else fetchKey(subjectOf(record), { record, settle });
  };
}

function subjectOf({ topic, key }: Unsealed): string {
  return `${topic}/${key}`;
}
