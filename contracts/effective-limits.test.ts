import { describe, expect, it } from 'vitest';
import { adultLimits } from './adult-limits.ts';
import { limitsFault, limitsOffMsMax, setLimitsFault } from './effective-limits.ts';
import type { Limits, LimitsAsked } from './messages/alarms.ts';
import { newLimits } from './messages/limits.testing.ts';
import { type LimitGroup, limitGroups } from './parameters.ts';

const nowMs = Date.parse('2026-01-01T10:00:00.000Z');

describe('limits of a group', () => {
  it.each(limitGroups)('are taken as the adult profile has them: %s', (group) => {
    expect(limitsFault(group, adultLimits[group])).toBeUndefined();
  });

  it.each<[LimitGroup, Limits, string]>([
    ['HR', { low: 0 }, 'The low limit 0 of HR could never alarm: no value is below 0.'],
    ['HR', { high: 350 }, 'The high limit 350 of HR could never alarm: no value is above 350.'],
    ['HR', { high: 351 }, 'The high limit 351 of HR is outside what is measured, 0 to 350.'],
    ['HR', { low: -1 }, 'The low limit -1 of HR is outside what is measured, 0 to 350.'],
    ['SpO2', { high: 100 }, 'The high limit 100 of SpO2 could never alarm: no value is above 100.'],
    ['BPsys', { low: -10 }, 'The low limit -10 of BPsys is outside what is measured, 0 to 300.'],
    ['Temp', { low: 15 }, 'The low limit 15 of Temp could never alarm: no value is below 15.'],
    ['HR', { low: Number.NaN }, 'The low limit NaN of HR is outside what is measured, 0 to 350.'],
    ['SpO2', { extremeLow: 59 }, 'The extreme low limit 59 of SpO2 is below the least allowed, 60.'],
    ['HR', { extremeLow: 19 }, 'The extreme low limit 19 of HR is below the least allowed, 20.'],
    ['HR', { extremeHigh: 251 }, 'The extreme high limit 251 of HR is above the most allowed, 250.'],
    ['PR', { extremeHigh: 251 }, 'The extreme high limit 251 of PR is above the most allowed, 250.'],
    ['RR', { extremeHigh: 81 }, 'The extreme high limit 81 of RR is above the most allowed, 80.'],
    ['BPsys', { extremeLow: 39 }, 'The extreme low limit 39 of BPsys is below the least allowed, 40.'],
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
  ])('that cannot hold are refused with both numbers: %s %o', (group, limits, sentence) => {
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
  ])('at the edge are taken: %s %o', (group, limits) => {
    expect(limitsFault(group, limits)).toBeUndefined();
  });
});

describe('a change of a patient’s limits', () => {
  const inForce = newLimits('assoc-01', { HR: { own: { high: 110 } }, PR: { own: { high: 118 } } }).groups;
  const offUntil = (ms: number): LimitsAsked => ({
    off: { reason: 'pacing', until: new Date(nowMs + ms).toISOString() },
  });

  it.each<[string, LimitGroup, LimitsAsked | null, string]>([
    [
      'the ward’s extreme limit',
      'HR',
      { high: 150 },
      'The high limit 150 of HR is not below the extreme high limit 140.',
    ],
    ['what the patient has', 'HR', { low: 115 }, 'The low limit 115 of HR is not below the high limit 110.'],
    [
      'the ward’s, once the own one goes',
      'HR',
      { low: 125, high: null },
      'The low limit 125 of HR is not below the high limit 120.',
    ],
    [
      'the pulse’s own',
      'HR',
      { high: 112, extremeHigh: 115 },
      'The high limit 118 of PR is not below the extreme high limit 115.',
    ],
  ])('is refused where it crosses %s', (_what, group, asked, sentence) => {
    expect(setLimitsFault(inForce, group, asked, nowMs)).toBe(sentence);
  });

  it('is refused when it names no limit, so that the record shows no change that was not made', () => {
    expect(setLimitsFault(inForce, 'HR', {}, nowMs)).toBe('No limit of HR is named: nothing would change.');
  });

  it.each<[string, LimitGroup, LimitsAsked | null]>([
    ['bounds that are the ward’s', 'HR', { low: null, extremeHigh: null }],
    ['limits that are not switched off', 'HR', { off: null }],
    ['each, where the patient has none', 'SpO2', { low: null, high: null }],
  ])('is refused where it would take back %s, and says that nothing would change', (_what, group, asked) => {
    const sentence = `The patient has no such limit of ${group}: nothing would change.`;
    expect(setLimitsFault(inForce, group, asked, nowMs)).toBe(sentence);
  });

  it('is taken where it takes back one own limit beside others that are the ward’s, or switches on again', () => {
    expect(setLimitsFault(inForce, 'HR', { low: null, high: null }, nowMs)).toBeUndefined();
    const off = { reason: 'pacing', until: new Date(nowMs + 1_000).toISOString() };
    const isOff = newLimits('assoc-01', { HR: { own: { off }, off } }).groups;
    expect(setLimitsFault(isOff, 'HR', { off: null }, nowMs)).toBeUndefined();
  });

  it.each<[string, LimitGroup, LimitsAsked | null]>([
    ['within those in force', 'HR', { high: 115, extremeHigh: 130 }],
    ['that moves the extreme one, too', 'HR', { high: 150, extremeHigh: 160 }],
    ['that takes all own ones away', 'HR', null],
    ['that takes all away where there are none', 'SpO2', null],
    ['that switches them off for a while', 'HR', offUntil(limitsOffMsMax)],
  ])('is taken %s', (_what, group, asked) => {
    expect(setLimitsFault(inForce, group, asked, nowMs)).toBeUndefined();
  });

  it.each<[string, LimitsAsked]>([
    ['in the past', offUntil(0)],
    ['too far ahead', offUntil(limitsOffMsMax + 1)],
    ['no time', { off: { reason: 'pacing', until: 'tomorrow' } }],
  ])('cannot switch them off until %s', (_what, asked) => {
    expect(setLimitsFault(inForce, 'HR', asked, nowMs)).toMatch(/switched off/);
  });

  it('is refused where no limit judges: without a profile, or where the profile has them off', () => {
    expect(setLimitsFault([], 'HR', { high: 110 }, nowMs)).toContain('there is no profile');
    const off = newLimits('assoc-01', { EtCO2: { limits: {}, base: {}, off: { reason: 'not measured here' } } }).groups;
    expect(setLimitsFault(off, 'EtCO2', { high: 60 }, nowMs)).toContain('off by the profile: not measured here');
    expect(setLimitsFault(off, 'EtCO2', null, nowMs)).toBeUndefined();
  });
});
