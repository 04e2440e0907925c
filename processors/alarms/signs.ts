/**
 * Writes the signs of life of the alarm processor into `presence`, and the received canaries into `canary`. Without the
 * signs, screens show an alarm.
 */
import type { PresenceRecord } from '../../contracts/messages/presence.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import type { Canaries } from './canaries.ts';
import type { Ownership } from './ownership.ts';

export type Signs = {
  /**
   * Writes a sign that names the owned partitions, as soon as all events from before the call are in `alarms` or left
   * out. Writes no sign in three cases: the partitions were released meanwhile, `close` was called, or the previous
   * sign is still on its way to Kafka.
   */
  give(): Promise<void>;
  close(): void;
};

export function createSigns(options: {
  readonly ownership: Pick<Ownership, 'owners' | 'generation'>;
  readonly sealedLog: Pick<SealedLog, 'append' | 'boot'>;
  readonly canaries: Pick<Canaries, 'report'>;
  /** The wall clock, ms since 1970. */
  readonly now: () => number;
}): Signs {
  const { ownership, sealedLog, canaries, now } = options;
  let isWaiting = false;
  let isClosed = false;
  return {
    async give() {
      const generation = ownership.generation();
      const owners = [...ownership.owners()];
      if (owners.length === 0) return;
      const areSent = await Promise.all(owners.map(([, { outbox }]) => outbox.waitUntilSent()));
      if (areSent.includes(false) || generation !== ownership.generation() || isClosed || isWaiting) return;
      isWaiting = true;
      const sign: PresenceRecord = { at: formatInstant(now()), wards: [], judges: owners.map(([number]) => number) };
      const canaryReport = canaries.report();
      void Promise.allSettled([
        sealedLog.append('presence', sealedLog.boot, contentTypes.presence, sign),
        canaryReport && sealedLog.append('canary', sealedLog.boot, contentTypes.canarySight, canaryReport),
      ]).then(() => {
        isWaiting = false;
      });
    },
    close() {
      isClosed = true;
    },
  };
}
