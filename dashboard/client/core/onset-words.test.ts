/** Tests of the words about the value at the onset of an alarm. */
import { expect, it } from 'vitest';
import { onsetText } from './onset-words.ts';

it.each([
  ['MDC_PULS_OXIM_SAT_O2', 84, 90, '%', 'at onset SpO2 84 % (limit 90)'],
  ['MDC_PULS_OXIM_SAT_O2', 89.6, 90, '%', 'at onset SpO2 89.6 % (limit 90)'],
  ['MDC_TEMP_BODY', 38.6, 38.5, 'Cel', 'at onset Temp 38.6 °C (limit 38.5)'],
  ['MDC_PRESS_BLD_ART_ABP_SYS', 85, 90, 'mm[Hg]', 'at onset ABPs 85 mmHg (limit 90)'],
  ['MDC_ECG_HEART_RATE', 0, 40, '/min', 'at onset HR 0 /min (limit 40)'],
  ['MDC_ECG_HEART_RATE', 0, 0, '/min', undefined],
  ['MDC_UNKNOWN', 7, 5, '1', undefined],
])('onsetText of %s %d and the limit %d %s is %s', (code, value, limit, unit, text) => {
  expect(onsetText({ atOnset: { code, value, limit, unit } })).toBe(text);
});

it('onsetText of a score is its text at the onset', () => {
  const atOnset = { code: 'NEWS2.low-medium', value: 3, limit: 3, unit: '1', text: 'NEWS2 3: RR scores 3' };
  expect(onsetText({ atOnset })).toBe('at onset NEWS2 3: RR scores 3');
});

it('onsetText of an alarm without a value at the onset is undefined', () => {
  expect([onsetText({}), onsetText({ atOnset: null })]).toEqual([undefined, undefined]);
});
