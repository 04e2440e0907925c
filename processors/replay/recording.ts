/** Reads recordings in the three table formats of `simulators/recordings` (see ATTRIBUTION.md there). */
import type { NumericValue } from '../../contracts/messages/device.ts';
import { parameters } from '../../contracts/parameters.ts';
import type { ObservationInput } from '../alarms/core/inputs.ts';

type Column = { readonly name: string; readonly code: string };
type Format = {
  readonly separator: string;
  readonly columns: readonly Column[];
  /**
   * Name of the column with the time; undefined if the file has no such column. Without it, the rows are one time unit
   * apart.
   */
  readonly time?: string;
  /** The time unit of the file, ms. */
  readonly unitMs: number;
  /** Whether the file has 0 for a missing value. */
  readonly zeroIsMissing: boolean;
};

const column = (name: string, code: string): Column => ({ name, code });

const formats: Readonly<Record<'bidmc' | 'mimic2' | 'physionet2019', Format>> = {
  bidmc: {
    separator: ',',
    time: 'Time [s]',
    unitMs: 1_000,
    zeroIsMissing: false,
    columns: [
      column('HR', 'MDC_ECG_HEART_RATE'),
      column('PULSE', 'MDC_PULS_OXIM_PULS_RATE'),
      column('RESP', 'MDC_RESP_RATE'),
      column('SpO2', 'MDC_PULS_OXIM_SAT_O2'),
    ],
  },
  mimic2: {
    separator: ',',
    time: 't_min',
    unitMs: 60_000,
    zeroIsMissing: true,
    columns: [
      column('HR[bpm]', 'MDC_ECG_HEART_RATE'),
      column('ABPSys[mmHg]', 'MDC_PRESS_BLD_ART_ABP_SYS'),
      column('ABPMean[mmHg]', 'MDC_PRESS_BLD_ART_ABP_MEAN'),
      column('PULSE[bpm]', 'MDC_PULS_OXIM_PULS_RATE'),
      column('RESP[pm]', 'MDC_RESP_RATE'),
      column('SpO2[%]', 'MDC_PULS_OXIM_SAT_O2'),
      column('NBPSys[mmHg]', 'MDC_PRESS_BLD_NONINV_SYS'),
      column('NBPMean[mmHg]', 'MDC_PRESS_BLD_NONINV_MEAN'),
    ],
  },
  physionet2019: {
    separator: '|',
    unitMs: 3_600_000,
    zeroIsMissing: false,
    columns: [
      column('HR', 'MDC_ECG_HEART_RATE'),
      column('O2Sat', 'MDC_PULS_OXIM_SAT_O2'),
      column('Temp', 'MDC_TEMP_BODY'),
      column('SBP', 'MDC_PRESS_BLD_NONINV_SYS'),
      column('MAP', 'MDC_PRESS_BLD_NONINV_MEAN'),
      column('Resp', 'MDC_RESP_RATE'),
      column('EtCO2', 'MDC_CONC_AWAY_CO2_ET'),
    ],
  },
};

/**
 * Returns the readings of a recording; undefined if the text has an unknown format. The device time of a reading is
 * `startMs` plus the time in its row. The receive time of the reading equals its device time.
 */
export function readRecording(text: string, startMs: number): ObservationInput[] | undefined {
  const [head, ...rows] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const format = Object.values(formats).find(({ separator, columns }) => {
    const names = cells(head ?? '', separator);
    return columns.every(({ name }) => names.includes(name));
  });
  if (!format || head === undefined) return undefined;
  const { separator, columns, time, unitMs, zeroIsMissing } = format;
  const names = cells(head, separator);
  const timeColumn = time === undefined ? -1 : names.indexOf(time);
  return rows.map((row, index) => {
    const fields = cells(row, separator);
    const at = startMs + Math.round(Number(timeColumn < 0 ? index : fields[timeColumn]) * unitMs);
    const values = columns.map(({ name, code }) => numericOf(code, fields[names.indexOf(name)], zeroIsMissing));
    return {
      type: 'observation',
      deviceId: 'replay',
      time: at,
      receivedAt: at,
      intervalMs: unitMs,
      boot: 'replay',
      seq: index + 1,
      values: values.filter((value) => value !== undefined),
    };
  });
}

const cells = (line: string, separator: string) => line.split(separator).map((cell) => cell.trim());

/**
 * Returns the value of a cell; undefined if the cell is empty. The value is marked invalid if the cell does not contain
 * a number.
 */
function numericOf(code: string, text: string | undefined, zeroIsMissing: boolean): NumericValue | undefined {
  if (text === undefined || text === '') return undefined;
  const { unit } = parameters.get(code)!;
  const value = Number(text);
  if (!Number.isFinite(value) || (zeroIsMissing && value === 0)) return { code, unit, validity: 'invalid' };
  return { code, unit, value };
}
