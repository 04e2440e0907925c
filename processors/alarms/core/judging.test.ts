/** Tests of the limits that judge a patient, and of the limits that are published. */
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

describe('rulesOfGroup for the pulse', () => {
  it('the pulse has the limits of the heart rate, with the delays of the pulse', () => {
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

  it('the pulse also has the delays of the heart rate if its own group has no low and no high limit, or is off', () => {
    const { low: _low, high: _high, ...extremes } = PR;
    expect(rulesOfGroup(withGroups({ PR: extremes }), {}, 'PR')).toEqual(HR);
    expect(rulesOfGroup(withGroups({ PR: { off: 'no pleth here' } }), {}, 'PR')).toEqual(HR);
  });

  it('the pulse has a low or high limit only if the heart rate has this limit', () => {
    const { low: _low, ...above } = HR;
    expect(rulesOfGroup(withGroups({ HR: above }), {}, 'PR')).not.toHaveProperty('low');
    const { high: _high, ...below } = HR;
    expect(rulesOfGroup(withGroups({ HR: below }), {}, 'PR')).not.toHaveProperty('high');
  });

  it('the patient’s own limits of the heart rate judge the pulse, unless the pulse has own limits', () => {
    expect(rulesOfGroup(adultProfile, { HR: { high: 130 } }, 'PR')?.high?.limit).toBe(130);
    expect(rulesOfGroup(adultProfile, { HR: { high: 130 }, PR: { high: 125 } }, 'PR')?.high?.limit).toBe(125);
    expect(rulesOfGroup(adultProfile, { PR: { high: 125 } }, 'HR')?.high?.limit).toBe(HR.high?.limit);
  });
});

describe('limitsInForce for a group that is off', () => {
  it('a group that is off is reported with its reason; if the heart rate is off, the pulse is reported with the same reason', () => {
    const profile = withGroups({ HR: { off: 'ECG not used', extremeLow: 40, extremeHigh: 140 } });
    const { groups } = limitsInForce({ ...env, profile: () => profile }, bed().state());
    const off = groups.flatMap(({ group, off: reported }) => (reported ? [[group, reported]] : []));
    expect(off).toEqual([
      ['HR', { reason: 'ECG not used' }],
      ['PR', { reason: 'ECG not used' }],
    ]);
  });

  it('if the heart rate is off, the patient’s own limits of the pulse are judged, and the pulse is not reported as off', () => {
    const off = { reason: 'shivering', until: new Date(t0 + 3_600_000).toISOString() };
    const pulseWith = (own: { low?: number; delayMs?: number }) =>
      limitsInForce(env, { ...bed().state(), overrides: { HR: { off }, PR: own } }).groups.find(
        ({ group }) => group === 'PR',
      );
    expect(pulseWith({ low: 55 })).toMatchObject({ limits: { low: 55 } });
    expect(pulseWith({ low: 55 })).not.toHaveProperty('off');
    expect(pulseWith({ delayMs: 10_000 })).toMatchObject({ off });
  });
});

describe('crossingConditions', () => {
  const changed = { by: nurse, at: new Date(t0).toISOString() };
  const state = { ...bed().state(), overrides: { HR: { high: 130 } }, setBy: { HR: changed } };
  const lower = profileOfLimits({ HR: { low: 50, high: 100, extremeLow: 40, extremeHigh: 125 } });

  it('own limits that no longer fit the profile raise one medium alarm; its onset is the time at which these limits were set', () => {
    expect(crossingConditions({ ...env, profile: () => lower }, state)).toEqual([
      {
        ...{ key: 'limits-cross-HR', name: 'limits-cross-HR', chain: 'limits-cross-HR', kind: 'technical' },
        text: 'Own limits: The high limit 130 of HR is not below the extreme high limit 125.',
        ...{ priority: 'medium', rank: 0, onset: t0, determined: t0, valueAt: t0, excess: 0 },
        ...{ late: false, outOfOrder: false },
      },
    ]);
  });

  it('no alarm is raised if the own limits fit the profile or if the patient has no own limits', () => {
    expect(crossingConditions(env, state)).toEqual([]);
    expect(crossingConditions({ ...env, profile: () => lower }, bed().state())).toEqual([]);
    expect(crossingConditions({ ...env, profile: () => undefined }, state)).toEqual([]);
  });
});
