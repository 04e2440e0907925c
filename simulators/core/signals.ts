/**
 * Decodes tables of wave samples: `Time [s], RESP, PLETH, V, AVR, II` at 125 Hz (BIDMC), and tables of the same form.
 */
import { missingSample } from '../../contracts/parameters.ts';
import { timeColumn, waveCode } from './columns.ts';
import { rowTimes } from './numerics.ts';
import { badRecording, type Decoded, medianStep, type Recording, type WaveTrack, withLoop } from './recording.ts';
import { meansNoValue, type Table } from './table.ts';

/** Largest distance between the rows of a table of waves. The rows of a table of numerics are further apart. */
const waveStepMsMax = 100;
/**
 * Number of rows at the beginning that give the rough sample rate. The times of later rows are rounded more coarsely.
 */
const stepsForRate = 1000;
/** Maximum number of samples of a wave, including missing samples in gaps. */
const samplesMax = 4_000_000;

/** Returns whether a table contains waves: its rows are at most 100 ms apart, and a column has the name of a wave. */
export function isSignals(table: Table): boolean {
  const time = timeColumn(table.columns);
  if (typeof time === 'string' || !table.columns.some((c) => waveCode(c.name) !== undefined)) return false;
  const step = medianStep(table.rows.slice(0, stepsForRate).map((row) => row[time.index]! * time.unitMs));
  return step !== undefined && step > 0 && step <= waveStepMsMax;
}

/**
 * Decodes a table of samples. The samples have a resolution of 1/65000 of the wave's range; gaps in time become missing
 * samples.
 */
export function decodeSignals(table: Table): Decoded<Recording> {
  const times = rowTimes(table, 'signals');
  if ('fault' in times) return times;
  const rateHz = sampleRate(times.ok);
  const positions = samplePositions(times.ok, rateHz);
  const count = positions.at(-1)! + 1;
  if (count > samplesMax) return badRecording(table.file, undefined, `a wave has more than ${samplesMax} samples`);

  const time = timeColumn(table.columns);
  const waves: WaveTrack[] = [];
  const ignored: string[] = [];
  for (const [index, column] of table.columns.entries()) {
    if (typeof time === 'object' && time.index === index) continue;
    const code = waveCode(column.name);
    if (code === undefined || waves.some((wave) => wave.code === code)) {
      if (column.name !== '') ignored.push(column.name);
      continue;
    }
    // In a wave, -1 is a value and does not mean "no value".
    const values = table.rows.map((row) => (meansNoValue(row[index]!) && row[index] !== -1 ? Number.NaN : row[index]!));
    waves.push({ code, rateHz, ...quantise(values, positions, count) });
  }
  return { ok: withLoop({ family: 'signals', frames: [], intervalMs: 1000, waves, ignored, implausible: 0 }) };
}

/**
 * Returns the sample rate, Hz. Computes the rate from the whole table, so that the rounding of times has little effect.
 * If the table has a gap, computes the rate from the first rows.
 */
function sampleRate(times: readonly number[]): number {
  const roughHz = 1000 / medianStep(times.slice(0, stepsForRate))!;
  const spanHz = ((times.length - 1) * 1000) / (times.at(-1)! - times[0]!);
  const rateHz = Math.abs(spanHz - roughHz) < roughHz * 0.01 ? spanHz : roughHz;
  const wholeHz = Math.round(rateHz);
  return Math.abs(rateHz - wholeHz) < wholeHz * 1e-3 ? wholeHz : Math.round(rateHz * 1000) / 1000;
}

/**
 * Returns the sample number of each row. The number rises by 1 from row to row. It rises by more only if the time shows
 * a gap that rounding cannot explain.
 */
function samplePositions(times: readonly number[], rateHz: number): number[] {
  const stepMs = 1000 / rateHz;
  const positions: number[] = [];
  let next = 0;
  for (const timeMs of times) {
    const numberByTime = (timeMs - times[0]!) / stepMs;
    const roundingMs = 10 ** (Math.floor(Math.log10(Math.max(Math.abs(timeMs), 1000) / 1000)) - 4) * 1000;
    if ((numberByTime - next) * stepMs > roundingMs + 1.5 * stepMs) next = Math.round(numberByTime);
    positions.push(next);
    next += 1;
  }
  return positions;
}

/** Converts values to int16 samples with a scale and an offset, so that the range of the wave is -32500 to 32500. */
function quantise(
  values: readonly number[],
  positions: readonly number[],
  count: number,
): { samples: Int16Array; scale: number; offset: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const offset = min <= max ? (min + max) / 2 : 0;
  const scale = max > min ? (max - min) / 65_000 : 1;
  const samples = new Int16Array(count).fill(missingSample);
  for (const [i, value] of values.entries()) {
    if (!Number.isNaN(value)) samples[positions[i]!] = Math.round((value - offset) / scale);
  }
  return { samples, scale, offset };
}
