import { describe, expect, it } from 'vitest';
import type { LimitsAsked, LimitsInForce } from '../../../contracts/messages/alarms.ts';
import { newLimits } from '../../../contracts/messages/limits.testing.ts';
import { limitGroups } from '../../../contracts/parameters.ts';
import { limitsInForce } from '../../../processors/alarms/core/in-force.ts';
import { adultProfile, type Profile } from '../../../processors/alarms/core/profile.ts';
import { initialState } from '../../../processors/alarms/core/state.ts';
import { env } from '../../../processors/bed.testing.ts';
import { codesOfGroup, limitsToCompare, readingsOf, type StoredValue, startReplay } from './what-if.ts';

const t0 = Date.parse('2026-03-01T10:00:00.000Z');
const hr = 'MDC_ECG_HEART_RATE';
const pulse = 'MDC_PULS_OXIM_PULS_RATE';
const association = 'association-1';

const stored = (s: number, value: number, more: Partial<StoredValue> = {}): StoredValue => ({
  timeMs: t0 + s * 1000,
  code: hr,
  value,
  questionable: false,
  ...more,
});

/** Returns one value for each second from `from` to `to`; `to` is excluded. */
const seconds = (from: number, to: number, value: number, more: Partial<StoredValue> = {}) =>
  Array.from({ length: to - from }, (_, n) => stored(from + n, value, more));

const judges = (published: LimitsInForce | undefined, group: 'HR' | 'EtCO2', entered?: LimitsAsked | null) =>
  limitsToCompare(published, group, entered, t0);

/** Returns the calls under the limits in force, and the calls under the entered limits. */
function callsOf(published: LimitsInForce, limits: LimitsAsked | null, values: readonly StoredValue[], endS: number) {
  const result = judges(published, 'HR', limits);
  if ('fault' in result) throw new Error(result.message);
  return [result.inForce, result.entered!].map((own) => {
    const replay = startReplay(result.profile, own, 'HR', 1_000);
    for (const reading of readingsOf(values)) replay.take(reading);
    replay.endAt(t0 + endS * 1000);
    return replay.counts();
  });
}

const noCalls = { high: 0, medium: 0, low: 0 };

describe('startReplay', () => {
  it('the alarms of entered limits use the delay, the off-delay and the hysteresis in force', () => {
    const values = [
      // 5 s beyond the limit are too short for the delay of 6 s.
      ...seconds(0, 60, 100),
      ...seconds(60, 65, 118),
      ...seconds(65, 100, 100),
      // 10 s beyond the limit call. 109 is inside the limit but within the hysteresis, so there is no second call.
      ...seconds(100, 110, 118),
      ...seconds(110, 130, 109),
      ...seconds(130, 140, 118),
      // 3 s inside the limit are too short for the off-delay of 5 s.
      ...seconds(140, 143, 100),
      ...seconds(143, 150, 118),
      // The alarm ends, and a new alarm calls.
      ...seconds(150, 200, 100),
      ...seconds(200, 210, 118),
    ];
    expect(callsOf(newLimits(association), { high: 110 }, values, 210)).toEqual([noCalls, { ...noCalls, medium: 2 }]);
  });

  it('alarms are counted by priority, and an extreme limit gives a separate alarm', () => {
    const values = [...seconds(0, 30, 100), ...seconds(30, 50, 130), ...seconds(50, 60, 150), ...seconds(60, 90, 0)];
    const [inForce, entered] = callsOf(newLimits(association), { high: 135, extremeHigh: 145 }, values, 90);
    expect([inForce, entered]).toEqual([
      { high: 2, medium: 1, low: 0 },
      { high: 2, medium: 0, low: 0 },
    ]);
  });

  it('entered limits of the heart rate also apply to the pulse; heart rate and pulse together give one alarm', () => {
    const bothSensors = seconds(0, 30, 118).flatMap((value) => [value, { ...value, code: pulse }]);
    const pulseAlone = seconds(100, 130, 118, { code: pulse });
    const inside = seconds(60, 100, 90);
    const values = [...bothSensors, ...inside, ...inside.map((value) => ({ ...value, code: pulse })), ...pulseAlone];
    expect(callsOf(newLimits(association), { high: 110 }, values, 130)[1]).toEqual({ ...noCalls, medium: 2 });
  });

  it('questionable values do not end an alarm, and time without values does not count for the delay', () => {
    const beyond = seconds(0, 10, 118);
    const questionable = seconds(10, 40, 90, { questionable: true });
    expect(
      callsOf(newLimits(association), { high: 110 }, [...beyond, ...questionable, ...seconds(40, 50, 118)], 60)[1],
    ).toEqual({ ...noCalls, medium: 1 });
    // Two values are beyond the limit, a minute apart. Neither lasts for the delay.
    expect(callsOf(newLimits(association), { high: 110 }, [stored(0, 118), stored(60, 118)], 70)[1]).toEqual(noCalls);
  });

  it('entered limits are merged with the patient’s own limits', () => {
    const published = newLimits(association, { HR: { own: { high: 110, low: 60 } } });
    const values = [...seconds(0, 30, 115), ...seconds(30, 60, 90), ...seconds(60, 90, 55)];
    expect(callsOf(published, { high: 118 }, values, 90)).toEqual([
      { ...noCalls, medium: 2 },
      { ...noCalls, medium: 1 },
    ]);
    expect(callsOf(published, { high: null }, values, 90)[1]).toEqual({ ...noCalls, medium: 1 });
    expect(callsOf(published, null, values, 90)[1]).toEqual(noCalls);
  });

  it('while limits are switched off, the extreme limits still raise alarms', () => {
    const off = { reason: 'pacing wires', until: new Date(t0 + 3_600_000).toISOString() };
    const published = newLimits(association, {
      HR: { own: { off }, off, limits: { extremeLow: 40, extremeHigh: 140 } },
      PR: { base: { extremeLow: 40, extremeHigh: 140 }, off },
    });
    const values = [...seconds(0, 30, 130), ...seconds(30, 60, 90), ...seconds(60, 90, 150)];
    expect(callsOf(published, { extremeHigh: 125 }, values, 90)).toEqual([
      { ...noCalls, high: 1 },
      { ...noCalls, high: 2 },
    ]);
  });
});

describe('the profile of a hospital', () => {
  const slow: Profile = {
    ...adultProfile,
    groups: {
      ...adultProfile.groups,
      HR: {
        priority: 'low',
        hysteresis: 2,
        offDelayMs: 5_000,
        high: { limit: 120, delay: { kind: 'fixed', ms: 20_000 } },
      },
      EtCO2: { off: 'not used here' },
    },
    source: { origin: 'hospital', version: '3' },
  };
  const state = {
    ...initialState(association),
    association: { category: 'adult', ward: null, endedAt: null } as const,
  };
  const published: LimitsInForce = {
    ...newLimits(association),
    ...limitsInForce({ ...env, profile: () => slow }, state),
  };

  it('a replay uses the published delays and priorities of the hospital’s profile', () => {
    const values = [...seconds(0, 15, 130), ...seconds(15, 60, 90), ...seconds(60, 85, 130)];
    expect(callsOf(published, { high: 125 }, values, 90)).toEqual([
      { ...noCalls, low: 1 },
      { ...noCalls, low: 1 },
    ]);
  });

  it('limitsToCompare returns the fault `unknown` if the rules of the profile were not published', () => {
    const { rules, ...without } = published;
    expect(rules).toEqual(slow.groups);
    expect(judges(without, 'HR', { high: 125 })).toMatchObject({ fault: 'unknown' });
  });

  it('limitsToCompare refuses limits of a group that the profile has switched off', () => {
    expect(judges(published, 'EtCO2', { high: 40 })).toEqual({
      fault: 'refused',
      message: 'The limits of EtCO2 are switched off by the profile: not used here.',
    });
  });
});

describe('limitsToCompare', () => {
  it.each<[string, LimitsInForce | undefined]>([
    ['before the alarm processor has published limits', undefined],
    ['if the category has no profile', { ...newLimits(association), profile: null, groups: [] }],
    [
      'if another release has other built-in limits',
      newLimits(association, { SpO2: { base: { low: 91, extremeLow: 85 } } }),
    ],
  ])('limitsToCompare returns the fault `unknown` %s', (_, published) => {
    expect(judges(published, 'HR')).toEqual({
      fault: 'unknown',
      message: 'The alarm processor has not yet published the limits of this patient. Try again in a few seconds.',
    });
  });

  it('limitsToCompare refuses limits that cross, and the refusal names both numbers', () => {
    expect(judges(newLimits(association), 'HR', { high: 150 })).toEqual({
      fault: 'refused',
      message: 'The high limit 150 of HR is not below the extreme high limit 140.',
    });
  });
});

describe('codesOfGroup and readingsOf', () => {
  it('codesOfGroup returns all codes that share a cause with the group', () => {
    expect(codesOfGroup('HR')).toEqual([hr, 'MDC_ECG_CARD_BEAT_RATE', pulse]);
    expect(codesOfGroup('PR')).toEqual(codesOfGroup('HR'));
    expect(codesOfGroup('BPsys')).toEqual(codesOfGroup('BPmean'));
    expect(codesOfGroup('BPsys')).toHaveLength(6);
    expect(codesOfGroup('SpO2')).toEqual(['MDC_PULS_OXIM_SAT_O2']);
    for (const group of limitGroups) expect(codesOfGroup(group).length).toBeGreaterThan(0);
  });

  it('readingsOf groups values of one time into one reading, oldest first', () => {
    const values = [stored(2, 81), stored(1, 80), stored(2, 82, { code: pulse })];
    expect(readingsOf(values)).toEqual([
      { timeMs: t0 + 1000, values: [values[1]] },
      { timeMs: t0 + 2000, values: [values[0], values[2]] },
    ]);
  });
});

describe('silentMs', () => {
  const silentMs = (values: readonly StoredValue[], endS: number) => {
    const replay = startReplay(adultProfile, {}, 'HR', 1_000);
    for (const reading of readingsOf(values)) replay.take(reading);
    replay.endAt(t0 + endS * 1000);
    return replay.silentMs();
  };

  it('the silent time begins when the engine reports missing values', () => {
    expect(silentMs(seconds(0, 60, 80), 60)).toBe(0);
    // The engine reports silence from 20 s after second 59 until second 600, and again from 20 s after second 659.
    expect(silentMs([...seconds(0, 60, 80), ...seconds(600, 660, 80)], 700)).toBe((600 - 79 + 700 - 679) * 1000);
  });

  it('the silent time does not grow while pulse values come', () => {
    expect(silentMs([...seconds(0, 60, 80), ...seconds(0, 600, 80, { code: pulse })], 600)).toBe(0);
  });
});
