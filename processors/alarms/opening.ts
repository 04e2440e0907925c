/**
 * Opens the records that the engines read. A record that cannot be opened is skipped, counted, and logged without its
 * content.
 */
import type { Logger } from 'pino';
import { contentTypes } from '../../contracts/messages/records.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import type { LogRecord } from '../../log/kafka/log-record.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { createSealedReading, type ReadRecord, type RecordPartition } from '../../log/sealed-reading.ts';
import { type IntakeResult, inputOf } from './intake.ts';

/** A canary, which no engine gets. `canaryMs`: the time of its receipt at the gateway, ms since 1970. */
export type ReceivedCanary = { readonly ok: false; readonly canaryMs: number };

type OpenedRecord = IntakeResult | ReceivedCanary | undefined;

export type Opening = {
  /**
   * Returns the content of a record, or undefined if the record is skipped. Returns no promise if the data key is in
   * memory.
   */
  open(topic: KafkaTopic, partition: number, record: LogRecord): OpenedRecord | Promise<OpenedRecord>;
  /** Returns the number of skipped records. */
  leftOut(): number;
};

export function createOpening(log: Pick<SealedLog, 'open'>, logger: Logger): Opening {
  const reading = createSealedReading({ open: log.open, log: logger, leftOutOf: 'the alarms' });

  function convert(recordPartition: RecordPartition, logRecord: LogRecord, read: ReadRecord | undefined): OpenedRecord {
    if (read === undefined) return undefined;
    const { opened, record } = read;
    if (record.contentType === contentTypes.canary) {
      const canaryMs = parseInstant(record.body.receivedAt);
      return canaryMs === undefined
        ? reading.leaveOut(recordPartition, logRecord, 'time-invalid', 'The time of a canary is invalid.')
        : { ok: false, canaryMs };
    }
    const result = inputOf(record, opened.origin);
    return result.ok ? result : reading.leaveOut(recordPartition, logRecord, 'time-invalid', result.reason);
  }

  return {
    open(topic, partition, record) {
      const recordPartition = { topic, partition };
      const tryConvert = (read: ReadRecord | undefined) =>
        reading.attempt(recordPartition, record, () => convert(recordPartition, record, read));
      const read = reading.read(recordPartition, record);
      return read instanceof Promise ? read.then(tryConvert) : tryConvert(read);
    },
    leftOut: reading.leftOutCount,
  };
}
