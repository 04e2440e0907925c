/** Whose limits judge a patient, and what is published if a profile has changed or has a group off. */
import { describe, expect, it } from 'vitest';
import { bed, env, nurse, t0 } from '../../bed.testing.ts';
import { crossingConditions } from './crossing.ts';
import { limitsInForce } from './in-force.ts';
import { rulesOfGroup } from './judging.ts';
import { adultProfile, type GroupRules, type Profile, profileOfLimits } from './profile.ts';

const { HR, PR } = adultProfile.groups as { readonly [group in 'HR' | 'PR']: GroupRules };
const withGroups = (groups: Partial<Profile['groups']>): Profile => ({
  ...adultProfile,
  groups: { ...adultProfile.groups, ...groups },
});

describe('a pulse is judged', () => {
  it('by the limits of the heart rate, after the delays of the pleth, which is weak for a moment when a hand moves', () => {
    expect(PR.low?.delay).not.toEqual(HR.low?.delay);
    expect(rulesOfGroup(adultProfile, {}, 'PR')).toEqual({
      ...HR,
      low: { ...HR.low, delay: PR.low?.delay },
      high: { ...HR.high, delay: PR.high?.delay },
    });
    const slower: GroupRules = { ...PR, high: { limit: 200, delay: { kind: 'fixed', ms: 12_000 } } };
    expect(rulesOfGroup(withGroups({ PR: slower }), {}, 'PR')?.high).toEqual({
      ...HR.high,
      delay: { kind: 'fixed', ms: 12_000 },
    });
  });

  it('after the delays of the heart rate if its own group has no such limit, or is off', () => {
    const { low: _low, high: _high, ...extremes } = PR;
    expect(rulesOfGroup(withGroups({ PR: extremes }), {}, 'PR')).toEqual(HR);
    expect(rulesOfGroup(withGroups({ PR: { off: 'no pleth here' } }), {}, 'PR')).toEqual(HR);
  });

  it('only on the sides on which the heart rate has a limit', () => {
    const { low: _low, ...above } = HR;
    expect(rulesOfGroup(withGroups({ HR: above }), {}, 'PR')).not.toHaveProperty('low');
    const { high: _high, ...below } = HR;
    expect(rulesOfGroup(withGroups({ HR: below }), {}, 'PR')).not.toHaveProperty('high');
  });

  it('under the patient’s own limits of the heart rate, and its own over these', () => {
    expect(rulesOfGroup(adultProfile, { HR: { high: 130 } }, 'PR')?.high?.limit).toBe(130);
    expect(rulesOfGroup(adultProfile, { HR: { high: 130 }, PR: { high: 125 } }, 'PR')?.high?.limit).toBe(125);
    expect(rulesOfGroup(adultProfile, { PR: { high: 125 } }, 'HR')?.high?.limit).toBe(HR.high?.limit);
  });
});

describe('a group that the profile has off', () => {
  it('is reported off with its reason, the heart rate’s also for the pulse; no other group is', () => {
    const profile = withGroups({ HR: { off: 'ECG not used', extremeLow: 40, extremeHigh: 140 } });
    const { groups } = limitsInForce({ ...env, profile: () => profile }, bed().state());
    const off = groups.flatMap(({ group, off: told }) => (told ? [[group, told]] : []));
    expect(off).toEqual([
      ['HR', { reason: 'ECG not used' }],
      ['PR', { reason: 'ECG not used' }],
    ]);
  });
});

describe('own limits that no longer fit a profile', () => {
  const changed = { by: nurse, at: new Date(t0).toISOString() };
  const state = { ...bed().state(), overrides: { HR: { high: 130 } }, setBy: { HR: changed } };
  const lower = profileOfLimits({ HR: { low: 50, high: 100, extremeLow: 40, extremeHigh: 125 } });

  it('have one medium alarm, whose onset is the time of the limits', () => {
    expect(crossingConditions({ ...env, profile: () => lower }, state)).toEqual([
      {
        ...{ key: 'limits-cross-HR', name: 'limits-cross-HR', chain: 'limits-cross-HR', kind: 'technical' },
        text: 'Own limits: The high limit 130 of HR is not below the extreme high limit 125.',
        ...{ priority: 'medium', rank: 0, onset: t0, determined: t0, valueAt: t0, excess: 0 },
        ...{ late: false, outOfOrder: false },
      },
    ]);
  });

  it('have no alarm if they fit, or if nobody set any', () => {
    expect(crossingConditions(env, state)).toEqual([]);
    expect(crossingConditions({ ...env, profile: () => lower }, bed().state())).toEqual([]);
    expect(crossingConditions({ ...env, profile: () => undefined }, state)).toEqual([]);
  });
});
