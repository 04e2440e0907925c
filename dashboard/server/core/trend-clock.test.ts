import { describe, expect, it } from 'vitest';
import { hourMs } from '../../../contracts/durations.ts';
import { deviceShiftMs, planByDevice, splitPlan, trayFromMs } from './trend-clock.ts';
import type { TrendPlan } from './trend-query.ts';

const t0 = Date.parse('2026-01-01T10:00:00.000Z');
const plan: TrendPlan = {
  ...{ retention: 'raw', stepMs: 10_000, codes: ['MDC_ECG_HEART_RATE', 'VIGIL_NEWS2'] },
  ...{ fromMs: t0, toMs: t0 + hourMs },
};

describe('a wrong clock of the device', () => {
  it.each([
    ['is right', 0, 0],
    ['is ahead by 1 ms less than the least error that screens show', -2_999, 0],
    ['is ahead by the least error that screens show', -3_000, 3_000],
    ['is an hour behind', hourMs, -hourMs],
  ])('the span of a trend is moved to the times of the device if its clock %s', (_name, clockOffsetMs, shiftMs) => {
    expect(deviceShiftMs(clockOffsetMs)).toBe(shiftMs);
    const { fromMs, toMs } = planByDevice(plan, clockOffsetMs);
    expect([fromMs - t0, toMs - t0]).toEqual([shiftMs, hourMs + shiftMs]);
  });

  it.each([
    ['is right', 0, 0],
    ['is 1 s ahead', -1_000, 1_000],
    ['is an hour ahead', -hourMs, hourMs],
    ['is an hour behind', hourMs, 0],
  ])('a trend of a tray has no value of the former ward if the clock %s', (_name, clockOffsetMs, hiddenMs) => {
    expect(trayFromMs(t0, clockOffsetMs) - t0).toBe(hiddenMs);
  });

  it('the scores are asked for by the clock of the server, in whole steps', () => {
    const { values, scores } = splitPlan(plan, -25_000);
    expect(values).toEqual({ ...plan, codes: ['MDC_ECG_HEART_RATE'] });
    expect(scores).toEqual({
      plan: { ...plan, codes: ['VIGIL_NEWS2'], fromMs: t0 - 20_000, toMs: t0 + hourMs - 20_000 },
      shiftMs: 20_000,
    });
  });
});
