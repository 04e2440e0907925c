/**
 * What is known of a patient for the scores: the newest valid value of each parameter and what a nurse entered, each with its time, and
 * which of it is young enough to be scored. Times are ms since 1970. Pure.
 */

import type { Actor } from '../../../../contracts/messages/records.ts';
import type { Assessment } from '../../../../contracts/messages/scores.ts';
import { type Parameter, parameters } from '../../../../contracts/parameters.ts';
import { type Consciousness, type NewsParameter, newsParameters } from '../../../../contracts/score-names.ts';
import type { News2Set } from './news2.ts';
import type { InputAges } from './score-rules.ts';

/** Sensors that the scores know. Two may measure one input: ECG and pleth the pulse, line and cuff the systolic pressure. */
export type Sensor = 'HR' | 'PR' | 'RR' | 'SpO2' | 'ABP' | 'NIBP' | 'Temp';

export type Measured = {
  readonly at: number;
  readonly value: number;
  /** How often a single measurement is expected, ms; absent of what is continuous. */
  readonly everyMs?: number;
};

export type Entered<T> = { readonly at: number; readonly value: T; readonly by: Actor };

export type Entries = {
  readonly consciousness?: Entered<Consciousness>;
  readonly oxygen?: Entered<boolean>;
  /** A clinician's choice for this patient. Nobody chose: 1. */
  readonly spo2Scale?: Entered<1 | 2>;
};

export type Known = { readonly values: Readonly<Partial<Record<Sensor, Measured>>>; readonly entries: Entries };

export const noEntries: Entries = {};
export const nothingKnown: Known = { values: {}, entries: noEntries };

/** The ECG's rate and the line's pressure are taken unless the other sensor's value is newer by more than this (ours). */
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

/** The sensor of an MDC code; undefined where no score needs it. */
export const sensorOf = (code: string): Sensor | undefined => sensors.get(code);

export function fresherOf<T extends { readonly at: number }>(a: T | undefined, b: T | undefined): T | undefined {
  return a === undefined || (b !== undefined && b.at >= a.at) ? b : a;
}

/** What is known after more; of each the newest. */
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

/** The newest word on one input of NEWS2. Too old: `untilMs` has passed, and it is missing. */
export type Input = { readonly at: number; readonly value: number | boolean | Consciousness; readonly untilMs: number };

/** The newest word on each input, be it too old. Of two sensors of one input, one that is young enough goes first. */
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

/** Until when a value is young enough to be scored. */
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

/** The set that is scored at an instant. It is asked for often, so it makes nothing but the set. */
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

/** Whether everything that is scored now is a single measurement: of a monitor that is wheeled from bed to bed. */
export function isSpotCheck({ values }: Known, at: number, ages: InputAges): boolean {
  for (const measured of Object.values(values))
    if (measured.everyMs === undefined && at <= untilOf(measured, ages)) return false;
  return true;
}

/** When the next input becomes too old that is not so at `at`; infinity where none does. */
export function nextStaleMs(known: Known, at: number, ages: InputAges): number {
  const inputs = inputsAt(known, at, ages);
  let next = Number.POSITIVE_INFINITY;
  for (const name of newsParameters) {
    const input = inputs[name];
    if (input !== undefined && at <= input.untilMs) next = Math.min(next, input.untilMs + 1);
  }
  return next;
}

/** Nothing was measured or entered after `now`: a clock was set back. */
export function notAfter({ values, entries }: Known, now: number): Known {
  const clamped = <T extends { readonly at: number }>(of: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(of).map(([name, one]) => [name, { ...one, at: Math.min(one.at, now) }]));
  return { values: clamped(values), entries: clamped(entries as Record<string, Entered<never>>) as Entries };
}
