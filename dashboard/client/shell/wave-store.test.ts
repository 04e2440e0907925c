import { describe, expect, it } from 'vitest';
import type { WaveMessage } from '../../protocol/live.ts';
import { indexAt, sampleAt } from '../core/wave-buffer.ts';
import { createWaveStore, storedBedsMax, storedWavesMax } from './wave-store.ts';

const second = (start: number, changes: Partial<WaveMessage> = {}): WaveMessage => ({
  type: 'wave',
  associationId: 'assoc-01',
  code: 'MDC_ECG_ELEC_POTL_II',
  start: new Date(start).toISOString(),
  rateHz: 4,
  scale: 1,
  offset: 0,
  samples: btoa('\x01\x00\x02\x00\x03\x00\x04\x00'),
  gap: false,
  ...changes,
});
const waveOf = (store: ReturnType<typeof createWaveStore>) => store.bed('assoc-01')!.waves.get('MDC_ECG_ELEC_POTL_II')!;

describe('createWaveStore', () => {
  it('a wave has another epoch after the store was cleared', () => {
    const store = createWaveStore();
    store.take(second(0), 0);
    const first = waveOf(store).epoch;
    store.clear();
    expect(store.bed('assoc-01')).toBeUndefined();
    store.take(second(0), 0);
    expect(waveOf(store).epoch).not.toBe(first);
  });

  it('the buffer of a wave is emptied if the sample rate changes, or after a long silence', () => {
    const store = createWaveStore();
    store.take(second(0), 0);
    store.take(second(1000), 1000);
    const { epoch, buffer } = waveOf(store);
    expect(buffer.next).toBe(8);
    store.take(second(10_000_000), 2000);
    expect(waveOf(store).epoch).toBeGreaterThan(epoch);
    store.take(second(10_001_000, { rateHz: 2 }), 3000);
    expect(waveOf(store).buffer.rateHz).toBe(2);
  });

  it.each([-1000, -30_000, -3_600_000, 30_000])(
    'buffer and pen of a wave start again after the device’s clock was set by %i ms',
    (byMs) => {
      const store = createWaveStore();
      for (let timeMs = 0; timeMs < 60_000; timeMs += 1000) store.take(second(timeMs), timeMs);
      const { epoch } = waveOf(store);
      for (let at = 60_000; at < 63_000; at += 1000) store.take(second(at + byMs, { timeline: 1 }), at);
      const bed = store.bed('assoc-01')!;
      const { buffer } = waveOf(store);
      expect(waveOf(store).epoch).toBeGreaterThan(epoch);
      const pen = store.pen(bed, 62_500);
      expect(pen).toBeGreaterThan(60_000 + byMs);
      expect(sampleAt(buffer, indexAt(buffer, pen))).not.toBeNaN();
    },
  );

  it('there is a sample at the pen after the screen’s clock was set forward', () => {
    const store = createWaveStore();
    const jump = (at: number) => (at < 60_000 ? at : at + 600_000);
    for (let timeMs = 0; timeMs < 65_000; timeMs += 1000) {
      store.take(second(timeMs), jump(timeMs));
      store.pen(store.bed('assoc-01')!, jump(timeMs));
    }
    const { buffer } = waveOf(store);
    const pen = store.pen(store.bed('assoc-01')!, jump(64_000));
    expect(sampleAt(buffer, indexAt(buffer, pen))).not.toBeNaN();
  });

  it('lateFrom is the first sample of a late chunk', () => {
    const store = createWaveStore();
    store.take(second(0), 0);
    store.take(second(2000), 2000);
    expect(waveOf(store).lateFrom).toBe(Number.POSITIVE_INFINITY);
    store.take(second(1000), 2500);
    expect(waveOf(store).lateFrom).toBe(4);
  });

  it('the numbers of stored beds and waves are bounded', () => {
    const store = createWaveStore();
    for (let i = 0; i <= storedBedsMax; i++) store.take(second(0, { associationId: `bed-${i}` }), 0);
    expect(store.bed(`bed-${storedBedsMax - 1}`)).toBeDefined();
    expect(store.bed(`bed-${storedBedsMax}`)).toBeUndefined();
    for (let i = 0; i <= storedWavesMax; i++) store.take(second(0, { associationId: 'bed-0', code: `MDC_${i}` }), 0);
    expect(store.bed('bed-0')!.waves.size).toBe(storedWavesMax);
    store.keep(new Set(['bed-1']));
    expect(store.bed('bed-0')).toBeUndefined();
    expect(store.bed('bed-1')).toBeDefined();
  });
});
