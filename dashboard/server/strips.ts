/** Reads strips from the log, a few at a time. Stops reading when the browser closes the request. */
import type { Logger } from 'pino';
import { VigilError } from '../../contracts/errors.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { type FoundStrip, findStrip } from '../../log/strips/find-strip.ts';
import { createWorkPause } from '../../process/work-pause.ts';
import { createSlots } from './core/slots.ts';

/** Maximum number of strips that are read at the same time, for all accounts and for one account (ours). */
const bounds = { atOnceMax: 3, atOncePerKeyMax: 1, waitingMax: 32, waitingPerKeyMax: 4 } as const;
/**
 * A strip without a known time is searched in up to 4 GiB of strips. So only one such search runs at a time, and it has other slots: it
 * must not hold up a look at an alarm of today (ours).
 */
const olderBounds = { atOnceMax: 1, atOncePerKeyMax: 1, waitingMax: 16, waitingPerKeyMax: 1 } as const;
/** Longest time of reading for one strip; after it, the request fails (ours). */
const readMsMax = 30_000;
const olderReadMsMax = 55_000;

export type StripReader = {
  /**
   * Reads the strip of an onset.
   * @param alarm without `raisedMs`, all strips that Kafka keeps are searched
   * @param closed a signal that is aborted when nobody waits for the answer any more
   * @throws VigilError `rate-limited` if too many requests wait; `log-unavailable` if the reading takes too long
   */
  read(
    account: string,
    alarm: { readonly alarmId: string; readonly raisedMs: number | undefined },
    onset: number,
    closed: AbortSignal,
  ): Promise<FoundStrip>;
};

export function createStripReader(log: SealedLog, logger: Logger): StripReader {
  const refuse = () => new VigilError('rate-limited', 'Too many strips are being read: try again shortly.');
  const slots = createSlots(bounds, refuse);
  const olderSlots = createSlots(olderBounds, refuse);
  return {
    read(account, alarm, onset, closed) {
      const isOlder = alarm.raisedMs === undefined;
      return (isOlder ? olderSlots : slots).run(account, async () => {
        const controller = new AbortController();
        const stop = (reason: VigilError) => () => controller.abort(reason);
        const onClosed = stop(new VigilError('conflict', 'The page that asked was closed.'));
        const tooLong = stop(new VigilError('log-unavailable', 'The strip could not be read in time: try again.'));
        closed.addEventListener('abort', onClosed, { once: true });
        const timer = setTimeout(tooLong, isOlder ? olderReadMsMax : readMsMax);
        try {
          if (closed.aborted) onClosed();
          const { signal } = controller;
          return await findStrip({ log, logger, signal, pause: createWorkPause(), onBatch() {} }, alarm, onset);
        } finally {
          clearTimeout(timer);
          closed.removeEventListener('abort', onClosed);
        }
      });
    },
  };
}
