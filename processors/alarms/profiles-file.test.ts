import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adultProfile } from './core/profile.ts';
import { profileOf } from './core/profile-table.ts';
import { followProfiles, readProfiles } from './profiles-file.ts';

const examples = join(import.meta.dirname, 'profiles');
const adult = JSON.parse(readFileSync(join(examples, 'adult.json'), 'utf8')).hospital.adult;

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-profiles-'));
  path = join(folder, 'profiles.json');
});
afterAll(() => rmSync(folder, { recursive: true }));

function profiles(content: unknown) {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return profileOf(readProfiles(path));
}

function refusal(content: unknown): string[] {
  try {
    profiles(content);
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.trim());
  }
  throw new Error('the file was taken');
}

/** The adult profile with groups changed; undefined takes one away. */
const changed = (groups: Record<string, unknown>) => ({ ...adult, groups: { ...adult.groups, ...groups } });
/** As a profile of children is. */
const { scores, ...unscored } = adult;
const hospital = (profile: unknown) => ({ version: '1', hospital: { adult: profile } });
const scored = (changes: object) => hospital({ ...adult, scores: { ...scores, ...changes } });
const calls = (changes: object) => scored({ calls: { ...scores.calls, ...changes } });
const hr = (changes: object) => hospital(changed({ HR: { ...adult.groups.HR, ...changes } }));

describe('limit profiles of a hospital', () => {
  it('without a file: adults, and devices without a patient as adults; no child as an adult', () => {
    const profile = profileOf(readProfiles(''));
    expect([profile('adult', 'ICU'), profile('unassigned', null)]).toEqual([adultProfile, adultProfile]);
    expect([profile('paediatric', 'ICU'), profile('neonatal', null)]).toEqual([undefined, undefined]);
  });

  it('without a word on scores: those that are built in, as files of before they could be set', () => {
    expect(profiles(hospital(unscored))('adult', null)?.scores).toEqual(adultProfile.scores);
  });

  it('by ward, then by hospital, each with its origin and version', () => {
    const profile = profiles({ version: '2026-12', hospital: { neonatal: unscored }, wards: { CCU: { adult } } });
    expect(profile('neonatal', 'CCU')?.source).toEqual({ origin: 'hospital', version: '2026-12' });
    expect(profile('adult', 'CCU')?.source).toEqual({ origin: 'ward', version: '2026-12' });
    expect(profile('adult', 'ICU')).toEqual(adultProfile);
    expect(profile('paediatric', 'CCU')).toBeUndefined();
    expect(profile('adult', 'constructor')).toEqual(adultProfile);
  });

  it.each(readdirSync(examples).filter((name) => name.endsWith('.json')))('the example %s is right', (name) => {
    expect(profileOf(readProfiles(join(examples, name)))('adult', null)?.source.origin).toBe('hospital');
  });

  it('the example of the operator’s page is right', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/operator.md'), 'utf8');
    const [, example = ''] = /## Limit profiles[\s\S]*?```json\n([\s\S]*?)```/.exec(page) ?? [];
    const rules = JSON.parse(example);
    expect(rules.low.delay.kind).toBe('tiered');
    expect(profiles(hospital(changed({ SpO2: rules })))('adult', null)?.groups.SpO2).toEqual(rules);
  });

  it('the example adult.json is the built-in profile', () => {
    expect({ ...adult, source: adultProfile.source }).toEqual(adultProfile);
  });

  it.each([
    [
      'a delay, a priority and times of one side',
      hr({ high: { ...adult.groups.HR.high, priority: 'low', realarmMs: 60_000 } }),
    ],
    ['an off group that is not vital', hospital(changed({ EtCO2: { off: 'not measured here' } }))],
    [
      'an off group whose extreme limits judge',
      hospital(changed({ HR: { off: 'telemetry has its own', extremeLow: 40, extremeHigh: 140 } })),
    ],
    ['a score that does not alarm, with a reason', calls({ qSOFA: { off: 'not used here' } })],
    ['a graver NEWS2', calls({ 'NEWS2.high': { from: 8, priority: 'high', delayMs: 0 } })],
    ['a hysteresis by which one value alone ends both', hr({ hysteresis: 35 })],
    ['no wards', { version: '1' }],
  ])('takes %s', (_what, content) => {
    expect(profiles(content)('adult', null)).toBeDefined();
  });
});

describe('a file that is refused', () => {
  const first = 'The file that VIGIL_LIMIT_PROFILES_FILE names is refused:';
  const sides = (delay: object) => ({ high: { ...adult.groups.HR.high, delay } });
  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /does not hold JSON/],
    ['no version', { hospital: { adult } }, /^\/: it must have required properties version/],
    ['another shape', { version: '1', wards: [] }, /^\/wards: it/],
    ['a ward that shows as another', { version: '1', wards: { 'ICU\u202e': {} } }, /^\/: a name/],
    ['an unknown category', { version: '1', hospital: { elderly: adult } }, /^\/hospital: it/],
    ['a profile of nothing', hospital(null), /^\/hospital\/adult: it/],
    ['an empty profile', hospital({}), /^\/hospital\/adult: it must have required properties/],
    ['an unknown group', hospital(changed({ Pulse: {} })), /Pulse: there is no such group of limits/],
    ['a group left out', hospital(changed({ SpO2: undefined })), /groups\/SpO2: it is missing/],
    ['an empty group', hospital(changed({ SpO2: {} })), /groups\/SpO2: it must have required properties/],
    ['a group that is nothing', hospital(changed({ SpO2: null })), /groups\/SpO2: it must be object/],
    ['a group that is a number', hospital(changed({ SpO2: 90 })), /groups\/SpO2: it must be object/],
    ['groups that are nothing', hospital({ ...adult, groups: null }), /^\/hospital\/adult\/groups: it must be object/],
    ['a side left out', hr({ high: undefined }), /groups\/HR\/high: it is missing/],
    ['an extreme limit left out', hr({ extremeHigh: undefined }), /groups\/HR\/extremeHigh: it is missing/],
    ['an off group without a reason', hospital(changed({ EtCO2: { off: ' ' } })), /groups\/EtCO2\/off: it/],
    [
      'extreme limits that are off',
      hospital(changed({ HR: { off: 'noise' } })),
      /extremeLow: it is missing. The extreme limits of HR cannot be off/,
    ],
    ['limits that cross', hr({ extremeHigh: 110 }), /high limit 120 of HR is not below the extreme high limit 110/],
    [
      'an extreme limit inside the plain one',
      hr({ extremeLow: 55 }),
      /extreme low limit 55 of HR is not below the low limit 50/,
    ],
    ['an extreme limit past its floor', hr({ extremeLow: 19 }), /19 of HR is below the least allowed, 20/],
    ['limits of no body', hr({ extremeHigh: 400 }), /400 of HR is outside what is measured, 0 to 350/],
    ['a hysteresis that no value clears', hr({ hysteresis: 40 }), /HR\/hysteresis: no value would end/],
    ['a delay past 30 s', hr(sides({ kind: 'fixed', ms: 30_001 })), /HR\/high\/delay\/ms: it/],
    ['a delay of no known kind', hr(sides({ kind: 'slow', ms: 1 })), /HR\/high\/delay\/kind: it/],
    [
      'an area without a cap',
      hr(sides({ kind: 'area', unitMs: 1000 })),
      /HR\/high\/delay: it must have required properties capMs/,
    ],
    [
      'steps that come later the further beyond',
      hr(sides({ kind: 'tiered', ms: 5_000, steps: [{ by: 2, ms: 6_000 }] })),
      /HR\/high\/delay\/steps: each step/,
    ],
    [
      'a re-alarm time that nobody offers',
      hospital({ ...adult, realarmMs: 240_000 }),
      /adult\/realarmMs: it must be equal to one of the allowed values: 60000, 120000/,
    ],
    [
      'scores of a child',
      { version: '1', hospital: { paediatric: adult } },
      /paediatric\/scores: scores are for adults alone/,
    ],
    ['scores of nothing', hospital({ ...adult, scores: null }), /adult\/scores: it/],
    ['scores without times', hospital({ ...adult, scores: { calls: scores.calls } }), /adult\/scores: it must have/],
    ['a score left out', calls({ qSOFA: undefined }), /calls\/qSOFA: it is missing. Say when/],
    ['an unknown score', calls({ MEWS: scores.calls.qSOFA }), /calls\/MEWS: there is no such score/],
    ['an off score without a reason', calls({ qSOFA: { off: ' ' } }), /calls\/qSOFA\/off: it/],
    [
      'a NEWS2 that is never reached',
      calls({ 'NEWS2.high': { ...scores.calls['NEWS2.high'], from: 21 } }),
      /high\/from: it must be <= 20/,
    ],
    ['half a point', calls({ qSOFA: { ...scores.calls.qSOFA, from: 1.5 } }), /qSOFA\/from: it must be integer/],
    [
      'a red parameter of two points',
      calls({ 'NEWS2.low-medium': { ...scores.calls.qSOFA, from: 2 } }),
      /low-medium\/from: it must be >= 3/,
    ],
    [
      'a score without what it alarms from',
      calls({ 'shock-index': { priority: 'low', delayMs: 0 } }),
      /shock-index: it/,
    ],
    [
      'an index of three digits',
      calls({ 'shock-index': { ...scores.calls['shock-index'], from: 0.905 } }),
      /shock-index\/from: it must have two digits/,
    ],
    ['a priority that is none', calls({ qSOFA: { ...scores.calls.qSOFA, priority: 'none' } }), /qSOFA\/priority: it/],
    [
      'steps of NEWS2 the wrong way',
      calls({ 'NEWS2.medium': { ...scores.calls['NEWS2.medium'], from: 7 } }),
      /medium\/from: 7 is not below 7/,
    ],
    [
      'what a nurse entered counting for a day',
      scored({ ages: { ...scores.ages, enteredMs: 86_400_000 } }),
      /ages\/enteredMs: it must be <= 43200000/,
    ],
    [
      'a score delayed for an hour',
      calls({ qSOFA: { ...scores.calls.qSOFA, delayMs: 3_600_000 } }),
      /qSOFA\/delayMs: it/,
    ],
    [
      'no escalation of high alarms',
      hospital({ ...adult, escalationMs: { medium: 60_000 } }),
      /escalationMs: it must have required properties high/,
    ],
  ])('names %s', (_what, content, fault) => {
    const [head, ...faults] = refusal(content);
    expect(head).toBe(first);
    expect(
      faults.filter((line) => fault.test(line)),
      faults.join('\n'),
    ).toHaveLength(1);
  });

  it('names every fault, not the first alone', () => {
    const faulty = { ...changed({ SpO2: {}, RR: undefined, EtCO2: { off: '' } }), realarmMs: 1 };
    const faults = refusal({
      version: '1',
      hospital: { adult: faulty },
      wards: { CCU: { neonatal: hr({ extremeLow: 1 }).hospital.adult } },
    });
    for (const place of ['/realarmMs', 'groups/SpO2', 'groups/RR', 'groups/EtCO2/off', '/wards/CCU/neonatal/groups/HR'])
      expect(
        faults.filter((line) => line.includes(place)),
        place,
      ).not.toHaveLength(0);
  });
});

describe('a file that changes while the processor runs', () => {
  const log = pino({ level: 'silent' });
  it('is taken at once; a faulty one is refused and the former one judges', async () => {
    cpSync(join(examples, 'adult.json'), path);
    const changes: number[] = [];
    const followed = followProfiles(path, log, () => changes.push(followed.taken()), 5);
    const version = () => followed.current().hospital.adult?.source.version;
    expect([version(), followed.isRefused()]).toEqual(['adult default 1', false]);
    writeFileSync(path, JSON.stringify({ version: 'faulty', hospital: { adult: {} } }));
    await expect.poll(() => followed.isRefused()).toBe(true);
    expect([version(), changes]).toEqual(['adult default 1', []]);
    writeFileSync(path, JSON.stringify({ version: 'second', hospital: { adult } }));
    await expect.poll(version).toBe('second');
    expect([followed.isRefused(), changes]).toEqual([false, [1]]);
    followed.close();
  });
});
