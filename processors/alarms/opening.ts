/** Opens the records that the engines read. A record that cannot be opened is skipped, counted, and logged without its content. */
import type { Logger } from 'pino';
import { contentTypes } from '../../contracts/messages/records.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import type { LogRecord } from '../../log/kafka/log-record.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { createSealedReading, type ReadRecord, type TopicPlace } from '../../log/sealed-reading.ts';
import { inputOf, type Taken } from './intake.ts';

/** A canary. The engines ignore it. `canaryMs`: when the gateway received it, ms since 1970. */
export type MetCanary = { readonly ok: false; readonly canaryMs: number };

type Read = Taken | MetCanary | undefined;

export type Opening = {
  /** Returns at once if the data key is known. Undefined: the record is skipped. */
  take(topic: KafkaTopic, partition: number, record: LogRecord): Read | Promise<Read>;
  leftOut(): number;
};

export function createOpening(log: Pick<SealedLog, 'open'>, logger: Logger): Opening {
  const reading = createSealedReading({ open: log.open, log: logger, of: 'the alarms' });

  function judge(place: TopicPlace, at: LogRecord, read: ReadRecord | undefined): Read {
    if (read === undefined) return undefined;
    const { opened, record } = read;
    if (record.contentType === contentTypes.canary) {
      const canaryMs = parseInstant(record.body.receivedAt);
      return canaryMs === undefined
        ? reading.leave(place, at, 'time-invalid', 'A canary has no time.')
        : { ok: false, canaryMs };
    }
    const taken = inputOf(record, opened.place);
    return taken.ok ? taken : reading.leave(place, at, 'time-invalid', taken.reason);
  }

  return {
    take(topic, partition, record) {
      const place = { topic, partition };
      const judgeIt = (found: ReadRecord | undefined) =>
        reading.attempt(place, record, () => judge(place, record, found));
      const read = reading.take(place, record);
      return read instanceof Promise ? read.then(judgeIt) : judgeIt(read);
    },
    leftOut: reading.leftOut,
  };
}
