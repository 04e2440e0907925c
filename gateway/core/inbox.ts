/** What a device receives in its inbox. */
import { periodAt } from '../../contracts/association-at.ts';
import type { Inbox } from '../../contracts/messages/device.ts';
import { lastEnded } from '../../contracts/periods.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { Period } from './associations.ts';

/** A presence record counts for this long; both ends included. */
export const presenceLifeMs = 30_000;
/** A device receives its inbox at least this often. */
export const inboxIntervalMs = 10_000;

export type Presence = {
  readonly atMs: number;
  readonly wards: ReadonlySet<string>;
  /** A clinician's screen shows the devices that were in no ward. */
  readonly engineering: boolean;
};

/**
 * Returns the inbox at an instant.
 * @param periods of this device, in the table's order
 * @param presences by dashboard process
 */
export function inboxAt(periods: readonly Period[], presences: Iterable<Presence>, nowMs: number): Inbox {
  const period = periodAt(periods, nowMs);
  return {
    time: formatInstant(nowMs),
    association: period ? { associationId: period.associationId, from: formatInstant(period.fromMs) } : null,
    watched: isWatched((period ?? lastEnded(periods))?.ward, presences, nowMs),
  };
}

/**
 * Whether a clinician's screen shows a device of this ward: one with a bed there, or one without a bed that was last there. Ward
 * undefined: the device was in no ward; then a screen counts that shows biomedical engineering's devices. A record from the future (a
 * dashboard whose clock is ahead) counts within the same limit: the dashboard is alive.
 */
export function isWatched(ward: string | undefined, presences: Iterable<Presence>, nowMs: number): boolean {
  for (const presence of presences) {
    if (Math.abs(nowMs - presence.atMs) > presenceLifeMs) continue;
    if (ward === undefined ? presence.engineering : presence.wards.has(ward)) return true;
  }
  return false;
}
