/**
 * Standby of a bed: the patient is away (CLINICAL, "Alarm vocabulary"). It has a reason and an end, and it ends as soon as values come.
 * While it lasts, an alarm does not call only because no values come. It ends no physiological condition. Pure.
 */

import type { Command, StandbyInForce } from '../../../contracts/messages/alarms.ts';
import { standbyMsMax } from '../../../contracts/standby.ts';
import { notAhead, notLonger } from '../../../contracts/steady-time.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { Live } from './alarm.ts';
import type { ArrivalsPart } from './arrivals.ts';
import type { Condition } from './condition.ts';
import type { DevicePart } from './device.ts';
import type { Came } from './limits.ts';

/** Times are by the engine's clock. */
export type StandbyPart = {
  readonly since: number;
  readonly until: number;
  readonly reason: string;
  readonly by: Command['by'];
} | null;

/** Values end a standby only when it is this old: until then the patient may still be on the cables (ours). */
const unpluggingMs = 60_000;

/** @returns undefined if the command came too late to begin */
export function standbyOf(command: Extract<Command, { type: 'standby' }>, now: number): StandbyPart | undefined {
  const { forMs, reason, by, at } = command;
  const until = Math.min(Date.parse(at), now) + Math.min(forMs, standbyMsMax);
  return until > now ? { since: now, until, reason, by } : undefined;
}

/**
 * Takes the values of a reading. A current value ends standby if it is valid, or if it is questionable and beyond a limit: such a value may
 * call.
 */
export function afterValues(
  part: StandbyPart,
  came: readonly Came[],
  mayCall: (numeric: Came['numeric']) => boolean,
  now: number,
): StandbyPart {
  if (part === null || now - part.since < unpluggingMs) return part;
  const isNow = ({ late, numeric }: Came) => !late && mayCall(numeric);
  return came.some(isNow) ? null : part;
}

/** Ends a standby whose time has passed by the wall clock. */
export const endStandby = (part: StandbyPart, now: number): StandbyPart =>
  part !== null && part.until <= now ? null : part;

export const standbyDue = (part: StandbyPart): number => part?.until ?? Number.POSITIVE_INFINITY;

/** Corrects a standby after a start: it began no later than now, and lasts no longer than the maximum. */
export const rearmStandby = (part: StandbyPart, now: number): StandbyPart =>
  part && { ...part, since: notAhead(part.since, now), until: notLonger(part.until, now, standbyMsMax) };

/** Returns whether no valid values come: the device is silent or disconnected, or all its parameters are silent. */
function isNothingComing(device: DevicePart, { codes }: ArrivalsPart): boolean {
  if (device.silentSince !== null || device.disconnectedSince !== null) return true;
  return Object.values(codes).every(({ silentSince, givenUp }) => silentSince !== null || givenUp);
}

/**
 * Returns which conditions do not call: the technical ones. If no valid values come, also the physiological ones that called before the
 * standby or were acknowledged. A call that began since then goes on. Undefined if there is no standby.
 */
export function hiding(
  part: StandbyPart,
  device: DevicePart,
  arrivals: ArrivalsPart,
): ((condition: Condition, live: Live | undefined) => boolean) | undefined {
  if (part === null) return undefined;
  const isAway = isNothingComing(device, arrivals);
  return ({ kind }, live) => {
    if (kind === 'technical') return true;
    return isAway && live?.alarm.present === true && (live.acknowledged || live.signalSince <= part.since);
  };
}

/** Returns the standby in the form for the screens. */
export const standbyShown = (part: StandbyPart): StandbyInForce['standby'] =>
  part && { since: formatInstant(part.since), until: formatInstant(part.until), reason: part.reason, by: part.by };
