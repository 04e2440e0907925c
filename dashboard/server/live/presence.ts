/**
 * Writes to Kafka which wards somebody watches. The server reads its own record back, which shows that writing to and
 * reading from Kafka work.
 */
import type { Logger } from 'pino';
import { contentTypes, type PresenceRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import { presenceEveryMs } from '../core/health.ts';

const wardsMax = 200;

export type Presence = { close(): Promise<void> };

/**
 * Writes the presence record every `presenceEveryMs`.
 * @param options `wards` returns the wards that an open screen shows; `engineering` returns whether an open screen shows
 *   the devices of biomedical engineering
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
      .catch((error) =>
        logger.warn({ code: error.code }, 'the presence record could not be written to Kafka; the next try follows'),
      );
  }

  const timer = setInterval(() => {
    // Only one write at a time, so that no writes wait in a queue while Kafka is away.
    if (busy) return;
    busy = true;
    void announce(wards(), engineering()).finally(() => {
      busy = false;
    });
  }, presenceEveryMs);

  return {
    async close() {
      clearInterval(timer);
      // Nobody watches a ward through a stopped server. Without this record the wards would count as watched for 30 s more.
      await Promise.race([announce([], false), new Promise((done) => setTimeout(done, 2_000))]);
    },
  };
}
