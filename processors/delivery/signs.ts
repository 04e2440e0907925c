/**
 * Writes the signs of life of this process into the topic `presence`. Without the signs, the screens show that nobody
 * is called.
 */
import type { Logger } from 'pino';
import { type DeliverySign, deliverySignEveryMs } from '../../contracts/messages/delivery-progress.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { runEvery } from '../../process/timer-tasks.ts';

/**
 * If the last pass of decisions is older than this, the process does not work, and gives no sign. A pass comes at least
 * every 2 s.
 */
export const passMsMax = 4_000;

/**
 * If the alarms and answers were last read to their end longer ago than this, the process does not work. A check comes
 * every 2 s, and can be slow on a busy machine (end-watch.ts).
 */
export const intakeMsMax = 10_000;
/**
 * The limit for the tables is longer, because a dashboard that dies while it writes an assignment blocks the topic for
 * up to 20 s.
 */
export const tablesMsMax = 30_000;

/**
 * When the parts of the process last worked, ms. The first two times are undefined while the process does not deliver;
 * the third only until the tables are open.
 */
export type Work = {
  readonly isOwner: boolean;
  /** The end of the last pass of decisions. */
  readonly lastPassMs: number | undefined;
  /** Everything before these times was read. */
  readonly intakeReadMs: number | undefined;
  readonly tablesReadMs: number | undefined;
};

/** Returns the sign to write now; undefined if this process is the owner but does not work. */
export function signOf(
  { isOwner, lastPassMs, intakeReadMs, tablesReadMs }: Work,
  nowMs: number,
): DeliverySign['state'] | undefined {
  if (!isOwner) return 'standby';
  const isRecent = (atMs: number | undefined, msMax: number) => atMs !== undefined && nowMs - atMs <= msMax;
  const isWorking =
    isRecent(lastPassMs, passMsMax) && isRecent(intakeReadMs, intakeMsMax) && isRecent(tablesReadMs, tablesMsMax);
  return isWorking ? 'active' : undefined;
}

export function startSigns(options: {
  readonly sealedLog: Pick<SealedLog, 'append' | 'boot'>;
  readonly work: () => Work;
  readonly now: () => number;
  readonly log: Logger;
}): { close(): Promise<void> } {
  const { sealedLog, work, now, log } = options;
  let before: DeliverySign['state'] | undefined;
  let writing: Promise<void> | undefined;

  async function write(sign: DeliverySign): Promise<void> {
    try {
      await sealedLog.append('presence', sealedLog.boot, contentTypes.deliverySign, sign);
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'the sign of life could not be written; the next one follows');
    }
    writing = undefined;
  }

  const timer = runEvery('sign-of-life', deliverySignEveryMs, () => {
    const current = signOf(work(), now());
    if (before === 'active' && current === undefined)
      log.error(
        { nowMs: now(), ...work() },
        'this process is the owner but does not work, so it gives no sign of life',
      );
    before = current;
    // While Kafka does not answer, only one sign waits.
    if (current && !writing) writing = write({ at: formatInstant(now()), state: current });
  });
  return {
    async close() {
      clearInterval(timer);
      await writing;
    },
  };
}
