/**
 * How each parameter of a device arrives: how often it is expected, by which clock, and when the last valid value came. From this follow
 * the data that the other detectors get with each value, and the parameters that are silent or intermittent (CLINICAL, "Judged or told", 1,
 * 2, 4, 5). Their alarms are in arrival-alarms.ts. Pure.
 */
import { type Assessment, assess, type DeviceClock, initialClock, sampledMs } from '../../../contracts/device-clock.ts';
import { usableNumber } from '../../../contracts/messages/check.ts';
import type { NumericValue } from '../../../contracts/messages/device.ts';
import { type Parameter, parameters } from '../../../contracts/parameters.ts';
import { intervalOf, isSingle, noDataMsOf, patchyIntervalMsMax, spacedBy } from './interval.ts';
import type { Came } from './limits.ts';
import { courseOf, isSetBack, type Order, type Stamped } from './order.ts';

/** How one parameter arrives. Times are device times, corrected by the clock's accepted error, unless a field says otherwise. */
export type Arrival = {
  readonly clock: DeviceClock;
  /** Its newest reading. */
  readonly order: Order;
  /** The newest time at which the device named the parameter, with or without a value. */
  readonly namedAt: number;
  /** The newest valid value; null before the first. */
  readonly validAt: number | null;
  /** The engine's clock when that value came. Silence is measured by the wall clock. */
  readonly heardAt: number;
  /** Times between the last readings in which the device named it, ms; at most five. */
  readonly spacings: readonly number[];
  /** Interval that the device declared with the parameter, ms. */
  readonly declaredMs: number | null;
  /** The expected interval that follows from these, ms. */
  readonly intervalMs: number;
  /** Why the newest reading has no valid value; null if it has one. */
  readonly why: string | null;
  /** The last valid value was beyond a limit. */
  readonly beyond: boolean;
  /** Time since which values are expected. */
  readonly since: number;
  /** The counts of valid values in the ten seconds that end with number `ten`, the latest last; at most `tensMax`. */
  readonly ten: number;
  readonly tens: readonly number[];
  /** Time since which it is noticed as silent, and time since which it is noticed as intermittent. */
  readonly silentSince: number | null;
  readonly patchySince: number | null;
  /** A person has acknowledged its silence, and the device no longer names it. It counts as not measured until a valid value comes. */
  readonly givenUp: boolean;
};

export type ArrivalsPart = {
  readonly codes: Readonly<Record<string, Arrival>>;
  /** The newest corrected time of any reading. Missing values are measured against it. Null before the first reading. */
  readonly now: number | null;
  /** Interval that the device's status declared for everything it sends, ms; absent before the first status. */
  readonly declaredMs?: number;
  /** The wall clock before which no silence can be noticed. */
  readonly quietUntil: number;
  /** At least one parameter is silent or intermittent. */
  readonly troubled: boolean;
};

/** JSON has no infinity. */
const never = Number.MAX_SAFE_INTEGER;

export const initialArrivals: ArrivalsPart = { codes: {}, now: null, quietUntil: never, troubled: false };

/** Takes a new interval from the status. Earlier arrivals no longer predict later ones, so counting starts anew. */
export function declare(part: ArrivalsPart, declaredMs: number): ArrivalsPart {
  if (part.declaredMs === declaredMs) return part;
  let { quietUntil } = part;
  const codes = Object.entries(part.codes).map(([code, arrival]) => {
    const intervalMs = intervalOf(parameters.get(code)!, arrival.declaredMs, [], declaredMs);
    if (arrival.heardAt !== 0) quietUntil = Math.min(quietUntil, arrival.heardAt + noDataMsOf(intervalMs));
    return [code, { ...arrival, spacings: [], intervalMs }] as const;
  });
  return { ...part, declaredMs, quietUntil, codes: Object.fromEntries(codes) };
}

/** A parameter is checked for intermittent values over one minute, if at least six values are expected in it (ours). */
const tenMs = 10_000;
const lookedAtMs = 50_000;
const lookedAtTens = lookedAtMs / tenMs;
/** The complete ten-second counts, and the one that is still running. */
const tensMax = lookedAtTens + 1;

export type Reading = Stamped & {
  /** Interval that the device declared with the value; null if it declared none. */
  readonly declaredMs: number | null;
  readonly values: readonly NumericValue[];
};

/** Notes one reading. @returns also the data that the other detectors get with each of its values */
export function note(
  part: ArrivalsPart,
  reading: Reading,
  isBeyond: (parameter: Parameter, value: number) => boolean,
  wallMs: number,
): { readonly part: ArrivalsPart; readonly came: readonly Came[] } {
  const codes: Record<string, Arrival> = { ...part.codes };
  const came: Came[] = [];
  const { time, receivedAt, boot, seq } = reading;
  const order: Order = { boot, seq, time, receivedAt };
  const of: Context = { isBeyond, wallMs, reading, statusMs: part.declaredMs };
  let { now, quietUntil } = part;
  let place: Place | undefined;
  for (const numeric of reading.values) {
    const parameter = parameters.get(numeric.code);
    if (parameter === undefined) continue;
    const known = codes[parameter.code];
    const clock = known?.clock ?? initialClock;
    const isBack = known !== undefined && isSetBack(known.order, reading);
    // The values of one reading nearly always share one clock, so the clock is assessed once.
    if (place === undefined || place.isBack !== isBack || !isSameClock(place.before, clock))
      place = placeOf(clock, reading, isBack);
    const { assessed, at } = place;
    const { late } = assessed;
    const { setByMs, apart, isNewest } = courseOf(known?.order ?? order, reading, clock, assessed, isBack);
    // The parameter is expected from its first arrival on. A clock that is behind, or a backlog, does not make it missing before that.
    const since = late ? receivedAt : Math.max(at, now ?? at);
    const before = known ?? arrivalOf(parameter, reading, order, { at, since }, part.declaredMs);
    const value = usableNumber(numeric) ?? null;
    const next = named(before, { parameter, numeric, value }, place, isNewest ? order : before.order, of);
    codes[parameter.code] = next;
    const noDataMs = noDataMsOf(next.intervalMs);
    if (next.heardAt !== 0) quietUntil = Math.min(quietUntil, next.heardAt + noDataMs);
    const { intervalMs } = next;
    const single = isSingle(parameter, intervalMs);
    came.push({ parameter, numeric, value, time, at, setByMs, apart, late, intervalMs, single, noDataMs });
    if (!late) now = Math.max(now ?? at, at);
  }
  return { part: noticed({ ...part, codes, now, quietUntil }), came };
}

/** Compares by content: the state comes from JSON, which turns one shared clock into several equal ones. */
function isSameClock(a: DeviceClock, b: DeviceClock): boolean {
  if (a === b) return true;
  const [p, q] = [a.pace, b.pace];
  if (a.offsetMs !== b.offsetMs || p == null || q == null) return false;
  return (
    p.sinceMs === q.sinceMs &&
    p.readings === q.readings &&
    p.leastMs === q.leastMs &&
    p.beforeMs === q.beforeMs &&
    p.steadyMs === q.steadyMs
  );
}

/**
 * Returns a parameter before its first valid value.
 * @param at when it was measured, by its clock. @param since when values are expected from: never before the first arrival, whatever its
 * clock says
 */
export function arrivalOf(
  parameter: Parameter,
  { declaredMs }: Pick<Reading, 'declaredMs'>,
  order: Order,
  { at, since }: { readonly at: number; readonly since: number },
  statusMs: number | undefined,
): Arrival {
  return {
    clock: initialClock,
    order,
    namedAt: at,
    validAt: null,
    heardAt: 0,
    spacings: [],
    declaredMs,
    intervalMs: intervalOf(parameter, declaredMs, [], statusMs),
    why: null,
    beyond: false,
    since,
    ten: 0,
    tens: [],
    silentSince: null,
    patchySince: null,
    givenUp: false,
  };
}

/** The place of a reading in time. `at` is its time, corrected by the accepted error of the clock. */
type Place = {
  readonly before: DeviceClock;
  readonly isBack: boolean;
  readonly assessed: Assessment;
  readonly at: number;
};

function placeOf(before: DeviceClock, { time, receivedAt }: Reading, isBack: boolean): Place {
  const assessed = assess(before, time, receivedAt, isBack);
  return { before, isBack, assessed, at: sampledMs(time, receivedAt, assessed.clock.offsetMs) };
}

type Context = {
  readonly isBeyond: (parameter: Parameter, value: number) => boolean;
  readonly wallMs: number;
  readonly reading: Reading;
  /** Interval that the device's status declared, ms. */
  readonly statusMs: number | undefined;
};

/** Returns a parameter after a reading that names it, with or without a value. */
function named(
  known: Arrival,
  { parameter, numeric, value }: Pick<Came, 'parameter' | 'numeric' | 'value'>,
  { assessed: { clock, late, stepped }, at }: Place,
  order: Order,
  of: Context,
): Arrival {
  // Before the error of its clock was known, the device's times did not show how often it sends.
  const isFirstKnown = stepped && known.heardAt === 0;
  const declaredMs = of.reading.declaredMs ?? known.declaredMs;
  // A newly declared, shorter interval does not make the time before it a silence ("Judged or told", 1).
  const isOftener = declaredMs !== null && declaredMs < (known.declaredMs ?? 0);
  const valid = value !== null && numeric.validity === undefined;
  const isBeyond = valid && of.isBeyond(parameter, value);
  // The alarm about its silence was shown. Later values are judged anew, unless the last value was beyond a limit.
  const isBack = valid && known.silentSince !== null && !known.beyond && !isBeyond;
  const { spacings: spaced } = known;
  const isAnew = isFirstKnown || isOftener || isBack;
  const before = isAnew ? { ...known, since: at, tens: [], spacings: isFirstKnown ? [] : spaced } : known;
  const isNewest = valid && (before.validAt === null || at > before.validAt);
  const spacings = at > before.namedAt ? spacedBy(before.spacings, at - before.namedAt) : before.spacings;
  const isSame = spacings === known.spacings && declaredMs === before.declaredMs;
  const intervalMs = isSame ? before.intervalMs : intervalOf(parameter, declaredMs, spacings, of.statusMs);
  // It is no longer a slow parameter. It was not missing in the time before.
  const since = intervalMs < before.intervalMs && before.intervalMs >= patchyIntervalMsMax ? at : before.since;
  const ten = Math.floor(at / tenMs);
  return {
    clock,
    order,
    namedAt: Math.max(before.namedAt, at),
    validAt: isNewest ? at : before.validAt,
    // A backlog says nothing about the present.
    heardAt: valid && !late ? of.wallMs : before.heardAt,
    spacings,
    declaredMs,
    intervalMs,
    why: valid ? null : reasonOf(parameter, numeric),
    beyond: isNewest ? isBeyond : before.beyond,
    // It is measured again. It was not missing in the time before.
    since: before.givenUp && valid ? at : since,
    ten: valid ? Math.max(before.ten, ten) : before.ten,
    tens: valid ? counted(before, ten) : before.tens,
    silentSince: before.silentSince,
    patchySince: before.patchySince,
    givenUp: before.givenUp && !valid,
  };
}

/** Returns the counts after one more valid value in the ten seconds of number `ten`. */
function counted({ ten: last, tens }: Arrival, ten: number): readonly number[] {
  const back = tens.length === 0 ? 0 : last - ten;
  if (back < 0) {
    const passed = Math.min(-back, tensMax);
    return [...tens, ...new Array<number>(passed - 1).fill(0), 1].slice(-tensMax);
  }
  const next = tens.length === 0 ? [0] : tens.slice();
  while (next.length <= back && next.length < tensMax) next.unshift(0);
  const i = next.length - 1 - back;
  if (i >= 0) next[i]! += 1;
  return next;
}

function reasonOf({ unit }: Parameter, { validity, value, unit: sent }: NumericValue): string {
  if (validity === 'calibrating') return 'calibrating';
  if (validity === 'questionable') return 'questionable';
  if (validity === 'invalid' || value === undefined) return 'no value';
  return sent === unit ? 'out of range' : `unit ${sent} not understood`;
}

/** Judges every parameter at the time of the device's newest reading. A reading of one parameter can show that others are missing. */
function noticed(part: ArrivalsPart): ArrivalsPart {
  const { now } = part;
  if (now === null) return part;
  let codes = part.codes;
  let troubled = false;
  for (const code in part.codes) {
    const arrival = part.codes[code]!;
    if (arrival.givenUp) continue;
    const from = Math.max(arrival.validAt ?? arrival.since, arrival.since);
    const noDataMs = noDataMsOf(arrival.intervalMs);
    // The wall clock may have noticed the silence earlier. That onset stays until a value comes.
    const silentSince = now - from >= noDataMs ? (arrival.silentSince ?? from + noDataMs) : null;
    const patchySince = isPatchy(arrival, now) ? (arrival.patchySince ?? now) : null;
    if (silentSince !== null || patchySince !== null) troubled = true;
    if (silentSince === arrival.silentSince && patchySince === arrival.patchySince) continue;
    if (codes === part.codes) codes = { ...codes };
    (codes as Record<string, Arrival>)[code] = { ...arrival, silentSince, patchySince };
  }
  return codes === part.codes && troubled === part.troubled ? part : { ...part, codes, troubled };
}

/**
 * Returns whether less than half of the values expected in the last 50 s were valid. The running ten seconds are not complete; with the
 * five before them they make the minute.
 */
function isPatchy({ ten: last, tens, since, intervalMs }: Arrival, now: number): boolean {
  if (intervalMs > patchyIntervalMsMax || now - since < lookedAtMs) return false;
  const ten = Math.floor(now / tenMs);
  let valid = 0;
  for (let i = 0; i < tens.length; i += 1) {
    const one = last - (tens.length - 1 - i);
    if (one < ten && one >= ten - lookedAtTens) valid += tens[i]!;
  }
  return valid < lookedAtMs / intervalMs / 2;
}

/** Standby has ended. A parameter that comes again was not missing during it. A parameter that is still silent stays silent. */
export function afterStandby(part: ArrivalsPart): ArrivalsPart {
  const codes = Object.entries(part.codes).map(([code, arrival]) => {
    if (arrival.silentSince !== null || arrival.validAt === null) return [code, arrival] as const;
    return [code, { ...arrival, since: arrival.validAt, tens: [], patchySince: null }] as const;
  });
  return { ...part, codes: Object.fromEntries(codes) };
}

/** Notices, by the wall clock, the parameters without a valid value for their no-data time. */
export function noticeSilent(part: ArrivalsPart, wallMs: number): ArrivalsPart {
  if (part.quietUntil > wallMs) return part;
  const codes: Record<string, Arrival> = { ...part.codes };
  let quietUntil = never;
  let { troubled } = part;
  for (const [code, arrival] of Object.entries(part.codes)) {
    if (arrival.silentSince !== null || arrival.heardAt === 0 || arrival.givenUp) continue;
    const noDataMs = noDataMsOf(arrival.intervalMs);
    if (wallMs - arrival.heardAt < noDataMs) quietUntil = Math.min(quietUntil, arrival.heardAt + noDataMs);
    else {
      codes[code] = { ...arrival, silentSince: arrival.validAt! + noDataMs };
      troubled = true;
    }
  }
  return { ...part, codes, quietUntil, troubled };
}

/** Returns the earliest wall clock at which `noticeSilent` may find something. */
export const silentDue = ({ quietUntil }: ArrivalsPart): number =>
  quietUntil === never ? Number.POSITIVE_INFINITY : quietUntil;

/**
 * Returns the expected interval of the fastest parameter that is not silent, ms; undefined if all are silent. A cuff without a known pace
 * does not count, because it does not show how often its device sends.
 */
export function fastestMs({ codes, declaredMs: statusMs }: ArrivalsPart): number | undefined {
  let fastest: number | undefined;
  for (const code in codes) {
    const { silentSince, givenUp, declaredMs, spacings } = codes[code]!;
    if (silentSince !== null || givenUp) continue;
    const intervalMs = declaredMs ?? intervalOf({}, null, spacings, statusMs);
    if (fastest === undefined || intervalMs < fastest) fastest = intervalMs;
  }
  return fastest;
}
