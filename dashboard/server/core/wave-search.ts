/**
 * Decides which part of the log to read for the waves of a time. A wave has the time of the device's clock, but Kafka
 * finds records by the time at which they were appended. These two times differ by the error of the device's clock, and
 * by the time for which a device kept a wave during an outage.
 */
import { hourMs, minuteMs } from '../../../contracts/durations.ts';
import { chunkMsMax } from '../../../contracts/messages/device.ts';
import type { PlacedWaves } from '../../../contracts/wave-gaps.ts';
import { endOf, gapsOf, type TimeSpan, type WaveChunk, withoutRepeats } from '../../../contracts/wave-runs.ts';

/** The clocks of gateway and Kafka may differ by this much, ms (ours). */
const clocksApartMs = 2_000;
/** Usual longest time from the last sample of a chunk until its record is in Kafka, ms (ours). */
const deliveryMs = 5_000;
/** How long after the usual time Vigil still looks for a wave that came late, ms (ours). */
export const lateSearchMs = 15 * minuteMs;
/** Errors of a clock that differ by less than this are searched only once, ms. */
const errorStepMs = 5_000;
/** Maximum number of different errors of a clock that are tried. */
const errorsMax = 4;
/**
 * If a chunk shows a clock error larger than this, the chunk came late: Vigil does not believe that a clock is so
 * wrong.
 */
const errorMsMax = 26 * hourMs;

export type SearchState = {
  /** The errors of the device's clock that were tried, ms. */
  readonly triedErrorsMs: readonly number[];
  /** For each chunk of this stay that was read: the difference of its receive time and its device time, ms. */
  readonly differencesMs: readonly number[];
  readonly hasSearchedLate: boolean;
};

export const newSearch: SearchState = { triedErrorsMs: [], differencesMs: [], hasSearchedLate: false };

/** The next part of the log to read, by the time of appending, and the state of the search after this part was read. */
export type SearchStep = { readonly window: TimeSpan; readonly next: SearchState };

/**
 * Returns the next part of the log to read; undefined if the search is over.
 * @param span the requested time, by the clock of the device
 * @param measuredErrorMs the present error of the device's clock: positive if the clock is behind
 */
export function nextStep(state: SearchState, span: TimeSpan, measuredErrorMs: number): SearchStep | undefined {
  const errorMs = nextError(state, measuredErrorMs);
  if (errorMs !== undefined)
    return {
      window: windowOf(span, errorMs),
      next: { ...state, triedErrorsMs: [...state.triedErrorsMs, errorMs] },
    };
  if (state.hasSearchedLate) return undefined;
  const { toMs } = windowOf(span, state.triedErrorsMs[0] ?? 0);
  return { window: { fromMs: toMs, toMs: toMs + lateSearchMs }, next: { ...state, hasSearchedLate: true } };
}

/**
 * Returns the error of the clock to try next: first the measured error, then the errors that the known chunks show, and
 * last no error.
 */
function nextError({ triedErrorsMs, differencesMs }: SearchState, measuredErrorMs: number): number | undefined {
  if (triedErrorsMs.length >= errorsMax) return undefined;
  const candidates = [measuredErrorMs, ...commonest(differencesMs), 0];
  return candidates.find(
    (errorMs) =>
      Math.abs(errorMs) <= errorMsMax && triedErrorsMs.every((tried) => Math.abs(tried - errorMs) > errorStepMs),
  );
}

/** Returns the differences in steps of `errorStepMs`, the commonest difference first. */
function commonest(differencesMs: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const differenceMs of differencesMs) {
    const rounded = Math.round(differenceMs / errorStepMs) * errorStepMs;
    counts.set(rounded, (counts.get(rounded) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([errorMs]) => errorMs);
}

function windowOf({ fromMs, toMs }: TimeSpan, errorMs: number): TimeSpan {
  return { fromMs: fromMs + errorMs - clocksApartMs, toMs: toMs + errorMs + chunkMsMax + deliveryMs };
}

/** The records of a partition to read: from `from` (included) to `to` (not included). */
export type OffsetRange = {
  readonly from: bigint;
  readonly to: bigint;
  /**
   * The partition begins with `from`, because older records were deleted. The time of the first record then shows since
   * when waves are kept.
   */
  readonly isAtStart: boolean;
};

/**
 * Returns the records to read for a window. If the whole window lies before the first kept record, the first kept
 * record is read, too: without its time, "no longer kept" would look like "no samples".
 */
export function offsetsToRead(
  ends: { readonly low: bigint; readonly high: bigint },
  window: { readonly from: bigint; readonly to: bigint },
): OffsetRange {
  const isAtStart = ends.low > 0n && window.from <= ends.low;
  const from = window.from < ends.low ? ends.low : window.from;
  const least = isAtStart ? from + 1n : from;
  const wanted = window.to < least ? least : window.to;
  return { from, to: wanted < ends.high ? wanted : ends.high, isAtStart };
}

/** Returns the chunks that have samples in a span, without repeats, in the order of their times. */
export function chunksIn(chunks: readonly WaveChunk[], { fromMs, toMs }: TimeSpan): WaveChunk[] {
  return withoutRepeats(chunks)
    .filter((chunk) => chunk.startMs < toMs && endOf(chunk) > fromMs)
    .sort((a, b) => a.startMs - b.startMs);
}

/** Returns whether every wave of the answer covers the span, so that no more of the log must be read. */
export function isCovered(waves: PlacedWaves, span: TimeSpan): boolean {
  if (span.toMs <= span.fromMs) return true;
  return waves.size > 0 && [...waves.values()].every((placed) => gapsOf(placed, span).length === 0);
}
