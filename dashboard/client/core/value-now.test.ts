import { describe, expect, it } from 'vitest';
import { alarm, bed, numeric } from './fixtures.ts';
import { valueNow } from './value-now.ts';

const readAtMs = Date.parse('2026-01-01T10:00:00.050Z');
const code = 'MDC_ECG_HEART_RATE';
const high = alarm('a', { text: 'HR 188 > 160', value: 188, limit: 160 });
const low = alarm('a', { text: 'HR 30 < 40', value: 30, limit: 40 });
const bedWith = (...values: Parameters<typeof numeric>[]) =>
  bed('assoc-01', { values: values.map((v) => numeric(...v)) });

describe('valueNow', () => {
  it.each([
    ['a value back inside the limit', high, bedWith([code, 88]), 0, '88'],
    ['a value at the limit', high, bedWith([code, 160]), 0, '160'],
    ['no value while it is beyond the limit', high, bedWith([code, 161]), 0, undefined],
    ['a value back above a low limit', low, bedWith([code, 41]), 0, '41'],
    ['no value below a low limit', low, bedWith([code, 39]), 0, undefined],
    ['a value of 0', high, bedWith([code, 0]), 0, '0'],
    ['no value that is old', high, bedWith([code, 88]), 2_501, undefined],
    ['no value that is questionable', high, bedWith([code, 88, { validity: 'questionable' }]), 0, undefined],
    ['no value that the device could not measure', high, bedWith([code, undefined]), 0, undefined],
    ['no value for an apnoea', { ...high, text: 'Apnoea 24 s' }, bedWith([code, 88]), 0, undefined],
    ['no value of another parameter', high, bedWith(['MDC_RESP_RATE', 12]), 0, undefined],
    ['no value of another device', { ...high, deviceId: 'other' }, bedWith([code, 88]), 0, undefined],
    ['no value of a bed that is not on the screen', high, undefined, 0, undefined],
    [
      'no value for an alarm without a limit',
      { ...high, limit: undefined as never },
      bedWith([code, 88]),
      0,
      undefined,
    ],
  ])('returns %s', (_name, about, at, laterMs, text) => {
    expect(valueNow(about, at, readAtMs + laterMs)).toBe(text);
  });
});
