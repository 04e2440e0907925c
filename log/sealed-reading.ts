/**
 * Reads sealed records: opens each record, checks that its type belongs in its topic, and validates it. Every process
 * that reads the log uses this code. A record that fails is left out and counted. One line in the process's log output
 * names its topic, partition and offset, but not its content. Later records are not affected. A record is also left out
 * if the code that handles the record throws. Otherwise the reader would fetch the same record again and again.
 */
import type { Logger } from 'pino';
import { type ErrorCode, VigilError } from '../contracts/errors.ts';
import { type AnyRecord, checkRecord } from '../contracts/messages/check.ts';
import { wrongTopicFault } from '../contracts/messages/record-topics.ts';
import type { KafkaTopic } from '../contracts/topics.ts';
import { thrownAtText } from '../process/thrown-at.ts';
import { type OpenedRecord, parseHeader, type SealedHeader } from './envelope/header.ts';
import type { Opener } from './envelope/opener.ts';
import type { LogRecord } from './kafka/log-record.ts';

/** A record that was decrypted and matches the schema of its type. */
export type ReadRecord = { readonly opened: OpenedRecord; readonly record: AnyRecord };

/** The partition of a record. A `RecordBatch` can be passed too. */
export type RecordPartition = { readonly topic: KafkaTopic; readonly partition: number };

type LeftOutCode = ErrorCode | 'tombstone' | 'unknown';
type MaybePromise<T> = T | Promise<T>;

export type SealedReading = {
  /**
   * Opens and validates a record. Returns no promise if the data key is known. Undefined if the record is left out or
   * not wanted.
   */
  read(source: RecordPartition, record: LogRecord): MaybePromise<ReadRecord | undefined>;
  /**
   * Opens a record without validating the record. The audit trail must also report records that do not match their
   * schema.
   */
  open(source: RecordPartition, record: LogRecord): MaybePromise<OpenedRecord | undefined>;
  /** Counts and reports a record that the caller leaves out. @param reason a sentence without content of the record */
  leaveOut(source: RecordPartition, record: LogRecord, code: LeftOutCode, reason: string): undefined;
  /** Returns the result of the task. If the task throws, returns undefined and leaves the record out. */
  attempt<T>(source: RecordPartition, record: LogRecord, task: () => T): T | undefined;
  /** Returns the number of records that were left out. */
  leftOutCount(): number;
};

/** Maximum number of ids of data keys that are remembered. If there are more, the oldest id is forgotten. */
const keysMax = 10_000;

export function createSealedReading(options: {
  readonly open: Opener['open'];
  readonly log: Pick<Logger, 'error'>;
  /** End of the log line "a record is left out of …", for example "the screens". */
  readonly leftOutOf: string;
  /** Returns whether to open records of a content type; by default all records are opened. */
  readonly wants?: (contentType: string) => boolean;
  /**
   * `ask` (default): Vigil searches for a missing data key again for each record. `remember`: Vigil searches for a
   * missing key only once, and reports a key that is not wrapped for this service only once. `remember` is for readers
   * of old records, whose keys may have been deleted.
   */
  readonly missingKeys?: 'ask' | 'remember';
  readonly onLeftOut?: () => void;
}): SealedReading {
  const { log, leftOutOf, wants, missingKeys = 'ask', onLeftOut } = options;
  const remembers = missingKeys === 'remember';
  const missingKeyIds = createBoundedSet(keysMax);
  const foreignKeyIds = createBoundedSet(keysMax);
  let leftOutCount = 0;

  function leaveOut(
    { topic, partition }: RecordPartition,
    record: LogRecord,
    code: LeftOutCode,
    reason: string,
  ): undefined {
    leftOutCount += 1;
    onLeftOut?.();
    const id = remembers && code === 'key-not-for-us' ? keyIdOf(headerOf(record)) : undefined;
    if (id === undefined || foreignKeyIds.add(id))
      log.error({ topic, partition, offset: record.offset, code, reason }, `a record is left out of ${leftOutOf}`);
    return undefined;
  }

  function leaveOutFailed(source: RecordPartition, record: LogRecord, error: unknown): undefined {
    if (!(error instanceof VigilError))
      return leaveOut(source, record, 'unknown', `It cannot be read${thrownAtText(error)}.`);
    const id = remembers && error.code === 'key-unknown' ? keyIdOf(headerOf(record)) : undefined;
    if (id !== undefined) missingKeyIds.add(id);
    return leaveOut(source, record, error.code, error.message);
  }

  function open(source: RecordPartition, record: LogRecord): MaybePromise<OpenedRecord | undefined> {
    const { key, value, fetchedMs } = record;
    if (value === null) return leaveOut(source, record, 'tombstone', 'It is a tombstone.');
    const header = wants || remembers ? headerOf(record) : undefined;
    if (header && wants?.(header.contentType) === false) return undefined;
    const id = keyIdOf(header);
    if (id !== undefined && missingKeyIds.has(id))
      return leaveOut(source, record, 'key-unknown', 'Its data key is missing.');
    try {
      const pending = options.open({ topic: source.topic, key, value, fetchedMs });
      return pending instanceof Promise
        ? pending.catch((error: unknown) => leaveOutFailed(source, record, error))
        : pending;
    } catch (error) {
      return leaveOutFailed(source, record, error);
    }
  }

  function check(source: RecordPartition, record: LogRecord, opened: OpenedRecord | undefined): ReadRecord | undefined {
    if (opened === undefined) return undefined;
    const topicFault = wrongTopicFault(source.topic, opened.contentType);
    if (topicFault !== undefined) return leaveOut(source, record, 'payload-schema', topicFault);
    const checked = checkRecord(opened.contentType, opened.plaintext);
    return checked.ok
      ? { opened, record: checked }
      : leaveOut(source, record, checked.fault.code, checked.fault.message);
  }

  function attempt<T>(source: RecordPartition, record: LogRecord, task: () => T): T | undefined {
    try {
      return task();
    } catch (error) {
      return leaveOutFailed(source, record, error);
    }
  }

  return {
    open,
    leaveOut,
    attempt,
    read(source, record) {
      const opened = open(source, record);
      const checkOpened = (result: OpenedRecord | undefined) =>
        attempt(source, record, () => check(source, record, result));
      return opened instanceof Promise ? opened.then(checkOpened) : checkOpened(opened);
    },
    leftOutCount: () => leftOutCount,
  };
}

/**
 * Returns the id of a record's data key, with topic and writer, because Vigil searches for the key only among the keys
 * of that writer, and in the old topic `keys`.
 */
function keyIdOf(header: SealedHeader | undefined): string | undefined {
  return header && `${header.kid} ${header.origin.topic} ${header.origin.writer}`;
}

function headerOf({ value }: LogRecord): SealedHeader | undefined {
  try {
    return value === null ? undefined : parseHeader(value.toString('latin1').split('.', 1)[0]!);
  } catch {
    return undefined;
  }
}

/** Creates a set of at most `max` ids that drops its oldest id. `add` returns whether the id is new. */
function createBoundedSet(max: number) {
  const ids = new Set<string>();
  return {
    has: (id: string) => ids.has(id),
    add(id: string): boolean {
      if (ids.has(id)) return false;
      ids.add(id);
      const oldest = ids.size > max ? ids.values().next().value : undefined;
      if (oldest !== undefined) ids.delete(oldest);
      return true;
    },
  };
}
