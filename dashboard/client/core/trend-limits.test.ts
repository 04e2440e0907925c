import { describe, expect, it } from 'vitest';
import type { LimitsInForce } from '../../../contracts/messages/alarms.ts';
import { newLimits } from '../../../contracts/messages/limits.testing.ts';
import type { LimitsFrom } from '../../protocol/trends.ts';
import { limitLines, limitsText, rangeWithLimits } from './trend-limits.ts';

const ward = newLimits('assoc-01');
const fraction = newLimits('assoc-01', { SpO2: { own: { low: 90.5 } }, Temp: { own: { high: 38.25 } } });
const fromMs = Date.parse('2026-01-01T09:00:00Z');
const toMs = fromMs + 3_600_000;
const span = { fromMs, toMs };
/** Returns the limits that are in force from a time on, in the form in which the server sends limits. */
const from = (atMs: number, { groups }: LimitsInForce): LimitsFrom => ({
  atMs,
  groups: groups.map(({ group, limits: { low, high } }) => ({
    group,
    ...(low !== undefined && { low }),
    ...(high !== undefined && { high }),
  })),
});
const always = (inForce: LimitsInForce) => [from(0, inForce)];
const ofHeart = (low: number, high: number) => newLimits('assoc-01', { HR: { own: { low, high } } });
const heart = ['MDC_ECG_HEART_RATE', 'MDC_PULS_OXIM_PULS_RATE'];
const pressure = ['MDC_PRESS_BLD_ART_ABP_SYS', 'MDC_PRESS_BLD_ART_ABP_DIA', 'MDC_PRESS_BLD_ART_ABP_MEAN'];

describe('limitLines and limitsText', () => {
  it('the ward’s limits are drawn over the whole chart, once for heart rate and pulse', () => {
    expect(limitLines(heart, always(ward), span)).toEqual([
      { value: 50, text: '50', ...span, side: 'low', groupIndex: 0 },
      { value: 120, text: '120', ...span, side: 'high', groupIndex: 0 },
    ]);
  });

  it('each limit is drawn while it was in force, also if it was changed before the page was opened', () => {
    const changes = [
      from(fromMs - 1, ofHeart(50, 120)),
      from(fromMs + 60_000, ofHeart(60, 100)),
      from(fromMs + 90_000, ofHeart(50, 120)),
    ];
    const drawn = limitLines(heart.slice(0, 1), changes, span);
    expect(
      drawn
        .filter(({ side }) => side === 'low')
        .map(({ value, fromMs: a, toMs: b }) => [value, a - fromMs, b - fromMs]),
    ).toEqual([
      [50, 0, 60_000],
      [60, 60_000, 90_000],
      [50, 90_000, 3_600_000],
    ]);
  });

  it('nothing is drawn before the first known limits, where a group is switched off, or after the chart', () => {
    const off = { atMs: fromMs + 120_000, groups: [] };
    const changes = [from(fromMs + 60_000, ward), off, from(toMs, ward)];
    expect(
      limitLines(['MDC_RESP_RATE'], changes, span).map(({ fromMs: a, toMs: b }) => [a - fromMs, b - fromMs]),
    ).toEqual([
      [60_000, 120_000],
      [60_000, 120_000],
    ]);
    expect(limitLines(heart, [], span)).toEqual([]);
  });

  it('limits of systolic and mean pressure have names, and stand at opposite edges of the chart', () => {
    expect(limitLines(pressure, always(ward), span).map(({ text, groupIndex }) => [text, groupIndex])).toEqual([
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
    if (text === undefined) expect(limitLines(codes, always(inForce), span)).toEqual([]);
  });

  it('limit lines show the exact fraction of a limit', () => {
    const texts = (code: string) => limitLines([code], always(fraction), span).map(({ text }) => text);
    expect(texts('MDC_PULS_OXIM_SAT_O2')).toEqual(['90.5']);
    expect(texts('MDC_TEMP_BODY')).toEqual(['36.0', '38.25']);
  });

  it('the text names heart rate and pulse separately if their limits differ', () => {
    const changed = newLimits('assoc-01', { HR: { own: { low: 60, high: 100 } }, PR: { own: { low: 50, high: 120 } } });
    expect(limitsText(heart, changed)).toBe('HR 60 to 100, PR 50 to 120');
  });
});

describe('rangeWithLimits', () => {
  const lines = limitLines(['MDC_ECG_HEART_RATE'], always(ward), span);
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
