/** The volume of this screen, and the effect of night mode on the volume. */
import { gainsFrom } from './loudness-rise.ts';
import { highRise, type SoundLevel, soundTable } from './sound-table.ts';

export const volumes = ['full', 'middle', 'low'] as const;
export type Volume = (typeof volumes)[number];
export type Tuning = { readonly volume: Volume; readonly isNight: boolean };

export const fullTuning: Tuning = { volume: 'full', isNight: false };

/**
 * The gain of each volume: 0, -6 and -12 dB (ours). The reason for the lowest volume is in
 * docs/decisions/085-volume-and-night.md.
 */
const gains: Readonly<Record<Volume, number>> = { full: 1, middle: 0.5, low: 0.25 };

/**
 * Returns the gain of a sound that does not rise. Night mode lowers only `medium` and `low`. The sound of a lost server
 * always has full loudness, because it is rare, and perhaps no other screen notices the failure.
 */
export function steadyGain(level: SoundLevel, { volume, isNight }: Tuning): number {
  if (level === 'lost') return 1;
  return isNight && level !== 'high' ? gains.low : gains[volume];
}

/**
 * Returns the gains of the bursts of an unanswered high alarm, from burst `firstBurst` on. A lower volume makes only
 * the first three bursts softer. The fourth burst and all later bursts have full loudness at each volume.
 */
export function highGains(firstBurst: number, { volume }: Tuning): number[] {
  const gain = gains[volume];
  const rise = { ...highRise, startLoudness: highRise.startLoudness * gain };
  return gainsFrom(firstBurst, rise, soundTable.high.loudness, soundTable.medium.loudness * gain);
}
