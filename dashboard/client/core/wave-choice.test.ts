import { describe, expect, it } from 'vitest';
import { waves } from '../../../contracts/parameters.ts';
import { orderedWaves, paperSpeedOf, tileWaves } from './wave-choice.ts';

const [I, II, V, PLETH, CO2, RESP, ABP] = [
  'MDC_ECG_ELEC_POTL_I',
  'MDC_ECG_ELEC_POTL_II',
  'MDC_ECG_ELEC_POTL_V',
  'MDC_PULS_OXIM_PLETH',
  'MDC_CONC_AWAY_CO2',
  'MDC_IMPED_TTHOR',
  'MDC_PRESS_BLD_ART_ABP',
] as const;

describe('the waves of a tile', () => {
  it.each([
    ['none', [], []],
    ['what it does not know', ['MDC_NEW'], []],
    ['one of each group, II before V', [RESP, PLETH, V, I, II], [II, PLETH, RESP]],
    ['V where there is no II', [I, V], [V]],
    ['three at most', [RESP, CO2, ABP, PLETH, II], [II, PLETH, ABP]],
  ])('%s', (_name, codes, wanted) => {
    expect(tileWaves(codes)).toEqual(wanted);
  });

  it('orders every wave of the table, each once', () => {
    const all = [...waves.keys()];
    expect(orderedWaves(all)).toHaveLength(all.length);
    expect(orderedWaves([I, II]).map((w) => w.code)).toEqual([II, I]);
  });

  it('draws breathing slowly', () => {
    expect(paperSpeedOf(waves.get(II)!)).toBe(25);
    expect(paperSpeedOf(waves.get(RESP)!)).toBe(6.25);
    expect(paperSpeedOf(waves.get(CO2)!)).toBe(6.25);
  });
});
