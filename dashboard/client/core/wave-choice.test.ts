import { describe, expect, it } from 'vitest';
import { waves } from '../../../contracts/parameters.ts';
import { orderedWaves, paperSpeedOf, tileWaves, traceLabel } from './wave-choice.ts';

const [I, II, V, PLETH, CO2, RESP, ABP] = [
  'MDC_ECG_ELEC_POTL_I',
  'MDC_ECG_ELEC_POTL_II',
  'MDC_ECG_ELEC_POTL_V',
  'MDC_PULS_OXIM_PLETH',
  'MDC_CONC_AWAY_CO2',
  'MDC_IMPED_TTHOR',
  'MDC_PRESS_BLD_ART_ABP',
] as const;

describe('wave choice', () => {
  it.each([
    ['shows no wave if the bed has none', [], []],
    ['does not show an unknown wave', ['MDC_NEW'], []],
    ['shows one wave of each group, lead II before V', [RESP, PLETH, V, I, II], [II, PLETH, RESP]],
    ['shows lead V if there is no lead II', [I, V], [V]],
    ['shows at most three waves', [RESP, CO2, ABP, PLETH, II], [II, PLETH, ABP]],
  ])('a tile %s', (_name, codes, wanted) => {
    expect(tileWaves(codes)).toEqual(wanted);
  });

  it('orderedWaves returns every known wave once', () => {
    const all = [...waves.keys()];
    expect(orderedWaves(all)).toHaveLength(all.length);
    expect(orderedWaves([I, II]).map((w) => w.code)).toEqual([II, I]);
  });

  it('waves of breathing have the slow paper speed', () => {
    expect(paperSpeedOf(waves.get(II)!)).toBe(25);
    expect(paperSpeedOf(waves.get(RESP)!)).toBe(6.25);
    expect(paperSpeedOf(waves.get(CO2)!)).toBe(6.25);
  });
});

it('traceLabel writes “ECG” before the name of a lead, because “II” alone looks like two strokes', () => {
  expect([II, PLETH].map((code) => traceLabel(waves.get(code)!))).toEqual(['ECG II', 'Pleth']);
});
