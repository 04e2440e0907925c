/**
 * The alarm sounds. A hospital may change them within the ranges in CLINICAL (IEC 60601-1-8, as vendors' manuals quote
 * it). High: 10 pulses of 75 to 200 ms, every 2.5 to 15 s. Medium: 3 pulses of 125 to 250 ms, every 2.5 to 30 s. Low:
 * 1 or 2 pulses of 125 to 250 ms, more than 15 s apart.
 * *Burst shapes are unverified*: the pauses within a burst and the pitches are similar to those of a LUCAS 3.
 */

export type SoundLevel = 'high' | 'medium' | 'low' | 'lost';

export type Burst = {
  /** Pitch of each pulse, Hz, in order. */
  readonly pitchesHz: readonly number[];
  readonly pulseMs: number;
  /** Pause after each pulse except the last, ms. */
  readonly pausesMs: readonly number[];
  /** From the start of a burst to the start of the next, ms. */
  readonly repeatMs: number;
  /**
   * Number of harmonics above the pitch, each half as strong as the previous harmonic. Harmonics make the sound audible
   * in a noisy ward and show the direction of its source.
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
  /** For a lost server. Falling pitch and slower than each patient alarm, so that nobody searches for a patient. */
  lost: {
    pitchesHz: [660, 440, 660, 440],
    pulseMs: 400,
    pausesMs: [60, 250, 60],
    repeatMs: 4000,
    harmonics: 4,
    loudness: 0.9,
  },
};
