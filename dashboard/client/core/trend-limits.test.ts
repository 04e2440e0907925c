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

describe('the limit lines of a chart', () => {
  it('are the ward’s over the whole chart, once for heart rate and pulse', () => {
    expect(limitLines(heart, ward, fromMs)).toEqual([
      { value: 50, text: '50', fromMs, side: 'low', place: 0 },
      { value: 120, text: '120', fromMs, side: 'high', place: 0 },
    ]);
  });

  it('begin at their change: earlier limits are not known', () => {
    const at = '2026-01-01T09:30:00.000Z';
    const [low, high] = limitLines(heart.slice(0, 1), ofHeart({ low: 60, high: 100 }, at), fromMs);
    expect([low?.value, low?.fromMs, high?.value, high?.fromMs]).toEqual([60, Date.parse(at), 100, Date.parse(at)]);
    const [back] = limitLines(heart.slice(0, 1), ofHeart(undefined, at), fromMs);
    expect([back?.value, back?.fromMs]).toEqual([50, Date.parse(at)]);
    const [earlier] = limitLines(heart.slice(0, 1), ofHeart({ low: 60 }, '2026-01-01T08:00:00Z'), fromMs);
    expect(earlier?.fromMs).toBe(fromMs);
  });

  it('name the pressure to which they belong, at two edges', () => {
    expect(limitLines(pressure, ward, fromMs).map(({ text, place }) => [text, place])).toEqual([
      ['sys 90', 0],
      ['sys 160', 0],
      ['mean 60', 1],
      ['mean 110', 1],
    ]);
  });

  it.each([
    ['no limits for a child', heart, newLimits('assoc-01', {}, { profile: null, groups: [] }), undefined],
    ['one side', ['MDC_PULS_OXIM_SAT_O2'], ward, 'from 90'],
    ['two sides, with the digits of the parameter', ['MDC_TEMP_BODY'], ward, '36.0 to 38.5'],
    ['a fraction, as it is judged', ['MDC_PULS_OXIM_SAT_O2'], fraction, 'from 90.5'],
    ['more digits than the parameter has', ['MDC_TEMP_BODY'], fraction, '36.0 to 38.25'],
    ['two pressures', pressure, ward, 'sys 90 to 160, mean 60 to 110'],
    ['an unknown code', ['MDC_X'], ward, undefined],
  ])('say in words %s', (_what, codes, of, text) => {
    expect(limitsText(codes, of)).toBe(text);
    if (text === undefined) expect(limitLines(codes, of, fromMs)).toEqual([]);
  });

  it('show a fraction as it is judged', () => {
    const texts = (code: string) => limitLines([code], fraction, fromMs).map(({ text }) => text);
    expect(texts('MDC_PULS_OXIM_SAT_O2')).toEqual(['90.5']);
    expect(texts('MDC_TEMP_BODY')).toEqual(['36.0', '38.25']);
  });

  it('name heart rate and pulse apart if they differ', () => {
    const changed = newLimits('assoc-01', { HR: { own: { low: 60, high: 100 } }, PR: { own: { low: 50, high: 120 } } });
    expect(limitsText(heart, changed)).toBe('HR 60 to 100, PR 50 to 120');
  });
});

describe('the range of a chart with limits of 50 and 120', () => {
  const lines = limitLines(['MDC_ECG_HEART_RATE'], ward, fromMs);
  it.each([
    ['between them', 70, 80, [50, 120]],
    ['crossing the high one', 70, 150, [50, 150]],
    ['on the high one', 120, 150, [50, 150]],
    ['all above the high one', 121, 150, [120, 150]],
    ['all below the low one', 30, 49, [30, 50]],
    ['of 0', 0, 0, [0, 50]],
  ] as const)('of a curve %s', (_where, min, max, range) => {
    expect(rangeWithLimits(min, max, lines)).toEqual(range);
  });

  it('without limits is the curve’s own', () => {
    expect(rangeWithLimits(70, 80, [])).toEqual([70, 80]);
  });
});
