/**
 * Standby of a bed: the patient is away (CLINICAL, "Alarm vocabulary"). A standby has a reason and an end time, and it ends early when
 * values come. During a standby no alarm calls because values are missing. A standby ends no physiological condition. Pure.
 */

import type { Command, StandbyInForce } from '../../../contracts/messages/alarms.ts';
import { standbyMsMax } from '../../../contracts/standby.ts';
import { atMostNow, limitedEndMs } from '../../../contracts/steady-time.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { LiveAlarm } from './alarm.ts';
import type { ArrivalsPart } from './arrivals.ts';
import type { Condition } from './condition.ts';
import type { DevicePart } from './device.ts';
import type { ReceivedValue } from './limits.ts';

/** Times are by the engine's clock. */
export type StandbyPart = {
  readonly since: number;
  readonly until: number;
  readonly reason: string;
  readonly by: Command['by'];
} | null;

/** Values do not end a standby during this time after its start, because the patient may still be connected (ours). */
const valuesIgnoredMs = 60_000;

/** Returns the standby that a command begins; undefined if its time has already passed. */
export function standbyOf(command: Extract<Command, { type: 'standby' }>, now: number): StandbyPart | undefined {
  const { forMs, reason, by, at } = command;
  const until = Math.min(Date.parse(at), now) + Math.min(forMs, standbyMsMax);
  return until > now ? { since: now, until, reason, by } : undefined;
}

/**
 * Returns the standby after the values of a reading: null if a current value ends it.
 * @param mayRaiseAlarm returns whether a value may raise an alarm. Only such a value ends a standby
 */
export function standbyAfterValues(
  part: StandbyPart,
  received: readonly ReceivedValue[],
  mayRaiseAlarm: (numeric: ReceivedValue['numeric']) => boolean,
  now: number,
): StandbyPart {
  if (part === null || now - part.since < valuesIgnoredMs) return part;
  return received.some(({ late, numeric }) => !late && mayRaiseAlarm(numeric)) ? null : part;
}

/** Returns the standby; null if its time has passed by the wall clock. */
export const endExpiredStandby = (part: StandbyPart, now: number): StandbyPart =>
  part !== null && part.until <= now ? null : part;

/** Returns the wall clock at which the standby ends; infinity without a standby. */
export const standbyDue = (part: StandbyPart): number => part?.until ?? Number.POSITIVE_INFINITY;

/** Returns a standby of a saved state, with a start that is not in the future and at most the longest duration. */
export const rearmStandby = (part: StandbyPart, now: number): StandbyPart =>
  part && { ...part, since: atMostNow(part.since, now), until: limitedEndMs(part.until, now, standbyMsMax) };

/** Returns whether no valid values come: the device is silent or disconnected, or all its parameters are silent. */
function hasNoValidValues(device: DevicePart, { codes }: ArrivalsPart): boolean {
  if (device.silentSince !== null || device.disconnectedSince !== null) return true;
  return Object.values(codes).every(({ silentSince, givenUp }) => silentSince !== null || givenUp);
}

/**
 * Returns a function that says whether a condition must not call because of the standby; undefined without a standby. Technical conditions
 * do not call. While no valid values come, a physiological condition does not call if it was acknowledged or began to call before the
 * standby.
 */
export function hidingRuleOf(
  part: StandbyPart,
  device: DevicePart,
  arrivals: ArrivalsPart,
): ((condition: Condition, live: LiveAlarm | undefined) => boolean) | undefined {
  if (part === null) return undefined;
  const isAway = hasNoValidValues(device, arrivals);
  return ({ kind }, live) => {
    if (kind === 'technical') return true;
    return isAway && live?.alarm.present === true && (live.acknowledged || live.signalSince <= part.since);
  };
}

/** Returns the standby in the form for the screens. */
export const standbyForScreens = (part: StandbyPart): StandbyInForce['standby'] =>
  part && { since: formatInstant(part.since), until: formatInstant(part.until), reason: part.reason, by: part.by };
