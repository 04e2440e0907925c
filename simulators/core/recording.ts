/** A decoded recording of any file format. Times count from its first row, in ms of the recording's own clock. */
import type { Fault } from '../../contracts/errors.ts';
import type { NumericValue } from '../../contracts/messages/device.ts';

/** The numerics of one instant. */
export type Frame = { readonly atMs: number; readonly values: readonly NumericValue[] };

/** One wave; a value is `sample × scale + offset` in the unit of the wave's table row, -32768 is missing. Starts at 0 ms. */
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
  /** In ascending order of `atMs`; empty if the recording has waves only. */
  readonly frames: readonly Frame[];
  /** The usual distance between two frames; 1000 for a recording of waves only. */
  readonly intervalMs: number;
  readonly waves: readonly WaveTrack[];
  /** The time at which a loop starts again: one interval after the last frame, or the end of the shortest wave if that comes first. */
  readonly loopMs: number;
  /** Columns or signals for which Vigil has no parameter. */
  readonly ignored: readonly string[];
  /** Number of values that no body can yield. They are now without value. */
  readonly implausible: number;
};

/** A decoder's result: the recording, or the one fault, with the file, the line and the reason. */
export type Decoded<T> = { readonly ok: T } | { readonly fault: Fault };

/** Returns a fault of a file. `line` counts from 1; absent if the file has no lines. */
export function badRecording(file: string, line: number | undefined, what: string): { fault: Fault } {
  const place = line === undefined ? file : `${file} line ${line}`;
  return { fault: { code: 'recording-invalid', message: `${place}: ${what}.` } };
}

/** Returns how long a wave lasts, ms. */
function waveLengthMs(wave: WaveTrack): number {
  return (wave.samples.length * 1000) / wave.rateHz;
}

/** Joins the numerics of a patient with the waves recorded beside them; both begin at the same instant. */
export function joinRecordings(numerics: Recording, waves: Recording): Recording {
  return withLoop({
    ...numerics,
    waves: [...numerics.waves, ...waves.waves],
    ignored: [...numerics.ignored, ...waves.ignored],
    implausible: numerics.implausible + waves.implausible,
  });
}

/** Sets `loopMs`, so that neither numerics nor waves have a gap at the seam. */
export function withLoop(recording: Omit<Recording, 'loopMs'>): Recording {
  const lastAtMs = recording.frames.at(-1)?.atMs;
  const ends = recording.waves.map(waveLengthMs);
  if (lastAtMs !== undefined) ends.push(lastAtMs + recording.intervalMs);
  const endMs = Math.min(...ends);
  const whole = Math.floor(endMs / recording.intervalMs) * recording.intervalMs;
  return { ...recording, loopMs: recording.waves.length > 0 && whole > 0 ? whole : endMs };
}

/** Returns the median distance between neighbours; undefined for fewer than two times. */
export function medianStep(times: readonly number[]): number | undefined {
  const steps = times.slice(1).map((time, i) => time - times[i]!);
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)];
}
