/**
 * Reads whole topics and decrypts every record with the operator's key, independently of the processors. Tests use this
 * to compare the records in Kafka with the readings that the gateway acknowledged.
 */
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import type { VigilError } from '../contracts/errors.ts';
import type { Alarm } from '../contracts/messages/alarms.ts';
import { checkRecord } from '../contracts/messages/check.ts';
import { contentTypes } from '../contracts/messages/records.ts';
import type { KafkaTopic } from '../contracts/topics.ts';
import type { OpenedRecord } from '../log/envelope/header.ts';
import { createReader } from '../log/kafka/reader.ts';
import type { SealedLog } from '../log/sealed-log.ts';

export type WitnessedRecord = {
  readonly key: string;
  readonly offset: bigint;
  readonly partition: number;
  readonly opened: OpenedRecord;
};

/**
 * Returns all records that a topic holds now, in the order of each partition. Leaves out records that are not
 * encrypted: some tests write such records into topics that other tests read too.
 * @throws VigilError if an encrypted record cannot be decrypted
 */
export async function readAllRecords(operator: SealedLog, topic: KafkaTopic): Promise<WitnessedRecord[]> {
  const records: WitnessedRecord[] = [];
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

/** Returns the sequence numbers of the readings of one device start, in the order of Kafka, each number once. */
export async function sequencesOf(operator: SealedLog, boot: string): Promise<number[]> {
  const numbers = new Set<number>();
  for (const { opened } of await readAllRecords(operator, 'observations')) {
    if (opened.origin.boot === boot && opened.contentType === contentTypes.observation) numbers.add(opened.origin.seq);
  }
  return [...numbers];
}

/** Returns the latest revision of every alarm of an association. */
export async function alarmsOf(operator: SealedLog, associationId: string): Promise<Alarm[]> {
  const alarms = new Map<string, Alarm>();
  for (const { key, opened } of await readAllRecords(operator, 'alarms')) {
    if (key !== associationId) continue;
    const checked = checkRecord(opened.contentType, opened.plaintext);
    if (!checked.ok) throw new Error('a record of the alarm processor does not match its schema');
    if (checked.contentType !== contentTypes.alarmEvent) continue;
    const { alarm } = checked.body;
    if ((alarms.get(alarm.alarmId)?.rev ?? 0) < alarm.rev) alarms.set(alarm.alarmId, alarm);
  }
  return [...alarms.values()];
}
