/** Opening the records that the engines read. One that cannot be opened is left out, counted, and named without its content. */
import type { Logger } from 'pino';
import type { Opened } from '../../contracts/envelope/header.ts';
import { VigilError } from '../../contracts/errors.ts';
import type { LogRecord } from '../../contracts/kafka/reader.ts';
import { checkRecord } from '../../contracts/messages/check.ts';
import { homeFault } from '../../contracts/messages/homes.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import type { SealedLog } from '../../contracts/sealed-log.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { inputOf, type Taken } from './intake.ts';

/** A canary: nothing to the engines. `canaryMs`: when the gateway received it, ms since 1970. */
export type MetCanary = { readonly ok: false; readonly canaryMs: number };

type Read = Taken | MetCanary | undefined;

export type Opening = {
  /** At once where the data key is known. Undefined: left out. */
  take(topic: KafkaTopic, partition: number, record: LogRecord): Read | Promise<Read>;
  leftOut(): number;
};

export function createOpening(log: Pick<SealedLog, 'open'>, logger: Logger): Opening {
  let leftOut = 0;

  function leave(topic: KafkaTopic, partition: number, { offset }: LogRecord, reason: string): undefined {
    leftOut += 1;
    logger.error({ topic, partition, offset, reason }, 'a record is left out of the alarms');
    return undefined;
  }

  function judge(topic: KafkaTopic, partition: number, record: LogRecord, opened: Opened): Read {
    const stray = homeFault(topic, opened.contentType);
    if (stray !== undefined) return leave(topic, partition, record, stray);
    if (opened.contentType === contentTypes.canary) {
      const canary = canaryOf(opened);
      return canary ?? leave(topic, partition, record, 'A canary has no time.');
    }
    const taken = inputOf(opened.contentType, opened.plaintext, opened.place);
    return taken.ok ? taken : leave(topic, partition, record, taken.reason);
  }

  async function wait(topic: KafkaTopic, partition: number, record: LogRecord, pending: Promise<Opened>) {
    try {
      return judge(topic, partition, record, await pending);
    } catch (error) {
      return leave(topic, partition, record, error instanceof VigilError ? error.code : 'unknown');
    }
  }

  return {
    take(topic, partition, record) {
      if (record.value === null) return leave(topic, partition, record, 'tombstone');
      try {
        const opened = log.open({ ...record, topic, value: record.value });
        return opened instanceof Promise
          ? wait(topic, partition, record, opened)
          : judge(topic, partition, record, opened);
      } catch (error) {
        return leave(topic, partition, record, error instanceof VigilError ? error.code : 'unknown');
      }
    },
    leftOut: () => leftOut,
  };
}

function canaryOf({ contentType, plaintext }: Opened): MetCanary | undefined {
  const checked = checkRecord(contentType, plaintext);
  if (!checked.ok || checked.contentType !== contentTypes.canary) return undefined;
  const canaryMs = parseInstant(checked.body.receivedAt);
  return canaryMs === undefined ? undefined : { ok: false, canaryMs };
}
