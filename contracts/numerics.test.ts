import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usableNumber } from './messages/check.ts';
import type { NumericValue, Validity } from './messages/device.ts';
import { canonicalParameter, numericsByCode } from './numerics.ts';
import { parameters } from './parameters.ts';

const unitOf = (code: string) => parameters.get(code)?.unit ?? '1';
const numericOf =
  (code: string) =>
  (value?: number, validity?: Validity): NumericValue => ({
    code,
    ...(value === undefined ? {} : { value }),
    ...(validity === undefined ? {} : { validity }),
    unit: unitOf(code),
  });
const hr = numericOf('MDC_ECG_HEART_RATE');
const beats = numericOf('MDC_ECG_CARD_BEAT_RATE');
const spo2 = numericOf('MDC_PULS_OXIM_SAT_O2');
const diastolic = numericOf('MDC_PRESS_BLD_ART_ABP_DIA');

describe('numericsByCode', () => {
  it.each<[string, NumericValue[], NumericValue]>([
    ['the number beyond a limit, if it comes last', [hr(80), hr(130)], hr(130)],
    ['the number beyond a limit, if it comes first', [hr(130), hr(80)], hr(130)],
    ['a number beyond an extreme limit before one beyond a plain limit', [hr(125), hr(39)], hr(39)],
    ['a number just beyond an extreme limit before other numbers', [hr(141), hr(119.9), hr(121)], hr(141)],
    ['the number that is further beyond a limit', [hr(30), hr(20)], hr(20)],
    ['a rate of 300 before a real 0, because 300 is further beyond its limit', [hr(0), hr(300)], hr(300)],
    ['asystole before a slow rate', [hr(0), hr(35)], hr(0)],
    ['the number nearer to a limit, if both are within the limits', [hr(52), hr(80)], hr(52)],
    ['a number beyond a limit before a number equal to a limit', [hr(120), hr(49)], hr(49)],
    ['the lower of two saturations', [spo2(97), spo2(91)], spo2(91)],
    ['a number before an absent number that comes last', [hr(80), hr(undefined, 'invalid')], hr(80)],
    ['a number before an absent number that comes first', [hr(undefined, 'invalid'), hr(80)], hr(80)],
    ['a questionable number, if it is more serious', [hr(80), hr(30, 'questionable')], hr(30, 'questionable')],
    ['a plausible number before an implausible number', [hr(80), hr(9000)], hr(80)],
    ['a valid number before a number that is marked as invalid', [hr(80), hr(30, 'invalid')], hr(80)],
    ['the later of two equal numbers', [hr(80), hr(80, 'questionable')], hr(80, 'questionable')],
    ['the later number of a parameter without limits', [diastolic(60), diastolic(90)], diastolic(90)],
    [
      'the later numeric, if neither has a number',
      [hr(undefined, 'invalid'), hr(undefined, 'calibrating')],
      hr(undefined, 'calibrating'),
    ],
    ['one numeric for two codes of the same measurement, with the canonical code', [hr(80), beats(30)], hr(30)],
    ['the canonical code, if the other code comes first', [beats(30), hr(80)], hr(30)],
  ])('numericsByCode chooses %s', (_name, values, expected) => {
    const { values: chosen, repeatedParameters } = numericsByCode(
      [spo2(98), ...values].filter((numeric, at) => at > 0 || values[0]!.code !== numeric.code),
    );
    expect(chosen.at(-1)).toEqual(expected);
    expect(repeatedParameters.map(({ code }) => code)).toEqual([canonicalParameter(values[0]!.code)!.code]);
  });
});

it('numericsByCode returns a reading without repeated parameters unchanged', () => {
  const values = [hr(80), spo2(98), numericOf('MDC_RESP_RATE')(12), numericOf('MDC_CO2_RESP_RATE')(13)];
  const result = numericsByCode(values);
  expect(result.values).toBe(values);
  expect(result.repeatedParameters).toEqual([]);
});

it('numericsByCode keeps one numeric of an unknown code that comes twice', () => {
  expect(numericsByCode([numericOf('MDC_NO')(1), numericOf('MDC_NO')(2)])).toEqual({
    values: [numericOf('MDC_NO')(2)],
    repeatedParameters: [],
  });
});

it('numericsByCode returns each parameter once and chooses the same number in any order', () => {
  const seed = Date.now();
  console.log(`seed ${seed}`);
  const numeric = fc.record({
    code: fc.constantFrom(...parameters.keys(), spo2().code),
    value: fc.integer({ min: 0, max: 200 }),
  });
  fc.assert(
    fc.property(fc.array(numeric, { maxLength: 12 }), (list) => {
      const sent = list.map(({ code, value }) => numericOf(code)(value));
      const chosen = ({ values }: { values: readonly NumericValue[] }) =>
        new Map(values.map(({ code, value }) => [canonicalParameter(code)!.mdc, value]));
      const { values } = numericsByCode(sent);
      expect(new Set(values.map(({ code }) => canonicalParameter(code)!.mdc)).size).toBe(values.length);
      // A saturation has only a low limit, so two different numbers are never equally serious.
      const usable = sent.filter((numeric) => numeric.code === spo2().code && usableNumber(numeric) !== undefined);
      expect(chosen(numericsByCode(usable.toReversed()))).toEqual(chosen(numericsByCode(usable)));
    }),
    { seed, numRuns: 2_000 },
  );
});
