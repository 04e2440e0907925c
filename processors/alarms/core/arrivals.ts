/**
 * How each parameter of a device comes: how often it is expected, by which clock, and when the last valid value came. From this follows
 * what the other detectors are told of each value, and the technical alarms of a parameter that nobody judges: every parameter that the
 * device measures is either judged, or one of them is on (CLINICAL, "Judged or told", 1, 2, 4, 5). Pure.
 */
import { assess, bornAtMs, type DeviceClock, initialClock } from '../../../contracts/device-clock.ts';
import type { Priority } from '../../../contracts/messages/alarms.ts';
import { usableNumber } from '../../../contracts/messages/check.ts';
import type { NumericValue } from '../../../contracts/messages/device.ts';
import { type Parameter, parameters } from '../../../contracts/parameters.ts';
import type { Condition } from './condition.ts';
import type { Came } from './limits.ts';

/** A parameter as it comes. Times are the device's, corrected by its clock's accepted error, unless said otherwise. */
export type Arrival = {
  readonly clock: DeviceClock;
  /** The newest time at which the device named the parameter, with or without a value. */
  readonly namedAt: number;
  /** The newest valid value; null before the first. */
  readonly validAt: number | null;
  /** The engine's clock when it came, the wall clock for what is silent. */
  readonly heardAt: number;
  /** Between the last times at which the device named it, ms: at most `spacingsMax`. */
  readonly spacings: readonly number[];
  /** Interval that the device declared with it, ms. */
  readonly declaredMs: number | null;
  /** Why the newest word on it is no value; null where it is one. */
  readonly why: string | null;
  /** The last valid value was beyond a limit. */
  readonly beyond: boolean;
  /** Since when it is expected, and how many valid values came in each 10 s of the last minute. */
  readonly since: number;
  readonly tens: readonly { readonly ten: number; readonly valid: number }[];
  /** Noticed: nothing valid for its no-data time, since; valid only now and then, since. */
  readonly silentSince: number | null;
  readonly patchySince: number | null;
  /** A person has answered its silence, which went on: it is measured no more, until a valid value comes. */
  readonly givenUp?: true;
};

export type ArrivalsPart = {
  readonly codes: Readonly<Record<string, Arrival>>;
  /** The newest corrected time of any reading: what is missing is measured by it. Null before the first. */
  readonly now: number | null;
  /** Interval that the device's status declared for all that it sends, ms; absent before it did. */
  readonly declaredMs?: number;
};

export const initialArrivals: ArrivalsPart = { codes: {}, now: null };

/** The status declares another interval: what came so far says nothing of what is to come. */
export function declare(part: ArrivalsPart, declaredMs: number): ArrivalsPart {
  if (part.declaredMs === declaredMs) return part;
  const codes = Object.entries(part.codes).map(([code, arrival]) => [code, { ...arrival, spacings: [] }] as const);
  return { ...part, declaredMs, codes: Object.fromEntries(codes) };
}

const spacingsMax = 5;
/** A device that declares no interval sends once a second (contracts/messages/device.ts). */
const intervalMsDefault = 1_000;
/** Whatever is expected less than once a minute is a single measurement (CLINICAL, "Judged or told", 6). */
const singleMs = 60_000;
/** No data: nothing valid for 3 intervals, at least 20 s for what is continuous ("Judged or told", 4). */
const noDataIntervals = 3;
const noDataMsMin = 20_000;
/** Intermittent: looked at over a minute, of what is expected at least six times in it (ours). */
const tenMs = 10_000;
const lookedAtMs = 50_000;
const patchyIntervalMsMax = 10_000;

/** How often the parameter is expected, ms. @param statusMs what the device's status declared */
export function intervalOf(
  { episodicMs }: Parameter,
  { declaredMs, spacings }: Pick<Arrival, 'declaredMs' | 'spacings'>,
  statusMs = intervalMsDefault,
): number {
  // Beside a heart rate each second, a cuff pressure declares nothing of itself.
  if (declaredMs !== null && (episodicMs === undefined || declaredMs > singleMs)) return declaredMs;
  return median(spacings) ?? episodicMs ?? statusMs;
}

function median(spacings: readonly number[]): number | undefined {
  if (spacings.length < 2) return undefined;
  return [...spacings].sort((a, b) => a - b)[Math.floor(spacings.length / 2)];
}

export function noDataMsOf(intervalMs: number): number {
  return intervalMs > singleMs ? noDataIntervals * intervalMs : Math.max(noDataIntervals * intervalMs, noDataMsMin);
}

export type Reading = {
  readonly time: number;
  readonly receivedAt: number;
  readonly boot: string;
  readonly seq: number;
  readonly numbered: boolean;
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
  let now = part.now;
  for (const numeric of reading.values) {
    const parameter = parameters.get(numeric.code);
    if (parameter === undefined) continue;
    const known = codes[parameter.code] ?? arrivalOf(reading);
    const { clock, late, stepped } = assess(known.clock, reading.time, reading.receivedAt);
    const at = bornAtMs(reading.time, reading.receivedAt, clock.offsetMs);
    // Until the error of its clock was known, the device's times said nothing of how often it sends.
    const before = stepped && known.heardAt === 0 ? { ...known, since: at, tens: [], spacings: [] } : known;
    const value = usableNumber(numeric);
    const valid = value !== undefined && numeric.validity === undefined;
    const named = {
      ...before,
      clock,
      namedAt: Math.max(before.namedAt, at),
      spacings: at > before.namedAt ? [...before.spacings, at - before.namedAt].slice(-spacingsMax) : before.spacings,
      declaredMs: reading.declaredMs ?? before.declaredMs,
      why: valid ? null : reasonOf(parameter, numeric),
    };
    const next = valid ? withValid(named, at, late, isBeyond(parameter, value), wallMs) : named;
    codes[parameter.code] = next;
    const intervalMs = intervalOf(parameter, next, part.declaredMs);
    const { time, boot, seq, numbered } = reading;
    came.push({
      numeric,
      time,
      boot,
      seq,
      numbered,
      late,
      single: intervalMs > singleMs,
      noDataMs: noDataMsOf(intervalMs),
    });
    if (!late) now = Math.max(now ?? at, at);
  }
  return { part: noticed({ ...part, codes, now }), came };
}

function arrivalOf({ time, declaredMs }: Reading): Arrival {
  return {
    clock: initialClock,
    namedAt: time,
    validAt: null,
    heardAt: 0,
    spacings: [],
    declaredMs,
    why: null,
    beyond: false,
    since: time,
    tens: [],
    silentSince: null,
    patchySince: null,
  };
}

function withValid(before: Arrival, at: number, late: boolean, beyond: boolean, wallMs: number): Arrival {
  const { givenUp, ...known } = before;
  const { validAt, tens } = known;
  const isNewest = validAt === null || at > validAt;
  return {
    ...known,
    // Measured anew: it is not missed in the time before.
    ...(givenUp && { since: at }),
    ...(isNewest && { validAt: at, beyond }),
    // A backlog says nothing about now.
    ...(!late && { heardAt: wallMs }),
    tens: counted(tens, Math.floor(at / tenMs)),
  };
}

function counted(tens: Arrival['tens'], ten: number): Arrival['tens'] {
  const last = tens.at(-1);
  if (last !== undefined && ten < last.ten) {
    return tens.map((one) => (one.ten === ten ? { ten, valid: one.valid + 1 } : one));
  }
  if (last?.ten === ten) return [...tens.slice(0, -1), { ten, valid: last.valid + 1 }];
  return [...tens, { ten, valid: 1 }].filter((one) => one.ten >= ten - lookedAtMs / tenMs);
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
  for (const [code, arrival] of Object.entries(part.codes)) {
    if (arrival.givenUp) continue;
    const parameter = parameters.get(code)!;
    const intervalMs = intervalOf(parameter, arrival, part.declaredMs);
    const from = arrival.validAt ?? arrival.since;
    const noDataMs = noDataMsOf(intervalMs);
    // By the wall clock it may have been noticed before, and earlier: that stays until a value comes.
    const silentSince = now - from >= noDataMs ? (arrival.silentSince ?? from + noDataMs) : null;
    const patchySince = isPatchy(arrival, intervalMs, now) ? (arrival.patchySince ?? now) : null;
    if (silentSince === arrival.silentSince && patchySince === arrival.patchySince) continue;
    if (codes === part.codes) codes = { ...codes };
    (codes as Record<string, Arrival>)[code] = { ...arrival, silentSince, patchySince };
  }
  return codes === part.codes ? part : { ...part, codes };
}

/**
 * Less than half of what the last 50 s should bring was valid. The ten seconds that run are not over: with the five before them they
 * make the minute.
 */
function isPatchy({ tens, since }: Arrival, intervalMs: number, now: number): boolean {
  if (intervalMs > patchyIntervalMsMax || now - since < lookedAtMs) return false;
  const ten = Math.floor(now / tenMs);
  const from = ten - lookedAtMs / tenMs;
  const valid = tens.reduce((sum, one) => (one.ten < ten && one.ten >= from ? sum + one.valid : sum), 0);
  return valid < lookedAtMs / intervalMs / 2;
}

/** By the wall clock: parameters of which nothing valid has come for their no-data time. */
export function noticeSilent(part: ArrivalsPart, wallMs: number): ArrivalsPart {
  let codes = part.codes;
  for (const [code, arrival] of Object.entries(part.codes)) {
    if (arrival.silentSince !== null || arrival.heardAt === 0 || arrival.givenUp) continue;
    const noDataMs = noDataMsOf(intervalOf(parameters.get(code)!, arrival, part.declaredMs));
    if (wallMs - arrival.heardAt < noDataMs) continue;
    if (codes === part.codes) codes = { ...codes };
    (codes as Record<string, Arrival>)[code] = { ...arrival, silentSince: arrival.validAt! + noDataMs };
  }
  return codes === part.codes ? part : { ...part, codes };
}

/** The wall clock at which `noticeSilent` next finds something. */
export function silentDue(part: ArrivalsPart): number {
  let due = Number.POSITIVE_INFINITY;
  for (const [code, arrival] of Object.entries(part.codes)) {
    if (arrival.silentSince !== null || arrival.heardAt === 0 || arrival.givenUp) continue;
    due = Math.min(due, arrival.heardAt + noDataMsOf(intervalOf(parameters.get(code)!, arrival, part.declaredMs)));
  }
  return due;
}

/** A parameter that stays silent for so long after a person has answered is measured no more (ours). */
const givenUpMs = 300_000;

/**
 * Gives up the parameters whose silence a person has answered and that stay silent: their sensor was taken off.
 * @param isSeen whether the call of a silence was answered, by its chain
 * @returns also the codes that are given up now
 */
export function giveUp(
  part: ArrivalsPart,
  isSeen: (chain: string) => boolean,
): { readonly part: ArrivalsPart; readonly codes: readonly string[] } {
  const { now } = part;
  if (now === null) return { part, codes: [] };
  const over = Object.entries(part.codes)
    .filter(([code, { silentSince }]) => {
      const isLong = silentSince !== null && now - silentSince >= givenUpMs;
      return isLong && isSeen(silenceChainOf(parameters.get(code)!));
    })
    .map(([code]) => code);
  if (over.length === 0) return { part, codes: [] };
  const left = over.map((code) => {
    const arrival: Arrival = { ...part.codes[code]!, silentSince: null, patchySince: null, tens: [], givenUp: true };
    return [code, arrival] as const;
  });
  return { part: { ...part, codes: { ...part.codes, ...Object.fromEntries(left) } }, codes: over };
}

/** SpO2 and the pulse rate come from one sensor; systolic, mean and diastolic from one cuff or line. */
const chainOf = ({ group }: Parameter) => (group === 'PR' ? 'SpO2' : group);
export const silenceChainOf = (parameter: Parameter) => `${chainOf(parameter)}.silence`;
const chainRank = ({ group, limits }: Parameter) =>
  group === 'PR' ? 0 : limits === 'BPmean' ? 1 : limits === undefined ? 0 : 2;

export function arrivalConditions({ codes }: ArrivalsPart): Condition[] {
  const found: Condition[] = [];
  for (const [code, { silentSince, patchySince, why, beyond }] of Object.entries(codes)) {
    const parameter = parameters.get(code)!;
    const priority: Priority = beyond ? 'medium' : 'low';
    const { label, group } = parameter;
    if (silentSince !== null) {
      const reason = why === null || why === 'no value' ? '' : ` (${why})`;
      found.push(
        technical(`${group}.no-data`, code, parameter, priority, `${label}: no value${reason}`, silentSince, 2),
      );
    }
    if (patchySince !== null)
      found.push(
        technical(
          `${group}.intermittent`,
          code,
          parameter,
          priority,
          `${label}: valid only now and then`,
          patchySince,
          1,
        ),
      );
  }
  return found;
}

function technical(
  name: string,
  code: string,
  parameter: Parameter,
  priority: Priority,
  text: string,
  onset: number,
  rank: number,
): Condition {
  return {
    key: `${name}/${code}`,
    name,
    kind: 'technical',
    priority,
    chain: silenceChainOf(parameter),
    rank: 10 * rank + chainRank(parameter),
    under: 'silence',
    text,
    code,
    onset,
    determined: onset,
    valueAt: onset,
    excess: 0,
    late: false,
    outOfOrder: false,
  };
}
