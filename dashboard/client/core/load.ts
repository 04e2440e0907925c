/**
 * Decides what a slow screen still draws. A slow screen first stops drawing waves, then draws numbers less often. It
 * always draws alarms. The delay of the page's timer is the measure of the load, because everything else on the main
 * thread waits about as long.
 */

import type { Screen } from './fold.ts';
import { t } from './texts.ts';

/**
 * What the screen draws, from most to least. `waves-slower`: fewer frames of waves. `no-waves`: no waves.
 * `numbers-slower`: no waves, and numbers less often.
 */
export const loadLevels = ['full', 'waves-slower', 'no-waves', 'numbers-slower'] as const;
export type LoadLevel = (typeof loadLevels)[number];

/** The longest delays in the last second. */
export type LoadSample = {
  /** How late the timer of the main thread fired, ms. */
  readonly lateMs: number;
  /** How late the wave painter drew a frame, ms; 0 while the painter draws no waves. */
  readonly drawLateMs: number;
};

export type Load = {
  readonly level: LoadLevel;
  /** Number of samples in a row above `strainedMs`. */
  readonly strainedCount: number;
  /** The time since which all samples have been calm (`calmMs`); undefined after a sample that was not calm. */
  readonly calmSinceMs: number | undefined;
  /** How long all samples must be calm before the screen goes one level back towards `full`. */
  readonly calmForMs: number;
  /** When the screen last went one level back towards `full`. */
  readonly recoveredAtMs: number;
};

/**
 * If two samples in a row are later than this, the screen goes down one level. `draw` is higher than `main`, because a
 * late frame only makes the waves jerky.
 */
export const strainedMs = { main: 300, draw: 500 } as const;
/** If the second of these samples is later than this, the screen goes down two levels. */
export const overloadedMs = 1500;
/** A sample up to this counts as calm. A sample between `calmMs` and `strainedMs` does not change the level. */
export const calmMs = { main: 150, draw: 250 } as const;
/** How long all samples must be calm: at first `min`. Each relapse doubles the time, up to `max`. */
export const calmForMs = { min: 10_000, max: 160_000 } as const;
/** A relapse: the screen goes down again within this time after it went one level back. */
export const relapseMs = 30_000;
/** How often numbers are drawn at the level `numbers-slower`, ms. Values that come every second stay current. */
export const numbersEveryMs = 1000;

export const startLoad: Load = {
  level: 'full',
  strainedCount: 0,
  calmSinceMs: undefined,
  calmForMs: calmForMs.min,
  recoveredAtMs: Number.NEGATIVE_INFINITY,
};

/** Returns the load after a sample of the last second; `nowMs` is by a steady clock. */
export function loadAfterSample(load: Load, sample: LoadSample, nowMs: number): Load {
  const levelIndex = loadLevels.indexOf(load.level);
  // While waves are off, late frames do not count, because the next level (numbers less often) makes no frame faster.
  const drawsWaves = levelIndex < loadLevels.indexOf('no-waves');
  const drawLateMs = drawsWaves ? sample.drawLateMs : 0;
  if (sample.lateMs > strainedMs.main || drawLateMs > strainedMs.draw)
    return afterStrainedSample(load, levelIndex, sample, nowMs);
  if (sample.lateMs > calmMs.main || drawLateMs > calmMs.draw)
    return { ...load, strainedCount: 0, calmSinceMs: undefined };
  return afterCalmSample(load, levelIndex, nowMs);
}

function afterStrainedSample(load: Load, levelIndex: number, sample: LoadSample, nowMs: number): Load {
  const strainedCount = load.strainedCount + 1;
  if (strainedCount < 2 || levelIndex === loadLevels.length - 1)
    return { ...load, strainedCount, calmSinceMs: undefined };
  const nextIndex = Math.min(levelIndex + (sample.lateMs > overloadedMs ? 2 : 1), loadLevels.length - 1);
  const isRelapse = nowMs - load.recoveredAtMs < relapseMs;
  return {
    ...load,
    level: loadLevels[nextIndex]!,
    strainedCount: 0,
    calmSinceMs: undefined,
    calmForMs: isRelapse ? Math.min(2 * load.calmForMs, calmForMs.max) : load.calmForMs,
  };
}

function afterCalmSample(load: Load, levelIndex: number, nowMs: number): Load {
  const calmSinceMs = load.calmSinceMs ?? nowMs;
  const isLongEnough = nowMs - calmSinceMs >= load.calmForMs;
  if (!isLongEnough) return { ...load, strainedCount: 0, calmSinceMs };
  // The screen was calm at `full` for long enough, so the shortest wait applies again.
  if (levelIndex === 0) return { ...load, strainedCount: 0, calmSinceMs, calmForMs: calmForMs.min };
  return { ...load, level: loadLevels[levelIndex - 1]!, strainedCount: 0, calmSinceMs: nowMs, recoveredAtMs: nowMs };
}

/** Returns how often waves are drawn at a level, as a fraction of the full rate. */
export function waveRateFraction(level: LoadLevel): number {
  switch (level) {
    case 'full':
      return 1;
    case 'waves-slower':
      return 1 / 3;
    case 'no-waves':
    case 'numbers-slower':
      return 0;
  }
}

/** Returns the notice that the screen shows at a level; undefined at `full`. */
export function loadText(level: LoadLevel): string | undefined {
  switch (level) {
    case 'full':
      return undefined;
    case 'waves-slower':
      return t('This screen is slow: waves are drawn less often. Numbers and alarms work.');
    case 'no-waves':
      return t(
        'This screen is too slow: waves are off. Numbers and alarms work. Show fewer beds, or close other programs.',
      );
    case 'numbers-slower':
      return t(
        'This screen is too slow: waves are off, and numbers change once a second. Alarms work. Watch the bedside monitors.',
      );
  }
}

/** Returns a shorter notice for a narrow window. */
export function shortLoadText(level: Exclude<LoadLevel, 'full'>): string {
  switch (level) {
    case 'waves-slower':
      return t('This screen is slow: it draws waves less often.');
    case 'no-waves':
      return t('This screen is too slow: waves are off.');
    case 'numbers-slower':
      return t('Watch the bedside monitors: this screen is too slow.');
  }
}

/**
 * Returns the screen to show between two updates of numbers: the alarms and the health of `next` with the beds of
 * `shown`. If a bed was added or removed, returns `next`.
 */
export function withUnchangedNumbers(shown: Screen, next: Screen): Screen {
  const isSameWard = shown.beds.size === next.beds.size && [...next.beds.keys()].every((id) => shown.beds.has(id));
  return isSameWard ? { ...next, beds: shown.beds } : next;
}
