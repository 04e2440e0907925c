/** Computes what a device receives in its inbox. */
import { periodAt } from '../../contracts/association-at.ts';
import type { Inbox } from '../../contracts/messages/device.ts';
import { lastEndedPeriod } from '../../contracts/periods.ts';
import { formatInstant } from '../../contracts/time.ts';
import type { Period } from './associations.ts';

/**
 * A presence record counts for this long after the gateway has read the record. A dashboard writes a record at least
 * every second. If a dashboard was killed, the gateway treats its wards as watched for at most this time.
 */
export const presenceHeardMs = 6_000;
/**
 * Time from one inbox message to a device to the next; up to one `sweepMs` longer, because the listener checks only so
 * often. A device that gets no inbox message for 10 s alarms by itself.
 */
export const inboxIntervalMs = 3_000;

/** The wards that the screens of one dashboard process show. */
export type Presence = {
  /** When the gateway read the record, by its steady clock. */
  readonly readAtMs: number;
  readonly wards: ReadonlySet<string>;
  /** Whether a screen shows the devices of biomedical engineering: the devices that were never in a ward. */
  readonly hasEngineering: boolean;
};

/**
 * Returns the inbox of a device at an instant.
 * @param periods the periods of this device, in the order of the table
 * @param presences one presence for each dashboard process
 */
export function inboxAt(periods: readonly Period[], presences: Iterable<Presence>, nowMs: number): Inbox {
  const period = periodAt(periods, nowMs);
  return {
    time: formatInstant(nowMs),
    association: period ? { associationId: period.associationId, from: formatInstant(period.fromMs) } : null,
    watched: isWatched((period ?? lastEndedPeriod(periods))?.ward, presences, nowMs),
  };
}

/**
 * Returns whether a clinician's screen shows a device. Uses the time at which the gateway read each presence, so a
 * wrong clock of a dashboard does no harm.
 * @param ward ward of the device's bed, or its last ward if it has no bed; undefined if the device was never in a ward
 */
export function isWatched(ward: string | undefined, presences: Iterable<Presence>, nowMs: number): boolean {
  for (const presence of presences) {
    if (nowMs - presence.readAtMs > presenceHeardMs) continue;
    if (ward === undefined ? presence.hasEngineering : presence.wards.has(ward)) return true;
  }
  return false;
}
