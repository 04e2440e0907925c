/**
 * What a screen that cannot keep up still does. Waves are cut first, then numbers are drawn less often; alarms are
 * never cut. The measure is how late the page's own timer comes: everything that waits for the main thread waits about
 * as long.
 */
import type { Screen } from './fold.ts';

/**
 * From full to least: `waves-slower` draws fewer frames, `no-waves` none, `numbers-slower` also shows numbers less
 * often.
 */
export const loadLevels = ['full', 'waves-slower', 'no-waves', 'numbers-slower'] as const;
export type LoadLevel = (typeof loadLevels)[number];

/** The worst sample of the last second. */
export type LoadSample = {
  /** How late the main thread came to its timer, ms. */
  readonly lateMs: number;
  /** How late the painter of the waves came to its frames, ms; 0 while it draws none. */
  readonly drawLateMs: number;
};

export type Load = {
  readonly level: LoadLevel;
  /** Consecutive samples that were strained. */
  readonly strained: number;
  /** Since when all samples have been calm; undefined after a sample that was not. */
  readonly calmSinceMs: number | undefined;
  /** How long it must be calm before one level is given back. */
  readonly calmForMs: number;
  /** When a level was last given back. */
  readonly givenBackAtMs: number;
};

/**
 * If two samples in a row are later than this, one level is taken. Frames of waves may be later: they only look jerky.
 */
export const strainedMs = { main: 300, draw: 500 } as const;
/** If they are later than this, two levels are taken at once. */
export const overloadedMs = 1500;
/** A sample below this counts as calm; between the two nothing changes. */
export const calmMs = { main: 150, draw: 250 } as const;
/** How long it must be calm: at first, and at most after a level was given back too early. */
export const calmForMs = { least: 10_000, most: 160_000 } as const;
/** A level that is taken again within this time was given back too early. */
export const relapseMs = 30_000;
/** Numbers that wait are shown this often, ms: values of each second do not become old by it. */
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
  // Late frames are no reason to show numbers less often: numbers cost the painter nothing.
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
  // After this long calm at `full` the shortest wait counts again.
  if (at === 0) return { ...load, strained: 0, calmSinceMs, calmForMs: calmForMs.least };
  return { ...load, level: loadLevels[at - 1]!, strained: 0, calmSinceMs: nowMs, givenBackAtMs: nowMs };
}

/** How often waves are drawn at a level, as a part of the full rate. */
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

/** What the screen says of itself at a level; undefined if there is nothing to say. */
export function loadText(level: LoadLevel): string | undefined {
  switch (level) {
    case 'full':
      return undefined;
    case 'waves-slower':
      return 'This screen is slow: waves are drawn less often. Numbers and alarms go on.';
    case 'no-waves':
      return 'This screen is too slow: waves are off. Numbers and alarms go on. Show fewer beds, or close other programs.';
    case 'numbers-slower':
      return 'This screen is too slow: waves are off, and numbers change once a second. Alarms go on. Watch the bedside monitors.';
  }
}

/** Returns the screen to show while numbers wait: everything is new except the beds, unless a bed came or left. */
export function withNumbersHeld(shown: Screen, next: Screen): Screen {
  const isSameWard = shown.beds.size === next.beds.size && [...next.beds.keys()].every((id) => shown.beds.has(id));
  return isSameWard ? { ...next, beds: shown.beds } : next;
}
