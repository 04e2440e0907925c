import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WaveformRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { uniformNumber } from '../../../tests/uniform-number.ts';
import { t0 } from './fold.testing.ts';
import { emptyWaves, foldWave, forgetTracks, recentChunks, recentMs, wavesMax } from './waves.ts';

/** Returns a chunk of one second at 100 Hz. */
function second(startMs: number, receivedMs = startMs + 1000, code = 'MDC_PULS_OXIM_PLETH'): WaveformRecord {
  const samples = Buffer.alloc(200).toString('base64');
  const reading = { start: formatInstant(startMs), code, rateHz: 100, scale: 1, offset: 0, samples };
  return { deviceId: 'd1', receivedAt: formatInstant(receivedMs), reading };
}

/** Returns for each chunk, given as [start, received] in seconds, whether it is live. */
function live(...chunks: [number, number][]): boolean[] {
  const state = emptyWaves();
  return chunks.map(([start, received]) => {
    return foldWave(state, 'assoc-01', second(t0 + start * 1000, t0 + received * 1000)) !== undefined;
  });
}

describe('foldWave', () => {
  it.each<[string, [number, number][], boolean[]]>([
    [
      'chunks in order are live',
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
      [true, true, true],
    ],
    [
      'a repeated chunk is not live',
      [
        [0, 1],
        [0, 1],
      ],
      [true, false],
    ],
    [
      'a chunk before the last shown chunk is not live',
      [
        [0, 1],
        [2, 3],
        [1, 3],
      ],
      [true, true, false],
    ],
    [
      'chunks of a clock that is an hour behind are live',
      [
        [-3600, 1],
        [-3599, 2],
      ],
      [true, true],
    ],
    [
      'chunks of a clock that is an hour ahead are live',
      [
        [3600, 1],
        [3601, 2],
      ],
      [true, true],
    ],
    [
      'buffered chunks after an outage are not live',
      [
        [0, 1],
        [20, 51],
        [21, 51],
        [22, 51],
        [50, 51],
        [51, 52],
      ],
      [true, false, false, false, true, true],
    ],
    [
      'a chunk after a gap is live',
      [
        [0, 1],
        [60, 61],
      ],
      [true, true],
    ],
    [
      'after a clock was set back, chunks are live from the second chunk on',
      [
        [0, 1],
        [-3600, 2],
        [-3599, 3],
      ],
      [true, false, true],
    ],
  ])('%s', (_, chunks, expected) => {
    expect(live(...chunks)).toEqual(expected);
  });

  it('a chunk with an invalid time is ignored', () => {
    const wrong = second(t0);
    wrong.reading.start = '2026-13-01T00:00:00.000Z';
    expect(foldWave(emptyWaves(), 'assoc-01', wrong)).toBeUndefined();
  });
});

describe('recentChunks', () => {
  it('the kept chunks of a wave cover recentMs', () => {
    const state = emptyWaves();
    for (let index = 0; index < 30; index += 1) foldWave(state, 'assoc-01', second(t0 + index * 1000));
    const kept = recentChunks(state, 'assoc-01', 'MDC_PULS_OXIM_PLETH');
    expect(kept.length).toBe(recentMs / 1000 + 1);
    expect(recentChunks(state, 'assoc-02', 'MDC_PULS_OXIM_PLETH')).toEqual([]);
  });

  it('at most wavesMax waves are kept, and forgetTracks removes silent waves', () => {
    const state = emptyWaves();
    for (let index = 0; index < wavesMax + 1; index += 1) foldWave(state, `assoc-${index}`, second(t0 + index));
    expect(state.tracks.size).toBe(wavesMax);
    expect(recentChunks(state, 'assoc-0', 'MDC_PULS_OXIM_PLETH')).toEqual([]);
    forgetTracks(state, t0 + 1000 + wavesMax + 60_001, 60_000);
    expect(state.tracks.size).toBe(0);
  });
});

describe('odd chunks', () => {
  /**
   * Returns for each chunk [start in s, rate in Hz, samples] whether it is shown. Each is received 1 s after its start.
   */
  function shown(...chunks: [number, number, number][]): boolean[] {
    const state = emptyWaves();
    return chunks.map(([start, rateHz, count]) => {
      const record = second(t0 + start * 1000);
      const samples = Buffer.alloc(count * 2).toString('base64');
      return foldWave(state, 'assoc-01', { ...record, reading: { ...record.reading, rateHz, samples } }) !== undefined;
    });
  }
  const good = (start: number): [number, number, number] => [start, 100, 100];

  it.each<[string, [number, number, number][], boolean[]]>([
    [
      'a chunk of 0.125 Hz that claims to last a minute is not shown, and hides no other chunk',
      [good(0), good(1), [2, 0.125, 8], good(3), good(4)],
      [true, true, false, true, true],
    ],
    [
      'a chunk of the right rate that ends far ahead is not shown, and hides no other chunk',
      [good(0), good(1), [2, 100, 1000], good(3), good(4)],
      [true, true, false, true, true],
    ],
    [
      'a chunk of another rate is not shown, and hides no other chunk',
      [good(0), [1, 250, 250], good(2), good(3)],
      [true, false, true, true],
    ],
    [
      'chunks of another rate are shown from the second chunk on',
      [good(0), [1, 250, 250], [2, 250, 250], [3, 250, 250]],
      [true, false, true, true],
    ],
    ['chunks of nearly the same rate are shown', [good(0), [1, 100.4, 100], [2, 99.7, 100]], [true, true, true]],
  ])('%s', (_name, chunks, expected) => {
    expect(shown(...chunks)).toEqual(expected);
  });

  it('after a change of the rate, no chunk of the former rate is kept', () => {
    const state = emptyWaves();
    for (const [at, rateHz] of [100, 100, 50, 50].entries()) {
      const record = second(t0 + at * 1000);
      const samples = Buffer.alloc(rateHz * 2).toString('base64');
      foldWave(state, 'assoc-01', { ...record, reading: { ...record.reading, rateHz, samples } });
    }
    const rates = recentChunks(state, 'assoc-01', 'MDC_PULS_OXIM_PLETH').map(({ record }) => record.reading.rateHz);
    expect(rates).toEqual([50]);
  });
});

describe('a device clock that is set while a wave comes', () => {
  /** Returns a chunk of `lengthMs` at 100 Hz. */
  const chunk = (startMs: number, receivedMs: number, lengthMs: number): WaveformRecord => {
    const record = second(startMs, receivedMs);
    return { ...record, reading: { ...record.reading, samples: Buffer.alloc(lengthMs / 5).toString('base64') } };
  };
  /**
   * Handles chunks of 10 s with the old clock and of 10 s with the new clock. Returns the chunks that were shown with
   * the new clock, and the time from the change to the first of these chunks.
   */
  function setClock(byMs: number, lengthMs: number) {
    const state = emptyWaves();
    const shown: { receivedMs: number; timeline: number }[] = [];
    for (let offsetMs = 0; offsetMs < 20_000; offsetMs += lengthMs) {
      const receivedMs = t0 + offsetMs + lengthMs + 40;
      const live = foldWave(
        state,
        'assoc-01',
        chunk(t0 + offsetMs + (offsetMs < 10_000 ? 0 : byMs), receivedMs, lengthMs),
      );
      if (live && offsetMs >= 10_000) shown.push({ receivedMs, timeline: live.timeline });
    }
    return { blankMs: (shown[0]?.receivedMs ?? Number.POSITIVE_INFINITY) - t0 - 10_000, shown };
  }

  const days = 86_400_000;
  const steps = [1_000, 5_000, 9_500, 10_500, 30_000, 90_000, 3_600_000, 10 * days].flatMap((ms) => [-ms, ms]);
  it.each(steps.flatMap((byMs) => [250, 500, 1000].map((lengthMs) => [byMs, lengthMs] as const)))(
    'after a clock is set by %i ms, chunks of %i ms are shown again within 3 s',
    (byMs, lengthMs) => {
      const { blankMs, shown } = setClock(byMs, lengthMs);
      expect(blankMs).toBeLessThanOrEqual(3_000);
      // If a clock is set back by more than 1 s, the trace begins again on a new timeline.
      if (byMs < -1_000) expect(shown.at(-1)?.timeline).toBe(1);
      expect(new Set(shown.map(({ timeline }) => timeline)).size).toBe(1);
      expect(shown.length).toBeGreaterThanOrEqual((20_000 - 10_000 - 3_000) / lengthMs);
    },
  );

  it('a trace that begins again has the duration of its new chunks as its usual duration', () => {
    const state = emptyWaves();
    for (let offsetMs = 0; offsetMs < 10_000; offsetMs += 1_000)
      foldWave(state, 'assoc-01', chunk(t0 + offsetMs, t0 + offsetMs + 1_000, 1_000));
    let shown: ReturnType<typeof foldWave>;
    for (let at = 10_000; at < 20_000 && shown === undefined; at += 200)
      shown = foldWave(state, 'assoc-01', chunk(t0 + at - 3_600_000, t0 + at + 200, 200));
    expect(shown?.timeline).toBe(1);
    expect([...state.tracks.values()].map(({ usualDurationMs }) => usualDurationMs)).toEqual([200]);
  });

  const lengths = fc.constantFrom(200, 250, 500, 1000);

  it('buffered chunks that come faster than real time do not start a new timeline', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 120 }), uniformNumber(1.5, 50), (lengthMs, outageS, speed) => {
        const state = emptyWaves();
        const fold = (at: number, receivedMs: number) =>
          foldWave(state, 'assoc-01', chunk(t0 + at, receivedMs, lengthMs));
        let at = 0;
        for (; at < 5_000; at += lengthMs) fold(at, t0 + at + lengthMs);
        // The device is disconnected, and then sends its buffered chunks at `speed` until it has caught up.
        let receivedMs = t0 + at + outageS * 1000;
        for (; receivedMs > t0 + at + lengthMs; at += lengthMs, receivedMs += lengthMs / speed) fold(at, receivedMs);
        for (let i = 0; i < 10; i += 1, at += lengthMs) {
          const live = fold(at, Math.max(receivedMs, t0 + at + lengthMs));
          if (i > 0) expect(live?.timeline).toBe(0);
        }
      }),
    );
  });

  it('a single odd chunk at any time does not start a new timeline', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: -10 * days, max: 10 * days }), (lengthMs, strayMs) => {
        const state = emptyWaves();
        for (let ms = 0; ms < 10_000; ms += lengthMs) {
          const receivedMs = t0 + ms + lengthMs;
          if (ms === 5_000) foldWave(state, 'assoc-01', chunk(t0 + ms + strayMs, receivedMs, lengthMs));
          const live = foldWave(state, 'assoc-01', chunk(t0 + ms, receivedMs, lengthMs));
          // An odd chunk that starts just ahead may be shown, and then hides real chunks for its own duration.
          if (ms < 5_000 || Math.abs(strayMs) > 12_000) expect(live?.timeline).toBe(0);
          if (ms === 9_000) expect(live?.timeline ?? 0).toBe(0);
        }
      }),
    );
  });
});
