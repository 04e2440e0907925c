/** Tests of the legend of units. */
import { expect, it } from 'vitest';
import { bed, numeric } from './fixtures.ts';
import { unitLegend } from './unit-legend.ts';

it('unitLegend names each unit once, with all numbers of all beds, in the order of a tile', () => {
  const values = (...codes: string[]) => codes.map((code) => numeric(code, 1));
  const beds = [
    bed('a', { values: values('MDC_TEMP_BODY', 'MDC_PULS_OXIM_SAT_O2', 'MDC_ECG_HEART_RATE') }),
    bed('b', { values: values('MDC_ECG_HEART_RATE', 'MDC_RESP_RATE', 'MDC_PRESS_BLD_ART_ABP_SYS', 'MDC_UNKNOWN') }),
  ];
  expect(unitLegend(beds)).toBe('HR, RR /min · SpO2 % · ABP mmHg · Temp °C');
  expect(unitLegend([])).toBe('');
});
