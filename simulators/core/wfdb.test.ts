import { describe, expect, it } from 'vitest';
import { companionFiles, decodeRecording } from './decode.ts';
import type { Recording } from './recording.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Returns a signal file: `offset` bytes, and then the interleaved 16-bit samples of the signals. */
function signalFile(offset: number, ...signals: number[][]): Uint8Array {
  const length = signals[0]!.length;
  const bytes = new Uint8Array(offset + length * signals.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < length; i++) {
    for (const [s, signal] of signals.entries()) view.setInt16(offset + (i * signals.length + s) * 2, signal[i]!, true);
  }
  return bytes;
}

const decode = (header: string, files: Record<string, Uint8Array>) =>
  decodeRecording('r.hea', bytesOf(header), new Map(Object.entries(files)));
const recordingOf = (header: string, files: Record<string, Uint8Array>): Recording => {
  const decoded = decode(header, files);
  if ('fault' in decoded) throw new Error(decoded.fault.message);
  return decoded.ok;
};

const ecg = [0, 200, -200, -32768];
const pleth = [100, 300, 500, 700];
const sum = (samples: number[]) => ((samples.reduce((a, b) => a + b, 0) + 32768) & 0xffff) - 32768;

describe('decodeWfdb and companionFiles', () => {
  const header = [
    '# a comment first',
    'r 2 250 4',
    `r.mat 16+24 200(10)/mV 16 0 0 ${sum(ecg)} 0 II`,
    `r.mat 16+24 1e2/NU 16 100 100 ${sum(pleth)} 0 PLETH`,
    '#Asystole',
  ].join('\r\n');

  it('interleaved signals are decoded; the zero of the converter is used if the header has no baseline', () => {
    const { waves, family } = recordingOf(header, { 'r.mat': signalFile(24, ecg, pleth) });
    expect(family).toBe('wfdb');
    const physical = waves.map((wave) =>
      [...wave.samples].map((s) => (s === -32768 ? null : s * wave.scale + wave.offset)),
    );
    expect(physical[0]!.map((v) => (v === null ? null : Math.round(v * 1000) / 1000))).toEqual([
      -0.05,
      0.95,
      -1.05,
      null,
    ]);
    expect(physical[1]!.map((v) => Math.round(v! * 1000) / 1000)).toEqual([0, 2, 4, 6]);
    expect(waves.map((wave) => [wave.code, wave.rateHz])).toEqual([
      ['MDC_ECG_ELEC_POTL_II', 250],
      ['MDC_PULS_OXIM_PLETH', 250],
    ]);
  });

  it('companionFiles returns the signal files of a header', () => {
    expect(companionFiles('r.hea', bytesOf(header))).toEqual({ ok: ['r.mat'] });
    expect(companionFiles('r.csv', bytesOf(header))).toEqual({ ok: [] });
  });

  it.each([
    ['without gain and description is refused', 'r.dat 16', 1 / 200],
    ['with gain 0 has the gain 200', 'r.dat 16 0/mV', 1 / 200],
    ['in microvolts is converted', 'r.dat 16 2/uV', 1 / 2000],
    ['without a unit is in millivolts', 'r.dat 16 400', 1 / 400],
  ])('a signal %s', (_, line, scale) => {
    const words = line.split(' ').length;
    const rest = words === 2 ? '' : ' 16 0 0 0 0 II';
    const decoded = decode(`r 1 100 2\n${line}${rest}`, { 'r.dat': signalFile(0, [1, -1]) });
    if (rest === '')
      expect(decoded).toMatchObject({ fault: { message: 'r.hea: no signal is a wave that Vigil knows.' } });
    else expect('ok' in decoded && decoded.ok.waves[0]!.scale).toBeCloseTo(scale, 9);
  });

  it('signals in separate files are decoded, and the files decide the number of samples if the header has none', () => {
    const { waves } = recordingOf('r 2 100\na.dat 16 200 16 0 0 3 0 I\nb.dat 16 200 16 0 0 7 0 ABP\n', {
      'a.dat': signalFile(0, [1, 2]),
      'b.dat': signalFile(0, [3, 4]),
    });
    expect(waves.map((wave) => [...wave.samples])).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it.each([
    ['', 'r.hea line 1: the header is empty.'],
    ['r', 'r.hea line 1: the number of signals is missing.'],
    ['r/3 2 250', 'r.hea line 1: records of several segments are not supported.'],
    ['r 1 fast', 'r.hea line 1: the sampling rate "fast" must be above 0 and at most 2000 Hz.'],
    ['r 1 0', 'r.hea line 1: the sampling rate "0" must be above 0 and at most 2000 Hz.'],
    ['r 1 250 many', 'r.hea line 1: the number of samples "many" is not a whole number.'],
    ['r 2 250 4\nr.dat 16', 'r.hea line 1: the first line says 2 signals, but the header has 1 line of a signal.'],
    ['r 0 250 4', 'r.hea line 1: the record has no signal.'],
    ['# c\n\nr 1 250 2\nr.dat 212', 'r.hea line 4: the format 212 is not supported; convert to format 16.'],
    ['r 1 250 2\nr.dat sixteen', 'r.hea line 2: the format "sixteen" is invalid.'],
    ['r 1 250 2\nr.dat 16x4', 'r.hea line 2: several samples in a frame and a skew are not supported ("16x4").'],
    ['r 1 250 2\nr.dat 16 loud', 'r.hea line 2: the gain "loud" is not a number.'],
    ['r 1 250 2\nr.dat 16 200 16 x', 'r.hea line 2: the baseline "x" is not a number.'],
    ['r 1 250 2\nr.dat 16 200 16 0 0 x', 'r.hea line 2: the checksum "x" is not a whole number.'],
    ['r 1 250 2\nother.dat 16', 'r.hea: the signal file other.dat is missing.'],
    ['r 1 250 3\nr.dat 16 200 16 0 0 3 0 II', 'r.dat: the file has 2 samples of each signal, but the header says 3.'],
    ['r 1 250 2\nr.dat 16 200 16 0 0 4 0 II', 'r.dat: the samples of II do not match the checksum in the header.'],
    ['r 1 250 2\nr.dat 16 200 16 0 0 3 0 EEG', 'r.hea: no signal is a wave that Vigil knows.'],
  ])('the header %j is refused with "%s"', (text, message) => {
    expect(decode(text, { 'r.dat': signalFile(0, [1, 2]) })).toEqual({ fault: { code: 'recording-invalid', message } });
  });
});
