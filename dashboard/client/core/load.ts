/**
 * Decides what a slow screen still draws. It gives up waves first, then draws numbers less often; it never gives up
 * alarms. The load is measured by how late the page's timer fires, because everything that waits for the main thread
 * waits about as long as the timer.
 */
import type { Screen } from './fold.ts';

/**
 * From full to least: `waves-slower` draws fewer frames, `no-waves` none, `numbers-slower` also shows numbers less
 * often.
 */
export const loadLevels = ['full', 'waves-slower', 'no-waves', 'numbers-slower'] as const;
export type LoadLevel = (typeof loadLevels)[number];

/** The longest delays in the last second. */
export type LoadSample = {
  /** How late the timer of the main thread fired, ms. */
  readonly lateMs: number;
  /** How late the wave painter drew a frame, ms; 0 while it draws no waves. */
  readonly drawLateMs: number;
};

export type Load = {
  readonly level: LoadLevel;
  /** Number of samples in a row above `strainedMs`. */
  readonly strained: number;
  /** Since when all samples have been below `calmMs`; undefined after a sample above it. */
  readonly calmSinceMs: number | undefined;
  /** How long all samples must be calm before the screen goes one level back towards `full`. */
  readonly calmForMs: number;
  /** When the screen last went one level back towards `full`. */
  readonly givenBackAtMs: number;
};

/**
 * If two samples in a row are later than this, the screen goes down one level. Waves may be later than the main thread:
 * a late frame only looks jerky.
 */
export const strainedMs = { main: 300, draw: 500 } as const;
/** If the second of these samples is later than this, the screen goes down two levels at once. */
export const overloadedMs = 1500;
/** A sample up to this counts as calm. A sample between `calmMs` and `strainedMs` does not change the level. */
export const calmMs = { main: 150, draw: 250 } as const;
/** How long all samples must be calm: `least` at first; doubled after each relapse, up to `most`. */
export const calmForMs = { least: 10_000, most: 160_000 } as const;
/** If the screen goes down again within this time after it went back up, this is a relapse. */
export const relapseMs = 30_000;
/** At the level `numbers-slower`, numbers are drawn once in this time, ms. Values that come every second stay current. */
export const numbersEveryMs = 1000;

export const startLoad: Load = {
  level: 'full',
  strained: 0,
  calmSinceMs: undefined,
  calmForMs: calmForMs.least,
  givenBackAtMs: Number.NEGATIVE_INFINITY,
};

/** Returns the load after a sample of the last second; `nowMs` is a steady clock. */
export function judgeLoad(load: Load, sample: LoadSample, nowMs: number): Load {
  const at = loadLevels.indexOf(load.level);
  // Late frames do not count once waves are off: showing numbers less often would not help the painter.
  const drawsWaves = at < loadLevels.indexOf('no-waves');
  const drawLateMs = drawsWaves ? sample.drawLateMs : 0;
  if (sample.lateMs > strainedMs.main || drawLateMs > strainedMs.draw) return strain(load, at, sample, nowMs);
  if (sample.lateMs > calmMs.main || drawLateMs > calmMs.draw) return { ...load, strained: 0, calmSinceMs: undefined };
  return calm(load, at, nowMs);
}

function strain(load: Load, at: number, sample: LoadSample, nowMs: number): Load {
  const strained = load.strained + 1;
  if (strained < 2 || at === loadLevels.length - 1) return { ...load, strained, calmSinceMs: undefined };
  const next = Math.min(at + (sample.lateMs > overloadedMs ? 2 : 1), loadLevels.length - 1);
  const isRelapse = nowMs - load.givenBackAtMs < relapseMs;
  return {
    ...load,
    level: loadLevels[next]!,
    strained: 0,
    calmSinceMs: undefined,
    calmForMs: isRelapse ? Math.min(2 * load.calmForMs, calmForMs.most) : load.calmForMs,
  };
}

function calm(load: Load, at: number, nowMs: number): Load {
  const calmSinceMs = load.calmSinceMs ?? nowMs;
  const isLongEnough = nowMs - calmSinceMs >= load.calmForMs;
  if (!isLongEnough) return { ...load, strained: 0, calmSinceMs };
  // The screen was calm at `full` for long enough: the shortest wait counts again.
  if (at === 0) return { ...load, strained: 0, calmSinceMs, calmForMs: calmForMs.least };
  return { ...load, level: loadLevels[at - 1]!, strained: 0, calmSinceMs: nowMs, givenBackAtMs: nowMs };
}

/** Returns how often waves are drawn at a level, as a part of the full rate. */
export function wavePace(level: LoadLevel): number {
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
      return 'This screen is slow: waves are drawn less often. Numbers and alarms work.';
    case 'no-waves':
      return 'This screen is too slow: waves are off. Numbers and alarms work. Show fewer beds, or close other programs.';
    case 'numbers-slower':
      return 'This screen is too slow: waves are off, and numbers change once a second. Alarms work. Watch the bedside monitors.';
  }
}

/**
 * Returns the screen to show between two updates of numbers: alarms and health of `next`, beds of `shown`. Returns
 * `next` if a bed was added or removed.
 */
export function withNumbersHeld(shown: Screen, next: Screen): Screen {
  const isSameWard = shown.beds.size === next.beds.size && [...next.beds.keys()].every((id) => shown.beds.has(id));
  return isSameWard ? { ...next, beds: shown.beds } : next;
}
