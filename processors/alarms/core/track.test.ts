/** Tests of the kinds of delay (CLINICAL, "Delays"), and of the end of an alarm. */
import { describe, expect, it } from 'vitest';
import { type Delay, type GroupRules, rulesOfPatient } from './profile.ts';
import { type Rule, rulesFrom } from './rules.ts';
import { judge, type Sample, type Tracker, type Trackers, trackerMoved } from './track.ts';

const noDataMs = 20_000;
const lowRule = (delay: Delay): Rule => ({
  ...{ tier: 'low', priority: 'medium', limit: 90, hysteresis: 1, offDelayMs: 5_000 },
  delay,
});
const sample = (s: number, value: number | null, more: Partial<Sample> = {}): Sample => ({
  ...{ at: s * 1000, value, questionable: false, late: false, single: false, noDataMs },
  ...more,
});

/** Returns the tracker after values, given by second. */
function trackerAfterValues(rule: Rule, values: Readonly<Record<number, number | null>>, more: Partial<Sample> = {}) {
  let trackers: Trackers = {};
  for (const [s, value] of Object.entries(values))
    trackers = judge(trackers, sample(Number(s), value, more), rulesFrom([rule]));
  return trackers.low;
}
const steady = (from: number, to: number, value: number) =>
  Object.fromEntries(Array.from({ length: to - from + 1 }, (_, i) => [from + i, value]));
/** Returns the second at which the delay has passed; undefined if it has not passed. */
const secondOfAlarm = (rule: Rule, values: Readonly<Record<number, number | null>>) => {
  const at = trackerAfterValues(rule, values)?.determined;
  return at == null ? undefined : at / 1000;
};

describe('a tiered delay: 15 s, or 10 s for a value at least 4 below the limit, or 5 s for a value at least 6 below', () => {
  const rule = lowRule({
    ...{ kind: 'tiered', ms: 15_000 },
    steps: [
      { by: 4, ms: 10_000 },
      { by: 6, ms: 5_000 },
    ],
  });

  it.each([
    ['before the first step', 89, 15],
    ['a little before the first step', 86.1, 15],
    ['at the first step', 86, 10],
    ['a little before the second step', 84.1, 10],
    ['at the second step', 84, 5],
    ['far beyond', 70, 5],
    ['at the limit', 90, undefined],
  ])('a value alarms after the delay of the step that it has reached: %s', (_name, value, s) => {
    expect(secondOfAlarm(rule, steady(0, 30, value))).toBe(s);
  });

  it('a tiered delay depends on the present value, and begins at the first value beyond the limit', () => {
    expect(secondOfAlarm(rule, { ...steady(0, 11, 89), ...steady(12, 20, 86) })).toBe(12);
    expect(secondOfAlarm(rule, { ...steady(0, 4, 84), ...steady(5, 20, 89) })).toBe(15);
  });
});

describe('an area delay of 20 %·s and at most 12 s', () => {
  const rule = lowRule({ kind: 'area', unitMs: 20_000, capMs: 12_000 });

  it.each([
    [80, 2],
    [86, 5],
    [88, 10],
    [89, 12],
    [89.9, 12],
    [90, undefined],
  ])('a value of %d %% alarms after %d s of an area delay', (value, s) => {
    expect(secondOfAlarm(rule, steady(0, 30, value))).toBe(s);
  });

  it('an area delay adds the distance of each value, multiplied by its time', () => {
    // 2 % · 4 s + 4 % · 3 s = 20 %·s.
    expect(secondOfAlarm(rule, { ...steady(0, 3, 88), ...steady(4, 20, 86) })).toBe(7);
    expect(trackerAfterValues(rule, { 0: 88, 1: 86, 3: 89 })).toMatchObject({
      dose: 10_000,
      countedMs: 3_000,
      determined: null,
    });
  });

  it('an area delay starts again after a value inside the limit', () => {
    expect(trackerAfterValues(rule, { 0: 80, 1: 80, 2: 91, 3: 80 })).toMatchObject({
      dose: 0,
      countedMs: 0,
      onset: 3_000,
    });
  });
});

describe('a fixed delay of 6 s', () => {
  const rule = lowRule({ kind: 'fixed', ms: 6_000 });

  it.each([
    ['5.999 s', 5.999, null],
    ['6 s', 6, 6_000],
  ])('a value alarms after a fixed delay of 6 s: %s', (_name, s, determined) => {
    expect(trackerAfterValues(rule, { 0: 80, [s]: 80 })?.determined).toBe(determined);
  });

  it('a fixed delay continues over missing values, and starts again after a gap that is longer than the no-data time', () => {
    expect(trackerAfterValues(rule, { 0: 80, 2: null, 4: 80 })?.countedMs).toBe(4_000);
    expect(trackerAfterValues(rule, { 0: 80, 20: 80 })?.countedMs).toBe(20_000);
    expect(trackerAfterValues(rule, { 0: 80, 20.001: 80 })).toMatchObject({ countedMs: 0, onset: 0, determined: null });
  });

  it.each([
    ['10 s', 30_000, 0],
    ['11 s', 33_000, 33_000],
    ['60 s', 180_000, 180_000],
    ['more than 60 s', 180_001, 0],
  ])(
    'after a gap of 500 s, the no-data time counts for the delay only if the parameter comes every 11 to 60 s: every %s',
    (_name, ms, countedMs) => {
      const slow = lowRule({ kind: 'fixed', ms: 900_000 });
      expect(trackerAfterValues(slow, { 0: 80, 500: 80 }, { noDataMs: ms })?.countedMs).toBe(countedMs);
    },
  );
});

describe('the end of an alarm', () => {
  const rule = lowRule({ kind: 'fixed', ms: 0 });

  it('an alarm ends after 5 s of values that are clear of the limit', () => {
    expect(trackerAfterValues(rule, { 0: 80, ...steady(1, 5, 91) })).toMatchObject({ insideSince: 1_000 });
    expect(trackerAfterValues(rule, { 0: 80, ...steady(1, 6, 91) })).toBeUndefined();
    expect(trackerAfterValues(rule, { 0: 80, ...steady(1, 60, 90.9) })).toMatchObject({ insideSince: null });
  });

  it('the off-delay starts again after a value inside the hysteresis and after a long gap', () => {
    expect(trackerAfterValues(rule, { 0: 80, ...steady(1, 3, 91), 4: 90.5, ...steady(5, 9, 91) })).toMatchObject({
      insideSince: 5_000,
    });
    expect(trackerAfterValues(rule, { 0: 80, 1: 91, 21: 91 })).toBeUndefined();
    expect(trackerAfterValues(rule, { 0: 80, 1: 91, 21.001: 91 })).toMatchObject({ insideSince: 21_001 });
  });

  it('a questionable value ends no alarm, and a changed limit ends an alarm immediately', () => {
    const trackers = judge({}, sample(0, 80), rulesFrom([rule]));
    expect(judge(trackers, sample(1, 95, { questionable: true }), rulesFrom([rule]))).toEqual(trackers);
    expect(judge(trackers, sample(1, 81), rulesFrom([{ ...rule, limit: 81 }]))).toEqual({});
  });
});

it.each([
  ['with a running off-delay', 7_000, 67_000],
  ['without a running off-delay', null, null],
])('if the clock was set, the times of a tracker move with it: %s', (_name, insideSince, moved) => {
  const tracker: Tracker = {
    ...{ tier: 'low', limit: 90, priority: 'medium', onset: 1_000, countedMs: 2_000, dose: 3_000, determined: 4_000 },
    ...{ value: 80, valueAt: 5_000, questionable: false, late: false, lastAt: 6_000, noDataMs, insideSince },
  };
  expect(trackerMoved(tracker, 60_000)).toEqual({
    ...tracker,
    ...{ onset: 61_000, determined: 64_000, valueAt: 65_000, lastAt: 66_000, insideSince: moved },
  });
  expect(trackerMoved({ ...tracker, determined: null }, 60_000).determined).toBeNull();
});

describe('rulesOfPatient', () => {
  const delay: Delay = { kind: 'fixed', ms: 6_000 };
  const rules: GroupRules = {
    priority: 'medium',
    ...{ hysteresis: 2, offDelayMs: 5_000, low: { limit: 50, delay, hysteresis: 3 }, extremeHigh: 140 },
  };

  it('own limits replace a limit, keep its other rules, and add a missing limit without a delay', () => {
    expect(rulesOfPatient(rules, { low: 45, high: 110, extremeLow: 35 })).toEqual({
      ...rules,
      ...{ low: { limit: 45, delay, hysteresis: 3 }, high: { limit: 110, delay: { kind: 'fixed', ms: 0 } } },
      extremeLow: 35,
    });
    expect(rulesOfPatient(rules, { delayMs: 9_000 })).toEqual({
      ...rules,
      low: { limit: 50, delay: { kind: 'fixed', ms: 9_000 }, hysteresis: 3 },
    });
  });

  it('own limits that are off leave only the extreme limits', () => {
    const { low: _low, ...rest } = rules;
    expect(rulesOfPatient(rules, { off: { reason: 'pacing', until: '2026-03-01T11:00:00.000Z' } })).toEqual(rest);
  });

  it('own limits do not judge a group that is off in the profile', () => {
    expect(rulesOfPatient({ off: 'not measured' }, { low: 45 })).toBeUndefined();
    expect(rulesOfPatient({ off: 'not measured', extremeLow: 40 }, { low: 45 })).toEqual({
      ...{ priority: 'medium', hysteresis: 0, offDelayMs: 5_000, extremeLow: 40 },
    });
    expect(rulesOfPatient({ off: 'not measured', extremeHigh: 140 }, undefined)).toEqual({
      ...{ priority: 'medium', hysteresis: 0, offDelayMs: 5_000, extremeHigh: 140 },
    });
    expect(rulesOfPatient(undefined, { low: 45 })).toBeUndefined();
    expect(rulesOfPatient(rules, undefined)).toBe(rules);
  });
});
