/** A record of Kafka. All readers of this folder return records of this type. */
import type { KafkaMessage } from 'kafkajs';
import { logAheadMs } from '../../process/system-clock.ts';

export type LogRecord = {
  readonly offset: string;
  readonly key: string;
  readonly value: Buffer | null;
  /** When the record was appended, in the steady time of this process (process/system-clock.ts). */
  readonly timestampMs: number;
  /** When the record was fetched, in milliseconds of `performance.now()`. */
  readonly fetchedMs?: number;
};

export function logRecordOf({ offset, key, value, timestamp }: KafkaMessage, fetchedMs: number): LogRecord {
  return {
    offset,
    key: key?.toString('latin1') ?? '',
    value,
    timestampMs: Number(timestamp) - logAheadMs(),
    fetchedMs,
  };
}
