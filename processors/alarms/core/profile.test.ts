import { describe, expect, it } from 'vitest';
import { env, nurse, reading, t0 } from '../../bed.testing.ts';
import type { Environment } from './engine.ts';
import { step } from './engine.ts';
import type { Input } from './inputs.ts';
import { adultProfile, type GroupRules, type Profile, timesOf } from './profile.ts';
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

describe('a patient of whom nothing is known', () => {
  it('is told that no limits judge, once something is measured', () => {
    const { state, events } = step(env, initialState('association-1'), reading(5, { HR: 130 }), t0 + 5_020);
    expect(events.map(({ alarm }) => alarm.text)).toEqual(['No limits: patient category not known']);
    expect(noProfileConditions(state, false)).toMatchObject([{ onset: t0 + 5_000, priority: 'medium' }]);
    expect(noProfileConditions(state, true)).toEqual([]);
    expect(noProfileConditions(initialState('association-1'), false)).toEqual([]);
  });
});

describe('whose profile judges', () => {
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
  ] as const)('the ward’s, else the hospital’s: %s, %s', (category, ward, source) => {
    expect(profileOf(table)(category, ward)?.source).toEqual(source);
  });
});

describe('the times of a profile', () => {
  it.each([
    ['HR.high', 60_000, { low: 20_000 }],
    ['HR.extreme-high', 60_000, { low: 20_000 }],
    ['HR.low', 300_000, adultProfile.escalationMs],
    ['RR.high', 180_000, adultProfile.escalationMs],
    ['asystole', 180_000, adultProfile.escalationMs],
    ['constructor', 180_000, adultProfile.escalationMs],
    ['MDC_EVT_LEADS_OFF', 180_000, adultProfile.escalationMs],
  ])('are of the side, else of the group, else its own: %s', (condition, realarmMs, escalationMs) => {
    expect(timesOf(sided, { condition })).toMatchObject({ realarmMs, escalationMs });
  });

  it('are those that an alarm lives by, with delay, hysteresis and priority of its side', () => {
    const of: Environment = { ...env, profile: () => sided };
    let state = initialState('association-1');
    const told: [string, string, string][] = [];
    const feed = (input: Input, now: number) => {
      const result = step(of, state, input, now);
      state = result.state;
      for (const { type, alarm } of result.events)
        if (alarm.condition === 'HR.high') told.push([type, alarm.priority, String(alarm.escalation)]);
    };
    const run = (from: number, to: number, HR: number) => {
      for (let s = from; s <= to; s++) feed(reading(s, { HR }), t0 + s * 1000);
    };
    feed({ type: 'association', category: 'adult', ward: null, endedAt: null }, t0);
    run(0, 2, 125);
    expect(told).toEqual([['raised', 'low', '0']]);
    run(3, 22, 125);
    expect(told.at(-1)).toEqual(['escalated', 'low', '1']);
    const { alarmId } = state.book.live['HR.high']!.alarm;
    const at = new Date(t0 + 22_500).toISOString();
    const ask = { type: 'acknowledge', commandId: 'command-1', associationId: 'association-1', at, by: nurse } as const;
    feed({ type: 'command', command: { ...ask, alarmId } }, t0 + 22_500);
    run(23, 82, 125);
    expect(told.map(([type]) => type)).not.toContain('realarmed');
    run(83, 83, 125);
    expect(told.map(([type]) => type)).toContain('realarmed');
    run(84, 90, 115);
    expect(told.at(-1)?.[0]).toBe('realarmed');
    run(91, 92, 110);
    expect(told.at(-1)?.[0]).toBe('cleared');
  });
});
