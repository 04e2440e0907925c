/** What a decoded recording is, whatever file it came from. Times count from its first row, in ms of the recording's own clock. */
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
  /** In ascending order of `atMs`; empty where the recording holds waves only. */
  readonly frames: readonly Frame[];
  /** The usual distance of two frames; of a recording of waves only, 1000. */
  readonly intervalMs: number;
  readonly waves: readonly WaveTrack[];
  /** Where a loop starts again: one interval after the last frame, or the end of the shortest wave if that comes first. */
  readonly loopMs: number;
  /** Columns or signals that Vigil has no parameter for. */
  readonly ignored: readonly string[];
  /** Numbers that no body yields, now without value. */
  readonly implausible: number;
};

/** A decoder's answer: the recording, or the one fault that names file, line and what is wrong. */
export type Decoded<T> = { readonly ok: T } | { readonly fault: Fault };

/** A fault of a file. `line` counts from 1; absent where the file has no lines. */
export function badRecording(file: string, line: number | undefined, what: string): { fault: Fault } {
  const place = line === undefined ? file : `${file} line ${line}`;
  return { fault: { code: 'recording-invalid', message: `${place}: ${what}.` } };
}

/** How long a wave lasts, in ms. */
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

/** Sets `loopMs`, so that neither numerics nor waves have a hole at the seam. */
export function withLoop(recording: Omit<Recording, 'loopMs'>): Recording {
  const lastAtMs = recording.frames.at(-1)?.atMs;
  const ends = recording.waves.map(waveLengthMs);
  if (lastAtMs !== undefined) ends.push(lastAtMs + recording.intervalMs);
  const endMs = Math.min(...ends);
  const whole = Math.floor(endMs / recording.intervalMs) * recording.intervalMs;
  return { ...recording, loopMs: recording.waves.length > 0 && whole > 0 ? whole : endMs };
}

/** The middle of the distances between neighbours; undefined below two times. */
export function medianStep(times: readonly number[]): number | undefined {
  const steps = times.slice(1).map((time, i) => time - times[i]!);
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)];
}
