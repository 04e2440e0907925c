/** Writes the signs of life of this process into the topic `presence`. Without them, the screens show that nobody is called. */
import type { Logger } from 'pino';
import { type DeliverySign, deliverySignEveryMs } from '../../contracts/messages/delivery-progress.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { SealedLog } from '../../log/sealed-log.ts';

/** If the last pass of decisions is older, the process does not work, and gives no sign. A pass comes at least every 2 s. */
export const passMsMax = 4_000;

/** Returns what to write now; undefined if the process is to deliver and does not work. */
export function signOf(
  { isOwner, lastPassMs }: { readonly isOwner: boolean; readonly lastPassMs: number | undefined },
  nowMs: number,
): DeliverySign['state'] | undefined {
  if (!isOwner) return 'standby';
  return lastPassMs !== undefined && nowMs - lastPassMs <= passMsMax ? 'active' : undefined;
}

export function startSigns(options: {
  readonly sealedLog: Pick<SealedLog, 'append' | 'boot'>;
  readonly state: () => DeliverySign['state'] | undefined;
  readonly now: () => number;
  readonly log: Logger;
}): { close(): Promise<void> } {
  const { sealedLog, state, now, log } = options;
  let writing: Promise<void> | undefined;

  async function write(sign: DeliverySign): Promise<void> {
    try {
      await sealedLog.append('presence', sealedLog.boot, contentTypes.deliverySign, sign);
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'the sign of life could not be written; the next one follows');
    }
    writing = undefined;
  }

  const timer = setInterval(() => {
    const current = state();
    // While Kafka does not answer, only one sign waits.
    if (current && !writing) writing = write({ at: formatInstant(now()), state: current });
  }, deliverySignEveryMs);
  return {
    async close() {
      clearInterval(timer);
      await writing;
    },
  };
}
