import { describe, expect, it } from 'vitest';
import { bed, env, nurse, reading, t0 } from '../../bed.testing.ts';
import { step } from './engine.ts';
import type { Environment } from './environment.ts';
import type { Input } from './inputs.ts';
import { adultProfile, type GroupRules, type Profile, profileOfLimits, rulesOfPatient, timesOf } from './profile.ts';
import { noProfileConditions } from './profile-missing.ts';
import { profileOf, tableOf } from './profile-table.ts';
import { initialState } from './state.ts';

const hr = adultProfile.groups.HR as GroupRules;
const sided: Profile = {
  ...adultProfile,
  groups: {
    ...adultProfile.groups,
    HR: {
      ...hr,
      realarmMs: 300_000,
      high: {
        limit: 120,
        delay: { kind: 'fixed', ms: 2_000 },
        priority: 'low',
        hysteresis: 10,
        offDelayMs: 1_000,
        realarmMs: 60_000,
        escalationMs: { low: 20_000 },
      },
    },
  },
};

describe('noProfileConditions', () => {
  it('a patient whose category is not known has an alarm about missing limits as soon as a value comes', () => {
    const { state, events } = step(env, initialState('association-1'), reading(5, { HR: 130 }), t0 + 5_020);
    expect(events.map(({ alarm }) => alarm.text)).toEqual(['No limits: patient category not known']);
    expect(noProfileConditions(state, false)).toMatchObject([{ onset: t0 + 5_000, priority: 'medium' }]);
    expect(noProfileConditions(state, true)).toEqual([]);
    expect(noProfileConditions(initialState('association-1'), false)).toEqual([]);
  });

  it('the alarm about missing limits names the category and begins with the first value', () => {
    const neonate = bed('neonatal');
    neonate.feedEachSecond(0, 4, { HR: 150 });
    neonate.feedEachSecond(5, 9, { HR: 150, SpO2: 97 });
    expect(noProfileConditions(neonate.state(), false)).toEqual([
      {
        ...{
          key: 'no-profile',
          name: 'no-profile',
          chain: 'no-profile',
          kind: 'technical',
          priority: 'medium',
          rank: 0,
        },
        text: 'No limits for neonatal patients here',
        ...{ onset: t0, determined: t0, valueAt: t0, excess: 0, late: false, outOfOrder: false },
      },
    ]);
    expect(Object.values(neonate.liveAlarms()).map(({ text, late }) => [text, late])).toEqual([
      ['No limits for neonatal patients here', false],
    ]);
  });
});

it('an initial state contains no measurements, limits or commands', () => {
  const { arrivals, overrides, seen, commandIds, limits, notices } = initialState('association-1');
  expect(arrivals.codes).toEqual({});
  expect([seen, commandIds]).toEqual([[], []]);
  expect([overrides, limits, notices]).toEqual([{}, {}, {}]);
});

describe('profileOfLimits', () => {
  const seconds = (s: number) => ({ kind: 'fixed', ms: s * 1000 });

  it('a profile of limits has the default delays, priority and hysteresis, and only the given limits', () => {
    const { groups, ...rest } = profileOfLimits({ SpO2: { low: 90, extremeLow: 85 }, BPsys: { low: 90, high: 160 } });
    const offDelayMs = 5_000;
    expect(groups.SpO2).toEqual({
      ...{ priority: 'medium', hysteresis: 1, offDelayMs, low: { limit: 90, delay: seconds(10) }, extremeLow: 85 },
    });
    expect(groups.BPsys).toEqual({
      ...{ priority: 'medium', hysteresis: 2, offDelayMs },
      ...{ low: { limit: 90, delay: seconds(4) }, high: { limit: 160, delay: seconds(10) } },
    });
    expect(groups.HR).toEqual({ off: 'no limits were given' });
    const { EtCO2 } = profileOfLimits({ EtCO2: { high: 50 } }).groups;
    expect(EtCO2).toEqual({
      ...{ priority: 'medium', hysteresis: 1, offDelayMs, high: { limit: 50, delay: seconds(6) } },
    });
    expect(rest).toMatchObject({ realarmMs: 180_000, escalationMs: { high: 60_000, medium: 180_000 } });
    expect(rest.source).toEqual({ origin: 'built-in', version: '1' });
  });

  it('a profile of limits has the given delay on both sides, and both extreme limits', () => {
    const { groups } = profileOfLimits({
      Temp: { low: 35, high: 39, extremeLow: 32, extremeHigh: 41, delayMs: 1_500 },
    });
    expect(groups.Temp).toEqual({
      ...{ priority: 'low', hysteresis: 0.1, offDelayMs: 5_000, extremeLow: 32, extremeHigh: 41 },
      ...{ low: { limit: 35, delay: seconds(1.5) }, high: { limit: 39, delay: seconds(1.5) } },
    });
  });
});

describe('rulesOfPatient with extreme limits', () => {
  const rules: GroupRules = { priority: 'medium', hysteresis: 2, offDelayMs: 5_000, extremeLow: 40, extremeHigh: 140 };

  it('a patient’s own extreme limit replaces the extreme limit of the profile', () => {
    expect(rulesOfPatient(rules, { extremeHigh: 150 })).toEqual({ ...rules, extremeHigh: 150 });
    expect(rulesOfPatient(rules, { extremeLow: 35 })).toEqual({ ...rules, extremeLow: 35 });
  });

  it('a patient’s own extreme limit judges even if the profile has none', () => {
    const { extremeLow: _low, extremeHigh: _high, ...plain } = rules;
    expect(rulesOfPatient(plain, { extremeHigh: 150 })).toEqual({ ...plain, extremeHigh: 150 });
    expect(rulesOfPatient(plain, { delayMs: 3_000 })).toEqual(plain);
    expect(rulesOfPatient({ off: 'not measured', extremeLow: 40, extremeHigh: 140 }, undefined)).toEqual({
      ...rules,
      hysteresis: 0,
    });
  });
});

describe('profileOf', () => {
  const { source: _source, ...own } = adultProfile;
  const table = tableOf('7', { adult: own }, { ICU: { paediatric: own }, null: { adult: own } });

  it.each([
    ['adult', 'ICU', { origin: 'hospital', version: '7' }],
    ['paediatric', 'ICU', { origin: 'ward', version: '7' }],
    ['paediatric', 'ER', undefined],
    ['adult', null, { origin: 'hospital', version: '7' }],
    ['adult', 'null', { origin: 'ward', version: '7' }],
    ['adult', 'constructor', { origin: 'hospital', version: '7' }],
    ['unassigned', 'ICU', { origin: 'built-in', version: '1' }],
  ] as const)(
    'the profile of the ward is used before the profile of the hospital: %s, %s',
    (category, ward, source) => {
      expect(profileOf(table)(category, ward)?.source).toEqual(source);
    },
  );
});

describe('timesOf', () => {
  it.each([
    ['HR.high', 60_000, { low: 20_000 }],
    ['HR.extreme-high', 60_000, { low: 20_000 }],
    ['HR.low', 300_000, adultProfile.escalationMs],
    ['RR.high', 180_000, adultProfile.escalationMs],
    ['asystole', 180_000, adultProfile.escalationMs],
    ['constructor', 180_000, adultProfile.escalationMs],
    ['MDC_EVT_LEADS_OFF', 180_000, adultProfile.escalationMs],
  ])(
    'the times of the limit replace the times of the group, and the times of the group replace the times of the profile: %s',
    (condition, realarmMs, escalationMs) => {
      expect(timesOf(sided, { condition })).toMatchObject({ realarmMs, escalationMs });
    },
  );

  it('the times of the profile apply to alarms of the device and to groups that are off', () => {
    expect(timesOf(sided, { condition: 'HR.high', origin: 'device' })).toBe(sided);
    const off = { ...sided, groups: { ...sided.groups, HR: { off: 'not measured', extremeHigh: 140 } } };
    expect(timesOf(off, { condition: 'HR.extreme-high' })).toBe(off);
    const { groups: _none, ...times } = sided;
    expect(timesOf(times, { condition: 'HR.high' })).toBe(times);
    expect(timesOf(sided, { condition: 'HR' })).toMatchObject({ realarmMs: 60_000 });
  });

  it('the times of the low limit also apply to the extreme low limit', () => {
    const low = { ...hr.low!, realarmMs: 30_000, escalationMs: { high: 15_000 } };
    const profileWithLowTimes = {
      ...sided,
      groups: { ...sided.groups, HR: { ...(sided.groups.HR as GroupRules), low } },
    };
    for (const condition of ['HR.low', 'HR.extreme-low'])
      expect(timesOf(profileWithLowTimes, { condition })).toEqual({
        realarmMs: 30_000,
        escalationMs: { high: 15_000 },
      });
    const group = { ...hr, escalationMs: { medium: 90_000 } };
    const ofGroup = { ...sided, groups: { ...sided.groups, HR: group } };
    expect(timesOf(ofGroup, { condition: 'HR.low' })).toEqual({ realarmMs: 180_000, escalationMs: { medium: 90_000 } });
  });

  it('an alarm has the times, delay, hysteresis and priority of its limit', () => {
    const environment: Environment = { ...env, profile: () => sided };
    let state = initialState('association-1');
    const eventTexts: [string, string, string][] = [];
    const feed = (input: Input, now: number) => {
      const result = step(environment, state, input, now);
      state = result.state;
      for (const { type, alarm } of result.events)
        if (alarm.condition === 'HR.high') eventTexts.push([type, alarm.priority, String(alarm.escalation)]);
    };
    const run = (from: number, to: number, HR: number) => {
      for (let s = from; s <= to; s++) feed(reading(s, { HR }), t0 + s * 1000);
    };
    feed({ type: 'association', category: 'adult', ward: null, endedAt: null }, t0);
    run(0, 2, 125);
    expect(eventTexts).toEqual([['raised', 'low', '0']]);
    run(3, 22, 125);
    expect(eventTexts.at(-1)).toEqual(['escalated', 'low', '1']);
    const { alarmId } = state.book.live['HR.high']!.alarm;
    const at = new Date(t0 + 22_500).toISOString();
    const ask = { type: 'acknowledge', commandId: 'command-1', associationId: 'association-1', at, by: nurse } as const;
    feed({ type: 'command', command: { ...ask, alarmId } }, t0 + 22_500);
    run(23, 82, 125);
    expect(eventTexts.map(([type]) => type)).not.toContain('realarmed');
    run(83, 83, 125);
    expect(eventTexts.map(([type]) => type)).toContain('realarmed');
    run(84, 90, 115);
    expect(eventTexts.at(-1)?.[0]).toBe('realarmed');
    run(91, 92, 110);
    expect(eventTexts.at(-1)?.[0]).toBe('cleared');
  });
});
