/** Reads strips from the log, a few at a time. Stops reading when the browser closes the request. */
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import type { DeviceAssociations } from '../../contracts/messages/records.ts';
import type { ReadContext } from '../../log/explain/span.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { type FoundStrip, findStrip } from '../../log/strips/find-strip.ts';
import { listStrips, type StripsList, type StripsQuestion } from '../../log/strips/list-strips.ts';
import { createWorkPause } from '../../process/work-pause.ts';
import { createSlots } from './core/slots.ts';

/** Maximum number of strips that are read at the same time, for all accounts and for one account (ours). */
const bounds = { atOnceMax: 3, atOncePerKeyMax: 1, waitingMax: 32, waitingPerKeyMax: 4 } as const;
/**
 * A strip without a known time is searched in up to 4 GiB of strips. So only one such search runs at a time, in a
 * separate slot: it must not delay a look at an alarm of today (ours).
 */
const olderBounds = { atOnceMax: 1, atOncePerKeyMax: 1, waitingMax: 16, waitingPerKeyMax: 1 } as const;
/** Longest time of reading for one strip. After this time, the request fails (ours). */
const readMsMax = 30_000;
const olderReadMsMax = 55_000;

export type StripReader = {
  /**
   * Reads the strip of an onset.
   * @param alarm without `raisedMs`, all strips that Kafka keeps are searched
   * @param closed a signal that is aborted when nobody waits for the answer any more
   * @throws VigilError `rate-limited` if too many requests wait; `log-unavailable` if the reading takes too long;
   * `conflict` if the page was closed
   */
  read(
    account: string,
    alarm: { readonly alarmId: string; readonly raisedMs: number | undefined },
    onset: number,
    closed: AbortSignal,
  ): Promise<FoundStrip>;
  /**
   * Lists the strips of a bed or of a patient in a time. The listing shares the slot of the searches for strips without
   * a known time.
   * @param seesWard whether the person may see a ward; called with null for a strip whose ward is not known
   * @throws as `read`
   */
  list(
    account: string,
    associations: ReadonlyMap<string, DeviceAssociations>,
    question: StripsQuestion,
    seesWard: (ward: string | null) => boolean,
    closed: AbortSignal,
  ): Promise<StripsList>;
};

export function createStripReader(log: SealedLog, logger: Logger): StripReader {
  const refuse = () => new VigilError('rate-limited', 'Too many strips are being read: try again shortly.');
  const slots = createSlots(bounds, refuse);
  const olderSlots = createSlots(olderBounds, refuse);

  /** Reads the log until the work is done, the page is closed, or the time is over. */
  async function reading<T>(
    msMax: number,
    closed: AbortSignal,
    work: (context: ReadContext) => Promise<T>,
  ): Promise<T> {
    const controller = new AbortController();
    const stop = (reason: VigilError) => () => controller.abort(reason);
    const onClosed = stop(new VigilError('conflict', 'The page that asked was closed.'));
    const tooLong = stop(new VigilError('log-unavailable', 'The strips could not be read in time: try again.'));
    closed.addEventListener('abort', onClosed, { once: true });
    const timer = setTimeout(tooLong, msMax);
    try {
      if (closed.aborted) onClosed();
      return await work({ log, logger, signal: controller.signal, pause: createWorkPause(), onBatch() {} });
    } finally {
      clearTimeout(timer);
      closed.removeEventListener('abort', onClosed);
    }
  }

  return {
    read(account, alarm, onset, closed) {
      const isOlder = alarm.raisedMs === undefined;
      const msMax = isOlder ? olderReadMsMax : readMsMax;
      return (isOlder ? olderSlots : slots).run(account, () =>
        reading(msMax, closed, (context) => findStrip(context, alarm, onset)),
      );
    },
    list(account, associations, question, seesWard, closed) {
      return olderSlots.run(account, () =>
        reading(olderReadMsMax, closed, (context) => listStrips(context, associations, question, seesWard)),
      );
    },
  };
}
