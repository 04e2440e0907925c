/**
 * Standby of a bed: the patient is away (CLINICAL, "Alarm vocabulary"). A standby has a reason and an end time, and it
 * ends early when values come. During a standby, technical alarms do not call. A standby ends no physiological
 * condition. Pure.
 */

import type { Command, StandbyInForce } from '../../../contracts/messages/alarms.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { standbyMsMax } from '../../../contracts/standby.ts';
import { atMostNow, limitedEndMs } from '../../../contracts/steady-time.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { LiveAlarm } from './alarm.ts';
import type { Arrival, ArrivalsPart } from './arrivals.ts';
import type { Condition } from './condition.ts';
import type { DevicePart } from './device.ts';
import { isSingle } from './interval.ts';
import type { ReceivedValue } from './limits.ts';
import { notJudgedKey } from './not-judged.ts';

/** Times are by the engine's clock. */
export type StandbyPart = {
  readonly since: number;
  readonly until: number;
  readonly reason: string;
  readonly by: Command['by'];
  /** When the first and the last value of the present run of values came (`withRun`). */
  readonly run?: Run;
} | null;
type Run = { readonly from: number; readonly to: number };

/** Values do not end a standby during this time after its start, because the patient may still be connected (ours). */
const valuesIgnoredMs = 60_000;
/**
 * Continuous values end a standby only if the first value and the last value are at least this far apart (ours). A
 * sensor that somebody moves or tests without a patient gives one value, or values for a moment.
 */
const runMsMin = 10_000;
/**
 * After a gap of this length between two values, a new run begins (ours). Continuous values come at least once in a
 * minute.
 */
const runGapMsMax = 90_000;

/** Returns the standby that a command begins; undefined if its time has already passed. */
export function standbyOf(command: Extract<Command, { type: 'standby' }>, now: number): StandbyPart | undefined {
  const { forMs, reason, by, at } = command;
  const until = Math.min(Date.parse(at), now) + Math.min(forMs, standbyMsMax);
  return until > now ? { since: now, until, reason, by } : undefined;
}

/**
 * Returns the standby after the values of a reading: null if the values show that the patient is back. A single
 * measurement, for example of a cuff, is enough: a cuff measures only on an arm. Continuous values are enough if they
 * came for `runMsMin`. The values are judged in any case, so an alarm of the patient does not wait for the end of the
 * standby.
 * @param mayRaiseAlarm returns whether a value may raise an alarm. Only such a value counts
 */
export function standbyAfterValues(
  part: StandbyPart,
  received: readonly ReceivedValue[],
  mayRaiseAlarm: (numeric: ReceivedValue['numeric']) => boolean,
  now: number,
): StandbyPart {
  if (part === null) return part;
  const current = received.filter(({ late, numeric }) => !late && mayRaiseAlarm(numeric));
  if (current.length === 0) return part;
  const run = withRun(part.run, now);
  const isBack = current.some(({ single }) => single) || run.to - run.from >= runMsMin;
  return isBack && now - part.since >= valuesIgnoredMs ? null : { ...part, run };
}

/**
 * Adds values that came at `now` to a run of values. The times of a run are by the engine's clock. The device's times
 * are uneven: parameters may have different times, and somebody may set the device's clock. Values that a gateway kept
 * for some minutes come all at once, so they are a short run.
 */
function withRun(run: Run | undefined, now: number): Run {
  if (run === undefined || Math.abs(now - run.to) > runGapMsMax) return { from: now, to: now };
  return { from: run.from, to: Math.max(run.to, now) };
}

/** Returns the standby; null if its time has passed by the wall clock. */
export const endExpiredStandby = (part: StandbyPart, now: number): StandbyPart =>
  part !== null && part.until <= now ? null : part;

/** Returns the wall-clock time at which the standby ends; infinity without a standby. */
export const standbyDue = (part: StandbyPart): number => part?.until ?? Number.POSITIVE_INFINITY;

/**
 * Returns the standby of a saved state. A start in the future becomes `now`. An end more than `standbyMsMax` after
 * `now` becomes `now + standbyMsMax`.
 */
export const rearmStandby = (part: StandbyPart, now: number): StandbyPart =>
  part && { ...part, since: atMostNow(part.since, now), until: limitedEndMs(part.until, now, standbyMsMax) };

/** Returns whether a parameter is silent or no longer measured. */
const isSilent = ({ silentSince, givenUp }: Arrival): boolean => silentSince !== null || givenUp;

/**
 * Returns whether a parameter gives single measurements, and the last measurement still counts. A cuff is silent only
 * after hours.
 */
const hasSingle = (code: string, arrival: Arrival): boolean =>
  isSingle(parameters.get(code)!, arrival.intervalMs) && !isSilent(arrival);

/**
 * Returns whether no valid values come: the device is silent or disconnected, or all its parameters are silent. The
 * last value of a single measurement does not count as a valid value, unless the device measures nothing else.
 */
function hasNoValidValues(device: DevicePart, { codes }: ArrivalsPart): boolean {
  if (device.silentSince !== null || device.disconnectedSince !== null) return true;
  const others = Object.entries(codes).filter(([code, arrival]) => !hasSingle(code, arrival));
  return (others.length > 0 || Object.keys(codes).length === 0) && others.every(([, arrival]) => isSilent(arrival));
}

/**
 * Returns a function that says whether a condition must not call because of the standby; undefined without a standby.
 * Technical conditions do not call. The exception is the condition that nothing is judged, because then no value can
 * end the standby. While no valid values come, a physiological condition does not call in two cases: it began to call
 * before the standby, or somebody has acknowledged it. The condition of a single measurement calls as long as this
 * measurement counts and the device sends.
 */
export function hidingRuleOf(
  part: StandbyPart,
  device: DevicePart,
  arrivals: ArrivalsPart,
): ((condition: Condition, live: LiveAlarm | undefined) => boolean) | undefined {
  if (part === null) return undefined;
  const isAway = hasNoValidValues(device, arrivals);
  const isDeviceAway = device.silentSince !== null || device.disconnectedSince !== null;
  return ({ key, kind, code }, live) => {
    if (key === notJudgedKey) return false;
    if (kind === 'technical') return true;
    const arrival = code === undefined ? undefined : arrivals.codes[code];
    if (!isDeviceAway && arrival !== undefined && hasSingle(code!, arrival)) return false;
    return isAway && live?.alarm.present === true && (live.acknowledged || live.signalSince <= part.since);
  };
}

/** Returns the standby in the form for the screens. */
export const standbyForScreens = (part: StandbyPart): StandbyInForce['standby'] =>
  part && { since: formatInstant(part.since), until: formatInstant(part.until), reason: part.reason, by: part.by };
