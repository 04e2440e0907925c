/**
 * Decodes WFDB records. A record has a header (`.hea`, WFDB header(5)) and signal files in format 16 (WFDB signal(5)).
 * A signal file contains only samples (`.dat`), or is a MATLAB 4 matrix with 24 bytes before the samples (`.mat`; the
 * header then has the format `16+24`).
 */
import { waveCode } from './columns.ts';
import { badRecording, type Decoded, type Recording, type WaveTrack, withLoop } from './recording.ts';

export type SignalHeader = {
  readonly fileName: string;
  /** Bytes before the first sample. */
  readonly byteOffset: number;
  /** Difference between samples for one physical unit. */
  readonly gain: number;
  /** The sample for the physical value 0. */
  readonly baseline: number;
  readonly unit: string;
  /** Sum of all samples modulo 65536; undefined if the header has no checksum. */
  readonly checksum: number | undefined;
  readonly description: string;
};

export type RecordHeader = {
  readonly name: string;
  readonly rateHz: number;
  /** Undefined if the header has no number of samples. In that case the length of the signal file gives the number. */
  readonly sampleCount: number | undefined;
  readonly signals: readonly SignalHeader[];
};

/** WFDB's default for a header without a gain. */
const defaultGain = 200;
const defaultRateHz = 250;

export function parseHeader(file: string, text: string): Decoded<RecordHeader> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const entries = lines
    .map((line, i) => ({ line: line.trim(), number: i + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
  const [record, ...rest] = entries;
  if (!record) return badRecording(file, 1, 'the header is empty');
  const [name = '', count = '', rate = String(defaultRateHz), samples] = record.line.split(/\s+/);
  if (name.includes('/')) return badRecording(file, record.number, 'records of several segments are not supported');
  if (!/^\d+$/.test(count)) return badRecording(file, record.number, 'the number of signals is missing');
  const rateHz = Number(/^[\d.]+(?:[eE][+-]?\d+)?/.exec(rate)?.[0] ?? Number.NaN);
  if (!(rateHz > 0 && rateHz <= 2000)) {
    return badRecording(file, record.number, `the sampling rate "${rate}" must be above 0 and at most 2000 Hz`);
  }
  if (samples !== undefined && !/^\d+$/.test(samples)) {
    return badRecording(file, record.number, `the number of samples "${samples}" is not a whole number`);
  }
  if (rest.length < Number(count)) {
    const described = rest.length === 1 ? '1 line of a signal' : `${rest.length} lines of signals`;
    return badRecording(file, record.number, `the first line says ${count} signals, but the header has ${described}`);
  }
  const signals: SignalHeader[] = [];
  for (const entry of rest.slice(0, Number(count))) {
    const signal = parseSignal(entry.line);
    if (typeof signal === 'string') return badRecording(file, entry.number, signal);
    signals.push(signal);
  }
  if (signals.length === 0) return badRecording(file, record.number, 'the record has no signal');
  const sampleCount = samples === undefined || samples === '0' ? undefined : Number(samples);
  return { ok: { name, rateHz, sampleCount, signals } };
}

function parseSignal(line: string): SignalHeader | string {
  const [
    fileName = '',
    format = '',
    gainText = String(defaultGain),
    ,
    baselineText = '0',
    ,
    checksum,
    ,
    ...descriptionWords
  ] = line.split(/\s+/);
  const formatParts = /^(\d+)(?:x(\d+))?(?::(\d+))?(?:\+(\d+))?$/.exec(format);
  if (!formatParts) return `the format "${format}" is invalid`;
  if (formatParts[1] !== '16') return `the format ${formatParts[1]} is not supported; convert to format 16`;
  if ((formatParts[2] ?? '1') !== '1' || (formatParts[3] ?? '0') !== '0') {
    return `several samples in a frame and a skew are not supported ("${format}")`;
  }
  const gainParts = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)(?:\((-?\d+)\))?(?:\/(\S+))?$/.exec(gainText);
  const gain = Number(gainParts?.[1] ?? Number.NaN);
  if (!gainParts || Number.isNaN(gain)) return `the gain "${gainText}" is not a number`;
  const baseline = Number(gainParts[2] ?? baselineText);
  if (Number.isNaN(baseline)) return `the baseline "${baselineText}" is not a number`;
  if (checksum !== undefined && !/^-?\d+$/.test(checksum)) return `the checksum "${checksum}" is not a whole number`;
  return {
    fileName,
    byteOffset: Number(formatParts[4] ?? 0),
    gain: gain === 0 ? defaultGain : gain,
    baseline,
    unit: gainParts[3] ?? 'mV',
    checksum: checksum === undefined ? undefined : Number(checksum),
    description: descriptionWords.join(' '),
  };
}

/**
 * Decodes a record. A physical value is (sample − baseline) / gain.
 * @param files content of the record's signal files, by name
 */
export function decodeWfdb(
  file: string,
  header: RecordHeader,
  files: ReadonlyMap<string, Uint8Array>,
): Decoded<Recording> {
  const waves: WaveTrack[] = [];
  const ignored: string[] = [];
  for (const signal of header.signals) {
    const signalsOfFile = header.signals.filter((other) => other.fileName === signal.fileName);
    const bytes = files.get(signal.fileName);
    if (!bytes) return badRecording(file, undefined, `the signal file ${signal.fileName} is missing`);
    const samples = readSamples(bytes, signal, signalsOfFile.length, signalsOfFile.indexOf(signal), header.sampleCount);
    if (typeof samples === 'string') return badRecording(signal.fileName, undefined, samples);
    const code = waveCode(signal.description);
    const unit = unitFactor(code, signal.unit);
    if (code === undefined || unit === undefined || waves.some((wave) => wave.code === code)) {
      ignored.push(signal.description === '' ? `signal ${header.signals.indexOf(signal) + 1}` : signal.description);
      continue;
    }
    const scale = unit / signal.gain;
    waves.push({ code, rateHz: header.rateHz, scale, offset: -signal.baseline * scale, samples });
  }
  if (waves.length === 0) return badRecording(file, undefined, 'no signal is a wave that Vigil knows');
  return { ok: withLoop({ family: 'wfdb', frames: [], intervalMs: 1000, waves, ignored, implausible: 0 }) };
}

/**
 * Returns the factor from a unit in the file to the unit in the parameter table; undefined if the unit or the wave is
 * unknown.
 */
function unitFactor(code: string | undefined, unit: string): number | undefined {
  if (code === undefined) return undefined;
  if (!code.startsWith('MDC_ECG')) return 1;
  const factors: Readonly<Record<string, number>> = { mv: 1, uv: 1e-3, v: 1e3, nu: 1 };
  return factors[unit.toLowerCase()];
}

function readSamples(
  bytes: Uint8Array,
  signal: SignalHeader,
  interleavedSignals: number,
  position: number,
  headerCount: number | undefined,
): Int16Array | string {
  const available = Math.floor((bytes.length - signal.byteOffset) / 2 / interleavedSignals);
  const count = headerCount ?? available;
  if (count <= 0 || available < count) {
    return `the file has ${Math.max(0, available)} samples of each signal, but the header says ${headerCount ?? 'at least 1'}`;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // -32768 means "no value" in format 16 of WFDB, and is also Vigil's missing sample.
  const samples = new Int16Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const sample = view.getInt16(signal.byteOffset + (i * interleavedSignals + position) * 2, true);
    samples[i] = sample;
    sum = (sum + sample) & 0xffff;
  }
  if (signal.checksum !== undefined && (signal.checksum & 0xffff) !== sum) {
    return `the samples of ${signal.description || 'a signal'} do not match the checksum in the header`;
  }
  return samples;
}
