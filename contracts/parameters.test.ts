import { describe, expect, it } from 'vitest';
import { usableNumber } from './messages/check.ts';
import { parameters, waves } from './parameters.ts';

describe('the parameter table', () => {
  // CLINICAL.md, "Parameters".
  it.each([
    ['MDC_ECG_HEART_RATE', 147842, 0, 350],
    ['MDC_PULS_OXIM_PULS_RATE', 149530, 0, 350],
    ['MDC_PULS_OXIM_SAT_O2', 150456, 0, 100],
    ['MDC_RESP_RATE', 151562, 0, 150],
    ['MDC_PRESS_BLD_NONINV_SYS', 150021, 0, 300],
    ['MDC_PRESS_BLD_ART_ABP_MEAN', 150039, -50, 350],
    ['MDC_TEMP_BODY', 150364, 15, 45],
    ['MDC_CONC_AWAY_CO2_ET', 151708, 0, 150],
  ])('%s is %i, from %d to %d', (code, mdc, min, max) => {
    expect(parameters.get(code)).toMatchObject({ mdc, min, max });
    const unit = parameters.get(code)!.unit;
    expect(usableNumber({ code, unit, value: min })).toBe(min);
    expect(usableNumber({ code, unit, value: max })).toBe(max);
    expect(usableNumber({ code, unit, value: min - 0.1 })).toBeUndefined();
    expect(usableNumber({ code, unit, value: max + 0.1 })).toBeUndefined();
  });

  it('has no code twice and no wave that is a numeric', () => {
    for (const code of waves.keys()) expect(parameters.has(code)).toBe(false);
    for (const row of [...parameters.values(), ...waves.values()]) expect(row.min).toBeLessThan(row.max);
  });
});

describe('a usable number', () => {
  const hr = { code: 'MDC_ECG_HEART_RATE', unit: '/min' };
  it.each([
    ['a real 0', { ...hr, value: 0 }, 0],
    ['questionable', { ...hr, value: 80, validity: 'questionable' }, 80],
    ['invalid', { ...hr, value: 80, validity: 'invalid' }, undefined],
    ['calibrating', { ...hr, value: 80, validity: 'calibrating' }, undefined],
    ['absent', { ...hr, validity: 'invalid' }, undefined],
    ['absent without a word', { ...hr }, undefined],
    ['of another unit', { ...hr, value: 80, unit: '%' }, undefined],
    ['of an unknown code', { code: 'MDC_X', unit: '/min', value: 80 }, undefined],
    ['-1, as some devices say nothing', { ...hr, value: -1 }, undefined],
    ['-32768', { ...hr, value: -32768 }, undefined],
    ['NaN', { ...hr, value: Number.NaN }, undefined],
    ['infinite', { ...hr, value: Number.POSITIVE_INFINITY }, undefined],
  ] as const)('%s', (_, numeric, want) => expect(usableNumber(numeric)).toBe(want));
});
