/**
 * Keeps for each parameter its expected interval, the error of its clock, and the time of its last valid value. Adds to
 * each value the facts that the other detectors need. Notices parameters that are silent or intermittent (CLINICAL,
 * "Judged or told", 1, 2, 4, 5). The alarms of such parameters are in arrival-alarms.ts. Pure.
 */
import { assessReading, type DeviceClock, initialClock, sampledMs } from '../../../contracts/device-clock.ts';
import { usableNumber } from '../../../contracts/messages/check.ts';
import type { NumericValue } from '../../../contracts/messages/device.ts';
import { type Parameter, parameters } from '../../../contracts/parameters.ts';
import { intervalOf, isSingle, noDataMsOf, patchyIntervalMsMax, withSpacing } from './interval.ts';
import type { ReceivedValue } from './limits.ts';
import { isSetBack, type Order, readingPlaceOf, type Stamped } from './order.ts';

/**
 * How the values of one parameter arrive. Unless a field says otherwise, times are device times, corrected by the
 * clock's error.
 */
export type Arrival = {
  readonly clock: DeviceClock;
  /** The newest reading that named the parameter. */
  readonly order: Order;
  /** The newest time at which the device named the parameter, with or without a value. */
  readonly namedAt: number;
  /** Time of the newest valid value; null before the first valid value. */
  readonly validAt: number | null;
  /** The engine's clock at the last valid current value: silence counts from this time. 0 before the first value. */
  readonly heardAt: number;
  /** Times between the last readings that named the parameter, ms; at most five. */
  readonly spacings: readonly number[];
  /** Interval that the device declared with the parameter, ms. */
  readonly declaredMs: number | null;
  /** The expected interval, ms. This interval follows from the spacings and the declared interval (interval.ts). */
  readonly intervalMs: number;
  /** Why the reading that came last has no valid value; null if the value is valid. */
  readonly why: string | null;
  /** The last valid value was beyond a limit. */
  readonly beyond: boolean;
  /** Time since which values are expected. */
  readonly since: number;
  /** Number of the last span of ten seconds (device time divided by 10 s). */
  readonly ten: number;
  /** Number of valid values in each span of ten seconds; the last entry is for span `ten`. At most `tensMax` spans. */
  readonly tens: readonly number[];
  /** When the parameter became silent or intermittent; null if it is not silent, or not intermittent. */
  readonly silentSince: number | null;
  readonly patchySince: number | null;
  /** The parameter is no longer measured (arrival-alarms.ts, `giveUp`). A valid value ends this state. */
  readonly givenUp: boolean;
};

export type ArrivalsPart = {
  readonly codes: Readonly<Record<string, Arrival>>;
  /** The newest corrected time of a reading that was not late: missing values count up to it. Null before the first. */
  readonly now: number | null;
  /** Interval that the device's status declared for everything it sends, ms; absent before the first status. */
  readonly declaredMs?: number;
  /** Wall-clock time before which `noticeSilentParameters` marks no parameter as silent. */
  readonly quietUntil: number;
  /** At least one parameter is silent or intermittent. */
  readonly troubled: boolean;
};

/** Stands for infinity, which JSON cannot contain. */
const never = Number.MAX_SAFE_INTEGER;

export const initialArrivals: ArrivalsPart = { codes: {}, now: null, quietUntil: never, troubled: false };

/** Handles a new interval from the device's status. Drops the spacings: they no longer predict the next values. */
export function takeDeclaredInterval(part: ArrivalsPart, declaredMs: number): ArrivalsPart {
  if (part.declaredMs === declaredMs) return part;
  let { quietUntil } = part;
  const codes = Object.entries(part.codes).map(([code, arrival]) => {
    const intervalMs = intervalOf(parameters.get(code)!, arrival.declaredMs, [], declaredMs);
    if (arrival.heardAt !== 0) quietUntil = Math.min(quietUntil, arrival.heardAt + noDataMsOf(intervalMs));
    return [code, { ...arrival, spacings: [], intervalMs }] as const;
  });
  return { ...part, declaredMs, quietUntil, codes: Object.fromEntries(codes) };
}

const tenMs = 10_000;
/** A parameter is checked for intermittent values over this time, without the present ten seconds (ours). */
const checkedMs = 50_000;
const checkedTens = checkedMs / tenMs;
const tensMax = checkedTens + 1;

export type Reading = Stamped & {
  readonly declaredMs: number | null;
  readonly values: readonly NumericValue[];
};

/** Handles one reading. @returns the new part, and the values with the facts that the other detectors need */
export function noteReading(
  part: ArrivalsPart,
  reading: Reading,
  isBeyond: (parameter: Parameter, value: number) => boolean,
  wallMs: number,
): { readonly part: ArrivalsPart; readonly received: readonly ReceivedValue[] } {
  const codes: Record<string, Arrival> = { ...part.codes };
  const received: ReceivedValue[] = [];
  const { time, receivedAt, boot, seq } = reading;
  const order: Order = { boot, seq, time, receivedAt };
  const context: Context = { isBeyond, wallMs, reading, statusMs: part.declaredMs };
  let { now, quietUntil } = part;
  let timing: ReadingTime | undefined;
  for (const numeric of reading.values) {
    const parameter = parameters.get(numeric.code);
    if (parameter === undefined) continue;
    const previous = codes[parameter.code];
    const clock = previous?.clock ?? initialClock;
    const isClockSetBack = previous !== undefined && isSetBack(previous.order, reading);
    // The values of one reading nearly always have the same clock, so the clock is assessed only once.
    if (timing === undefined || timing.isClockSetBack !== isClockSetBack || !isSameClock(timing.before, clock))
      timing = readingTimeOf(clock, reading, isClockSetBack);
    const { assessed, at } = timing;
    const { late } = assessed;
    const newest = previous?.order ?? order;
    const { setByMs, isPlaceUnknown, isNewest } = readingPlaceOf(newest, reading, clock, assessed, isClockSetBack);
    // Values are expected from the first value on. If the first value is late (a slow device clock or a backlog), its
    // time of receipt counts: from its own time on, the next values would look overdue.
    const since = late ? receivedAt : Math.max(at, now ?? at);
    const before = previous ?? arrivalOf(parameter, reading, order, { at, since }, part.declaredMs);
    const value = usableNumber(numeric) ?? null;
    const named = { parameter, numeric, value };
    const next = arrivalAfterReading(before, named, timing, isNewest ? order : before.order, context);
    codes[parameter.code] = next;
    const noDataMs = noDataMsOf(next.intervalMs);
    if (next.heardAt !== 0) quietUntil = Math.min(quietUntil, next.heardAt + noDataMs);
    const { intervalMs } = next;
    const single = isSingle(parameter, intervalMs);
    received.push({ parameter, numeric, value, time, at, setByMs, isPlaceUnknown, late, intervalMs, single, noDataMs });
    if (!late) now = Math.max(now ?? at, at);
  }
  return { part: withSilences({ ...part, codes, now, quietUntil }), received };
}

/** Returns whether two clocks have the same content. A state from JSON contains equal copies of one clock. */
function isSameClock(a: DeviceClock, b: DeviceClock): boolean {
  if (a === b) return true;
  const [paceA, paceB] = [a.pace, b.pace];
  if (a.offsetMs !== b.offsetMs || paceA == null || paceB == null) return false;
  return (
    paceA.sinceMs === paceB.sinceMs &&
    paceA.readings === paceB.readings &&
    paceA.leastMs === paceB.leastMs &&
    paceA.beforeMs === paceB.beforeMs &&
    paceA.steadyMs === paceB.steadyMs
  );
}

/**
 * Returns the data of a parameter before its first valid value.
 * @param at corrected device time of the first reading that named the parameter
 * @param since time since which values are expected; if the first reading was late, its time of receipt
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

/** The time of a reading. `at` is the reading's time, corrected by the error of the device's clock. */
type ReadingTime = {
  readonly before: DeviceClock;
  readonly isClockSetBack: boolean;
  readonly assessed: ReturnType<typeof assessReading>;
  readonly at: number;
};

function readingTimeOf(before: DeviceClock, { time, receivedAt }: Reading, isClockSetBack: boolean): ReadingTime {
  const assessed = assessReading(before, time, receivedAt, isClockSetBack);
  return { before, isClockSetBack, assessed, at: sampledMs(time, receivedAt, assessed.clock.offsetMs) };
}

type Context = {
  readonly isBeyond: (parameter: Parameter, value: number) => boolean;
  readonly wallMs: number;
  readonly reading: Reading;
  readonly statusMs: number | undefined;
};

/** Returns the data of a parameter after a reading that names the parameter, with or without a value. */
function arrivalAfterReading(
  previous: Arrival,
  { parameter, numeric, value }: Pick<ReceivedValue, 'parameter' | 'numeric' | 'value'>,
  { assessed: { clock, late, stepped }, at }: ReadingTime,
  order: Order,
  context: Context,
): Arrival {
  // Until the error of the clock was known, the device's times did not show how often the device sends.
  const isFirstKnown = stepped && previous.heardAt === 0;
  const declaredMs = context.reading.declaredMs ?? previous.declaredMs;
  // The time before a shorter interval was declared must not count as silence (CLINICAL, "Judged or told", 1).
  const isMoreFrequent = declaredMs !== null && declaredMs < (previous.declaredMs ?? 0);
  const valid = value !== null && numeric.validity === undefined;
  const isBeyond = valid && context.isBeyond(parameter, value);
  // After a silence the count of values starts again, unless the last value or the new value is beyond a limit.
  const endsSilence = valid && previous.silentSince !== null && !previous.beyond && !isBeyond;
  const startsAnew = isFirstKnown || isMoreFrequent || endsSilence;
  const knownSpacings = isFirstKnown ? [] : previous.spacings;
  const before = startsAnew ? { ...previous, since: at, tens: [], spacings: knownSpacings } : previous;
  const isNewest = valid && (before.validAt === null || at > before.validAt);
  const spacings = at > before.namedAt ? withSpacing(before.spacings, at - before.namedAt) : before.spacings;
  const isSame = spacings === previous.spacings && declaredMs === before.declaredMs;
  const intervalMs = isSame ? before.intervalMs : intervalOf(parameter, declaredMs, spacings, context.statusMs);
  // The parameter was slow until now, so no values were missing before now.
  const since = intervalMs < before.intervalMs && before.intervalMs >= patchyIntervalMsMax ? at : before.since;
  const ten = Math.floor(at / tenMs);
  return {
    clock,
    order,
    namedAt: Math.max(before.namedAt, at),
    validAt: isNewest ? at : before.validAt,
    // A late value does not show that values come now.
    heardAt: valid && !late ? context.wallMs : before.heardAt,
    spacings,
    declaredMs,
    intervalMs,
    why: valid ? null : reasonOf(parameter, numeric),
    beyond: isNewest ? isBeyond : before.beyond,
    // A parameter that was given up is measured again. Values that were missing until now do not count.
    since: before.givenUp && valid ? at : since,
    ten: valid ? Math.max(before.ten, ten) : before.ten,
    tens: valid ? countsAfter(before, ten) : before.tens,
    silentSince: before.silentSince,
    patchySince: before.patchySince,
    givenUp: before.givenUp && !valid,
  };
}

/** Returns the counts of valid values after one more valid value in span number `ten`. */
function countsAfter({ ten: last, tens }: Arrival, ten: number): readonly number[] {
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

/** Marks every parameter that is silent or intermittent at the time of the newest reading. */
function withSilences(part: ArrivalsPart): ArrivalsPart {
  const { now } = part;
  if (now === null) return part;
  let codes = part.codes;
  let troubled = false;
  for (const code in part.codes) {
    const arrival = part.codes[code]!;
    if (arrival.givenUp) continue;
    const from = Math.max(arrival.validAt ?? arrival.since, arrival.since);
    const noDataMs = noDataMsOf(arrival.intervalMs);
    // If `noticeSilentParameters` found the silence earlier, that onset stays until a value comes.
    const silentSince = now - from >= noDataMs ? (arrival.silentSince ?? from + noDataMs) : null;
    const patchySince = isPatchy(arrival, now) ? (arrival.patchySince ?? now) : null;
    if (silentSince !== null || patchySince !== null) troubled = true;
    if (silentSince === arrival.silentSince && patchySince === arrival.patchySince) continue;
    if (codes === part.codes) codes = { ...codes };
    (codes as Record<string, Arrival>)[code] = { ...arrival, silentSince, patchySince };
  }
  return codes === part.codes && troubled === part.troubled ? part : { ...part, codes, troubled };
}

/** Returns whether less than half of the expected values were valid in the last five complete spans of ten seconds. */
function isPatchy({ ten: last, tens, since, intervalMs }: Arrival, now: number): boolean {
  if (intervalMs > patchyIntervalMsMax || now - since < checkedMs) return false;
  const ten = Math.floor(now / tenMs);
  let valid = 0;
  for (let i = 0; i < tens.length; i += 1) {
    const number = last - (tens.length - 1 - i);
    if (number < ten && number >= ten - checkedTens) valid += tens[i]!;
  }
  return valid < checkedMs / intervalMs / 2;
}

/** Returns the part after a standby. Values missing during the standby do not count. Silent parameters stay silent. */
export function arrivalsAfterStandby(part: ArrivalsPart): ArrivalsPart {
  const codes = Object.entries(part.codes).map(([code, arrival]) => {
    if (arrival.silentSince !== null || arrival.validAt === null) return [code, arrival] as const;
    return [code, { ...arrival, since: arrival.validAt, tens: [], patchySince: null }] as const;
  });
  return { ...part, codes: Object.fromEntries(codes) };
}

/** Marks a parameter as silent if it has had no valid value for its no-data time, by the wall clock. */
export function noticeSilentParameters(part: ArrivalsPart, wallMs: number): ArrivalsPart {
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

/** Returns the earliest wall-clock time at which `noticeSilentParameters` may find a silent parameter. */
export const parameterSilenceDue = ({ quietUntil }: ArrivalsPart): number =>
  quietUntil === never ? Number.POSITIVE_INFINITY : quietUntil;

/**
 * Returns the expected interval of the most frequent parameter that is not silent, ms; undefined if all parameters are
 * silent. Ignores a cuff's usual interval, which does not show how often the device sends.
 */
export function shortestIntervalMs({ codes, declaredMs: statusMs }: ArrivalsPart): number | undefined {
  let fastest: number | undefined;
  for (const code in codes) {
    const { silentSince, givenUp, declaredMs, spacings } = codes[code]!;
    if (silentSince !== null || givenUp) continue;
    const intervalMs = declaredMs ?? intervalOf({}, null, spacings, statusMs);
    if (fastest === undefined || intervalMs < fastest) fastest = intervalMs;
  }
  return fastest;
}
