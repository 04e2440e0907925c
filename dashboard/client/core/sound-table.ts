/**
 * The alarm sounds. A hospital may change them within the ranges in CLINICAL ("Signals on the screen and in the ear",
 * which cites IEC 60601-1-8). `core/burst-ranges.testing.ts` has these ranges, and a test compares the table with the
 * ranges. The pitches of `high` and `medium` are the pitches of a LUCAS 3. *Unverified*: the pauses of `medium`, and
 * the pitch of `low`.
 */

export type SoundLevel = 'high' | 'medium' | 'low' | 'lost';

export type Burst = {
  /** Pitch of each pulse, Hz, in order. */
  readonly pitchesHz: readonly number[];
  readonly pulseMs: number;
  /** Pause after each pulse except the last, ms. */
  readonly pausesMs: readonly number[];
  /** Time from the start of a burst to the start of the next burst, ms. */
  readonly repeatMs: number;
  /**
   * Time in which a pulse rises from 10 % to 90 % of its loudness, as a share of `pulseMs`. The pulse falls in an equal
   * time.
   */
  readonly edgeShare: number;
  /**
   * Levels of the harmonics 2, 3, … of the pitch, dB relative to the pitch itself. Because of the harmonics, people
   * hear the sound in a noisy ward, and hear from which direction the sound comes.
   */
  readonly harmonicsDb: readonly number[];
  /** The highest amplitude of the samples, 0 to 1. */
  readonly loudness: number;
};

const pulseShape = { edgeShare: 0.15, harmonicsDb: [-3, -6, -9, -12] } as const;
const fivePitchesHz = [530, 530, 530, 530, 530];

export const soundTable: Readonly<Record<SoundLevel, Burst>> = {
  high: {
    ...pulseShape,
    pitchesHz: [...fivePitchesHz, ...fivePitchesHz],
    pulseMs: 150,
    // The third pause of each group of five pulses is 2 × 75 + 150 ms.
    pausesMs: [75, 75, 300, 75, 500, 75, 75, 300, 75],
    repeatMs: 6000,
    loudness: 0.95,
  },
  medium: {
    ...pulseShape,
    pitchesHz: [390, 390, 390],
    pulseMs: 200,
    pausesMs: [200, 200],
    repeatMs: 8000,
    loudness: 0.62,
  },
  low: { ...pulseShape, pitchesHz: [330], pulseMs: 220, pausesMs: [], repeatMs: 20_000, loudness: 0.45 },
  /**
   * The sound for a lost server. Its pitch falls, and it is slower than all patient alarms. So nobody confuses the
   * sound with a patient alarm.
   */
  lost: {
    ...pulseShape,
    pitchesHz: [660, 440, 660, 440],
    pulseMs: 400,
    pausesMs: [60, 250, 60],
    repeatMs: 4000,
    loudness: 0.9,
  },
};

/**
 * The mark that begins and ends a test of the sound *(ours)*. The pitch of the mark rises, and its pulses are short. No
 * alarm sounds like this. So people in the room know that the signals between two marks are a test.
 */
export const testMark: Burst = {
  ...pulseShape,
  pitchesHz: [520, 660, 820, 1040],
  pulseMs: 80,
  pausesMs: [30, 30, 30],
  repeatMs: 1000,
  loudness: 0.45,
};

/**
 * How an unanswered high alarm gets louder *(ours)*. The first burst has `startLoudness`, which must not be below the
 * loudness of `medium`. From the burst number `fullAtBurst` on, the bursts have the loudness of the table.
 */
export type LoudnessRise = { readonly startLoudness: number; readonly fullAtBurst: number };

export const highRise: LoudnessRise = { startLoudness: 0.64, fullAtBurst: 4 };
