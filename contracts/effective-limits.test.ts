import { describe, expect, it } from 'vitest';
import { adultLimits } from './adult-limits.ts';
import { limitsFault, limitsOffMsMax, setLimitsFault } from './effective-limits.ts';
import type { Limits, LimitsAsked } from './messages/alarms.ts';
import { newLimits } from './messages/limits.testing.ts';
import { type LimitGroup, limitGroups } from './parameters.ts';

const nowMs = Date.parse('2026-01-01T10:00:00.000Z');

describe('limitsFault', () => {
  it.each(limitGroups)('limitsFault accepts the limits of the adult profile for %s', (group) => {
    expect(limitsFault(group, adultLimits[group])).toBeUndefined();
  });

  it.each<[LimitGroup, Limits, string]>([
    ['HR', { low: 0 }, 'The low limit 0 of HR could never alarm: no value is below 0.'],
    ['HR', { high: 350 }, 'The high limit 350 of HR could never alarm: no value is above 350.'],
    ['HR', { high: 351 }, 'The high limit 351 of HR is outside the measuring range, 0 to 350.'],
    ['HR', { low: -1 }, 'The low limit -1 of HR is outside the measuring range, 0 to 350.'],
    ['SpO2', { high: 100 }, 'The high limit 100 of SpO2 could never alarm: no value is above 100.'],
    ['BPsys', { low: -10 }, 'The low limit -10 of BPsys is outside the measuring range, 0 to 300.'],
    ['Temp', { low: 15 }, 'The low limit 15 of Temp could never alarm: no value is below 15.'],
    ['HR', { low: Number.NaN }, 'The low limit NaN of HR is outside the measuring range, 0 to 350.'],
    ['SpO2', { extremeLow: 59 }, 'The extreme low limit 59 of SpO2 is below the lowest allowed value, 60.'],
    ['HR', { extremeLow: 19 }, 'The extreme low limit 19 of HR is below the lowest allowed value, 20.'],
    ['HR', { extremeHigh: 251 }, 'The extreme high limit 251 of HR is above the highest allowed value, 250.'],
    ['PR', { extremeHigh: 251 }, 'The extreme high limit 251 of PR is above the highest allowed value, 250.'],
    ['RR', { extremeHigh: 81 }, 'The extreme high limit 81 of RR is above the highest allowed value, 80.'],
    ['BPsys', { extremeLow: 39 }, 'The extreme low limit 39 of BPsys is below the lowest allowed value, 40.'],
    ['HR', { low: 120, high: 120 }, 'The low limit 120 of HR is not below the high limit 120.'],
    ['HR', { low: 130, high: 120 }, 'The low limit 130 of HR is not below the high limit 120.'],
    ['HR', { extremeLow: 51, low: 50 }, 'The extreme low limit 51 of HR is not below the low limit 50.'],
    ['HR', { high: 141, extremeHigh: 140 }, 'The high limit 141 of HR is not below the extreme high limit 140.'],
    [
      'HR',
      { extremeLow: 140, extremeHigh: 140 },
      'The extreme low limit 140 of HR is not below the extreme high limit 140.',
    ],
    ['HR', { extremeLow: 50, high: 50 }, 'The extreme low limit 50 of HR is not below the high limit 50.'],
  ])('limitsFault refuses impossible limits with a sentence that has the numbers: %s %o', (group, limits, sentence) => {
    expect(limitsFault(group, limits)).toBe(sentence);
  });

  it.each<[LimitGroup, Limits]>([
    ['HR', { low: 20, high: 250 }],
    ['EtCO2', { low: 1, high: 149 }],
    ['SpO2', { extremeLow: 60 }],
    ['HR', { extremeLow: 20, extremeHigh: 250 }],
    ['RR', { extremeHigh: 80 }],
    ['BPsys', { extremeLow: 40 }],
    ['HR', { extremeLow: 50, low: 50, high: 120, extremeHigh: 120 }],
    ['HR', { low: 119, high: 120 }],
    ['HR', {}],
  ])('limitsFault accepts limits at the edge of the allowed range: %s %o', (group, limits) => {
    expect(limitsFault(group, limits)).toBeUndefined();
  });
});

describe('setLimitsFault', () => {
  const inForce = newLimits('assoc-01', { HR: { own: { high: 110 } }, PR: { own: { high: 118 } } }).groups;
  const offUntil = (ms: number): LimitsAsked => ({
    off: { reason: 'pacing', until: new Date(nowMs + ms).toISOString() },
  });

  it.each<[string, LimitGroup, LimitsAsked | null, string]>([
    [
      'the extreme limit of the ward',
      'HR',
      { high: 150 },
      'The high limit 150 of HR is not below the extreme high limit 140.',
    ],
    ['the patient’s own limit', 'HR', { low: 115 }, 'The low limit 115 of HR is not below the high limit 110.'],
    [
      'the limit of the ward, because it also removes the patient’s own limit',
      'HR',
      { low: 125, high: null },
      'The low limit 125 of HR is not below the high limit 120.',
    ],
    [
      'the own limit of the pulse',
      'HR',
      { high: 112, extremeHigh: 115 },
      'The high limit 118 of PR is not below the extreme high limit 115.',
    ],
  ])('setLimitsFault refuses a change that crosses %s', (_what, group, asked, sentence) => {
    expect(setLimitsFault(inForce, group, asked, nowMs)).toBe(sentence);
  });

  it('setLimitsFault refuses a change that names no limit', () => {
    expect(setLimitsFault(inForce, 'HR', {}, nowMs)).toBe('The change names no limit of HR: nothing would change.');
  });

  it.each<[string, LimitGroup, LimitsAsked | null]>([
    ['to remove own limits that the patient does not have', 'HR', { low: null, extremeHigh: null }],
    ['to switch on limits that are not switched off', 'HR', { off: null }],
    ['to remove own limits of a group that has no own limits', 'SpO2', { low: null, high: null }],
  ])('setLimitsFault refuses a request %s, because nothing would change', (_what, group, asked) => {
    const sentence = `The patient has no such limit of ${group}: nothing would change.`;
    expect(setLimitsFault(inForce, group, asked, nowMs)).toBe(sentence);
  });

  it('setLimitsFault accepts a change that removes at least one own limit, or switches limits on again', () => {
    expect(setLimitsFault(inForce, 'HR', { low: null, high: null }, nowMs)).toBeUndefined();
    const off = { reason: 'pacing', until: new Date(nowMs + 1_000).toISOString() };
    const switchedOff = newLimits('assoc-01', { HR: { own: { off }, off } }).groups;
    expect(setLimitsFault(switchedOff, 'HR', { off: null }, nowMs)).toBeUndefined();
  });

  it.each<[string, LimitGroup, LimitsAsked | null]>([
    ['that stays within the other limits', 'HR', { high: 115, extremeHigh: 130 }],
    ['that also moves the extreme limit', 'HR', { high: 150, extremeHigh: 160 }],
    ['that removes all own limits', 'HR', null],
    ['that removes all own limits of a patient without own limits', 'SpO2', null],
    ['that switches limits off for the longest allowed time', 'HR', offUntil(limitsOffMsMax)],
  ])('setLimitsFault accepts a change %s', (_what, group, asked) => {
    expect(setLimitsFault(inForce, group, asked, nowMs)).toBeUndefined();
  });

  it.each<[string, LimitsAsked]>([
    ['a time that has passed', offUntil(0)],
    ['a time too far ahead', offUntil(limitsOffMsMax + 1)],
    ['a text that is not an instant', { off: { reason: 'pacing', until: 'tomorrow' } }],
  ])('setLimitsFault refuses to switch limits off until %s', (_what, asked) => {
    expect(setLimitsFault(inForce, 'HR', asked, nowMs)).toMatch(/switched off/);
  });

  it('setLimitsFault refuses a change if the patient has no profile, or if the profile switched the group off', () => {
    expect(setLimitsFault([], 'HR', { high: 110 }, nowMs)).toContain('there is no profile');
    const off = newLimits('assoc-01', { EtCO2: { limits: {}, base: {}, off: { reason: 'not measured here' } } }).groups;
    expect(setLimitsFault(off, 'EtCO2', { high: 60 }, nowMs)).toContain('off by the profile: not measured here');
    expect(setLimitsFault(off, 'EtCO2', null, nowMs)).toBeUndefined();
  });
});
