/**
 * Reading sealed records: each is opened, held against the topic in which it lies, and checked. Every process that reads the log does it
 * here. A record that fails is left out: it is counted, the log names its place and never its content, and the records behind it go on.
 * That holds for what a reader makes of a record as well: a reader that throws is handed the same records again for ever.
 */
import type { Logger } from 'pino';
import { type ErrorCode, VigilError } from '../contracts/errors.ts';
import { type AnyRecord, checkRecord } from '../contracts/messages/check.ts';
import { homeFault } from '../contracts/messages/homes.ts';
import type { KafkaTopic } from '../contracts/topics.ts';
import { type Opened, parseHeader, type SealedHeader } from './envelope/header.ts';
import type { Opener } from './envelope/opener.ts';
import type { LogRecord } from './kafka/log-record.ts';

/** A record that was opened and fits its type. */
export type ReadRecord = { readonly opened: Opened; readonly record: AnyRecord };

/** In what a record lies; a batch of the reader is such a place. */
export type TopicPlace = { readonly topic: KafkaTopic; readonly partition: number };

type LeftOut = ErrorCode | 'tombstone' | 'unknown';
type MaybeNow<T> = T | Promise<T>;

export type SealedReading = {
  /** The record, at once where its data key is known. Undefined: left out, or not wanted. */
  take(place: TopicPlace, record: LogRecord): MaybeNow<ReadRecord | undefined>;
  /** The same, only opened: for the audit trail, where a record that does not fit counts as well. */
  open(place: TopicPlace, record: LogRecord): MaybeNow<Opened | undefined>;
  /** Leaves a record out for a reason of the caller. @param reason without content of the record */
  leave(place: TopicPlace, record: LogRecord, code: LeftOut, reason: string): undefined;
  /** What the task makes of the record; undefined, and the record is left out, where the task throws. */
  attempt<T>(place: TopicPlace, record: LogRecord, task: () => T): T | undefined;
  leftOut(): number;
};

/** Ids of data keys that are remembered. Past it the oldest goes. */
const keysMax = 10_000;

export function createSealedReading(options: {
  readonly open: Opener['open'];
  readonly log: Pick<Logger, 'error'>;
  /** Ends a line in the log: "a record is left out of the screens". */
  readonly of: string;
  /** Whether a record is opened at all, by the content type in its header; as a rule every one. */
  readonly wants?: (contentType: string) => boolean;
  /**
   * `ask`, as a rule: each record asks for its data key anew. `remember`: a key that was missing once is not looked for again, and one that
   * was not wrapped for us is named once. That is for readers of a long past, in which a forgotten patient's records have no key.
   */
  readonly missingKeys?: 'ask' | 'remember';
  readonly onLeftOut?: () => void;
}): SealedReading {
  const { log, of, wants, missingKeys = 'ask', onLeftOut } = options;
  const remembers = missingKeys === 'remember';
  const missing = bounded(keysMax);
  const foreign = bounded(keysMax);
  let leftOut = 0;

  function leave({ topic, partition }: TopicPlace, record: LogRecord, code: LeftOut, reason: string): undefined {
    leftOut += 1;
    onLeftOut?.();
    const id = remembers && code === 'key-not-for-us' ? keyIdOf(headerOf(record)) : undefined;
    if (id === undefined || foreign.add(id))
      log.error({ topic, partition, offset: record.offset, code, reason }, `a record is left out of ${of}`);
    return undefined;
  }

  function fail(place: TopicPlace, record: LogRecord, error: unknown): undefined {
    if (!(error instanceof VigilError)) return leave(place, record, 'unknown', `It cannot be read${whereIn(error)}.`);
    const id = remembers && error.code === 'key-unknown' ? keyIdOf(headerOf(record)) : undefined;
    if (id !== undefined) missing.add(id);
    return leave(place, record, error.code, error.message);
  }

  function open(place: TopicPlace, record: LogRecord): MaybeNow<Opened | undefined> {
    const { key, value, fetchedMs } = record;
    if (value === null) return leave(place, record, 'tombstone', 'It is a tombstone.');
    const header = wants || remembers ? headerOf(record) : undefined;
    if (header && wants?.(header.contentType) === false) return undefined;
    const id = keyIdOf(header);
    if (id !== undefined && missing.has(id)) return leave(place, record, 'key-unknown', 'Its data key is missing.');
    try {
      const pending = options.open({ topic: place.topic, key, value, fetchedMs });
      return pending instanceof Promise ? pending.catch((error: unknown) => fail(place, record, error)) : pending;
    } catch (error) {
      return fail(place, record, error);
    }
  }

  function check(place: TopicPlace, record: LogRecord, opened: Opened | undefined): ReadRecord | undefined {
    if (opened === undefined) return undefined;
    const stray = homeFault(place.topic, opened.contentType);
    if (stray !== undefined) return leave(place, record, 'payload-schema', stray);
    const checked = checkRecord(opened.contentType, opened.plaintext);
    return checked.ok ? { opened, record: checked } : leave(place, record, checked.fault.code, checked.fault.message);
  }

  function attempt<T>(place: TopicPlace, record: LogRecord, task: () => T): T | undefined {
    try {
      return task();
    } catch (error) {
      return fail(place, record, error);
    }
  }

  return {
    open,
    leave,
    attempt,
    take(place, record) {
      const opened = open(place, record);
      const checkIt = (found: Opened | undefined) => attempt(place, record, () => check(place, record, found));
      return opened instanceof Promise ? opened.then(checkIt) : checkIt(opened);
    },
    leftOut: () => leftOut,
  };
}

/** Where in our code an error was thrown. Its message may repeat what is in a record, so it is not said. */
function whereIn(error: unknown): string {
  const frame = error instanceof Error ? /^ +at (.+)$/m.exec(error.stack ?? '')?.[1] : undefined;
  return frame === undefined ? '' : `: ${(error as Error).name} at ${frame}`;
}

/** Names a data key as a record asks for it: under another writer's name it is another one, and that one may be missing. */
function keyIdOf(header: SealedHeader | undefined): string | undefined {
  return header && `${header.kid} ${header.place.topic} ${header.place.writer}`;
}

function headerOf({ value }: LogRecord): SealedHeader | undefined {
  try {
    return value === null ? undefined : parseHeader(value.toString('latin1').split('.', 1)[0]!);
  } catch {
    return undefined;
  }
}

/** Ids, of which the oldest goes past `max`. `add` says whether an id is new. */
function bounded(max: number) {
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
