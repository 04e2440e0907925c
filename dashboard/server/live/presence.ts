/**
 * Writes to Kafka which wards somebody watches. Reading the record back shows that the server can write to Kafka and
 * read from Kafka.
 */
import type { Logger } from 'pino';
import type {
  OwnedSound,
  PresenceRecord,
  SoftDisplayHere,
  UnconfirmedOnScreen,
} from '../../../contracts/messages/presence.ts';
import { contentTypes } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { SealedLog } from '../../../log/sealed-log.ts';
import { runEvery } from '../../../process/timer-tasks.ts';
import { presenceEveryMs } from '../core/health.ts';

const wardsMax = 200;
/** A change is written after at most this time, because devices and the other dashboards wait for it. */
const changeEveryMs = 500;

export type Presence = { close(): Promise<void> };

/**
 * Writes the presence record every `presenceEveryMs`, and when its content has changed.
 * @param options `wards` returns the wards that are on a screen whose page paints and has confirmed the alarms of the
 * ward; `engineering` returns whether a screen whose page paints shows the devices of biomedical engineering;
 * `unconfirmed` returns the alarms that screens have not confirmed; `sounds` returns the wards for which one screen has
 * the sound; `softDisplays` returns the soft wall displays
 */
export function announcePresence(
  sealedLog: Pick<SealedLog, 'append' | 'boot'>,
  options: {
    wards: () => string[];
    engineering: () => boolean;
    unconfirmed: () => UnconfirmedOnScreen[];
    sounds: () => OwnedSound[];
    softDisplays: () => SoftDisplayHere[];
    now: () => number;
    logger: Logger;
  },
): Presence {
  const { wards, engineering, unconfirmed, sounds, softDisplays, now, logger } = options;
  let busy = false;
  let writtenAtMs = Number.NEGATIVE_INFINITY;
  let written = '';

  async function announce(content: Omit<PresenceRecord, 'at'>): Promise<unknown> {
    const record: PresenceRecord = { at: formatInstant(now()), ...content };
    return sealedLog
      .append('presence', sealedLog.boot, contentTypes.presence, record)
      .catch((error) =>
        logger.warn({ code: error.code }, 'the presence record could not be written to Kafka; the next try follows'),
      );
  }

  function present(): Omit<PresenceRecord, 'at'> {
    const alarms = unconfirmed();
    const ownedSounds = sounds();
    const soft = softDisplays();
    return {
      wards: wards().toSorted().slice(0, wardsMax),
      ...(engineering() && { engineering: true }),
      ...(alarms.length > 0 && { unconfirmed: alarms }),
      ...(ownedSounds.length > 0 && { sounds: ownedSounds }),
      ...(soft.length > 0 && { softDisplays: soft }),
    };
  }

  const timer = runEvery('presence', changeEveryMs, () => {
    // Only one write at a time, so that no writes wait in a queue while Kafka is away.
    if (busy) return undefined;
    const content = present();
    const text = JSON.stringify(content);
    // The timer may fire a few milliseconds early.
    if (text === written && now() - writtenAtMs < presenceEveryMs - changeEveryMs / 2) return undefined;
    busy = true;
    [written, writtenAtMs] = [text, now()];
    return announce(content).finally(() => {
      busy = false;
    });
  });

  return {
    async close() {
      clearInterval(timer);
      // Nobody watches a ward through a stopped server. Without this record, wards would count as watched for 10 s
      // more.
      await Promise.race([announce({ wards: [] }), new Promise((done) => setTimeout(done, 2_000))]);
    },
  };
}
