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
  throw new Error('the file was accepted');
}

/** Returns the adult profile with changed groups. A group that is undefined is removed. */
const adultWithGroups = (groups: Record<string, unknown>) => ({ ...adult, groups: { ...adult.groups, ...groups } });
/** `unscored`: the adult profile without scores. This profile is valid for children too. */
const { scores, ...unscored } = adult;
const fileWithAdult = (profile: unknown) => ({ version: '1', hospital: { adult: profile } });
const fileWithScores = (changes: object) => fileWithAdult({ ...adult, scores: { ...scores, ...changes } });
const fileWithScoreCalls = (changes: object) => fileWithScores({ calls: { ...scores.calls, ...changes } });
const fileWithHeartRate = (changes: object) =>
  fileWithAdult(adultWithGroups({ HR: { ...adult.groups.HR, ...changes } }));

describe('readProfiles', () => {
  it('without a file, adults and devices without a patient have the adult profile, and children have no profile', () => {
    const profile = profileOf(readProfiles(''));
    expect([profile('adult', 'ICU'), profile('unassigned', null)]).toEqual([adultProfile, adultProfile]);
    expect([profile('paediatric', 'ICU'), profile('neonatal', null)]).toEqual([undefined, undefined]);
  });

  it('a profile without scores has the built-in scores, because older files have no scores', () => {
    expect(profiles(fileWithAdult(unscored))('adult', null)?.scores).toEqual(adultProfile.scores);
  });

  it('a patient has the profile of the ward, or else of the hospital, with its origin and version', () => {
    const profile = profiles({ version: '2026-12', hospital: { neonatal: unscored }, wards: { CCU: { adult } } });
    expect(profile('neonatal', 'CCU')?.source).toEqual({ origin: 'hospital', version: '2026-12' });
    expect(profile('adult', 'CCU')?.source).toEqual({ origin: 'ward', version: '2026-12' });
    expect(profile('adult', 'ICU')).toEqual(adultProfile);
    expect(profile('paediatric', 'CCU')).toBeUndefined();
    expect(profile('adult', 'constructor')).toEqual(adultProfile);
  });

  it.each(readdirSync(examples).filter((name) => name.endsWith('.json')))('the example %s is valid', (name) => {
    expect(profileOf(readProfiles(join(examples, name)))('adult', null)?.source.origin).toBe('hospital');
  });

  it('the example of the operator’s page is valid', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/operator.md'), 'utf8');
    const [, example = ''] = /## Limit profiles[\s\S]*?```json\n([\s\S]*?)```/.exec(page) ?? [];
    const rules = JSON.parse(example);
    expect(rules.low.delay.kind).toBe('tiered');
    expect(profiles(fileWithAdult(adultWithGroups({ SpO2: rules })))('adult', null)?.groups.SpO2).toEqual(rules);
  });

  it('the example adult.json is the built-in profile', () => {
    expect({ ...adult, source: adultProfile.source }).toEqual(adultProfile);
  });

  it.each([
    [
      'its own delay, priority and re-alarm time for one side',
      fileWithHeartRate({ high: { ...adult.groups.HR.high, priority: 'low', realarmMs: 60_000 } }),
    ],
    ['a group that is off and not vital', fileWithAdult(adultWithGroups({ EtCO2: { off: 'not measured here' } }))],
    [
      'a group that is off and has extreme limits',
      fileWithAdult(adultWithGroups({ HR: { off: 'telemetry has its own', extremeLow: 40, extremeHigh: 140 } })),
    ],
    ['a score that does not alarm, with a reason', fileWithScoreCalls({ qSOFA: { off: 'not used here' } })],
    [
      'a NEWS2 alarm with a higher priority',
      fileWithScoreCalls({ 'NEWS2.high': { from: 8, priority: 'high', delayMs: 0 } }),
    ],
    ['a hysteresis that leaves one value at which alarms end', fileWithHeartRate({ hysteresis: 35 })],
    ['no profiles', { version: '1' }],
  ])('readProfiles accepts a file with %s', (_what, content) => {
    expect(profiles(content)('adult', null)).toBeDefined();
  });
});

describe('a refused file', () => {
  const firstLine = 'The file that VIGIL_LIMIT_PROFILES_FILE names is refused:';
  const highLimitWithDelay = (delay: object) => ({ high: { ...adult.groups.HR.high, delay } });
  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /the file cannot be read, or is not JSON/],
    ['no version', { hospital: { adult } }, /^\/: it must have required properties version/],
    ['wards in an array', { version: '1', wards: [] }, /^\/wards: it/],
    [
      'a ward name that the screen would show as another name',
      { version: '1', wards: { 'ICU\u202e': {} } },
      /^\/: a name/,
    ],
    ['an unknown category', { version: '1', hospital: { elderly: adult } }, /^\/hospital: it/],
    ['a profile that is null', fileWithAdult(null), /^\/hospital\/adult: it/],
    ['an empty profile', fileWithAdult({}), /^\/hospital\/adult: it must have required properties/],
    ['an unknown group', fileWithAdult(adultWithGroups({ Pulse: {} })), /Pulse: no group of limits has this name/],
    ['a missing group', fileWithAdult(adultWithGroups({ SpO2: undefined })), /groups\/SpO2: this group is missing/],
    ['an empty group', fileWithAdult(adultWithGroups({ SpO2: {} })), /groups\/SpO2: it must have required properties/],
    ['a group that is null', fileWithAdult(adultWithGroups({ SpO2: null })), /groups\/SpO2: it must be object/],
    ['a group that is a number', fileWithAdult(adultWithGroups({ SpO2: 90 })), /groups\/SpO2: it must be object/],
    [
      'groups that are null',
      fileWithAdult({ ...adult, groups: null }),
      /^\/hospital\/adult\/groups: it must be object/,
    ],
    ['a missing side', fileWithHeartRate({ high: undefined }), /groups\/HR\/high: this limit is missing/],
    [
      'a missing extreme limit',
      fileWithHeartRate({ extremeHigh: undefined }),
      /groups\/HR\/extremeHigh: this limit is missing/,
    ],
    [
      'a group that is off without a reason',
      fileWithAdult(adultWithGroups({ EtCO2: { off: ' ' } })),
      /groups\/EtCO2\/off: it/,
    ],
    [
      'extreme limits that are off',
      fileWithAdult(adultWithGroups({ HR: { off: 'noise' } })),
      /extremeLow: this limit is missing. The extreme limits of HR cannot be off/,
    ],
    [
      'limits that cross',
      fileWithHeartRate({ extremeHigh: 110 }),
      /high limit 120 of HR is not below the extreme high limit 110/,
    ],
    [
      'an extreme limit inside the plain one',
      fileWithHeartRate({ extremeLow: 55 }),
      /extreme low limit 55 of HR is not below the low limit 50/,
    ],
    [
      'an extreme limit below the least allowed',
      fileWithHeartRate({ extremeLow: 19 }),
      /19 of HR is below the lowest allowed value, 20/,
    ],
    [
      'a limit outside the measuring range',
      fileWithHeartRate({ extremeHigh: 400 }),
      /400 of HR is outside the measuring range, 0 to 350/,
    ],
    [
      'a hysteresis with which no value ends an alarm',
      fileWithHeartRate({ hysteresis: 40 }),
      /HR\/hysteresis: no value could end/,
    ],
    [
      'a delay of more than 30 s',
      fileWithHeartRate(highLimitWithDelay({ kind: 'fixed', ms: 30_001 })),
      /HR\/high\/delay\/ms: it/,
    ],
    [
      'a delay of an unknown kind',
      fileWithHeartRate(highLimitWithDelay({ kind: 'slow', ms: 1 })),
      /HR\/high\/delay\/kind: it/,
    ],
    [
      'an area without a cap',
      fileWithHeartRate(highLimitWithDelay({ kind: 'area', unitMs: 1000 })),
      /HR\/high\/delay: it must have required properties capMs/,
    ],
    [
      'a delay whose step is longer for a greater breach',
      fileWithHeartRate(highLimitWithDelay({ kind: 'tiered', ms: 5_000, steps: [{ by: 2, ms: 6_000 }] })),
      /HR\/high\/delay\/steps: each step/,
    ],
    [
      'a re-alarm time that is not allowed',
      fileWithAdult({ ...adult, realarmMs: 240_000 }),
      /adult\/realarmMs: it must be equal to one of the allowed values: 60000, 120000/,
    ],
    [
      'scores of a child',
      { version: '1', hospital: { paediatric: adult } },
      /paediatric\/scores: only adults get scores/,
    ],
    ['scores that are null', fileWithAdult({ ...adult, scores: null }), /adult\/scores: it/],
    [
      'scores without times',
      fileWithAdult({ ...adult, scores: { calls: scores.calls } }),
      /adult\/scores: it must have/,
    ],
    [
      'a missing score',
      fileWithScoreCalls({ qSOFA: undefined }),
      /calls\/qSOFA: this score is missing. Give the value/,
    ],
    ['an unknown score', fileWithScoreCalls({ MEWS: scores.calls.qSOFA }), /calls\/MEWS: no score has this name/],
    ['a score that is off without a reason', fileWithScoreCalls({ qSOFA: { off: ' ' } }), /calls\/qSOFA\/off: it/],
    [
      'a NEWS2 threshold that no score reaches',
      fileWithScoreCalls({ 'NEWS2.high': { ...scores.calls['NEWS2.high'], from: 21 } }),
      /high\/from: it must be <= 20/,
    ],
    [
      'a threshold of one and a half points',
      fileWithScoreCalls({ qSOFA: { ...scores.calls.qSOFA, from: 1.5 } }),
      /qSOFA\/from: it must be integer/,
    ],
    [
      'a single-parameter threshold of two points',
      fileWithScoreCalls({ 'NEWS2.low-medium': { ...scores.calls.qSOFA, from: 2 } }),
      /low-medium\/from: it must be >= 3/,
    ],
    [
      'a score without a threshold',
      fileWithScoreCalls({ 'shock-index': { priority: 'low', delayMs: 0 } }),
      /shock-index: it/,
    ],
    [
      'a shock index threshold with three decimal places',
      fileWithScoreCalls({ 'shock-index': { ...scores.calls['shock-index'], from: 0.905 } }),
      /shock-index\/from: this value must have at most two digits/,
    ],
    [
      'a priority that does not exist',
      fileWithScoreCalls({ qSOFA: { ...scores.calls.qSOFA, priority: 'none' } }),
      /qSOFA\/priority: it/,
    ],
    [
      'a NEWS2 threshold for medium that is not below the threshold for high',
      fileWithScoreCalls({ 'NEWS2.medium': { ...scores.calls['NEWS2.medium'], from: 7 } }),
      /medium\/from: 7 must be below 7/,
    ],
    [
      'entries of a nurse that count for a day',
      fileWithScores({ ages: { ...scores.ages, enteredMs: 86_400_000 } }),
      /ages\/enteredMs: it must be <= 43200000/,
    ],
    [
      'a score with a delay of one hour',
      fileWithScoreCalls({ qSOFA: { ...scores.calls.qSOFA, delayMs: 3_600_000 } }),
      /qSOFA\/delayMs: it/,
    ],
    [
      'no escalation time for high alarms',
      fileWithAdult({ ...adult, escalationMs: { medium: 60_000 } }),
      /escalationMs: it must have required properties high/,
    ],
  ])('the error names the fault of a file with %s', (_what, content, fault) => {
    const [head, ...faults] = refusal(content);
    expect(head).toBe(firstLine);
    expect(
      faults.filter((line) => fault.test(line)),
      faults.join('\n'),
    ).toHaveLength(1);
  });

  it('the error names every fault of a file', () => {
    const faulty = { ...adultWithGroups({ SpO2: {}, RR: undefined, EtCO2: { off: '' } }), realarmMs: 1 };
    const faults = refusal({
      version: '1',
      hospital: { adult: faulty },
      wards: { CCU: { neonatal: fileWithHeartRate({ extremeLow: 1 }).hospital.adult } },
    });
    for (const place of ['/realarmMs', 'groups/SpO2', 'groups/RR', 'groups/EtCO2/off', '/wards/CCU/neonatal/groups/HR'])
      expect(
        faults.filter((line) => line.includes(place)),
        place,
      ).not.toHaveLength(0);
  });
});

describe('followProfiles', () => {
  const log = pino({ level: 'silent' });
  it('followProfiles uses a changed file; it refuses a faulty file and keeps the former profiles', async () => {
    cpSync(join(examples, 'adult.json'), path);
    const changes: number[] = [];
    const followed = followProfiles(path, log, () => changes.push(followed.changesAccepted()), 5);
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
