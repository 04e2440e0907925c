/** Maps the column names of published recordings to the codes of Vigil's parameter table. */
import { parameters } from '../../contracts/parameters.ts';
import type { Column } from './table.ts';

/**
 * Returns a name in lower case, with letters and digits only, so that `Heart Rate`, `HEART_RATE` and `heartrate` are
 * the same name.
 */
function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

const numericNames: Readonly<Record<string, readonly string[]>> = {
  MDC_ECG_HEART_RATE: ['hr', 'heartrate', 'ecghr'],
  MDC_PULS_OXIM_PULS_RATE: ['pulse', 'pr', 'pulserate', 'plethpulse'],
  MDC_PULS_OXIM_SAT_O2: ['spo2', 'o2sat', 'spo2sat', 'oxygensaturation'],
  MDC_RESP_RATE: ['resp', 'rr', 'resprate', 'respiration', 'respiratoryrate'],
  MDC_CO2_RESP_RATE: ['awrr'],
  MDC_PRESS_BLD_NONINV_SYS: ['nbpsys', 'nibpsys', 'nbps', 'nibps', 'sbp'],
  MDC_PRESS_BLD_NONINV_DIA: ['nbpdias', 'nbpdia', 'nibpdias', 'nibpdia', 'nbpd', 'nibpd', 'dbp'],
  MDC_PRESS_BLD_NONINV_MEAN: ['nbpmean', 'nibpmean', 'nbpm', 'nibpm', 'map'],
  MDC_PRESS_BLD_ART_ABP_SYS: ['abpsys', 'abps', 'artsys', 'arts'],
  MDC_PRESS_BLD_ART_ABP_DIA: ['abpdias', 'abpdia', 'abpd', 'artdias', 'artdia', 'artd'],
  MDC_PRESS_BLD_ART_ABP_MEAN: ['abpmean', 'abpm', 'artmean', 'artm'],
  MDC_TEMP_BODY: ['temp', 'temperature', 'bodytemp'],
  MDC_CONC_AWAY_CO2_ET: ['etco2', 'co2et'],
};

const waveNames: Readonly<Record<string, readonly string[]>> = {
  MDC_ECG_ELEC_POTL_I: ['i', 'ecgi', 'mdcecgelecpotli'],
  MDC_ECG_ELEC_POTL_II: ['ii', 'ecgii', 'ecg', 'mdcecgelecpotlii'],
  MDC_ECG_ELEC_POTL_V1: ['v1'],
  MDC_ECG_ELEC_POTL_V: ['v', 'ecgv'],
  MDC_ECG_ELEC_POTL_AVR: ['avr'],
  MDC_PULS_OXIM_PLETH: ['pleth', 'ppg'],
  MDC_CONC_AWAY_CO2: ['co2'],
  MDC_IMPED_TTHOR: ['resp'],
  MDC_PRESS_BLD_ART_ABP: ['abp', 'art'],
};

const codesByName = (names: Readonly<Record<string, readonly string[]>>) =>
  new Map(Object.entries(names).flatMap(([code, list]) => list.map((name) => [name, code] as const)));
const numericByName = codesByName(numericNames);
const waveByName = codesByName(waveNames);

/**
 * Returns the MDC code of a column of numerics; undefined if Vigil has no such parameter (laboratory values, ages,
 * labels).
 */
export function numericCode(name: string): string | undefined {
  return numericByName.get(plainName(name));
}

/**
 * Returns the MDC code of a column of waves, or of a WFDB signal with this description; undefined if Vigil has no such
 * wave.
 */
export function waveCode(name: string): string | undefined {
  return waveByName.get(plainName(name));
}

type Convert = (value: number) => number;
const unchanged: Convert = (value) => value;
const roundToTenth = (value: number) => Math.round(value * 10) / 10;
const perMinute = ['bpm', 'pm', '/min', '1/min', 'rpm', 'brpm', 'beats/min', 'breaths/min', 'min-1', 'count/min'];

const unitsOf: Readonly<Record<string, Readonly<Record<string, Convert>>>> = {
  '/min': Object.fromEntries(perMinute.map((unit) => [unit, unchanged])),
  '%': { '%': unchanged, pct: unchanged, percent: unchanged },
  'mm[Hg]': { mmhg: unchanged, 'mm[hg]': unchanged, 'mm hg': unchanged, kpa: (v) => roundToTenth(v * 7.50062) },
  Cel: {
    c: unchanged,
    '°c': unchanged,
    degc: unchanged,
    cel: unchanged,
    celsius: unchanged,
    f: fahrenheitToCelsius,
    '°f': fahrenheitToCelsius,
    degf: fahrenheitToCelsius,
  },
};

function fahrenheitToCelsius(value: number): number {
  return Math.round(((value - 32) / 1.8) * 100) / 100;
}

/**
 * Returns the conversion from the unit of a column to the unit in the parameter table; undefined if the parameter
 * cannot have this unit. A column without a unit needs no conversion.
 */
export function numericConversion(code: string, column: Column): Convert | undefined {
  if (column.unit === undefined || column.unit === '') return unchanged;
  return unitsOf[parameters.get(code)!.unit]?.[column.unit.toLowerCase()];
}

/** Milliseconds in each unit of time. */
const timeUnitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  sec: 1000,
  seconds: 1000,
  min: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
};
const timeNames = new Set(['time', 't', 'elapsedtime', 'timestamp']);

export type TimeColumn = { readonly index: number; readonly unitMs: number };

/**
 * Returns the time column (`ICULOS` is a time in hours); `none` if there is no time column, `bad-unit` if its unit is
 * unknown.
 */
export function timeColumn(columns: readonly Column[]): TimeColumn | 'none' | 'bad-unit' {
  const timeIndex = columns.findIndex((c) => timeNames.has(plainName(c.name)));
  if (timeIndex >= 0) {
    const unitMs = timeUnitsMs[(columns[timeIndex]!.unit ?? 's').toLowerCase()];
    return unitMs === undefined ? 'bad-unit' : { index: timeIndex, unitMs };
  }
  const hoursIndex = columns.findIndex((c) => plainName(c.name) === 'iculos');
  return hoursIndex >= 0 ? { index: hoursIndex, unitMs: 3_600_000 } : 'none';
}
