import { describe, expect, it } from 'vitest';
import { joined, minutesWithNews, waveBar } from './wave-bar.ts';

const minute = 60_000;
const minuteAt = (n: number, knownToMs = (n + 1) * minute) =>
  [n * minute, { fromMs: n * minute, knownToMs, answeredMs: 0 }] as const;
const gap = (fromMs: number, toMs: number, reason: 'none' | 'not-yet' | 'other-stay' = 'none', code = 'II') => ({
  ...{ code, fromMs, toMs, reason },
});
const nothing = { codes: ['II'], minutes: new Map(), waves: [], times: undefined, stay: undefined, keptFromMs: null };
const times = (fromMs: number, toMs: number, empty: { fromMs: number; toMs: number }[], code = 'II') => ({
  ...{ change: 1, toMs, changed: [], waves: [{ code, fromMs, empty }] },
});
const span = (fromMs: number, toMs: number) => ({ fromMs, toMs });

describe('the bar of the page "Waves"', () => {
  it('without any answer nothing is known', () => {
    expect(waveBar(nothing)).toEqual({ known: [], empty: [] });
  });

  it('a loaded minute is known up to the end of its loaded part, and only a gap with the reason `none` is empty', () => {
    const minutes = new Map([minuteAt(1), minuteAt(2, 2.5 * minute)]);
    const gaps = [gap(70_000, 90_000), gap(150_000, 180_000, 'not-yet'), gap(0, 60_000, 'other-stay')];
    expect(waveBar({ ...nothing, minutes, waves: [{ code: 'II', gaps }] })).toEqual({
      ...{ known: [span(minute, 2.5 * minute)], empty: [span(70_000, 90_000)] },
    });
  });

  it('loaded minutes of a stay without any wave are empty', () => {
    expect(waveBar({ ...nothing, codes: [], minutes: new Map([minuteAt(1)]) }).empty).toEqual([
      span(minute, 2 * minute),
    ]);
  });

  it('times that the server has seen are known without loading; for a loaded minute, only the loaded samples count', () => {
    const seen = times(0, 10 * minute, [span(2 * minute, 4 * minute)]);
    const loaded = { minutes: new Map([minuteAt(3)]), waves: [{ code: 'II', gaps: [gap(200_000, 240_000)] }] };
    expect(waveBar({ ...nothing, times: seen }).empty).toEqual([span(2 * minute, 4 * minute)]);
    expect(waveBar({ ...nothing, ...loaded, times: seen })).toEqual({
      known: [span(0, 10 * minute)],
      empty: [span(2 * minute, 3 * minute), span(200_000, 240_000)],
    });
  });

  it('an outage of a wave that is not shown is not marked', () => {
    const seen = times(0, 10 * minute, [span(2 * minute, 4 * minute)], 'PLETH');
    expect(waveBar({ ...nothing, times: seen })).toEqual({ known: [], empty: [] });
  });

  it('a time outside of the stay and a time that is no longer kept are no outage', () => {
    const seen = times(0, 10 * minute, [span(0, 10 * minute)]);
    const facts = { ...nothing, times: seen, stay: { fromMs: 2 * minute, toMs: 8 * minute }, keptFromMs: 3 * minute };
    expect(waveBar(facts)).toEqual({
      known: [span(3 * minute, 8 * minute)],
      empty: [span(3 * minute, 8 * minute)],
    });
  });

  it('spans that meet are joined, and an empty span is left out', () => {
    expect(joined([span(5, 7), span(1, 3), span(3, 4), span(9, 9)])).toEqual([span(1, 4), span(5, 7)]);
  });

  it('of the minutes with new samples, only those that were loaded to their end are loaded again', () => {
    const minutes = new Map([minuteAt(1), minuteAt(2, 2.5 * minute)]);
    expect(minutesWithNews([minute, 2 * minute, 3 * minute], minutes)).toEqual([minute]);
  });
});
