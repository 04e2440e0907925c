/**
 * A reader that is independent of the processors: it reads topics from their beginning as the operator and opens every record, to
 * compare what Kafka holds with what was acknowledged.
 */
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import type { VigilError } from '../contracts/errors.ts';
import type { Alarm } from '../contracts/messages/alarms.ts';
import { checkRecord } from '../contracts/messages/check.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import type { KafkaTopic } from '../contracts/topics.ts';
import type { Opened } from '../log/envelope/header.ts';
import { createReader } from '../log/kafka/reader.ts';
import type { SealedLog } from '../log/sealed-log.ts';

export type Witnessed = {
  readonly key: string;
  readonly offset: bigint;
  readonly partition: number;
  readonly opened: Opened;
};

/**
 * Everything that one topic holds now, in the order of each partition. Throws where a sealed record does not open. What is not even
 * sealed is left out: some tests write such things into the topics that all share, and whose record is missing notices it.
 */
export async function readWhole(operator: SealedLog, topic: KafkaTopic): Promise<Witnessed[]> {
  const records: Witnessed[] = [];
  const faults: unknown[] = [];
  const reader = await createReader(operator.kafka, {
    group: `operator-witness-${randomUUID()}`,
    topics: [topic],
    start: 'beginning',
    log: pino({ level: 'silent' }),
    async onRecords(batch) {
      for (const record of batch.records) {
        if (record.value === null) continue;
        try {
          const opened = await operator.open({ topic, key: record.key, value: record.value });
          records.push({ key: record.key, offset: BigInt(record.offset), partition: batch.partition, opened });
        } catch (error) {
          if ((error as VigilError).code !== 'sealed-malformed') faults.push(error);
        }
      }
    },
  });
  await reader.caughtUp;
  await reader.close();
  if (faults.length > 0) throw faults[0];
  return records;
}

/** The sequence numbers of one device's boot as Kafka holds them, repeats of a retry left out, in Kafka's order. */
export async function sequencesOf(operator: SealedLog, boot: string): Promise<number[]> {
  const seen = new Set<number>();
  for (const { opened } of await readWhole(operator, 'observations')) {
    if (opened.place.boot === boot && opened.contentType === contentTypes.observation) seen.add(opened.place.seq);
  }
  return [...seen];
}

/** The last revision of every alarm of an association, by alarmId. */
export async function alarmsOf(operator: SealedLog, associationId: string): Promise<Alarm[]> {
  const alarms = new Map<string, Alarm>();
  for (const { key, opened } of await readWhole(operator, 'alarms')) {
    if (key !== associationId) continue;
    const checked = checkRecord(opened.contentType, opened.plaintext);
    if (!checked.ok) throw new Error('a record of the alarm processor does not fit its schema');
    if (checked.contentType !== contentTypes.alarmEvent) continue;
    const { alarm } = checked.body;
    if ((alarms.get(alarm.alarmId)?.rev ?? 0) < alarm.rev) alarms.set(alarm.alarmId, alarm);
  }
  return [...alarms.values()];
}
