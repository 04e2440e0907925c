/** Tests that odd chunks do not disturb the trace (see waves.ts for these words). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WaveformRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { uniformNumber } from '../../../tests/uniform-number.ts';
import { t0 } from './fold.testing.ts';
import { type Chunk, chunksMax, emptyWaves, foldWave, recentChunks } from './waves.ts';

const code = 'MDC_ECG_ELEC_POTL_II';

/** A chunk that the test sends. Times are in ms after t0. */
type Sent = { readonly startMs: number; readonly receivedMs: number; readonly rateHz: number; readonly count: number };

function record({ startMs, receivedMs, rateHz, count }: Sent): WaveformRecord {
  const samples = Buffer.alloc(count * 2).toString('base64');
  const reading = { start: formatInstant(t0 + startMs), code, rateHz, scale: 1, offset: 0, samples };
  return { deviceId: 'd1', receivedAt: formatInstant(t0 + receivedMs), reading };
}

const real = (second: number, byMs = 0): Sent => ({
  startMs: second * 1000 + byMs,
  receivedMs: second * 1000 + 1050,
  rateHz: 250,
  count: 250,
});
/** Returns an odd chunk of a second. It starts `aheadMs` after the second ends, and comes just after the real chunk. */
const odd = (second: number, aheadMs: number, count: number, rateHz = 250): Sent => ({
  startMs: second * 1000 + 1000 + aheadMs,
  receivedMs: second * 1000 + 1060,
  rateHz,
  count,
});

/**
 * Handles the chunks of each second. `text` has a character for each real chunk: `#` if it was shown, `.` if not.
 * `shown` has all shown chunks.
 */
function scene(seconds: number, at: (second: number) => { readonly real?: Sent; readonly odd?: readonly Sent[] }) {
  const state = emptyWaves();
  const shown: Chunk[] = [];
  let text = '';
  const foldSent = (sent: Sent) => {
    const chunk = foldWave(state, 'assoc-01', record(sent));
    if (chunk) shown.push(chunk);
    return chunk !== undefined;
  };
  for (let second = 0; second < seconds; second += 1) {
    const { real: realChunk, odd: oddChunks = [] } = at(second);
    if (realChunk) text += foldSent(realChunk) ? '#' : '.';
    for (const sent of oddChunks) foldSent(sent);
  }
  const timelines = new Set(shown.map(({ timeline }) => timeline));
  return { text, shown, timelines, state };
}

describe('a trace with odd chunks', () => {
  it.each<[string, (second: number) => readonly Sent[]]>([
    ['a chunk of 8 ms that starts 0.5 s ahead, each second', (s) => [odd(s, 500, 2)]],
    ['a chunk of 8 ms that starts 1.9 s ahead, each second', (s) => [odd(s, 1900, 2)]],
    ['a chunk of 8 ms that starts 1.9 s ahead, each 2 s', (s) => (s % 2 ? [odd(s, 1900, 2)] : [])],
    ['a chunk of 8 ms that starts 0.1 s ahead, each second', (s) => [odd(s, 100, 2)]],
    ['a chunk of 300 ms that starts 1.5 s ahead, each second', (s) => [odd(s, 1500, 75)]],
    ['two chunks of 16 ms at 125 Hz, each second', (s) => [odd(s, 10, 2, 125), odd(s, 30, 2, 125)]],
    [
      'five chunks that start further and further ahead, once',
      (s) => (s === 8 ? [1, 2, 3, 4, 5].map((n) => odd(s, n * 1800, 2)) : []),
    ],
    ['a hundred chunks of one sample, each second', (s) => Array.from({ length: 100 }, (_, n) => odd(s, n, 1))],
    ['another complete trace an hour ahead', (s) => [odd(s, 3_600_000, 250)]],
    ['another complete trace with another rate', (s) => [odd(s, -1000, 500, 500)]],
    ['chunks of 10 s from another clock', (s) => (s % 10 === 9 ? [odd(s, 60_000, 2500)] : [])],
  ])('each real chunk is shown in spite of %s', (_, at) => {
    const { text, timelines } = scene(40, (second) => ({ real: real(second), odd: at(second) }));
    expect(text).toBe('#'.repeat(40));
    expect([...timelines]).toEqual([0]);
  });

  it.each<[string, number, number, number]>([
    ['far ahead', 60_000, 2, 250],
    ['with another rate', 0, 2, 125],
    ['just ahead', 500, 2, 250],
  ])('real chunks are shown although the first chunk is an odd chunk %s', (_, aheadMs, count, rateHz) => {
    const { text } = scene(10, (second) =>
      second === 0 ? { odd: [odd(0, aheadMs - 1000, count, rateHz)] } : { real: real(second) },
    );
    expect(text.slice(1)).toBe('#'.repeat(8));
  });

  it('each real chunk is shown in spite of short odd chunks with arbitrary times and rates', () => {
    const oddChunk = fc.record({
      second: fc.integer({ min: 2, max: 29 }),
      afterMs: fc.integer({ min: 0, max: 999 }),
      placeMs: fc.oneof(fc.integer({ min: -4000, max: 4000 }), fc.integer({ min: -1e9, max: 1e9 })),
      lastsMs: fc.integer({ min: 1, max: 100 }),
      rateHz: fc.constantFrom(250, 249, 125, 500, 2000),
    });
    fc.assert(
      fc.property(fc.array(oddChunk, { maxLength: 120 }), (odds) => {
        const { text, timelines } = scene(30, (second) => ({
          real: real(second),
          odd: odds
            .filter((chunk) => chunk.second === second)
            .sort((a, b) => a.afterMs - b.afterMs)
            .map(({ afterMs, placeMs, lastsMs, rateHz }) => ({
              startMs: second * 1000 + 1000 + placeMs,
              receivedMs: second * 1000 + 1050 + afterMs,
              rateHz,
              count: Math.max(1, Math.round((lastsMs * rateHz) / 1000)),
            })),
        }));
        expect(text).toBe('#'.repeat(30));
        expect([...timelines]).toEqual([0]);
      }),
    );
  });
});

describe('a clock that is set while odd chunks come', () => {
  const steps = [-3_600_000, -30_000, -5_000, 5_000, 30_000, 3_600_000];
  it.each(steps.flatMap((byMs) => [-byMs, byMs].map((oddMs) => [byMs, oddMs] as const)))(
    'after a clock is set by %i ms, with odd chunks of 8 ms at %i ms, the third real chunk is shown',
    (byMs, oddMs) => {
      const { text } = scene(30, (second) => ({
        real: real(second, second < 10 ? 0 : byMs),
        odd: [odd(second, 300, 2), odd(second, oddMs, 2), odd(second, 50, 2, 125), odd(second, 7_000, 2)],
      }));
      expect(text.slice(0, 10)).toBe('#'.repeat(10));
      expect(text.slice(12)).toBe('#'.repeat(18));
    },
  );

  it.each(steps)(
    'after a clock is set by %i ms, the new trace is shown even if chunks with the old clock still cover a third of the time',
    (byMs) => {
      const { text } = scene(40, (second) => ({
        real: real(second, second < 10 ? 0 : byMs),
        odd: second < 10 ? [] : [odd(second, -300, 75)],
      }));
      expect(text.slice(16)).toBe('#'.repeat(24));
    },
  );
});

describe('changing chunks of one device', () => {
  it('chunks whose rates differ by 1 % are shown in one trace with one rate', () => {
    const offPercent = fc.array(uniformNumber(-1, 1), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(offPercent, fc.constantFrom(62.5, 250, 500), (offs, rateHz) => {
        const { text, shown } = scene(offs.length, (second) => ({
          real: { ...real(second), rateHz: rateHz * (1 + offs[second]! / 100), count: Math.round(rateHz) },
        }));
        expect(text).toBe('#'.repeat(offs.length));
        expect(new Set(shown.map((chunk) => chunk.rateHz)).size).toBe(1);
      }),
    );
  });

  it('a change from chunks of 2 s to chunks of 200 ms leaves no gap', () => {
    const state = emptyWaves();
    const foldChunk = (startMs: number, lastsMs: number) => {
      const sent = { startMs, receivedMs: startMs + lastsMs + 40, rateHz: 250, count: lastsMs / 4 };
      expect(foldWave(state, 'assoc-01', record(sent))).toBeDefined();
    };
    for (let offsetMs = 0; offsetMs < 20_000; offsetMs += 2000) foldChunk(offsetMs, 2000);
    for (let at = 20_000; at < 40_000; at += 200) foldChunk(at, 200);
    // From then on, chunks of 200 ms are usual, so a repeated chunk is noticed.
    expect(foldWave(state, 'assoc-01', record({ startMs: 39_800, receivedMs: 40_100, rateHz: 250, count: 50 }))).toBe(
      undefined,
    );
  });
});

it('at most chunksMax chunks of a wave are kept, even if the chunks are very short', () => {
  const { state } = scene(10, (second) => ({
    real: real(second),
    odd: Array.from({ length: 500 }, () => odd(second, 10, 1)),
  }));
  expect(recentChunks(state, 'assoc-01', code).length).toBeLessThanOrEqual(chunksMax);
});
