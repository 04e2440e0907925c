/**
 * How each parameter of a device comes: how often it is expected, by which clock, and when the last valid value came. From this follows
 * what the other detectors are told of each value, and which parameters are silent or intermittent (CLINICAL, "Judged or told", 1, 2, 4, 5).
 * Their alarms are in arrival-alarms.ts. Pure.
 */
import { type Assessment, assess, bornAtMs, type DeviceClock, initialClock } from '../../../contracts/device-clock.ts';
import { usableNumber } from '../../../contracts/messages/check.ts';
import type { NumericValue } from '../../../contracts/messages/device.ts';
import { type Parameter, parameters } from '../../../contracts/parameters.ts';
import { intervalOf, isSingle, noDataMsOf, patchyIntervalMsMax, spacedBy } from './interval.ts';
import type { Came } from './limits.ts';
import { courseOf, isSetBack, type Order, type Stamped } from './order.ts';

/** A parameter as it comes. Times are the device's, corrected by its clock's accepted error, unless said otherwise. */
export type Arrival = {
  readonly clock: DeviceClock;
  /** The newest reading of it. */
  readonly order: Order;
  /** The newest time at which the device named the parameter, with or without a value. */
  readonly namedAt: number;
  /** The newest valid value; null before the first. */
  readonly validAt: number | null;
  /** The engine's clock when it came, the wall clock for what is silent. */
  readonly heardAt: number;
  /** Between the last times at which the device named it, ms: at most five. */
  readonly spacings: readonly number[];
  /** Interval that the device declared with it, ms. */
  readonly declaredMs: number | null;
  /** How often it is expected by these, ms. */
  readonly intervalMs: number;
  /** Why the newest word on it is no value; null where it is one. */
  readonly why: string | null;
  /** The last valid value was beyond a limit. */
  readonly beyond: boolean;
  /** Since when it is expected, and how many valid values came in each 10 s of the last minute. */
  readonly since: number;
  /** The counts of valid values in the ten seconds that end with number `ten`, the latest last; at most `tensMax`. */
  readonly ten: number;
  readonly tens: readonly number[];
  /** Noticed: nothing valid for its no-data time, since; valid only now and then, since. */
  readonly silentSince: number | null;
  readonly patchySince: number | null;
  /** A person has answered its silence, and the device names it no more: it is not measured, until a valid value comes. */
  readonly givenUp: boolean;
};

export type ArrivalsPart = {
  readonly codes: Readonly<Record<string, Arrival>>;
  /** The newest corrected time of any reading: what is missing is measured by it. Null before the first. */
  readonly now: number | null;
  /** Interval that the device's status declared for all that it sends, ms; absent before it did. */
  readonly declaredMs?: number;
  /** The wall clock before which no silence can be noticed. */
  readonly quietUntil: number;
  /** Some parameter is silent, or comes only now and then. */
  readonly troubled: boolean;
};

/** JSON knows no infinity. */
const never = Number.MAX_SAFE_INTEGER;

export const initialArrivals: ArrivalsPart = { codes: {}, now: null, quietUntil: never, troubled: false };

/** The status declares another interval: what came so far says nothing of what is to come. */
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

/** Intermittent: looked at over a minute, of what is expected at least six times in it (ours). */
const tenMs = 10_000;
const lookedAtMs = 50_000;
const lookedAtTens = lookedAtMs / tenMs;
/** Those that are looked at, and the ten seconds that run. */
const tensMax = lookedAtTens + 1;

export type Reading = Stamped & {
  /** Interval that the device declared with it; null where it declared none. */
  readonly declaredMs: number | null;
  readonly values: readonly NumericValue[];
};

/** Notes one reading. @returns also what the other detectors are told of each of its values */
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
    // The values of one reading come by one clock, nearly always: it is assessed once.
    if (place === undefined || place.isBack !== isBack || !isSameClock(place.before, clock))
      place = placeOf(clock, reading, isBack);
    const { assessed, at } = place;
    const { late } = assessed;
    const { setByMs, apart, isNewest } = courseOf(known?.order ?? order, reading, clock, assessed, isBack);
    // It is expected from when on it came: neither a clock that is behind nor a backlog makes it missing in the time before.
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

/** The engine's state comes from JSON, where one clock has become several that are equal. */
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
 * A parameter of which nothing valid has come yet.
 * @param at when it was measured, by its clock. @param since from when on it is expected: not before it came, whatever its clock says
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

/** Where a reading stands in the time of a clock that was `before`. `at`: corrected by the clock's accepted error. */
type Place = {
  readonly before: DeviceClock;
  readonly isBack: boolean;
  readonly assessed: Assessment;
  readonly at: number;
};

function placeOf(before: DeviceClock, { time, receivedAt }: Reading, isBack: boolean): Place {
  const assessed = assess(before, time, receivedAt, isBack);
  return { before, isBack, assessed, at: bornAtMs(time, receivedAt, assessed.clock.offsetMs) };
}

type Context = {
  readonly isBeyond: (parameter: Parameter, value: number) => boolean;
  readonly wallMs: number;
  readonly reading: Reading;
  /** Interval that the device's status declared, ms. */
  readonly statusMs: number | undefined;
};

/** A parameter after a reading that names it, with or without a value. */
function named(
  known: Arrival,
  { parameter, numeric, value }: Pick<Came, 'parameter' | 'numeric' | 'value'>,
  { assessed: { clock, late, stepped }, at }: Place,
  order: Order,
  of: Context,
): Arrival {
  // Until the error of its clock was known, the device's times said nothing of how often it sends.
  const isFirstKnown = stepped && known.heardAt === 0;
  const declaredMs = of.reading.declaredMs ?? known.declaredMs;
  // A declared change to more often is no silence of the time before ("Judged or told", 1).
  const isOftener = declaredMs !== null && declaredMs < (known.declaredMs ?? 0);
  const valid = value !== null && numeric.validity === undefined;
  const isBeyond = valid && of.isBeyond(parameter, value);
  // That it was silent was said; what comes after is looked at anew, unless it was left beyond a limit.
  const isBack = valid && known.silentSince !== null && !known.beyond && !isBeyond;
  const { spacings: spaced } = known;
  const isAnew = isFirstKnown || isOftener || isBack;
  const before = isAnew ? { ...known, since: at, tens: [], spacings: isFirstKnown ? [] : spaced } : known;
  const isNewest = valid && (before.validAt === null || at > before.validAt);
  const spacings = at > before.namedAt ? spacedBy(before.spacings, at - before.namedAt) : before.spacings;
  const isSame = spacings === known.spacings && declaredMs === before.declaredMs;
  const intervalMs = isSame ? before.intervalMs : intervalOf(parameter, declaredMs, spacings, of.statusMs);
  // It keeps its own slow pace no longer: it was not missed in the time before.
  const since = intervalMs < before.intervalMs && before.intervalMs >= patchyIntervalMsMax ? at : before.since;
  const ten = Math.floor(at / tenMs);
  return {
    clock,
    order,
    namedAt: Math.max(before.namedAt, at),
    validAt: isNewest ? at : before.validAt,
    // A backlog says nothing about now.
    heardAt: valid && !late ? of.wallMs : before.heardAt,
    spacings,
    declaredMs,
    intervalMs,
    why: valid ? null : reasonOf(parameter, numeric),
    beyond: isNewest ? isBeyond : before.beyond,
    // Measured anew: it is not missed in the time before.
    since: before.givenUp && valid ? at : since,
    ten: valid ? Math.max(before.ten, ten) : before.ten,
    tens: valid ? counted(before, ten) : before.tens,
    silentSince: before.silentSince,
    patchySince: before.patchySince,
    givenUp: before.givenUp && !valid,
  };
}

/** With one valid value more in the ten seconds of number `ten`. */
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

/** Judges every parameter at the time of the device's newest reading: what a reading shows to be missing in the others. */
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
    // By the wall clock it may have been noticed before, and earlier: that stays until a value comes.
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
 * Less than half of what the last 50 s should bring was valid. The ten seconds that run are not over: with the five before them they
 * make the minute.
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

/** Standby is over: what comes again was not missed in the time before. What is still silent stays so. */
export function afterStandby(part: ArrivalsPart): ArrivalsPart {
  const codes = Object.entries(part.codes).map(([code, arrival]) => {
    if (arrival.silentSince !== null || arrival.validAt === null) return [code, arrival] as const;
    return [code, { ...arrival, since: arrival.validAt, tens: [], patchySince: null }] as const;
  });
  return { ...part, codes: Object.fromEntries(codes) };
}

/** By the wall clock: parameters of which nothing valid has come for their no-data time. */
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

/** The wall clock at which `noticeSilent` may find something: no later than what it finds. */
export const silentDue = ({ quietUntil }: ArrivalsPart): number =>
  quietUntil === never ? Number.POSITIVE_INFINITY : quietUntil;

/**
 * How often the fastest parameter that is not silent is expected, ms; undefined where there is none. Until its pace is known, a cuff says
 * nothing of how often its device is to be heard.
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
