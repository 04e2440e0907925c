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
  ])('the table has %s with MDC number %i and the plausible range %d to %d', (code, mdc, min, max) => {
    expect(parameters.get(code)).toMatchObject({ mdc, min, max });
    const unit = parameters.get(code)!.unit;
    expect(usableNumber({ code, unit, value: min })).toBe(min);
    expect(usableNumber({ code, unit, value: max })).toBe(max);
    expect(usableNumber({ code, unit, value: min - 0.1 })).toBeUndefined();
    expect(usableNumber({ code, unit, value: max + 0.1 })).toBeUndefined();
  });

  it('no code of a wave is also the code of a numeric, and each minimum is below its maximum', () => {
    for (const code of waves.keys()) expect(parameters.has(code)).toBe(false);
    for (const row of [...parameters.values(), ...waves.values()]) expect(row.min).toBeLessThan(row.max);
  });
});

describe('usableNumber', () => {
  const hr = { code: 'MDC_ECG_HEART_RATE', unit: '/min' };
  it.each([
    ['accepts a real 0', { ...hr, value: 0 }, 0],
    ['accepts a questionable value', { ...hr, value: 80, validity: 'questionable' }, 80],
    ['refuses a value that is marked as invalid', { ...hr, value: 80, validity: 'invalid' }, undefined],
    ['refuses a value that is marked as calibrating', { ...hr, value: 80, validity: 'calibrating' }, undefined],
    ['refuses an absent value with a validity', { ...hr, validity: 'invalid' }, undefined],
    ['refuses an absent value without a validity', { ...hr }, undefined],
    ['refuses a value in another unit', { ...hr, value: 80, unit: '%' }, undefined],
    ['refuses a value of an unknown code', { code: 'MDC_X', unit: '/min', value: 80 }, undefined],
    ['refuses -1, which some devices send for "no value"', { ...hr, value: -1 }, undefined],
    ['refuses -32768, which some devices send for "no value"', { ...hr, value: -32768 }, undefined],
    ['refuses NaN', { ...hr, value: Number.NaN }, undefined],
    ['refuses an infinite value', { ...hr, value: Number.POSITIVE_INFINITY }, undefined],
  ] as const)('usableNumber %s', (_, numeric, expected) => expect(usableNumber(numeric)).toBe(expected));
});
