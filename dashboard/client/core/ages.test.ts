import { describe, expect, it } from 'vitest';
import {
  ageClass,
  ageMark,
  ageOf,
  ageText,
  shownClass,
  transportToleranceMs as slack,
  sourceOf,
  valueClass,
} from './ages.ts';
import { alarm, bed, numeric } from './fixtures.ts';

describe('the age of a value', () => {
  it.each([
    // age, interval, class
    [0, 1000, 'current'],
    [-slack, 1000, 'current'],
    [-slack - 1, 1000, 'old'],
    [-600_000, 60_000, 'old'],
    [1000 + slack - 1, 1000, 'current'],
    [1000 + slack, 1000, 'current'],
    [1000 + slack + 1, 1000, 'old'],
    [3000 + slack, 1000, 'old'],
    [3000 + slack + 1, 1000, 'expired'],
    [60_000 + slack, 60_000, 'current'],
    [60_000 + slack + 1, 60_000, 'old'],
    [180_000 + slack + 1, 60_000, 'expired'],
    [Number.NaN, 1000, 'expired'],
    [Number.POSITIVE_INFINITY, 1000, 'expired'],
    [3000 + slack + 1, 0, 'expired'],
    [1000, Number.NaN, 'current'],
  ] as const)('%d ms at an interval of %d ms is %s', (age, interval, wanted) => {
    expect(ageClass(age, interval)).toBe(wanted);
  });

  it.each([
    [0, '0 s'],
    [-1, '0 s'],
    [-slack, '0 s'],
    [-slack - 1, 'clock?'],
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
  ])('%d ms reads "%s"', (age, text) => {
    expect(ageText(age)).toBe(text);
  });
});

const mark = (ageMs: number, intervalMs: number) => ageMark(ageOf(-ageMs, 0, 0), intervalMs);

describe('the age of a value on a screen that is behind', () => {
  const last = 3000 + slack;
  it.each([
    // known until, age then, class
    [100_000, 100_000, 'expired'],
    [last + 1, last + 1, 'expired'],
    [last, last + 1, 'old'],
    [1000, 20_000, 'old'],
    [0, 20_000, 'old'],
    [1000, last, 'old'],
    [1000, 1000, 'current'],
    [-500, last + 1, 'old'],
    [Number.NEGATIVE_INFINITY, last + 1, 'expired'],
  ])('known until %d ms after it was measured, %d ms old: %s', (knownUntilMs, ageMs, expected) => {
    const age = ageOf(0, ageMs, knownUntilMs);
    expect([age.ms, shownClass(age, 1000)]).toEqual([ageMs, expected]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('a value of %d ms is a dash in any case', (ageMs) => {
    expect(shownClass(ageOf(-ageMs, 0, 0), 1000)).toBe('expired');
  });
});

describe('the text of an age that a component watches', () => {
  it.each([1, 200, 1000, 60_000, 3_600_000])(
    'changes with everything that is shown of the age, at %i ms',
    (intervalMs) => {
      const ages = Array.from({ length: 8_000 }, (_, i) => i * 50 - 10_000);
      for (const [i, age] of ages.slice(1).entries()) {
        const before = ages[i]!;
        if (mark(before, intervalMs) !== mark(age, intervalMs)) continue;
        expect([age, ageClass(age, intervalMs)]).toEqual([age, ageClass(before, intervalMs)]);
        // Below the tolerance of the way no text of an age may be needed.
        if (age > slack) expect([age, ageText(age)]).toEqual([age, ageText(before)]);
      }
    },
  );

  it('stays the same while a value that comes every second is current', () => {
    expect(new Set([0, 250, 1000, slack].map((age) => mark(age, 1000))).size).toBe(1);
  });
});

describe('a value of a device that is gone', () => {
  const receivedMs = Date.parse('2026-01-01T10:00:00.050Z');
  const cuff = numeric('MDC_PRESS_CUFF_SYS', 120, { intervalMs: 900_000 });
  it.each([
    ['the device is there', false, undefined, 300_000, 'current'],
    ['the device is gone, though the next value is due in 10 min', true, undefined, 300_000, 'old'],
    ['the device is gone since 0 s', true, receivedMs, 0, 'old'],
    ['the device came back, the value is from before', false, receivedMs + 1, 300_000, 'old'],
    ['the device was lost when the value was received', false, receivedMs, 300_000, 'old'],
    ['the device came back and the value is new', false, receivedMs - 1, 300_000, 'current'],
    ['the device is there, the value is overdue', false, undefined, 900_000 + slack + 1, 'old'],
    ['the device is gone and the value is expired', true, undefined, 2_700_000 + slack + 1, 'expired'],
  ] as const)('%s', (_name, gone, lostAtMs, ageMs, wanted) => {
    expect(valueClass(cuff, ageOf(-ageMs, 0, 0), { gone, lostAtMs })).toBe(wanted);
  });

  const device = bed('a').device;
  const noData = alarm('n', { kind: 'technical', condition: 'no-data' });
  const { code: _code, ...silent } = noData;
  it.each([
    ['online', device, [], false],
    ['offline', { ...device, online: false }, [], true],
    ['not heard of', { ...device, online: null }, [], true],
    ['no data', device, [silent], true],
    ['no data, acknowledged', device, [{ ...silent, signal: 'acknowledged' }], true],
    ['disconnected', device, [{ ...silent, condition: 'disconnected' }], true],
    ['no data of one parameter', device, [noData], false],
    ['no data of another device', device, [{ ...silent, deviceId: 'bed-02' }], false],
    ['no data, over', device, [{ ...silent, present: false }], false],
    ['a physiological alarm', device, [alarm('a')], false],
    ['leads off', device, [{ ...silent, condition: 'MDC_EVT_LEADS_OFF' }], false],
  ] as const)('%s', (_name, about, alarms, gone) => {
    expect(sourceOf(about, alarms as never).gone).toBe(gone);
  });

  it('knows when the device was last lost', () => {
    expect(sourceOf({ ...device, lostAt: '2026-01-01T10:00:00.050Z' }, []).lostAtMs).toBe(receivedMs);
    expect(sourceOf(device, []).lostAtMs).toBeUndefined();
  });
});
