import { describe, expect, it } from 'vitest';
import type { NumericValue } from './messages/device.ts';
import { pointsOf } from './trend-points.ts';

const time = '2026-03-01T12:00:00.250Z';
const timeMs = Date.UTC(2026, 2, 1, 12, 0, 0, 250);
const points = (...values: NumericValue[]) =>
  pointsOf('assoc-00', { deviceId: 'bed-01', receivedAt: '2026-03-01T12:00:07.000Z', reading: { time, values } });
const hr = (value: number, more: Partial<NumericValue> = {}): NumericValue => ({
  code: 'MDC_ECG_HEART_RATE',
  value,
  unit: '/min',
  ...more,
});

describe('pointsOf', () => {
  it('each point has the time of the device, not of the gateway', () => {
    expect(points(hr(72))).toEqual([
      { associationId: 'assoc-00', code: 'MDC_ECG_HEART_RATE', timeMs, value: 72, questionable: false },
    ]);
  });

  it.each<[string, NumericValue, number | undefined]>([
    ['a real zero', hr(0), 0],
    ['the value 1', hr(1), 1],
    ['the highest plausible value', hr(350), 350],
    ['a value above the plausible range', hr(350.1), undefined],
    ['a value below the plausible range', hr(-0.1), undefined],
    ['a numeric without a value', { code: 'MDC_ECG_HEART_RATE', unit: '/min', validity: 'invalid' }, undefined],
    ['a value that is marked invalid', hr(72, { validity: 'invalid' }), undefined],
    ['a value that is marked calibrating', hr(72, { validity: 'calibrating' }), undefined],
    ['a value in another unit', hr(72, { unit: 'Hz' }), undefined],
    ['a value with an unknown code', hr(72, { code: 'MDC_NO_SUCH' }), undefined],
    ['a negative arterial pressure', { code: 'MDC_PRESS_BLD_ART_ABP_DIA', value: -50, unit: 'mm[Hg]' }, -50],
    ['a fraction', { code: 'MDC_TEMP_BODY', value: 37.25, unit: 'Cel' }, 37.25],
  ])('pointsOf makes a point only from a usable value: %s', (_, numeric, value) => {
    expect(points(numeric)?.map((point) => point.value)).toEqual(value === undefined ? [] : [value]);
  });

  it.each([
    ['comes first', [hr(30), hr(72)]],
    ['comes last', [hr(72), hr(30)]],
    ['has another code of the same parameter', [hr(72), hr(30, { code: 'MDC_ECG_CARD_BEAT_RATE' })]],
  ])('pointsOf uses the more serious of two values of one parameter if this value %s', (_, both) => {
    expect(points(...both)?.map(({ code, value }) => [code, value])).toEqual([['MDC_ECG_HEART_RATE', 30]]);
  });

  it('pointsOf marks a questionable value in its point', () => {
    expect(points(hr(72, { validity: 'questionable' }))).toMatchObject([{ value: 72, questionable: true }]);
  });

  it('pointsOf returns the points of the other numerics if one numeric has no value', () => {
    const spo2: NumericValue = { code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' };
    expect(points({ code: 'MDC_ECG_HEART_RATE', unit: '/min', validity: 'invalid' }, spo2)).toHaveLength(1);
  });

  it('pointsOf returns undefined for a reading on a day that does not exist', () => {
    const reading = { time: '2026-02-30T12:00:00.000Z', values: [hr(72)] };
    expect(pointsOf('assoc-00', { deviceId: 'bed-01', receivedAt: time, reading })).toBeUndefined();
  });
});
