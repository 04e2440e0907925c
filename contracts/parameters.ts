/**
 * The parameters that a device may report, one row each. Codes are IEEE 11073-10101 (MDC), checked against the NIST
 * Rosetta table of 2021-03. Units are UCUM. `min` and `max` are the range of a human body and a sensor; they are not
 * alarm limits.
 */

/** The parameter as a clinician names it. Several MDC codes may belong to one group. */
export type ParameterGroup = 'HR' | 'PR' | 'SpO2' | 'RR' | 'NIBP' | 'ABP' | 'Temp' | 'EtCO2';

/** The groups that a clinician sets limits for. An invasive pressure and a cuff pressure have the same limits. */
export const limitGroups = ['HR', 'PR', 'SpO2', 'RR', 'BPsys', 'BPmean', 'Temp', 'EtCO2'] as const;
export type LimitGroup = (typeof limitGroups)[number];

export type Parameter = {
  /** MDC reference id, as on the wire. */
  readonly code: string;
  /** partition × 65536 + term. */
  readonly mdc: number;
  readonly group: ParameterGroup;
  /** The group whose limits apply to this parameter; absent if it has no limit alarm (diastolic pressures). */
  readonly limits?: LimitGroup;
  /** Label on the screen, at most 8 characters. */
  readonly label: string;
  readonly loinc: readonly string[];
  /** UCUM, as on the wire. */
  readonly unit: string;
  /** The unit on the screen. */
  readonly unitLabel: string;
  /**
   * Plausible range, both ends included. A number outside is treated as no value (messages/check.ts). A real 0 is a
   * value.
   */
  readonly min: number;
  readonly max: number;
  /** Digits after the point on the screen. */
  readonly digits: number;
  /** Expected time between two values, ms, for a parameter that is not in every reading of the device. */
  readonly episodicMs?: number;
};

const rate = { unit: '/min', unitLabel: '/min', digits: 0 } as const;
const mmHg = { unit: 'mm[Hg]', unitLabel: 'mmHg', digits: 0 } as const;
const hr = { ...rate, group: 'HR', limits: 'HR', label: 'HR', loinc: ['8867-4'], min: 0, max: 350 } as const;
const rr = { ...rate, group: 'RR', limits: 'RR', label: 'RR', loinc: ['9279-1'], min: 0, max: 150 } as const;
const temp = {
  group: 'Temp',
  limits: 'Temp',
  label: 'Temp',
  loinc: ['8310-5'],
  unit: 'Cel',
  unitLabel: '°C',
  digits: 1,
  min: 15,
  max: 45,
  episodicMs: 3_600_000,
} as const;
const nibp = { ...mmHg, group: 'NIBP', min: 0, max: 300, episodicMs: 3_600_000 } as const;
const abp = { ...mmHg, group: 'ABP', min: -50, max: 350 } as const;
const sys = { limits: 'BPsys', loinc: ['8480-6'] } as const;
const dia = { loinc: ['8462-4'] } as const;
const mean = { limits: 'BPmean', loinc: ['8478-0'] } as const;

const rows: readonly Parameter[] = [
  { code: 'MDC_ECG_HEART_RATE', mdc: 147842, ...hr },
  { code: 'MDC_ECG_CARD_BEAT_RATE', mdc: 147842, ...hr },
  // LOINC 8889-8 is *unverified*.
  {
    code: 'MDC_PULS_OXIM_PULS_RATE',
    mdc: 149530,
    ...rate,
    group: 'PR',
    limits: 'PR',
    label: 'PR',
    loinc: ['8889-8'],
    min: 0,
    max: 350,
  },
  {
    code: 'MDC_PULS_OXIM_SAT_O2',
    mdc: 150456,
    group: 'SpO2',
    limits: 'SpO2',
    label: 'SpO2',
    loinc: ['59408-5', '2708-6'],
    unit: '%',
    unitLabel: '%',
    digits: 0,
    min: 0,
    max: 100,
  },
  { code: 'MDC_RESP_RATE', mdc: 151562, ...rr },
  { code: 'MDC_TTHOR_RESP_RATE', mdc: 151578, ...rr },
  { code: 'MDC_CO2_RESP_RATE', mdc: 151594, ...rr },
  { code: 'MDC_PRESS_BLD_NONINV_SYS', mdc: 150021, ...nibp, ...sys, label: 'NBPs' },
  { code: 'MDC_PRESS_BLD_NONINV_DIA', mdc: 150022, ...nibp, ...dia, label: 'NBPd' },
  { code: 'MDC_PRESS_BLD_NONINV_MEAN', mdc: 150023, ...nibp, ...mean, label: 'NBPm' },
  { code: 'MDC_PRESS_CUFF_SYS', mdc: 150301, ...nibp, ...sys, label: 'NBPs' },
  { code: 'MDC_PRESS_CUFF_DIA', mdc: 150302, ...nibp, ...dia, label: 'NBPd' },
  { code: 'MDC_PRESS_CUFF_MEAN', mdc: 150303, ...nibp, ...mean, label: 'NBPm' },
  { code: 'MDC_PRESS_BLD_ART_ABP_SYS', mdc: 150037, ...abp, ...sys, label: 'ABPs' },
  { code: 'MDC_PRESS_BLD_ART_ABP_DIA', mdc: 150038, ...abp, ...dia, label: 'ABPd' },
  { code: 'MDC_PRESS_BLD_ART_ABP_MEAN', mdc: 150039, ...abp, ...mean, label: 'ABPm' },
  { code: 'MDC_TEMP_BODY', mdc: 150364, ...temp },
  { code: 'MDC_TEMP', mdc: 150344, ...temp },
  { code: 'MDC_TEMP_CORE', mdc: 150368, ...temp },
  // LOINC 19889-5 is *unverified*.
  {
    code: 'MDC_CONC_AWAY_CO2_ET',
    mdc: 151708,
    ...mmHg,
    group: 'EtCO2',
    limits: 'EtCO2',
    label: 'EtCO2',
    loinc: ['19889-5'],
    min: 0,
    max: 150,
  },
];

export const parameters: ReadonlyMap<string, Parameter> = new Map(rows.map((row) => [row.code, row]));

/** A waveform that a device may send. Its value is `sample × scale + offset` in `unit`. */
export type Wave = {
  readonly code: string;
  readonly mdc: number;
  readonly label: string;
  readonly unit: string;
  /** The group of parameters that has the same colour on the screen. */
  readonly group: ParameterGroup;
  /**
   * Plausible range of a sample, both ends included. Samples outside the range are kept and drawn at the edge of the
   * row. The scale of the row does not change. Devices scale waves of unit `1` differently, so the range of these waves
   * is very wide.
   */
  readonly min: number;
  readonly max: number;
};

const ecg = { unit: 'mV', group: 'HR', min: -20, max: 20 } as const;
const unitless = { unit: '1', min: -100_000, max: 100_000 } as const;

const waveRows: readonly Wave[] = [
  { code: 'MDC_ECG_ELEC_POTL_I', mdc: 131329, label: 'I', ...ecg },
  { code: 'MDC_ECG_ELEC_POTL_II', mdc: 131330, label: 'II', ...ecg },
  { code: 'MDC_ECG_ELEC_POTL_V1', mdc: 131331, label: 'V1', ...ecg },
  { code: 'MDC_ECG_ELEC_POTL_V', mdc: 131395, label: 'V', ...ecg },
  { code: 'MDC_ECG_ELEC_POTL_AVR', mdc: 131390, label: 'aVR', ...ecg },
  { code: 'MDC_PULS_OXIM_PLETH', mdc: 150452, label: 'Pleth', ...unitless, group: 'SpO2' },
  { code: 'MDC_CONC_AWAY_CO2', mdc: 151700, label: 'CO2', unit: 'mm[Hg]', group: 'EtCO2', min: -50, max: 250 },
  { code: 'MDC_IMPED_TTHOR', mdc: 151784, label: 'Resp', ...unitless, group: 'RR' },
  { code: 'MDC_PRESS_BLD_ART_ABP', mdc: 150036, label: 'ABP', unit: 'mm[Hg]', group: 'ABP', min: -100, max: 400 },
];

export const waves: ReadonlyMap<string, Wave> = new Map(waveRows.map((row) => [row.code, row]));

/** This sample of a waveform means that there is no value at this instant. */
export const missingSample = -32768;

/**
 * The technical conditions that a device may report. Names that are not in CLINICAL.md's table are *unverified* against
 * 11073-10101.
 */
export const technicalConditions = {
  MDC_EVT_SENSOR_DISCONN: { text: 'Sensor disconnected', priority: 'medium' },
  MDC_EVT_LEADS_OFF: { text: 'ECG leads off', priority: 'medium' },
  MDC_EVT_SENSOR_PROB: { text: 'Sensor problem', priority: 'low' },
  MDC_EVT_BATT_LO: { text: 'Battery low', priority: 'low' },
  MDC_EVT_BATT_ZERO: { text: 'Battery empty', priority: 'high' },
  MDC_EVT_SELFTEST_FAILURE: { text: 'Self-test failed', priority: 'high' },
} as const;

export type TechnicalConditionCode = keyof typeof technicalConditions;
