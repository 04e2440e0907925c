import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformNumber } from '../../tests/uniform-number.ts';
import { type Frame, type Recording, type WaveTrack, withLoop } from './recording.ts';
import { type Item, itemsBetween, type Playback, playedWaves } from './timeline.ts';

const frame = (atMs: number): Frame => ({
  atMs,
  values: [{ code: 'MDC_ECG_HEART_RATE', value: atMs % 300, unit: '/min' }],
});
const track = (rateHz: number, count: number): WaveTrack => ({
  code: 'MDC_ECG_ELEC_POTL_II',
  rateHz,
  scale: 1,
  offset: 0,
  samples: Int16Array.from({ length: count }, (_, i) => i),
});
const recordingOf = (rows: number, intervalMs: number, waves: WaveTrack[] = []): Recording =>
  withLoop({
    family: 'bidmc',
    frames: Array.from({ length: rows }, (_, i) => frame(i * intervalMs)),
    intervalMs,
    waves,
    ignored: [],
    implausible: 0,
  });
const playbackOf = (recording: Recording, more: Partial<Playback> = {}): Playback => ({
  recording,
  startAtMs: 0,
  speed: 1,
  loop: true,
  chunkMs: 500,
  waves: true,
  ...more,
});

const framesOf = (items: Item[]) => items.filter((item) => item.kind === 'frame').map((item) => item.elapsedMs);
const samplesOf = (items: Item[]) => items.flatMap((item) => (item.kind === 'chunk' ? [...item.samples] : []));

/**
 * Makes a random playback of a recording, and random time steps, ms. A test moves through the playback in these steps,
 * and requests the items of each step.
 */
const anyPlayback = fc
  .record({
    rows: fc.integer({ min: 1, max: 30 }),
    intervalMs: fc.constantFrom(250, 1000, 60_000),
    speed: fc.constantFrom(0.5, 1, 3, 60),
    startShare: uniformNumber(0, 0.99),
    steps: fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 20 }),
  })
  .map(({ rows, intervalMs, speed, startShare, steps }) => {
    const recording = recordingOf(rows, intervalMs);
    return { playback: playbackOf(recording, { speed, startAtMs: Math.floor(startShare * recording.loopMs) }), steps };
  });

describe('itemsBetween', () => {
  it('itemsBetween returns the same items in the same order, in one step or in many steps', () => {
    fc.assert(
      fc.property(anyPlayback, ({ playback, steps }) => {
        let atMs = 0;
        const pieces: Item[] = [];
        for (const step of steps) {
          pieces.push(...itemsBetween(playback, atMs, atMs + step));
          atMs += step;
        }
        expect(pieces).toEqual(itemsBetween(playback, 0, atMs));
      }),
    );
  });

  it('frames are one interval apart, even where the loop starts again', () => {
    fc.assert(
      fc.property(anyPlayback, ({ playback }) => {
        const stepMs = playback.recording.intervalMs / playback.speed;
        const times = framesOf(itemsBetween(playback, 0, 70 * stepMs));
        expect(times.length).toBeGreaterThanOrEqual(69);
        for (const [i, time] of times.slice(1).entries()) expect(time - times[i]!).toBeCloseTo(stepMs, 6);
      }),
    );
  });

  it('a span includes its first instant and excludes its last instant', () => {
    const playback = playbackOf(recordingOf(5, 1000));
    expect(framesOf(itemsBetween(playback, 0, 0))).toEqual([]);
    expect(framesOf(itemsBetween(playback, 0, 1000))).toEqual([0]);
    expect(framesOf(itemsBetween(playback, 0, 1001))).toEqual([0, 1000]);
    expect(framesOf(itemsBetween(playback, 4000, 6001))).toEqual([4000, 5000, 6000]);
  });

  it('a recording without loop has no items after its end', () => {
    const playback = playbackOf(recordingOf(3, 1000, [track(100, 300)]), { loop: false });
    const items = itemsBetween(playback, 0, 100_000);
    expect(framesOf(items)).toEqual([0, 1000, 2000]);
    expect(samplesOf(items)).toHaveLength(300);
  });

  it('a recording at 60 times the speed has its frames 60 times as often', () => {
    const playback = playbackOf(recordingOf(5, 60_000), { speed: 60 });
    expect(framesOf(itemsBetween(playback, 0, 5500))).toEqual([0, 1000, 2000, 3000, 4000, 5000]);
  });
});

describe('itemsBetween and playedWaves with waves', () => {
  it.each([125, 250, 62.5, 100, 333])(
    'a wave of %d Hz loses and repeats no sample, for any length of the loop',
    (rateHz) => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 4 }), fc.constantFrom(1, 2), (rows, speed) => {
          const playback = playbackOf(recordingOf(rows, 1000, [track(rateHz, Math.ceil(rows * rateHz) + 7)]), {
            speed,
          });
          const samplesInLoop = Math.ceil(rows * rateHz);
          const samples = samplesOf(itemsBetween(playback, 0, 20_001));
          expect(samples.length).toBeGreaterThanOrEqual(Math.floor(20 * rateHz * speed) - 1);
          for (const [i, sample] of samples.entries()) expect(sample).toBe(i % samplesInLoop);
        }),
        { numRuns: 8 },
      );
    },
  );

  it('each chunk starts exactly where the previous chunk ended', () => {
    const playback = playbackOf(recordingOf(3, 1000, [track(125, 375)]));
    const chunks = itemsBetween(playback, 0, 10_001).filter((item) => item.kind === 'chunk');
    let next = 0;
    for (const chunk of chunks) {
      expect(chunk.startMs).toBeCloseTo(next, 6);
      expect(chunk.elapsedMs).toBeGreaterThanOrEqual(chunk.startMs + (chunk.samples.length - 1) * 8);
      next = chunk.startMs + chunk.samples.length * 8;
    }
    expect(chunks[0]!.samples).toHaveLength(63);
    expect(chunks[1]!.samples).toHaveLength(62);
  });

  it('waves are left out with waves = false, and if they would be faster than 2000 Hz', () => {
    const recording = recordingOf(3, 1000, [track(125, 375)]);
    expect(playedWaves(playbackOf(recording, { speed: 16 }))).toHaveLength(1);
    expect(playedWaves(playbackOf(recording, { speed: 16.1 }))).toHaveLength(0);
    expect(playedWaves(playbackOf(recording, { waves: false }))).toHaveLength(0);
  });
});
