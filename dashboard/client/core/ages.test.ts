import { describe, expect, it } from 'vitest';
import { german } from '../german/german.ts';
import {
  ageClass,
  ageOf,
  ageRedrawKey,
  ageText,
  connectionOf,
  shownClass,
  transportToleranceMs as tolerance,
  valueClass,
} from './ages.ts';
import { alarm, bed, numeric } from './fixtures.ts';
import { setTexts } from './texts.ts';

describe('ageClass and ageText', () => {
  it.each([
    // age, interval, class
    [0, 1000, 'current'],
    [-tolerance, 1000, 'current'],
    [-tolerance - 1, 1000, 'old'],
    [-600_000, 60_000, 'old'],
    [1000 + tolerance - 1, 1000, 'current'],
    [1000 + tolerance, 1000, 'current'],
    [1000 + tolerance + 1, 1000, 'old'],
    [3000 + tolerance, 1000, 'old'],
    [3000 + tolerance + 1, 1000, 'expired'],
    [60_000 + tolerance, 60_000, 'current'],
    [60_000 + tolerance + 1, 60_000, 'old'],
    [180_000 + tolerance + 1, 60_000, 'expired'],
    [Number.NaN, 1000, 'expired'],
    [Number.POSITIVE_INFINITY, 1000, 'expired'],
    [3000 + tolerance + 1, 0, 'expired'],
    [1000, Number.NaN, 'current'],
  ] as const)('a value that is %d ms old and comes every %d ms is %s', (age, interval, wanted) => {
    expect(ageClass(age, interval)).toBe(wanted);
  });

  it.each([
    [0, '0 s'],
    [-1, '0 s'],
    [-tolerance, '0 s'],
    [-tolerance - 1, 'clock?'],
    [-600_000, 'clock?'],
    [999, '0 s'],
    [1000, '1 s'],
    [99_999, '99 s'],
    [100_000, '1 min'],
    [5_999_999, '99 min'],
    [6_000_000, '1 h 40'],
    [172_799_000, '47 h 59'],
    [172_800_000, '2 d'],
    [Number.NaN, 'unknown'],
  ])('an age of %d ms is written "%s"', (age, text) => {
    expect(ageText(age)).toBe(text);
  });

  it('an age that cannot be known is German on a German page', () => {
    const reset = setTexts(
      () => 'de',
      () => german,
    );
    expect([ageText(-tolerance - 1), ageText(Number.NaN)]).toEqual(['Uhr?', 'unbekannt']);
    reset();
  });
});

const redrawKey = (ageMs: number, intervalMs: number) => ageRedrawKey(ageOf(-ageMs, 0, 0), intervalMs);

describe('shownClass', () => {
  const last = 3000 + tolerance;
  it.each([
    // age at the last message that the screen has processed, age now, class
    [100_000, 100_000, 'expired'],
    [last + 1, last + 1, 'expired'],
    [last, last + 1, 'old'],
    [1000, 20_000, 'old'],
    [0, 20_000, 'old'],
    [1000, last, 'old'],
    [1000, 1000, 'current'],
    [-500, last + 1, 'old'],
    [Number.NEGATIVE_INFINITY, last + 1, 'expired'],
  ])(
    'if a value was %d ms old at the last processed message and is %d ms old now, it is shown as %s',
    (knownUntilMs, ageMs, expected) => {
      const age = ageOf(0, ageMs, knownUntilMs);
      expect([age.ms, shownClass(age, 1000)]).toEqual([ageMs, expected]);
    },
  );

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('a value with an age of %d ms is always expired', (ageMs) => {
    expect(shownClass(ageOf(-ageMs, 0, 0), 1000)).toBe('expired');
  });
});

describe('ageRedrawKey', () => {
  it.each([1, 200, 1000, 60_000, 3_600_000])(
    'the redraw key changes whenever the shown class or text of an age changes, for a value that comes every %i ms',
    (intervalMs) => {
      const ages = Array.from({ length: 8_000 }, (_, i) => i * 50 - 10_000);
      for (const [i, age] of ages.slice(1).entries()) {
        const before = ages[i]!;
        if (redrawKey(before, intervalMs) !== redrawKey(age, intervalMs)) continue;
        expect([age, ageClass(age, intervalMs)]).toEqual([age, ageClass(before, intervalMs)]);
        // Up to the tolerance the screen shows no age.
        if (age > tolerance) expect([age, ageText(age)]).toEqual([age, ageText(before)]);
      }
    },
  );

  it('the key of a value that comes every second stays the same while the value is current', () => {
    expect(new Set([0, 250, 1000, tolerance].map((age) => redrawKey(age, 1000))).size).toBe(1);
  });
});

describe('valueClass and connectionOf', () => {
  const receivedMs = Date.parse('2026-01-01T10:00:00.050Z');
  const cuff = numeric('MDC_PRESS_CUFF_SYS', 120, { intervalMs: 900_000 });
  it.each([
    ['is current if the device is connected', false, undefined, 300_000, 'current'],
    ['is old if the device is gone, even if the next value is due in 10 min', true, undefined, 300_000, 'old'],
    ['is old if the device has just gone', true, receivedMs, 0, 'old'],
    ['is old if the device was lost after this value and came back', false, receivedMs + 1, 300_000, 'old'],
    ['is old if the device was lost at the moment of this value', false, receivedMs, 300_000, 'old'],
    ['is current if the device was lost before this value and came back', false, receivedMs - 1, 300_000, 'current'],
    ['is old if the device is connected and the value is overdue', false, undefined, 900_000 + tolerance + 1, 'old'],
    [
      'is expired if the device is gone and the value is older than three intervals',
      true,
      undefined,
      2_700_000 + tolerance + 1,
      'expired',
    ],
  ] as const)('a value %s', (_name, isGone, lostAtMs, ageMs, wanted) => {
    expect(valueClass(cuff, ageOf(-ageMs, 0, 0), { isGone, lostAtMs })).toBe(wanted);
  });

  const device = bed('a').device;
  const noData = alarm('n', { kind: 'technical', condition: 'no-data' });
  const { code: _code, ...silent } = noData;
  it.each([
    ['that is online is not gone', device, [], false],
    ['that is offline is gone', { ...device, online: false }, [], true],
    ['of unknown state is gone', { ...device, online: null }, [], true],
    ['with the alarm "no data" is gone', device, [silent], true],
    ['with an acknowledged alarm "no data" is gone', device, [{ ...silent, signal: 'acknowledged' }], true],
    ['with the alarm "disconnected" is gone', device, [{ ...silent, condition: 'disconnected' }], true],
    ['with the alarm "no data" of one parameter is not gone', device, [noData], false],
    ['is not gone if another device sends no data', device, [{ ...silent, deviceId: 'bed-02' }], false],
    ['whose alarm "no data" has ended is not gone', device, [{ ...silent, present: false }], false],
    ['with a physiological alarm is not gone', device, [alarm('a')], false],
    ['with the alarm "leads off" is not gone', device, [{ ...silent, condition: 'MDC_EVT_LEADS_OFF' }], false],
  ] as const)('a device %s', (_name, source, alarms, gone) => {
    expect(connectionOf(source, alarms as never).isGone).toBe(gone);
  });

  it('connectionOf returns when the device was last lost', () => {
    expect(connectionOf({ ...device, lostAt: '2026-01-01T10:00:00.050Z' }, []).lostAtMs).toBe(receivedMs);
    expect(connectionOf(device, []).lostAtMs).toBeUndefined();
  });
});
