/**
 * Decodes tables of numerics: BIDMC (each second), MIMIC-II (each minute), PhysioNet 2019 (each hour), and tables of
 * the same form.
 */
import { hourMs } from '../../contracts/durations.ts';
import type { NumericValue } from '../../contracts/messages/device.ts';
import { parameters } from '../../contracts/parameters.ts';
import { numericCode, numericConversion, timeColumn } from './columns.ts';
import {
  badRecording,
  type Decoded,
  type Frame,
  medianStep,
  type Recording,
  type RecordingFamily,
  withLoop,
} from './recording.ts';
import { meansNoValue, type Table } from './table.ts';

type Vital = {
  readonly code: string;
  readonly unit: string;
  /** The value of each row in the unit of the parameter table; NaN if the row has no value. */
  readonly values: readonly number[];
  /**
   * Whether the parameter is measured only on demand (cuff, thermometer). An empty cell then means "not measured", and
   * nothing is sent.
   */
  readonly isEpisodic: boolean;
};

/**
 * Returns the family of a table. A family is a data set and all tables of the same form. Each family has its own sign
 * for "no value" (ATTRIBUTION.md).
 */
function numericFamily(table: Table): RecordingFamily {
  if (table.delimiter === '|') return 'physionet2019';
  const hasMinutes = table.columns.some((c) => c.name.toLowerCase() === 't' && c.unit?.startsWith('min'));
  const hasPressures = table.columns.some((c) => /^(ABP|NBP)(Sys|Dias|Mean)$/i.test(c.name));
  return hasMinutes || hasPressures ? 'mimic2' : 'bidmc';
}

/** Decodes a table of numerics. Removes and counts values outside the plausible range. */
export function decodeNumerics(table: Table): Decoded<Recording> {
  const family = numericFamily(table);
  const times = rowTimes(table, family);
  if ('fault' in times) return times;
  const vitals = findVitals(table, family);
  if ('fault' in vitals) return vitals;

  const frames: Frame[] = [];
  for (const [row, atMs] of times.ok.entries()) {
    const values = vitals.ok.vitals.flatMap((vital) => numericValue(vital, row));
    if (values.length > 0) frames.push({ atMs: atMs - times.ok[0]!, values });
  }
  if (frames.length === 0) return badRecording(table.file, undefined, 'no vital sign has a value in any row');
  const intervalMs = medianStep(times.ok) ?? (family === 'physionet2019' ? hourMs : 1000);
  const { ignored, implausible } = vitals.ok;
  return { ok: withLoop({ family, frames, intervalMs, waves: [], ignored, implausible }) };
}

function numericValue(vital: Vital, row: number): NumericValue[] {
  const { code, unit } = vital;
  const value = vital.values[row]!;
  if (!Number.isNaN(value)) return [{ code, value, unit }];
  return vital.isEpisodic ? [] : [{ code, unit, validity: 'invalid' }];
}

/**
 * Returns the time of each row in ms, in ascending order. Rows of PhysioNet 2019 without `ICULOS` are an hour apart.
 * Neighbouring rows of waves may have equal times, because the files round times to five digits. All other rows must
 * have different times.
 */
export function rowTimes(table: Table, family: RecordingFamily): Decoded<number[]> {
  const column = timeColumn(table.columns);
  if (column === 'bad-unit')
    return badRecording(table.file, table.headerLine, 'the unit of the time column is unknown');
  if (column === 'none') {
    if (family === 'physionet2019') return { ok: table.rows.map((_, i) => i * hourMs) };
    return badRecording(table.file, table.headerLine, 'there is no time column ("Time [s]" or "t_min")');
  }
  const times: number[] = [];
  for (const [i, row] of table.rows.entries()) {
    const timeMs = row[column.index]! * column.unitMs;
    if (Number.isNaN(timeMs)) return badRecording(table.file, table.lines[i], 'the time is missing');
    const previousMs = times.at(-1);
    if (previousMs !== undefined && (timeMs < previousMs || (timeMs === previousMs && family !== 'signals'))) {
      return badRecording(table.file, table.lines[i], 'the time is not later than in the previous row');
    }
    times.push(timeMs);
  }
  return { ok: times };
}

type Vitals = { vitals: Vital[]; ignored: string[]; implausible: number };

function findVitals(table: Table, family: RecordingFamily): Decoded<Vitals> {
  const vitals: Vital[] = [];
  const ignored: string[] = [];
  let implausible = 0;
  const time = timeColumn(table.columns);
  for (const [index, column] of table.columns.entries()) {
    if (typeof time === 'object' && time.index === index) continue;
    const code = numericCode(column.name);
    if (code === undefined || vitals.some((vital) => vital.code === code)) {
      if (column.name !== '') ignored.push(column.name);
      continue;
    }
    const convert = numericConversion(code, column);
    if (!convert) {
      return badRecording(
        table.file,
        table.headerLine,
        `the unit "${column.unit}" is not possible for column ${column.name}`,
      );
    }
    const parameter = parameters.get(code)!;
    const values = table.rows.map((row) => {
      const raw = row[index]!;
      if (Number.isNaN(raw) || meansNoValue(raw) || (family === 'mimic2' && raw === 0)) return Number.NaN;
      const value = convert(raw);
      if (value >= parameter.min && value <= parameter.max) return value;
      implausible += 1;
      return Number.NaN;
    });
    const isEpisodic = parameter.episodicMs !== undefined;
    // Hourly tables have a column for each parameter. A column without any value means that the bed has no such sensor.
    if (family === 'physionet2019' && values.every(Number.isNaN)) continue;
    vitals.push({ code, unit: parameter.unit, values, isEpisodic });
  }
  if (vitals.length > 0) return { ok: { vitals, ignored, implausible } };
  const names = table.columns
    .map((c) => c.name)
    .join(', ')
    .slice(0, 200);
  const hasVitalColumn = table.columns.some((c) => numericCode(c.name) !== undefined);
  return hasVitalColumn
    ? badRecording(table.file, undefined, 'no vital sign has a value in any row')
    : badRecording(table.file, table.headerLine, `Vigil knows none of these columns as a vital sign: ${names}`);
}
