/**
 * The inputs of a patient's scores: the newest valid value of each parameter and the nurse's entries, each with its time. Decides which of
 * them are recent enough to be scored. Times are ms since 1970. Pure.
 */

import type { Actor } from '../../../../contracts/messages/records.ts';
import type { Assessment } from '../../../../contracts/messages/scores.ts';
import { type Parameter, parameters } from '../../../../contracts/parameters.ts';
import { type Consciousness, type NewsParameter, newsParameters } from '../../../../contracts/score-names.ts';
import type { News2Set } from './news2.ts';
import type { InputAges } from './score-rules.ts';

/** Sensors that the scores use. Two sensors may measure one input: ECG and pleth the pulse, line and cuff the systolic pressure. */
export type Sensor = 'HR' | 'PR' | 'RR' | 'SpO2' | 'ABP' | 'NIBP' | 'Temp';

export type Measured = {
  readonly at: number;
  readonly value: number;
  /** The expected interval of a single measurement, ms; absent for a continuous parameter. */
  readonly everyMs?: number;
};

export type Entered<T> = { readonly at: number; readonly value: T; readonly by: Actor };

export type Entries = {
  readonly consciousness?: Entered<Consciousness>;
  readonly oxygen?: Entered<boolean>;
  /** A clinician's choice for this patient. Without a choice: 1. */
  readonly spo2Scale?: Entered<1 | 2>;
};

export type Known = { readonly values: Readonly<Partial<Record<Sensor, Measured>>>; readonly entries: Entries };

export const noEntries: Entries = {};
export const nothingKnown: Known = { values: {}, entries: noEntries };

/** The ECG's rate and the line's pressure are used unless the other sensor's value is newer by more than this (ours). */
const preferMs = 70_000;

const sensors = new Map(
  [...parameters.values()].flatMap((parameter) => {
    const sensor = sensorIn(parameter);
    return sensor === undefined ? [] : [[parameter.code, sensor] as const];
  }),
);

function sensorIn({ group, limits }: Parameter): Sensor | undefined {
  switch (group) {
    case 'NIBP':
    case 'ABP':
      return limits === 'BPsys' ? group : undefined;
    case 'EtCO2':
      return undefined;
    default:
      return group;
  }
}

/** Returns the sensor of an MDC code; undefined if no score needs it. */
export const sensorOf = (code: string): Sensor | undefined => sensors.get(code);

export function fresherOf<T extends { readonly at: number }>(a: T | undefined, b: T | undefined): T | undefined {
  return a === undefined || (b !== undefined && b.at >= a.at) ? b : a;
}

/** Returns both sets of inputs together; the newest of each input counts. */
export function together(before: Known, { values, entries }: Known): Known {
  const all: Partial<Record<Sensor, Measured>> = { ...before.values };
  for (const [sensor, measured] of Object.entries(values) as [Sensor, Measured][])
    all[sensor] = fresherOf(all[sensor], measured)!;
  return { values: all, entries: entriesTogether(before.entries, entries) };
}

export function entriesTogether(a: Entries, b: Entries): Entries {
  if (b === noEntries) return a;
  const consciousness = fresherOf(a.consciousness, b.consciousness);
  const oxygen = fresherOf(a.oxygen, b.oxygen);
  const spo2Scale = fresherOf(a.spo2Scale, b.spo2Scale);
  return {
    ...(consciousness && { consciousness }),
    ...(oxygen && { oxygen }),
    ...(spo2Scale && { spo2Scale }),
  };
}

export function entriesOf({ consciousness, oxygen, spo2Scale }: Assessment, at: number, by: Actor): Entries {
  return {
    ...(consciousness !== undefined && { consciousness: { value: consciousness, at, by } }),
    ...(oxygen !== undefined && { oxygen: { value: oxygen, at, by } }),
    ...(spo2Scale !== undefined && { spo2Scale: { value: spo2Scale, at, by } }),
  };
}

/** The newest value of one input of NEWS2. After `untilMs` it is too old and counts as missing. */
export type Input = { readonly at: number; readonly value: number | boolean | Consciousness; readonly untilMs: number };

/** Returns the newest value of each input, even if it is too old. Of two sensors of one input, a recent enough one has precedence. */
export function inputsAt(
  { values, entries }: Known,
  at: number,
  ages: InputAges,
): Readonly<Partial<Record<NewsParameter, Input>>> {
  const inputOf = (measured: Measured | undefined): Input | undefined =>
    measured && { at: measured.at, value: measured.value, untilMs: untilOf(measured, ages) };
  const { HR, PR, RR, SpO2, ABP, NIBP, Temp } = values;
  const { consciousness, oxygen } = entries;
  const found: Record<NewsParameter, Input | undefined> = {
    RR: inputOf(RR),
    SpO2: inputOf(SpO2),
    oxygen: oxygen && { ...oxygen, untilMs: oxygen.at + ages.enteredMs },
    BPsys: inputOf(chosen(ABP, NIBP, at, ages)),
    pulse: inputOf(chosen(HR, PR, at, ages)),
    consciousness: consciousness && { ...consciousness, untilMs: consciousness.at + ages.enteredMs },
    Temp: inputOf(Temp),
  };
  return found as Partial<Record<NewsParameter, Input>>;
}

/** Returns until when a value is recent enough to be scored. */
const untilOf = ({ at, everyMs }: Measured, { continuousMs, singleGraceMs }: InputAges): number =>
  at + (everyMs === undefined ? continuousMs : Math.max(everyMs + singleGraceMs, continuousMs));

const youngAt = (measured: Measured | undefined, at: number, ages: InputAges): number | undefined =>
  measured !== undefined && at <= untilOf(measured, ages) ? measured.value : undefined;

function chosen(
  first: Measured | undefined,
  other: Measured | undefined,
  at: number,
  ages: InputAges,
): Measured | undefined {
  if (first === undefined || other === undefined) return first ?? other;
  const isYoung = at <= untilOf(first, ages);
  if (isYoung !== at <= untilOf(other, ages)) return isYoung ? first : other;
  return other.at - first.at > preferMs ? other : first;
}

/** Returns the set that is scored at an instant. It is called often, so it creates nothing but the set. */
export function setAt({ values, entries }: Known, at: number, ages: InputAges): News2Set {
  const { HR, PR, RR, SpO2, ABP, NIBP, Temp } = values;
  const { consciousness, oxygen, spo2Scale } = entries;
  return {
    RR: youngAt(RR, at, ages),
    SpO2: youngAt(SpO2, at, ages),
    oxygen: oxygen !== undefined && at <= oxygen.at + ages.enteredMs ? oxygen.value : undefined,
    BPsys: youngAt(chosen(ABP, NIBP, at, ages), at, ages),
    pulse: youngAt(chosen(HR, PR, at, ages), at, ages),
    consciousness:
      consciousness !== undefined && at <= consciousness.at + ages.enteredMs ? consciousness.value : undefined,
    Temp: youngAt(Temp, at, ages),
    scale: spo2Scale?.value ?? 1,
  };
}

/** Returns whether all scored inputs are single measurements, as from a monitor that is wheeled from bed to bed. */
export function isSpotCheck({ values }: Known, at: number, ages: InputAges): boolean {
  for (const measured of Object.values(values))
    if (measured.everyMs === undefined && at <= untilOf(measured, ages)) return false;
  return true;
}

/** Returns when the next of the inputs that are recent at `at` becomes too old; infinity if none does. */
export function nextStaleMs(known: Known, at: number, ages: InputAges): number {
  const inputs = inputsAt(known, at, ages);
  let next = Number.POSITIVE_INFINITY;
  for (const name of newsParameters) {
    const input = inputs[name];
    if (input !== undefined && at <= input.untilMs) next = Math.min(next, input.untilMs + 1);
  }
  return next;
}

/** Moves times after `now` back to `now`: a clock was set back, so nothing was measured or entered later. */
export function notAfter({ values, entries }: Known, now: number): Known {
  const clamped = <T extends { readonly at: number }>(of: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(of).map(([name, one]) => [name, { ...one, at: Math.min(one.at, now) }]));
  return { values: clamped(values), entries: clamped(entries as Record<string, Entered<never>>) as Entries };
}
