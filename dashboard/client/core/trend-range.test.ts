import { describe, expect, it } from 'vitest';
import type { LimitLine } from './trend-limits.ts';
import { chartRange, timeTexts } from './trend-range.ts';

const limit = (value: number, side: 'low' | 'high', fromMs = 0, toMs = 100): LimitLine => ({
  ...{ value, text: String(value), fromMs, toMs, side, groupIndex: 0 },
});

describe('the scale of a chart', () => {
  it.each([
    ['a full SpO2 is the top of the scale', 'MDC_PULS_OXIM_SAT_O2', 97, 100, [90, 100]],
    ['an SpO2 from 0 to 100 fills the scale', 'MDC_PULS_OXIM_SAT_O2', 0, 100, [0, 100]],
    ['a heart rate of 0 is the bottom of the scale', 'MDC_ECG_HEART_RATE', 0, 0, [0, 10]],
    ['a heart rate of 80 to 90 has room on both sides', 'MDC_ECG_HEART_RATE', 80, 90, [78, 92]],
    ['a pressure may be negative', 'MDC_PRESS_BLD_ART_ABP_DIA', -5, 20, [-8, 23]],
    ['a temperature has a scale of a few degrees', 'MDC_TEMP_BODY', 36.9, 37.1, [35, 39]],
  ])('the scale has room and no impossible value: %s', (_name, code, min, max, range) => {
    expect(chartRange([code], [min, max], [])).toEqual(range);
  });

  it('each limit of a temperature is on the scale', () => {
    expect(chartRange(['MDC_TEMP_BODY'], [37, 37], [limit(36, 'low'), limit(38.5, 'high')])).toEqual([35, 40]);
  });

  it('a high limit of another time does not remove a low limit from the scale', () => {
    const lines = [limit(60, 'high', 0, 10), limit(50, 'low', 10, 100), limit(120, 'high', 10, 100)];
    expect(chartRange(['MDC_ECG_HEART_RATE'], [70, 80], lines)[0]).toBeLessThan(50);
  });

  it('a chart without values has a scale', () => {
    expect(chartRange(['MDC_ECG_HEART_RATE'], [null, null], [])).toEqual([0, 1]);
  });
});

it('a time has no text if the right end of the chart would cut it', () => {
  const tick = (leftPx: number) => ({ text: '14:15', leftPx, textPx: 32 });
  expect(timeTexts([tick(0), tick(292), tick(293)], 300, 8)).toEqual(['14:15', '14:15', '']);
});
