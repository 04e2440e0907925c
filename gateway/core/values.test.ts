import fc from 'fast-check';
import { expect, it } from 'vitest';
import { usableNumber } from '../../contracts/messages/check.ts';
import { validities } from '../../contracts/messages/device.ts';
import { parameters } from '../../contracts/parameters.ts';
import { valueFault } from './values.ts';

const spo2 = { code: 'MDC_PULS_OXIM_SAT_O2', unit: '%' };
const temperature = { code: 'MDC_TEMP_BODY', unit: 'Cel' };

it.each([
  [{ ...spo2, value: 97 }, undefined],
  [{ ...spo2, value: 0 }, undefined],
  [{ ...spo2, value: -0 }, undefined],
  [{ ...spo2, value: -0.1 }, 'value-implausible'],
  [{ ...spo2, value: 100 }, undefined],
  [{ ...spo2, value: 100.1 }, 'value-implausible'],
  [{ ...temperature, value: 15 }, undefined],
  [{ ...temperature, value: 14.9 }, 'value-implausible'],
  [{ ...temperature, value: 45 }, undefined],
  [{ ...temperature, value: 45.1 }, 'value-implausible'],
  [{ ...temperature, value: 0 }, 'value-implausible'],
  [{ ...spo2, value: -999, validity: 'questionable' as const }, 'value-implausible'],
  [{ ...spo2, value: -999, validity: 'invalid' as const }, undefined],
  [{ ...spo2, value: -999, validity: 'calibrating' as const }, undefined],
  [{ ...spo2, validity: 'invalid' as const }, undefined],
  [spo2, 'payload-schema'],
  [{ ...spo2, unit: '1', value: 0.97 }, 'unit-unknown'],
  [{ ...spo2, unit: '1', validity: 'invalid' as const }, 'unit-unknown'],
  [{ code: 'MDC_NO_SUCH', unit: '%', value: 1 }, 'code-unknown'],
])('the numeric %j has the fault %s', (numeric, expected) => {
  expect(valueFault(numeric)).toBe(expected);
});

it('readers use a number if and only if valueFault finds no fault and the device did not mark the number as invalid', () => {
  const numeric = fc.record(
    {
      code: fc.constantFrom(...parameters.keys(), 'MDC_NO_SUCH'),
      unit: fc.constantFrom('%', '/min', 'mm[Hg]', 'Cel', '1'),
      value: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -100, max: 400 })),
      validity: fc.constantFrom(...validities),
    },
    { requiredKeys: ['code', 'unit'] },
  );
  fc.assert(
    fc.property(numeric, (sent) => {
      const isMarked = sent.validity === 'invalid' || sent.validity === 'calibrating' || sent.value === undefined;
      expect(usableNumber(sent) !== undefined).toBe(valueFault(sent) === undefined && !isMarked);
    }),
  );
});
