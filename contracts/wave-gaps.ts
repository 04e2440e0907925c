/** Finds why the waves of a stay have gaps. The dashboard's server and the page use the same rule. Pure. */
import { gapsOf, type PlacedChunk, placeChunks, type TimeSpan, type WaveChunk } from './wave-runs.ts';

/**
 * Why there are no samples:
 * - `other-stay`: before the stay or after it. The device then measured another patient, or nobody.
 * - `not-kept`: the log no longer has this time.
 * - `not-yet`: the samples may still come.
 * - `not-searched`: the log has too many records of this time, so the search ended early.
 * - `none`: the log has no samples of this time.
 */
export const waveGapReasons = ['other-stay', 'not-kept', 'not-yet', 'not-searched', 'none'] as const;
export type WaveGapReason = (typeof waveGapReasons)[number];

/** `code` is null if no wave is known. */
export type WaveGap = {
  readonly code: string | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly reason: WaveGapReason;
};

/** The waves of a time: the placed chunks by code. */
export type PlacedWaves = ReadonlyMap<string, readonly PlacedChunk[]>;

export function placeWaves(chunks: readonly WaveChunk[]): PlacedWaves {
  const byCode = Map.groupBy(chunks, ({ code }) => code);
  return new Map([...byCode].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, own]) => [code, placeChunks(own)]));
}

/** What is known about the times that have no samples. All times are by the device's clock, ms since 1970. */
export type GapFacts = {
  /** The time in which the viewer may see waves of this stay; `toMs` is null while the stay lasts. */
  readonly stay: { readonly fromMs: number; readonly toMs: number | null };
  readonly keptFromMs: number | null;
  /** Samples after this time may still come. */
  readonly settledMs: number;
  readonly isWhole: boolean;
};

/** Returns the gaps of all waves of an answer with their reasons. A gap with several reasons is divided. */
export function namedGaps(waves: PlacedWaves, span: TimeSpan, facts: GapFacts): WaveGap[] {
  if (waves.size === 0) return namedParts(null, span, facts);
  return [...waves].flatMap(([code, placed]) => gapsOf(placed, span).flatMap((gap) => namedParts(code, gap, facts)));
}

function namedParts(code: string | null, gap: TimeSpan, facts: GapFacts): WaveGap[] {
  const { stay, keptFromMs, settledMs } = facts;
  const edges = [stay.fromMs, stay.toMs, keptFromMs, settledMs].filter(
    (edge): edge is number => edge !== null && edge > gap.fromMs && edge < gap.toMs,
  );
  const times = [gap.fromMs, ...edges.sort((a, b) => a - b), gap.toMs];
  const parts: WaveGap[] = [];
  for (const [index, toMs] of times.slice(1).entries()) {
    const fromMs = times[index]!;
    const reason = reasonAt(fromMs, facts);
    const last = parts.at(-1);
    if (last?.reason === reason) parts[parts.length - 1] = { ...last, toMs };
    else parts.push({ code, fromMs, toMs, reason });
  }
  return parts;
}

function reasonAt(atMs: number, { stay, keptFromMs, settledMs, isWhole }: GapFacts): WaveGapReason {
  if (atMs < stay.fromMs || (stay.toMs !== null && atMs >= stay.toMs)) return 'other-stay';
  if (keptFromMs !== null && atMs < keptFromMs) return 'not-kept';
  if (atMs >= settledMs) return 'not-yet';
  return isWhole ? 'none' : 'not-searched';
}
