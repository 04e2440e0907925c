import { describe, expect, it } from 'vitest';
import type { OwnLimits } from '../../../contracts/messages/alarms.ts';
import { newLimits } from '../../../contracts/messages/limits.testing.ts';
import { limitLines, limitsText, rangeWithLimits } from './trend-limits.ts';

const ward = newLimits('assoc-01');
const fraction = newLimits('assoc-01', { SpO2: { own: { low: 90.5 } }, Temp: { own: { high: 38.25 } } });
const by = { userId: 'ada', name: 'Ada', role: 'physician' } as const;
const fromMs = Date.parse('2026-01-01T09:00:00Z');
const ofHeart = (own: OwnLimits | undefined, at: string) =>
  newLimits('assoc-01', { HR: { ...(own && { own }), changed: { by, at } } });
const heart = ['MDC_ECG_HEART_RATE', 'MDC_PULS_OXIM_PULS_RATE'];
const pressure = ['MDC_PRESS_BLD_ART_ABP_SYS', 'MDC_PRESS_BLD_ART_ABP_DIA', 'MDC_PRESS_BLD_ART_ABP_MEAN'];

describe('limitLines and limitsText', () => {
  it('the ward’s limits are drawn over the whole chart, once for heart rate and pulse', () => {
    expect(limitLines(heart, ward, fromMs)).toEqual([
      { value: 50, text: '50', fromMs, side: 'low', groupIndex: 0 },
      { value: 120, text: '120', fromMs, side: 'high', groupIndex: 0 },
    ]);
  });

  it('limit lines begin at the last change of the limits', () => {
    const at = '2026-01-01T09:30:00.000Z';
    const [low, high] = limitLines(heart.slice(0, 1), ofHeart({ low: 60, high: 100 }, at), fromMs);
    expect([low?.value, low?.fromMs, high?.value, high?.fromMs]).toEqual([60, Date.parse(at), 100, Date.parse(at)]);
    const [back] = limitLines(heart.slice(0, 1), ofHeart(undefined, at), fromMs);
    expect([back?.value, back?.fromMs]).toEqual([50, Date.parse(at)]);
    const [earlier] = limitLines(heart.slice(0, 1), ofHeart({ low: 60 }, '2026-01-01T08:00:00Z'), fromMs);
    expect(earlier?.fromMs).toBe(fromMs);
  });

  it('limits of systolic and mean pressure have names and stand at two edges of the chart', () => {
    expect(limitLines(pressure, ward, fromMs).map(({ text, groupIndex }) => [text, groupIndex])).toEqual([
      ['sys 90', 0],
      ['sys 160', 0],
      ['mean 60', 1],
      ['mean 110', 1],
    ]);
  });

  it.each([
    ['is undefined without a profile', heart, newLimits('assoc-01', {}, { profile: null, groups: [] }), undefined],
    ['gives a single low limit', ['MDC_PULS_OXIM_SAT_O2'], ward, 'from 90'],
    ['gives two limits with the digits of the parameter', ['MDC_TEMP_BODY'], ward, '36.0 to 38.5'],
    ['gives the exact fraction of a limit', ['MDC_PULS_OXIM_SAT_O2'], fraction, 'from 90.5'],
    ['gives more digits than the parameter has', ['MDC_TEMP_BODY'], fraction, '36.0 to 38.25'],
    ['names two pressures', pressure, ward, 'sys 90 to 160, mean 60 to 110'],
    ['is undefined for an unknown code', ['MDC_X'], ward, undefined],
  ])('the text of the limits %s', (_what, codes, inForce, text) => {
    expect(limitsText(codes, inForce)).toBe(text);
    if (text === undefined) expect(limitLines(codes, inForce, fromMs)).toEqual([]);
  });

  it('limit lines show the exact fraction of a limit', () => {
    const texts = (code: string) => limitLines([code], fraction, fromMs).map(({ text }) => text);
    expect(texts('MDC_PULS_OXIM_SAT_O2')).toEqual(['90.5']);
    expect(texts('MDC_TEMP_BODY')).toEqual(['36.0', '38.25']);
  });

  it('the text names heart rate and pulse separately if their limits differ', () => {
    const changed = newLimits('assoc-01', { HR: { own: { low: 60, high: 100 } }, PR: { own: { low: 50, high: 120 } } });
    expect(limitsText(heart, changed)).toBe('HR 60 to 100, PR 50 to 120');
  });
});

describe('rangeWithLimits', () => {
  const lines = limitLines(['MDC_ECG_HEART_RATE'], ward, fromMs);
  it.each([
    ['lies between the limits', 70, 80, [50, 120]],
    ['crosses the high limit', 70, 150, [50, 150]],
    ['begins at the high limit', 120, 150, [50, 150]],
    ['is above the high limit', 121, 150, [120, 150]],
    ['is below the low limit', 30, 49, [30, 50]],
    ['is 0', 0, 0, [0, 50]],
  ] as const)('the chart with the limits 50 and 120 has the right range if the curve %s', (_where, min, max, range) => {
    expect(rangeWithLimits(min, max, lines)).toEqual(range);
  });

  it('the range of a chart without limits is the range of the curve', () => {
    expect(rangeWithLimits(70, 80, [])).toEqual([70, 80]);
  });
});
