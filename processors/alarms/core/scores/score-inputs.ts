/**
 * The inputs of a patient's scores: the newest valid value of each sensor and the nurse's entries, each with its time.
 * Decides which inputs are recent enough to be scored. Times are ms since 1970. Pure.
 */
import type { Actor } from '../../../../contracts/messages/records.ts';
import type { Assessment } from '../../../../contracts/messages/scores.ts';
import { type Parameter, parameters } from '../../../../contracts/parameters.ts';
import { type Consciousness, type NewsParameter, newsParameters } from '../../../../contracts/score-names.ts';
import type { News2Set } from './news2.ts';
import type { InputAges } from './score-rules.ts';

/**
 * The sensors that the scores use. ECG and pleth both measure the pulse; line and cuff both measure the systolic
 * pressure.
 */
export type Sensor = 'HR' | 'PR' | 'RR' | 'SpO2' | 'ABP' | 'NIBP' | 'Temp';

/** The newest valid value of a sensor. */
export type Measured = {
  readonly at: number;
  readonly value: number;
  /** The expected interval of a single measurement, ms; absent for a continuous parameter. */
  readonly everyMs?: number;
};

/** The newest entry of a nurse for one input. */
export type Entered<T> = { readonly at: number; readonly value: T; readonly by: Actor };

export type Entries = {
  readonly consciousness?: Entered<Consciousness>;
  readonly oxygen?: Entered<boolean>;
  /** The SpO2 scale that a clinician chose for this patient. Without a choice scale 1 applies. */
  readonly spo2Scale?: Entered<1 | 2>;
};

export type ScoreInputs = { readonly values: Readonly<Partial<Record<Sensor, Measured>>>; readonly entries: Entries };

export const noEntries: Entries = {};
export const noInputs: ScoreInputs = { values: {}, entries: noEntries };

/**
 * The value of the ECG or of the arterial line is preferred, unless the value of the pleth or of the cuff is newer by
 * more than this (ours).
 */
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

export function newerOf<T extends { readonly at: number }>(a: T | undefined, b: T | undefined): T | undefined {
  return a === undefined || (b !== undefined && b.at >= a.at) ? b : a;
}

/** Returns the inputs with the newer value of each sensor and the newer entries. */
export function joinInputs(before: ScoreInputs, { values, entries }: ScoreInputs): ScoreInputs {
  const all: Partial<Record<Sensor, Measured>> = { ...before.values };
  for (const [sensor, measured] of Object.entries(values) as [Sensor, Measured][])
    all[sensor] = newerOf(all[sensor], measured)!;
  return { values: all, entries: joinEntries(before.entries, entries) };
}

export function joinEntries(a: Entries, b: Entries): Entries {
  if (b === noEntries) return a;
  const consciousness = newerOf(a.consciousness, b.consciousness);
  const oxygen = newerOf(a.oxygen, b.oxygen);
  const spo2Scale = newerOf(a.spo2Scale, b.spo2Scale);
  return {
    ...(consciousness && { consciousness }),
    ...(oxygen && { oxygen }),
    ...(spo2Scale && { spo2Scale }),
  };
}

/** Returns the entries of one assessment. */
export function entriesOf({ consciousness, oxygen, spo2Scale }: Assessment, at: number, by: Actor): Entries {
  return {
    ...(consciousness !== undefined && { consciousness: { value: consciousness, at, by } }),
    ...(oxygen !== undefined && { oxygen: { value: oxygen, at, by } }),
    ...(spo2Scale !== undefined && { spo2Scale: { value: spo2Scale, at, by } }),
  };
}

/** The newest value of one input of NEWS2. After `untilMs` the value is too old and counts as missing. */
export type Input = { readonly at: number; readonly value: number | boolean | Consciousness; readonly untilMs: number };

/**
 * Returns the newest value of each input, even if the value is too old. If two sensors measure one input, a recent
 * value is preferred.
 */
export function inputsAt(
  { values, entries }: ScoreInputs,
  at: number,
  ages: InputAges,
): Readonly<Partial<Record<NewsParameter, Input>>> {
  const inputOf = (measured: Measured | undefined): Input | undefined =>
    measured && { at: measured.at, value: measured.value, untilMs: untilOf(measured, ages) };
  const { HR, PR, RR, SpO2, ABP, NIBP, Temp } = values;
  const { consciousness, oxygen } = entries;
  const inputs: Record<NewsParameter, Input | undefined> = {
    RR: inputOf(RR),
    SpO2: inputOf(SpO2),
    oxygen: oxygen && { ...oxygen, untilMs: oxygen.at + ages.enteredMs },
    BPsys: inputOf(preferredValue(ABP, NIBP, at, ages)),
    pulse: inputOf(preferredValue(HR, PR, at, ages)),
    consciousness: consciousness && { ...consciousness, untilMs: consciousness.at + ages.enteredMs },
    Temp: inputOf(Temp),
  };
  return inputs as Partial<Record<NewsParameter, Input>>;
}

/** Returns the time until which a value is recent enough to be scored. */
const untilOf = ({ at, everyMs }: Measured, { continuousMs, singleGraceMs }: InputAges): number =>
  at + (everyMs === undefined ? continuousMs : Math.max(everyMs + singleGraceMs, continuousMs));

const recentValueAt = (measured: Measured | undefined, at: number, ages: InputAges): number | undefined =>
  measured !== undefined && at <= untilOf(measured, ages) ? measured.value : undefined;

/**
 * Returns the value to use if two sensors measure one input. If only one value is recent, returns this value. If both
 * or neither are recent, returns the value of the first sensor, unless the other value is newer by more than
 * `preferMs`.
 */
function preferredValue(
  first: Measured | undefined,
  other: Measured | undefined,
  at: number,
  ages: InputAges,
): Measured | undefined {
  if (first === undefined || other === undefined) return first ?? other;
  const isRecent = at <= untilOf(first, ages);
  if (isRecent !== at <= untilOf(other, ages)) return isRecent ? first : other;
  return other.at - first.at > preferMs ? other : first;
}

/** Returns the set of values to be scored at an instant. This function is called often, so it must be fast. */
export function valuesToScoreAt({ values, entries }: ScoreInputs, at: number, ages: InputAges): News2Set {
  const { HR, PR, RR, SpO2, ABP, NIBP, Temp } = values;
  const { consciousness, oxygen, spo2Scale } = entries;
  return {
    RR: recentValueAt(RR, at, ages),
    SpO2: recentValueAt(SpO2, at, ages),
    oxygen: oxygen !== undefined && at <= oxygen.at + ages.enteredMs ? oxygen.value : undefined,
    BPsys: recentValueAt(preferredValue(ABP, NIBP, at, ages), at, ages),
    pulse: recentValueAt(preferredValue(HR, PR, at, ages), at, ages),
    consciousness:
      consciousness !== undefined && at <= consciousness.at + ages.enteredMs ? consciousness.value : undefined,
    Temp: recentValueAt(Temp, at, ages),
    scale: spo2Scale?.value ?? 1,
  };
}

/** Returns whether all recent values are single measurements, as from a monitor that a nurse takes from bed to bed. */
export function isSpotCheck({ values }: ScoreInputs, at: number, ages: InputAges): boolean {
  for (const measured of Object.values(values))
    if (measured.everyMs === undefined && at <= untilOf(measured, ages)) return false;
  return true;
}

/** Returns the next time at which an input that is recent at `at` becomes too old; infinity if no input is recent. */
export function nextStaleMs(scoreInputs: ScoreInputs, at: number, ages: InputAges): number {
  const inputs = inputsAt(scoreInputs, at, ages);
  let next = Number.POSITIVE_INFINITY;
  for (const name of newsParameters) {
    const input = inputs[name];
    if (input !== undefined && at <= input.untilMs) next = Math.min(next, input.untilMs + 1);
  }
  return next;
}

/** Returns the inputs without times in the future: a clock was set back, so a time after `now` becomes `now`. */
export function withTimesNotAfter({ values, entries }: ScoreInputs, now: number): ScoreInputs {
  const clamped = <T extends { readonly at: number }>(inputs: Readonly<Record<string, T>>) =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => [name, { ...input, at: Math.min(input.at, now) }]),
    );
  return { values: clamped(values), entries: clamped(entries as Record<string, Entered<never>>) as Entries };
}
