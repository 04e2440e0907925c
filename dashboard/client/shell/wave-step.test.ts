/**
 * Tests all steps of a wave from the server's core to the pen of the screen. A person must see the wave even if a clock
 * is set, or if wrong chunks come between the right chunks.
 */
import { describe, expect, it } from 'vitest';
import type { WaveformRecord } from '../../../contracts/messages/records.ts';
import { formatInstant } from '../../../contracts/time.ts';
import { emptyWaves, foldWave } from '../../server/core/waves.ts';
import { waveText } from '../../server/live/wave-text.ts';
import { indexAt, sampleAt } from '../core/wave-buffer.ts';
import { createWaveStore } from './wave-store.ts';

const t0 = Date.UTC(2026, 0, 1, 12);
const code = 'MDC_PULS_OXIM_PLETH';
const stepAtMs = 20_000;
const endMs = 120_000;

/** Returns the total time after `fromMs` in which the pen had no sample. Checks the pen every 50 ms. */
function blankMs(options: {
  readonly lengthMs: number;
  readonly fromMs: number;
  readonly deviceAt?: (ms: number) => number;
  readonly screenAt?: (ms: number) => number;
  /** Wrong short chunks after each real chunk. A wrong chunk starts `aheadMs` after the end of the real chunk. */
  readonly odd?: readonly (readonly [aheadMs: number, rateHz: number])[];
  /** Returns the error of the sample rate that the device states: 0.01 if the rate is 1 % too high. */
  readonly rateOff?: (ms: number) => number;
}): number {
  const { lengthMs, fromMs, deviceAt = (ms) => ms, screenAt = (ms) => ms, odd = [], rateOff = () => 0 } = options;
  const state = emptyWaves();
  const store = createWaveStore();
  let blank = 0;
  function send(now: number, startMs: number, rateHz: number, count: number) {
    const samples = Buffer.alloc(count * 2).toString('base64');
    const reading = { start: formatInstant(t0 + startMs), code, rateHz, scale: 1, offset: 0, samples };
    const record: WaveformRecord = { deviceId: 'd1', receivedAt: formatInstant(t0 + now + 30), reading };
    const chunk = foldWave(state, 'assoc-01', record);
    if (chunk) store.take(JSON.parse(waveText(chunk, false)), screenAt(now));
  }
  for (let now = lengthMs; now < endMs; now += 50) {
    if (now % lengthMs === 0) {
      send(now, deviceAt(now - lengthMs), 100 * (1 + rateOff(now)), lengthMs / 10);
      for (const [aheadMs, rateHz] of odd) send(now, deviceAt(now) + aheadMs, rateHz, 2);
    }
    const bed = store.bed('assoc-01');
    const wave = bed?.waves.get(code);
    if (!bed || !wave) continue;
    const penMs = store.pen(bed, screenAt(now));
    if (now >= fromMs && Number.isNaN(sampleAt(wave.buffer, indexAt(wave.buffer, penMs)))) blank += 50;
  }
  return blank;
}

const days = 86_400_000;
const steps = [500, 1_000, 2_000, 5_000, 9_500, 10_500, 39_000, 41_000, 600_000, 10 * days].flatMap((ms) => [-ms, ms]);

describe.each([250, 500, 1000])('waves in chunks of %i ms', (lengthMs) => {
  it('a wave is drawn without a gap while no clock is set', () => {
    expect(blankMs({ lengthMs, fromMs: 3_000 })).toBe(0);
  });

  it.each(steps)('a wave is drawn again within 3 s after the device’s clock was set by %i ms', (byMs) => {
    const deviceAt = (ms: number) => (ms < stepAtMs ? ms : ms + byMs);
    expect(blankMs({ lengthMs, fromMs: stepAtMs + 3_000, deviceAt })).toBe(0);
  });

  it.each(steps)('a wave is drawn again within 3 s after the screen’s clock was set by %i ms', (byMs) => {
    // The screen's steady clock never runs back (core/connection.ts).
    const screenAt = (ms: number) => (ms < stepAtMs ? ms : ms + Math.max(0, byMs));
    expect(blankMs({ lengthMs, fromMs: stepAtMs + 3_000, screenAt })).toBe(0);
  });
});

describe.each([250, 500, 1000])('waves in chunks of %i ms, with wrong chunks between the right chunks', (lengthMs) => {
  it.each<[string, readonly (readonly [number, number])[]]>([
    ['chunks half a second ahead', [[500, 100]]],
    ['chunks 1.9 s ahead', [[1900, 100]]],
    ['chunks a quarter of a second ahead', [[250, 100]]],
    [
      'pairs of chunks with another rate',
      [
        [10, 50],
        [50, 50],
      ],
    ],
    [
      'chunks a minute ahead and a minute behind',
      [
        [60_000, 100],
        [-60_000, 100],
      ],
    ],
  ])('a wave is drawn without a gap although the device also sends %s', (_, odd) => {
    expect(blankMs({ lengthMs, fromMs: 3_000, odd })).toBe(0);
  });

  it('a wave is drawn without a gap if the device states a slightly different rate for each chunk', () => {
    const rateOff = (now: number) => (((now / lengthMs) * 37) % 21) / 1000 - 0.01;
    expect(blankMs({ lengthMs, fromMs: 3_000, rateOff })).toBe(0);
  });
});
