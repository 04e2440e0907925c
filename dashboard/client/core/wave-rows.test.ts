import { describe, expect, it } from 'vitest';
import { rowPxFor, rowsThatFit, scaleFor, scaleText, shownCodes, waveOf, yOf } from './wave-rows.ts';

const ecg = waveOf('MDC_ECG_ELEC_POTL_II');
const pressure = waveOf('MDC_PRESS_BLD_ART_ABP');
const row = { heightPx: 200, pxPerMm: 4, mmPerMv: 10 };

describe('the rows', () => {
  it.each([
    [360, 500, 1],
    [599, 900, 1],
    [600, 500, 4],
    [1_366, 109, 1],
    [1_920, 900, 5],
  ])('a page of %d px width and %d px height has room for %d waves', (widthPx, heightPx, rows) => {
    expect(rowsThatFit(widthPx, heightPx)).toBe(rows);
  });

  it('rowPxFor returns a height between the minimum and the maximum of a row', () => {
    expect([rowPxFor(100, 3), rowPxFor(600, 4), rowPxFor(900, 1)]).toEqual([110, 150, 260]);
  });

  it('shownCodes returns the chosen waves, or else the most important waves; an unknown wave comes last', () => {
    const knownCodes = ['MDC_ODD_WAVE', 'MDC_PULS_OXIM_PLETH', 'MDC_ECG_ELEC_POTL_II'];
    expect(shownCodes(knownCodes, [], 2)).toEqual(['MDC_ECG_ELEC_POTL_II', 'MDC_PULS_OXIM_PLETH']);
    expect(shownCodes(knownCodes, ['MDC_ODD_WAVE'], 2)).toEqual(['MDC_ODD_WAVE']);
    expect(shownCodes(knownCodes, ['MDC_GONE'], 3)).toEqual([
      'MDC_ECG_ELEC_POTL_II',
      'MDC_PULS_OXIM_PLETH',
      'MDC_ODD_WAVE',
    ]);
  });
});

describe('the scale of an ECG', () => {
  it.each([2.5, 5, 10, 20])('at the scale %d mm/mV, one millivolt is as many millimetres high', (mmPerMv) => {
    const high = { ...row, heightPx: 10_000, mmPerMv };
    const scale = scaleFor(ecg, undefined, { min: -1, max: 1 }, high);
    expect((yOf(scale, 0, high) - yOf(scale, 1, high)) / row.pxPerMm).toBeCloseTo(mmPerMv, 9);
  });

  it('an ECG keeps the middle of its scale while it fits into the row, and gets a new middle when it does not fit', () => {
    const first = scaleFor(ecg, undefined, { min: 0, max: 1 }, row);
    expect(first).toEqual({ kind: 'ecg', middle: 0.5 });
    expect(scaleFor(ecg, first, { min: 0.2, max: 2.9 }, row)).toEqual(first);
    expect(scaleFor(ecg, first, { min: 2, max: 4 }, row)).toEqual({ kind: 'ecg', middle: 3 });
    expect(scaleFor(ecg, first, undefined, row)).toEqual(first);
  });

  it('a value outside of the row is drawn at the edge of the row', () => {
    const scale = { kind: 'ecg', middle: 0 } as const;
    expect([yOf(scale, 99, row), yOf(scale, -99, row)]).toEqual([0, 200]);
  });
});

describe('the scale of another wave', () => {
  it('scaleText says which value 10 mm stand for, and for an ECG the mm for 1 mV', () => {
    const scale = { kind: 'other', gain: { low: 0, high: 100 } } as const;
    expect(scaleText(pressure, scale, row)).toBe('10 mm = 20 mmHg');
    expect(scaleText(waveOf('MDC_PULS_OXIM_PLETH'), { kind: 'other', gain: { low: 0, high: 1 } }, row)).toBe(
      '10 mm = 0.20',
    );
    expect(scaleText(ecg, { kind: 'ecg', middle: 0 }, row)).toBe('10 mm/mV');
  });

  it('without a sample, the scale does not change', () => {
    const scale = { kind: 'other', gain: { low: 3, high: 9 } } as const;
    expect(scaleFor(pressure, scale, undefined, row)).toEqual(scale);
  });
});
