import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usableNumber } from './messages/check.ts';
import type { NumericValue, Validity } from './messages/device.ts';
import { canonicalParameter, numericsByCode } from './numerics.ts';
import { parameters } from './parameters.ts';

const unitOf = (code: string) => parameters.get(code)?.unit ?? '1';
const of =
  (code: string) =>
  (value?: number, validity?: Validity): NumericValue => ({
    code,
    ...(value === undefined ? {} : { value }),
    ...(validity === undefined ? {} : { validity }),
    unit: unitOf(code),
  });
const hr = of('MDC_ECG_HEART_RATE');
const beats = of('MDC_ECG_CARD_BEAT_RATE');
const spo2 = of('MDC_PULS_OXIM_SAT_O2');
const diastolic = of('MDC_PRESS_BLD_ART_ABP_DIA');

describe('of a parameter that comes more than once in a reading', () => {
  it.each<[string, NumericValue[], NumericValue]>([
    ['the one beyond a limit counts, last', [hr(80), hr(130)], hr(130)],
    ['the one beyond a limit counts, first', [hr(130), hr(80)], hr(130)],
    ['the one beyond an extreme limit counts', [hr(125), hr(39)], hr(39)],
    ['extreme counts before plain, however far the plain one is', [hr(141), hr(119.9), hr(121)], hr(141)],
    ['the one further beyond counts', [hr(30), hr(20)], hr(20)],
    ['the real 0 counts', [hr(0), hr(300)], hr(300)],
    ['asystole counts before a slow rate', [hr(0), hr(35)], hr(0)],
    ['the one nearer to a limit counts', [hr(52), hr(80)], hr(52)],
    ['a bound itself is within', [hr(120), hr(49)], hr(49)],
    ['the lower saturation counts', [spo2(97), spo2(91)], spo2(91)],
    ['a number counts before none', [hr(80), hr(undefined, 'invalid')], hr(80)],
    ['a number counts after none', [hr(undefined, 'invalid'), hr(80)], hr(80)],
    ['a questionable number counts, where it is graver', [hr(80), hr(30, 'questionable')], hr(30, 'questionable')],
    ['what no body yields does not count', [hr(80), hr(9000)], hr(80)],
    ['what is said to be invalid does not count', [hr(80), hr(30, 'invalid')], hr(80)],
    ['the later of two equal ones counts', [hr(80), hr(80, 'questionable')], hr(80, 'questionable')],
    ['the later counts where there are no limits', [diastolic(60), diastolic(90)], diastolic(90)],
    [
      'the later counts where there is no number',
      [hr(undefined, 'invalid'), hr(undefined, 'calibrating')],
      hr(undefined, 'calibrating'),
    ],
    ['two codes of one measurement are one, by the canonical code', [hr(80), beats(30)], hr(30)],
    ['they are in the other order, too', [beats(30), hr(80)], hr(30)],
  ])('%s', (_name, values, expected) => {
    const { values: left, doubled } = numericsByCode(
      [spo2(98), ...values].filter((one, at) => at > 0 || values[0]!.code !== one.code),
    );
    expect(left.at(-1)).toEqual(expected);
    expect(doubled.map(({ code }) => code)).toEqual([canonicalParameter(values[0]!.code)!.code]);
  });
});

it('hands back a reading without doubles as it is', () => {
  const values = [hr(80), spo2(98), of('MDC_RESP_RATE')(12), of('MDC_CO2_RESP_RATE')(13)];
  const read = numericsByCode(values);
  expect(read.values).toBe(values);
  expect(read.doubled).toEqual([]);
});

it('takes one of an unknown code that comes twice', () => {
  expect(numericsByCode([of('MDC_NO')(1), of('MDC_NO')(2)])).toEqual({ values: [of('MDC_NO')(2)], doubled: [] });
});

it('leaves each parameter once and chooses the same number in any order', () => {
  const seed = Date.now();
  console.log(`seed ${seed}`);
  const numeric = fc.record({
    code: fc.constantFrom(...parameters.keys(), spo2().code),
    value: fc.integer({ min: 0, max: 200 }),
  });
  fc.assert(
    fc.property(fc.array(numeric, { maxLength: 12 }), (list) => {
      const sent = list.map(({ code, value }) => of(code)(value));
      const chosen = ({ values }: { values: readonly NumericValue[] }) =>
        new Map(values.map((one) => [canonicalParameter(one.code)!.mdc, one.value]));
      const { values } = numericsByCode(sent);
      expect(new Set(values.map(({ code }) => canonicalParameter(code)!.mdc)).size).toBe(values.length);
      // A saturation has one limit only, so no two numbers are equally grave.
      const judged = sent.filter((one) => one.code === spo2().code && usableNumber(one) !== undefined);
      expect(chosen(numericsByCode(judged.toReversed()))).toEqual(chosen(numericsByCode(judged)));
    }),
    { seed, numRuns: 2_000 },
  );
});
