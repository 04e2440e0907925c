import { describe, expect, it } from 'vitest';
import { newLimits } from '../../../contracts/messages/limits.testing.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { alarm, numeric } from './fixtures.ts';
import {
  ageStartMs,
  compareBeds,
  limitBeyond,
  limitsFor,
  offText,
  patientName,
  placeText,
  readoutPriority,
  readoutsOf,
  valueText,
} from './numerics.ts';

const shownValue = (code: string, value: number | undefined, changes = {}) => ({
  parameter: parameters.get(code)!,
  numeric: numeric(code, value, changes),
});

describe('readoutsOf', () => {
  it('readoutsOf returns readouts in a fixed order, with the three values of a pressure in one readout', () => {
    const readouts = readoutsOf([
      numeric('MDC_TEMP_BODY', 37),
      numeric('MDC_PRESS_BLD_ART_ABP_MEAN', 80),
      numeric('MDC_RESP_RATE', 14),
      numeric('MDC_PRESS_BLD_ART_ABP_SYS', 120),
      numeric('MDC_PULS_OXIM_SAT_O2', 97),
      numeric('MDC_PRESS_BLD_ART_ABP_DIA', 60),
      numeric('MDC_ECG_HEART_RATE', 80),
      numeric('MDC_NOT_IN_THE_TABLE', 1),
    ]);
    expect(readouts.map((s) => s.label)).toEqual(['HR', 'SpO2', 'ABP', 'RR', 'Temp']);
    expect(readouts[2]!.values.map((v) => v.numeric.value)).toEqual([120, 60, 80]);
    expect(readoutsOf([])).toEqual([]);
  });

  it('a readout has the newest value if several sensors measure the same parameter', () => {
    const readouts = readoutsOf([
      numeric('MDC_TTHOR_RESP_RATE', 14, { time: '2026-01-01T10:00:02.000Z' }),
      numeric('MDC_CO2_RESP_RATE', 30, { time: '2026-01-01T10:00:01.000Z' }),
    ]);
    expect(readouts.map((s) => s.key)).toEqual(['MDC_TTHOR_RESP_RATE']);
  });

  it.each([
    [
      'has the newest value by the corrected time if the clock was set back',
      '09:05:00.000',
      '10:05:00.000',
      3_600_000,
      40,
    ],
    ['does not have an old value that came late', '09:05:00.000', '10:05:00.000', 0, 12],
    ['has the value that was received last if the times are equal', '10:00:00.000', '10:00:05.000', 0, 40],
  ])('a readout %s', (_, time, receivedAt, clockOffsetMs, value) => {
    const readouts = readoutsOf([
      numeric('MDC_TTHOR_RESP_RATE', 12),
      numeric('MDC_CO2_RESP_RATE', 40, {
        time: `2026-01-01T${time}Z`,
        receivedAt: `2026-01-01T${receivedAt}Z`,
        clockOffsetMs,
      }),
    ]);
    expect(readouts[0]!.values.map((shown) => shown.numeric.value)).toEqual([value]);
  });
});

describe('valueText and ageStartMs', () => {
  it.each([
    ['MDC_ECG_HEART_RATE', 0, {}, '0', undefined],
    ['MDC_ECG_HEART_RATE', 79.6, {}, '80', undefined],
    ['MDC_TEMP_BODY', 37, {}, '37.0', undefined],
    ['MDC_ECG_HEART_RATE', undefined, { validity: 'invalid' }, '–', 'invalid'],
    ['MDC_ECG_HEART_RATE', 80, { validity: 'questionable' }, '80', 'questionable'],
    ['MDC_ECG_HEART_RATE', undefined, {}, '–', 'no value'],
  ] as const)('a %s of %s with %o is written "%s"', (code, value, changes, text, note) => {
    expect(valueText(shownValue(code, value, changes))).toEqual({ text, note });
  });

  it('the age counts from the device’s time or the receive time, whichever is earlier', () => {
    expect(ageStartMs(numeric('MDC_RESP_RATE', 1))).toBe(Date.parse('2026-01-01T10:00:00.000Z'));
    expect(ageStartMs(numeric('MDC_RESP_RATE', 1, { time: '2027-01-01T00:00:00.000Z' }))).toBe(
      Date.parse('2026-01-01T10:00:00.050Z'),
    );
  });
});

describe('limitsFor and offText', () => {
  const hr = parameters.get('MDC_ECG_HEART_RATE')!;
  const ward = { base: { low: 40, high: 100, extremeHigh: 130 } };
  const off = { reason: 'pacing', until: '2026-01-01T12:00:00.000Z' };
  it.each([
    ['the ward’s limits replace the built-in limits', { HR: ward }, { low: 40, high: 100 }, false, undefined],
    [
      'a patient’s own limit replaces the ward’s limit',
      { HR: { ...ward, own: { high: 110 } } },
      { low: 40, high: 110 },
      true,
      undefined,
    ],
    [
      '`hasOwn` is false if only an extreme limit is the patient’s own',
      { HR: { own: { extremeHigh: 150 } } },
      { low: 50 },
      false,
      undefined,
    ],
    [
      'limits that are off have a reason and an end',
      { HR: { limits: { extremeLow: 40 }, off } },
      { extremeLow: 40 },
      false,
      off,
    ],
  ] as const)('%s', (_name, groups, limits, own, wantedOff) => {
    const shown = limitsFor(hr, newLimits('assoc-01', groups));
    expect(shown?.limits).toMatchObject(limits);
    expect([shown?.hasOwn, shown?.off]).toEqual([own, wantedOff]);
  });

  it.each([
    ['the alarm processor has published no limits', hr, null],
    ['no profile applies to the patient', hr, newLimits('assoc-01', {}, { profile: null, groups: [] })],
    ['the parameter has no limits', parameters.get('MDC_PRESS_BLD_ART_ABP_DIA')!, newLimits('assoc-01')],
    ['there are only extreme limits', hr, newLimits('assoc-01', { HR: { limits: { extremeHigh: 140 } } })],
  ])('limitsFor returns undefined if %s', (_name, parameter, inForce) => {
    expect(limitsFor(parameter, inForce)).toBeUndefined();
  });

  it('offText says why and until when limits are off', () => {
    const nowMs = Date.parse('2026-01-01T10:00:00.000Z');
    expect(offText(off, nowMs)).toMatch(/^Alarm limits are off until \d\d:00:00: pacing$/);
    expect(offText({ reason: 'not measured here' }, nowMs)).toBe('Alarm limits are off: not measured here');
  });
});

it.each([
  [undefined, undefined],
  [0, 'extremeLow'],
  [39, 'extremeLow'],
  [40, 'low'],
  [49, 'low'],
  [50, undefined],
  [120, undefined],
  [121, 'high'],
  [160, 'high'],
  [161, 'extremeHigh'],
])('of the limits 40, 50, 120 and 160, the value %s is beyond %s', (value, name) => {
  expect(limitBeyond(value, { extremeLow: 40, low: 50, high: 120, extremeHigh: 160 })).toBe(name);
  expect(limitBeyond(value, {})).toBeUndefined();
});

describe('readoutPriority', () => {
  const values = [shownValue('MDC_ECG_HEART_RATE', 134)];
  it.each([
    ['is undefined without an alarm', [], undefined],
    [
      'counts an alarm of another code of the same parameter',
      [alarm('a', { code: 'MDC_ECG_CARD_BEAT_RATE' })],
      'medium',
    ],
    ['ignores an alarm of another parameter', [alarm('a', { code: 'MDC_RESP_RATE' })], undefined],
    ['ignores an alarm of another device of the same patient', [alarm('a', { deviceId: 'bed-02' })], undefined],
    ['ignores an alarm without a code', [{ ...alarm('a'), code: undefined }], undefined],
    ['ignores an alarm that has ended', [alarm('a', { present: false, signal: 'latched' })], undefined],
    ['ignores a late alarm', [alarm('a', { priority: 'high', late: true })], undefined],
    ['ignores a technical alarm', [alarm('a', { kind: 'technical' })], undefined],
    ['ignores an alarm whose signal is off', [alarm('a', { signal: 'off' })], undefined],
    ['counts an acknowledged alarm that is present', [alarm('a', { signal: 'acknowledged' })], 'medium'],
    [
      'prefers an acknowledged high alarm to an unanswered medium alarm',
      [alarm('b'), alarm('a', { priority: 'high', signal: 'acknowledged' })],
      'high',
    ],
    [
      'prefers a present low alarm to a late high alarm',
      [alarm('a', { priority: 'high', late: true }), alarm('b', { priority: 'low' })],
      'low',
    ],
    ['is the highest priority of two present alarms', [alarm('a', { priority: 'high' }), alarm('b')], 'high'],
  ] as const)('readoutPriority %s', (_name, alarms, priority) => {
    expect(readoutPriority(values, alarms as never, 'bed-01')).toBe(priority);
  });
});

it.each([
  [{ ward: 'ICU', bed: '3' }, false, '3'],
  [{ ward: 'ICU', bed: '3' }, true, 'ICU 3'],
  [{ ward: null, bed: null }, true, 'bed-03'],
  [undefined, true, 'bed-03'],
])('the place %o, on a screen with several wards (%s), is written "%s"', (bed, wards, text) => {
  expect(placeText(bed, 'bed-03', wards)).toBe(text);
});

it('a name is written as on lists, and beds are sorted by ward and number', () => {
  expect(patientName({ familyName: 'Example', givenName: 'Ada' })).toBe('Example, Ada');
  expect(patientName({ familyName: 'Example', givenName: '' })).toBe('Example');
  const beds = [
    { ward: 'ICU', bed: '10' },
    { ward: 'ICU', bed: '2' },
    { ward: 'CCU', bed: '9' },
  ];
  expect(beds.sort(compareBeds).map((b) => b.bed)).toEqual(['9', '2', '10']);
});
