/** A decoded recording of any file format. Its times are in ms from its first row. */
import type { Fault } from '../../contracts/errors.ts';
import type { NumericValue } from '../../contracts/messages/device.ts';

/** The numerics of one instant. */
export type Frame = { readonly atMs: number; readonly values: readonly NumericValue[] };

/**
 * A wave, which starts at 0 ms. A value is `sample × scale + offset`. The parameter table has the unit of the wave. The
 * sample -32768 is a missing sample.
 */
export type WaveTrack = {
  readonly code: string;
  readonly rateHz: number;
  readonly scale: number;
  readonly offset: number;
  readonly samples: Int16Array;
};

export type RecordingFamily = 'bidmc' | 'mimic2' | 'physionet2019' | 'signals' | 'wfdb';

export type Recording = {
  readonly family: RecordingFamily;
  /** In ascending order of `atMs`; empty if the recording has only waves. */
  readonly frames: readonly Frame[];
  /** The usual distance between two frames; 1000 if the recording has only waves. */
  readonly intervalMs: number;
  readonly waves: readonly WaveTrack[];
  /**
   * Length of one turn when the recording is played in a loop. The turn ends one interval after the last frame, or at
   * the end of the shortest wave if this end is earlier.
   */
  readonly loopMs: number;
  /** Names of columns or signals for which Vigil has no parameter. */
  readonly ignored: readonly string[];
  /** Number of values outside the plausible range, which were removed. */
  readonly implausible: number;
};

/** Result of a decoder: the decoded data, or a fault whose message has the file, the line and the reason. */
export type Decoded<T> = { readonly ok: T } | { readonly fault: Fault };

/**
 * Returns a fault of a file.
 * @param line line number, from 1; undefined if the fault is not in one line
 * @param what what is wrong, without a full stop
 */
export function badRecording(file: string, line: number | undefined, what: string): { fault: Fault } {
  const place = line === undefined ? file : `${file} line ${line}`;
  return { fault: { code: 'recording-invalid', message: `${place}: ${what}.` } };
}

/** Returns how long a wave lasts, ms. */
function waveLengthMs(wave: WaveTrack): number {
  return (wave.samples.length * 1000) / wave.rateHz;
}

/** Joins the numerics and the waves of a patient into one recording. Both begin at the same time. */
export function joinRecordings(numerics: Recording, waves: Recording): Recording {
  return withLoop({
    ...numerics,
    waves: [...numerics.waves, ...waves.waves],
    ignored: [...numerics.ignored, ...waves.ignored],
    implausible: numerics.implausible + waves.implausible,
  });
}

/** Returns the recording with its `loopMs`, so that numerics and waves have no gap where the loop starts again. */
export function withLoop(recording: Omit<Recording, 'loopMs'>): Recording {
  const lastAtMs = recording.frames.at(-1)?.atMs;
  const endsMs = recording.waves.map(waveLengthMs);
  if (lastAtMs !== undefined) endsMs.push(lastAtMs + recording.intervalMs);
  const endMs = Math.min(...endsMs);
  const wholeIntervalsMs = Math.floor(endMs / recording.intervalMs) * recording.intervalMs;
  return { ...recording, loopMs: recording.waves.length > 0 && wholeIntervalsMs > 0 ? wholeIntervalsMs : endMs };
}

/** Returns the median distance between neighbouring times; undefined for fewer than two times. */
export function medianStep(times: readonly number[]): number | undefined {
  const steps = times.slice(1).map((time, i) => time - times[i]!);
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)];
}
