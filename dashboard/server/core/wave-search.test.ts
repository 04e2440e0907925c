import { describe, expect, it } from 'vitest';
import { hourMs, minuteMs } from '../../../contracts/durations.ts';
import { placeWaves } from '../../../contracts/wave-gaps.ts';
import type { WaveChunk } from '../../../contracts/wave-runs.ts';
import { isCovered, newSearch, nextStep, offsetsToRead, type SearchState } from './wave-search.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const span = { fromMs: t0, toMs: t0 + minuteMs };

const chunkAt = (atMs: number, fields: Partial<WaveChunk> = {}): WaveChunk => ({
  ...{ code: 'MDC_ECG_ELEC_POTL_II', startMs: t0 + atMs, rateHz: 100, scale: 1, offset: 0 },
  ...{ samples: Buffer.alloc(200).toString('base64'), receivedMs: t0 + atMs + 1_100, boot: 'b', seq: atMs, ...fields },
});

/** Runs a search to its end, and returns its windows. `differencesMs`: the differences that the log shows. */
function windowsOf(measuredErrorMs: number, differencesMs: readonly number[] = []) {
  const windows: [number, number][] = [];
  let state: SearchState = newSearch;
  for (;;) {
    const step = nextStep(state, span, measuredErrorMs);
    if (step === undefined) return windows;
    windows.push([step.window.fromMs - t0, step.window.toMs - t0]);
    state = { ...step.next, differencesMs };
  }
}

describe('the parts of the log that are read', () => {
  // 2 s before the span, because clocks differ, and 15 s after the span, for the length of a chunk and its way to the
  // log.
  const usual = [-2_000, 75_000];
  const late = [75_000, 975_000];

  it('for a right clock, the search reads the usual time, and then the time in which late waves may come', () => {
    expect(windowsOf(0)).toEqual([usual, late]);
  });

  it.each([0, 5_000, -5_000])(
    'if records show a difference of %d ms between the clocks, the usual time is not read twice',
    (differenceMs) => {
      expect(windowsOf(0, [differenceMs])).toEqual([usual, late]);
    },
  );

  it('for a clock that is an hour behind, the search reads first by the measured error, and then the usual time', () => {
    expect(windowsOf(hourMs)).toEqual([[hourMs - 2_000, hourMs + 75_000], usual, [hourMs + 75_000, hourMs + 975_000]]);
  });

  it('for a clock that was set in the meantime, the search also reads the times that the records show', () => {
    expect(windowsOf(0, [hourMs, hourMs + 400, 90_000])).toEqual([
      usual,
      [hourMs - 2_000, hourMs + 75_000],
      [90_000 - 2_000, 90_000 + 75_000],
      late,
    ]);
  });

  it('for a device with many different clock errors, the search reads at most four parts and the late part', () => {
    expect(
      windowsOf(
        0,
        [1, 2, 3, 4, 5, 6].map((count) => count * minuteMs),
      ),
    ).toHaveLength(5);
  });

  it('a difference of 400 days is not an error of a clock, so the search does not follow it', () => {
    expect(windowsOf(0, [400 * 24 * hourMs])).toEqual([usual, late]);
  });
});

describe('whether the search is over', () => {
  const whole = Array.from({ length: 60 }, (_, second) => chunkAt(second * 1_000));
  const other = { code: 'MDC_PULS_OXIM_PLETH' };

  it.each([
    ['is not over if nothing was found', [], false],
    ['is over if every second of the wave was found', whole, true],
    ['is not over if one second is missing', whole.filter(({ seq }) => seq !== 5_000), false],
    [
      'is not over if one of two waves has a gap',
      [...whole, ...whole.slice(1).map((chunk) => ({ ...chunk, ...other }))],
      false,
    ],
  ])('the search %s', (_, chunks, isOver) => {
    expect(isCovered(placeWaves(chunks), span)).toBe(isOver);
  });

  it('for an empty span, the search is over', () => {
    expect(isCovered(placeWaves([]), { fromMs: t0, toMs: t0 })).toBe(true);
  });
});

describe('the records to read for a window', () => {
  it.each([
    ['the window is inside the kept log', { low: 10n, high: 100n }, [20n, 30n], [20n, 30n, false]],
    ['the window begins before the kept log', { low: 10n, high: 100n }, [10n, 30n], [10n, 30n, true]],
    [
      'the whole window is before the kept log, so the first record is read for its time',
      { low: 10n, high: 100n },
      [10n, 10n],
      [10n, 11n, true],
    ],
    ['the offsets of the window were deleted meanwhile', { low: 10n, high: 100n }, [3n, 5n], [10n, 11n, true]],
    ['nothing was ever deleted', { low: 0n, high: 100n }, [0n, 0n], [0n, 0n, false]],
    ['the window ends after the newest record', { low: 0n, high: 100n }, [90n, 120n], [90n, 100n, false]],
    ['all records were deleted', { low: 10n, high: 10n }, [10n, 10n], [10n, 10n, true]],
  ] as const)('offsetsToRead is right if %s', (_what, ends, [from, to], [first, last, isAtStart]) => {
    expect(offsetsToRead(ends, { from, to })).toEqual({ from: first, to: last, isAtStart });
  });
});
