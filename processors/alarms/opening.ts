/** Opening the records that the engines read. One that cannot be opened is left out, counted, and named without its content. */
import type { Logger } from 'pino';
import { type Opened, parseHeader } from '../../contracts/envelope/header.ts';
import { VigilError } from '../../contracts/errors.ts';
import type { LogRecord } from '../../contracts/kafka/reader.ts';
import type { SealedLog } from '../../contracts/sealed-log.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { inputOf, type Taken } from './intake.ts';

/** `SealedLog.open` waits 10 s for a data key; a key published before its first use is there by then, unless it was deleted. */
const keyTries = 3;
/** Data keys that did not come: their records are left out at once, so that a forgotten patient's do not hold up the others. */
const missingKeysMax = 1_000;

export type Opening = {
  /** At once where the data key is known. Undefined: left out. */
  take(topic: KafkaTopic, partition: number, record: LogRecord): Taken | undefined | Promise<Taken | undefined>;
  leftOut(): number;
};

export function createOpening(log: Pick<SealedLog, 'open'>, logger: Logger): Opening {
  const missingKeys = new Set<string>();
  let leftOut = 0;

  function leave(topic: KafkaTopic, partition: number, { offset }: LogRecord, reason: string): undefined {
    leftOut += 1;
    logger.error({ topic, partition, offset, reason }, 'a record is left out of the alarms');
    return undefined;
  }

  function judge(topic: KafkaTopic, partition: number, record: LogRecord, opened: Opened): Taken | undefined {
    const taken = inputOf(opened.contentType, opened.plaintext, opened.place);
    return taken.ok ? taken : leave(topic, partition, record, taken.reason);
  }

  async function wait(topic: KafkaTopic, partition: number, record: LogRecord, first: Promise<Opened>) {
    const value = record.value!;
    const kid = parseHeader(value.toString('latin1').split('.', 1)[0]!).kid;
    if (missingKeys.has(kid)) {
      first.catch(() => {});
      return leave(topic, partition, record, 'key-unknown');
    }
    let pending: Opened | Promise<Opened> = first;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return judge(topic, partition, record, await pending);
      } catch (error) {
        const unknown = error instanceof VigilError && error.code === 'key-unknown';
        if (!unknown || attempt === keyTries) {
          if (unknown && missingKeys.size < missingKeysMax) missingKeys.add(kid);
          return leave(topic, partition, record, error instanceof VigilError ? error.code : 'unknown');
        }
        pending = (async () => log.open({ topic, key: record.key, value }))();
      }
    }
  }

  return {
    take(topic, partition, record) {
      if (record.value === null) return leave(topic, partition, record, 'tombstone');
      try {
        const opened = log.open({ topic, key: record.key, value: record.value });
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
