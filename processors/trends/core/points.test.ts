import { describe, expect, it } from 'vitest';
import type { NumericValue } from '../../../contracts/messages/device.ts';
import { pointsOf } from './points.ts';

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

describe('points of a reading', () => {
  it('have the time of the device, not of the gateway', () => {
    expect(points(hr(72))).toEqual([
      { associationId: 'assoc-00', code: 'MDC_ECG_HEART_RATE', timeMs, value: 72, questionable: false },
    ]);
  });

  it.each<[string, NumericValue, number | undefined]>([
    ['a real zero', hr(0), 0],
    ['one', hr(1), 1],
    ['the highest plausible', hr(350), 350],
    ['one step above', hr(350.1), undefined],
    ['one step below the lowest', hr(-0.1), undefined],
    ['no value', { code: 'MDC_ECG_HEART_RATE', unit: '/min', validity: 'invalid' }, undefined],
    ['a value that is said to be invalid', hr(72, { validity: 'invalid' }), undefined],
    ['one while calibrating', hr(72, { validity: 'calibrating' }), undefined],
    ['another unit', hr(72, { unit: 'Hz' }), undefined],
    ['an unknown code', hr(72, { code: 'MDC_NO_SUCH' }), undefined],
    ['a negative arterial pressure', { code: 'MDC_PRESS_BLD_ART_ABP_DIA', value: -50, unit: 'mm[Hg]' }, -50],
    ['a fraction', { code: 'MDC_TEMP_BODY', value: 37.25, unit: 'Cel' }, 37.25],
  ])('%s', (_, numeric, value) => {
    expect(points(numeric)?.map((point) => point.value)).toEqual(value === undefined ? [] : [value]);
  });

  it.each([
    ['first', [hr(30), hr(72)]],
    ['last', [hr(72), hr(30)]],
    ['by another code of the same measurement', [hr(72), hr(30, { code: 'MDC_ECG_CARD_BEAT_RATE' })]],
  ])('use the graver of two numbers of one parameter: %s', (_, both) => {
    expect(points(...both)?.map(({ code, value }) => [code, value])).toEqual([['MDC_ECG_HEART_RATE', 30]]);
  });

  it('mark a questionable value', () => {
    expect(points(hr(72, { validity: 'questionable' }))).toMatchObject([{ value: 72, questionable: true }]);
  });

  it('contain the others if one has no value', () => {
    const spo2: NumericValue = { code: 'MDC_PULS_OXIM_SAT_O2', value: 97, unit: '%' };
    expect(points({ code: 'MDC_ECG_HEART_RATE', unit: '/min', validity: 'invalid' }, spo2)).toHaveLength(1);
  });

  it('do not exist for a time that does not exist', () => {
    const reading = { time: '2026-02-30T12:00:00.000Z', values: [hr(72)] };
    expect(pointsOf('assoc-00', { deviceId: 'bed-01', receivedAt: time, reading })).toBeUndefined();
  });
});
