/** Writes to Kafka which wards somebody watches. Read back, the record also shows that Kafka works both ways. */
import type { Logger } from 'pino';
import { contentTypes, type PresenceRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import { presenceEveryMs } from '../core/health.ts';

const wardsMax = 200;

export type Presence = { close(): Promise<void> };

/**
 * @param wards the wards that an open screen shows now; `engineering`: whether one shows the devices that were in no
 *   ward
 */
export function announcePresence(
  sealedLog: SealedLog,
  options: { wards: () => string[]; engineering: () => boolean; now: () => number; logger: Logger },
): Presence {
  const { wards, engineering, now, logger } = options;
  let busy = false;

  function announce(watched: string[], isEngineering: boolean): Promise<unknown> {
    const record: PresenceRecord = {
      at: formatInstant(now()),
      wards: watched.slice(0, wardsMax),
      ...(isEngineering && { engineering: true }),
    };
    return sealedLog
      .append('presence', sealedLog.boot, contentTypes.presence, record)
      .catch((error) => logger.warn({ code: error.code }, 'presence waits for Kafka'));
  }

  const timer = setInterval(() => {
    // One at a time: nothing piles up while Kafka is away.
    if (busy) return;
    busy = true;
    void announce(wards(), engineering()).finally(() => {
      busy = false;
    });
  }, presenceEveryMs);

  return {
    async close() {
      clearInterval(timer);
      // Nobody watches through a server that is gone; this is written at once, not noticed after 30 s.
      await Promise.race([announce([], false), new Promise((done) => setTimeout(done, 2_000))]);
    },
  };
}
