/**
 * The sounds, for hospitals to change. Within CLINICAL's ranges (IEC 60601-1-8 as vendors' manuals state it): high 10 pulses of 75 to 200 ms,
 * again every 2.5 to 15 s; medium 3 of 125 to 250 ms, every 2.5 to 30 s; low 1 or 2 of 125 to 250 ms, over 15 s apart.
 * *Burst shapes are unverified*: the pauses within a burst and the pitches are of the order of a LUCAS 3's.
 */

export type SoundLevel = 'high' | 'medium' | 'low' | 'lost';

export type Burst = {
  /** Pitch of each pulse, Hz, in order. */
  readonly pitchesHz: readonly number[];
  readonly pulseMs: number;
  /** Pause after each pulse, ms; one less than pulses. */
  readonly pausesMs: readonly number[];
  /** From the start of a burst to the start of the next, ms. */
  readonly repeatMs: number;
  /**
   * Partials above the pitch, each with half the strength of the one before: they are heard over a ward's noise, and
   * tell where the sound is.
   */
  readonly harmonics: number;
  /** 0 to 1. */
  readonly loudness: number;
};

const five = [530, 530, 530, 530, 530];

export const soundTable: Readonly<Record<SoundLevel, Burst>> = {
  high: {
    pitchesHz: [...five, ...five],
    pulseMs: 150,
    pausesMs: [80, 80, 220, 80, 500, 80, 80, 220, 80],
    repeatMs: 5000,
    harmonics: 4,
    loudness: 0.9,
  },
  medium: {
    pitchesHz: [390, 390, 390],
    pulseMs: 200,
    pausesMs: [200, 200],
    repeatMs: 8000,
    harmonics: 4,
    loudness: 0.7,
  },
  low: { pitchesHz: [330], pulseMs: 220, pausesMs: [], repeatMs: 20_000, harmonics: 4, loudness: 0.5 },
  /** For a lost server: falling and slower than any alarm of a patient, so that nobody looks for a bed. */
  lost: {
    pitchesHz: [660, 440, 660, 440],
    pulseMs: 400,
    pausesMs: [60, 250, 60],
    repeatMs: 4000,
    harmonics: 4,
    loudness: 0.9,
  },
};
