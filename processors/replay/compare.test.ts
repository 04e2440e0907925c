import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../tests/program.ts';
import { adultProfile, type Profile } from '../alarms/core/profile.ts';
import type { LimitsByGroup } from '../alarms/core/profile-table.ts';
import { env } from '../bed.testing.ts';
import { compareProfiles, type NamedProfile } from './compare.ts';
import { comparisonText } from './compare-text.ts';
import { callMs } from './core/calls.ts';
import { latencyMs, readLabels } from './labels.ts';
import { fitOf } from './outliers.ts';
import { comparisonPage } from './page.ts';
import { callsOf, readStay, type Stay } from './stays.ts';
import { changed } from './tally.ts';

type Row = { readonly HR?: number; readonly SpO2?: number };
/** A recording of one row a second; what is left out is in order. */
function stay(patient: string, rows: readonly Row[]): Stay {
  const lines = rows.map(({ HR = 80, SpO2 = 97 }, n) => `${n}, ${HR}, NaN, 16, ${SpO2}`);
  const made = readStay(patient, `Time [s], HR, PULSE, RESP, SpO2\n${lines.join('\n')}\n`, null);
  if ('fault' in made) throw new Error(made.fault);
  return made;
}
const rows = (seconds: number, row: Row = {}): Row[] => Array.from({ length: seconds }, () => row);
const named = (name: string, profile: Profile): NamedProfile => ({ name, profile: () => profile });
const adult = named('adult', adultProfile);
const other = (changes: LimitsByGroup) => named('other', changed(adultProfile, changes));
const compare = (b: NamedProfile, ...stays: Stay[]) => compareProfiles(env.hash, [adult, b], stays, []);
/** Neither the pulse, which is missing in all rows, nor anything else technical. */
const physiological = ({ call }: { readonly call: { readonly kind: string } }) => call.kind === 'physiological';
const said = (list: ReturnType<typeof compare>['differences'][number]['removed']) =>
  list.filter(physiological).map(({ call, reason, words }) => [call.condition, reason, words]);

describe('the calls of a patient', () => {
  it('have the onset of each occurrence, the time at which it called, and its end', () => {
    const twice = stay('a', [
      ...rows(10),
      ...rows(20, { HR: 130 }),
      ...rows(15),
      ...rows(20, { HR: 131 }),
      ...rows(60),
    ]);
    const calls = callsOf(env, twice).filter(({ kind }) => kind === 'physiological');
    expect(calls.map(({ condition, onset, onsetMs, calledMs }) => [condition, onset, onsetMs, calledMs])).toEqual([
      ['HR.high', 1, 10_000, 16_000],
      ['HR.high', 2, 45_000, 51_000],
    ]);
    expect(calls[0]!.alarmId).toBe(calls[1]!.alarmId);
    // Inside the limit from second 30 and 65 on, and over when that has lasted 5 s.
    expect(calls.map(({ endMs }) => endMs! >= 30_000 && endMs! <= 70_000)).toEqual([true, true]);
    expect(callMs(calls[0]!)).toBe(calls[0]!.endMs! - 16_000);
  });

  it('have no end where the recording ends first', () => {
    const calls = callsOf(env, stay('a', [...rows(5), ...rows(20, { HR: 130 })]));
    expect(calls.find(({ condition }) => condition === 'HR.high')).toMatchObject({ endMs: null, limit: 120 });
  });
});

describe('a call that the other profile does not make is explained', () => {
  const high = (seconds: number, HR: number) => stay('a', [...rows(10), ...rows(seconds, { HR }), ...rows(120)]);

  it('by a limit that was moved, with the worst value', () => {
    const { removed, added } = compare(other({ HR: { high: 130 } }), high(20, 125)).differences[0]!;
    expect(said(removed)).toEqual([['HR.high', 'limit-moved', 'limit 130: the worst value was 125']]);
    expect(added).toEqual([]);
  });

  it('by a longer delay', () => {
    const { removed } = compare(other({ HR: { delayMs: 15_000 } }), high(11, 125)).differences[0]!;
    expect(said(removed)).toEqual([['HR.high', 'delay', 'beyond 120 for 10 s at most; delay 15 s']]);
  });

  it('by a delay that each value inside the limit began anew', () => {
    const wave = [...rows(8, { HR: 126 }), ...rows(2, { HR: 119 })];
    const flapping = stay('a', [...rows(10), ...wave, ...wave, ...wave, ...rows(120)]);
    const { removed } = compare(other({ HR: { delayMs: 10_000 } }), flapping).differences[0]!;
    expect(said(removed)).toEqual([['HR.high', 'delay', 'beyond 120 for 7 s at most; delay 10 s']]);
    expect(removed.find(physiological)!.atMs).toBe(10_000);
  });

  it('by an alarm of the same cause that calls instead', () => {
    const { removed, added } = compare(other({ HR: { high: 110, extremeHigh: 124 } }), high(20, 130)).differences[0]!;
    expect(said(removed)).toEqual([['HR.high', 'other-calls', 'HR.extreme-high (high) of the same cause calls']]);
    expect(said(added)).toEqual([['HR.extreme-high', 'other-calls', 'HR.high (medium) of the same cause calls']]);
  });

  it('by one alarm that goes on', () => {
    const wave = [...rows(20, { HR: 130 }), ...rows(10, { HR: 115 })];
    const flapping = stay('a', [...rows(10), ...wave, ...wave, ...rows(120)]);
    const { removed } = compare(other({ HR: { high: 110 } }), flapping).differences[0]!;
    expect(said(removed)).toEqual([['HR.high', 'goes-on', 'within one HR.high that goes on since 0:00:10']]);
  });

  it('by a group that is switched off', () => {
    const off: Profile = {
      ...adultProfile,
      groups: { ...adultProfile.groups, HR: { off: 'a test', extremeHigh: 140 } },
    };
    const { removed } = compare(named('off', off), high(20, 130)).differences[0]!;
    expect(said(removed)).toEqual([['HR.high', 'off', 'HR.high does not judge']]);
  });

  it('and of one that both make it is said by how much later it comes', () => {
    const [late] = compare(other({ HR: { delayMs: 15_000 } }), high(40, 125)).differences;
    expect(late).toMatchObject({ removed: [], added: [], later: 1, laterMsMax: 9_000, sooner: 0, otherPriority: 0 });
    const [soon] = compare(other({ HR: { delayMs: 2_000 } }), high(40, 125)).differences;
    expect(soon).toMatchObject({ later: 0, sooner: 1, soonerMsMax: 4_000 });
  });

  it('and so is one that it adds', () => {
    const { removed, added } = compare(other({ HR: { high: 110 } }), high(20, 115)).differences[0]!;
    expect(removed).toEqual([]);
    expect(said(added)).toEqual([['HR.high', 'limit-moved', 'limit 120: the worst value was 115']]);
  });
});

describe('a comparison', () => {
  const quiet = stay('quiet', rows(600));
  const loud = stay('loud', [
    ...rows(10),
    ...rows(20, { HR: 125 }),
    ...rows(60),
    ...rows(20, { HR: 126 }),
    ...rows(120),
  ]);

  it('counts per bed-day by parameter and priority, and what is shorter than 15 s', () => {
    const { bedDays, profiles } = compare(other({ HR: { high: 130 } }), quiet, loud);
    expect(bedDays * 86_400).toBeCloseTo(600 + 230);
    const [a, b] = profiles;
    const hr = (of: typeof a) => of!.byParameter.find((row) => row.parameter === 'HR' && !row.technical);
    expect(hr(a)).toMatchObject({ high: 0, medium: 2, low: 0 });
    expect(hr(b)).toBeUndefined();
    expect(a!.perBedDay).toBeCloseTo(a!.calls / bedDays);
    expect(a!.durations.reduce((x, y) => x + y)).toBe(a!.calls);
    expect(a!.byPriority.high + a!.byPriority.medium + a!.byPriority.low).toBe(a!.calls);
  });

  it('names who makes most of the alarms, and the smallest move of a limit that halves them', () => {
    const calls = callsOf(env, loud);
    // The first burst is 125, the second 126: one step more would leave none.
    expect(fitOf(env.hash, adultProfile, loud, calls)).toEqual({
      ...{ condition: 'HR.high', calls: 2, from: 120, to: 125, left: 1 },
    });
    const { shares } = compare(other({}), quiet, loud);
    expect(shares.map(({ patient, isTop }) => [patient, isTop])).toEqual([
      ['loud', true],
      ['quiet', false],
    ]);
    expect(shares.at(-1)!.cumulative).toBe(1);
  });

  const twice = (SpO2: number) => {
    const burst = [...rows(60, { SpO2 }), ...rows(60)];
    return stay('a', [...rows(10), ...burst, ...burst]);
  };
  it.each([
    ['as far as the extreme one, where that is enough', 85, 'SpO2.low', 90, 85, 0],
    ['never below the least allowed of an extreme one', 59, 'SpO2.extreme-low', 85, null, null],
  ])('moves a limit %s', (_name, value, condition, from, to, left) => {
    const patient = twice(value);
    const fit = fitOf(env.hash, adultProfile, patient, callsOf(env, patient));
    expect(fit).toEqual({ condition, calls: 2, from, to, left });
  });

  it('proposes no limit for a single call', () => {
    const once = stay('a', [...rows(10), ...rows(60, { SpO2: 88 }), ...rows(90)]);
    expect(fitOf(env.hash, adultProfile, once, callsOf(env, once))).toBeUndefined();
  });

  it('is the same text and page each time, and the page runs no markup of a name', () => {
    const evil = stay('<img src=x onerror=alert(1)>"', [...rows(10), ...rows(20, { HR: 125 }), ...rows(120)]);
    const compared = compare(other({ HR: { high: 130 } }), evil);
    const page = comparisonPage(compared, [evil]);
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;');
    expect(page).not.toMatch(/<img|<script|https?:\/\//);
    expect(page.match(/<svg /g)!.length).toBeGreaterThanOrEqual(5);
    expect(comparisonText(compared)).toContain('B does not make 1 calls that A makes: 1 the limit was moved.');
  });
});

describe('labelled events', () => {
  const patient = stay('a.csv', [...rows(10), ...rows(30, { SpO2: 88 }), ...rows(120)]);
  const label = (more: object) => JSON.stringify([{ patient: 'a.csv', at: 10, name: 'desaturation', ...more }]);

  it.each([
    ['any call', {}, 10_000],
    ['a call of its parameter', { parameter: 'SpO2' }, 10_000],
    ['a call of its condition', { condition: 'SpO2.low' }, 10_000],
    ['a call that was on already', { at: 30 }, 0],
    ['no call in time', { until: 15 }, null],
    ['no call of another parameter', { parameter: 'HR' }, null],
  ])('are answered by %s', (_name, more, expected) => {
    const { labels, faults } = readLabels(label(more), [patient]);
    expect(faults).toEqual([]);
    expect(latencyMs(labels[0]!, callsOf(env, patient))).toBe(expected);
  });

  it('that a profile misses are said in capitals', () => {
    const { labels } = readLabels(label({}), [patient]);
    const compared = compareProfiles(env.hash, [adult, other({ SpO2: { low: 87 } })], [patient], labels);
    expect(compared.labels[0]!.latencyMs).toEqual([10_000, null]);
    expect(comparisonText(compared)).toContain('desaturation: A 10.0 s, B MISSED');
  });

  it.each([
    ['no JSON', '[', /not JSON/],
    ['an unknown patient', label({ patient: 'b.csv' }), /no recording or capture of the patient b\.csv/],
    ['a time outside', label({ at: 1e6 }), /lies outside/],
    ['a time that is none', label({ at: 'soon' }), /neither seconds/],
    ['an end before the event', label({ until: 5 }), /"until" lies before/],
    ['an unknown member', label({ colour: 'red' }), /^\/0/],
  ])('are refused: %s', (_name, text, fault) => {
    const { labels, faults } = readLabels(text, [patient]);
    expect(labels).toEqual([]);
    expect(faults[0]).toMatch(fault);
  });
});

describe('the bundled recordings', () => {
  const folder = join(import.meta.dirname, '../../simulators/recordings');
  const stays = readdirSync(folder)
    .filter((name) => /Numerics\.csv$|\.psv$|_1min\.csv$/.test(name))
    .map((name) => readStay(name, readFileSync(join(folder, name), 'utf8'), null) as Stay);
  const lax = other({ HR: { high: 130 }, RR: { high: 35, low: 7 }, SpO2: { low: 88 } });

  it('differ only by explained calls, and what is removed and added is what is left of the sums', () => {
    const { profiles, differences, shares, bedDays } = compareProfiles(env.hash, [adult, lax], stays, []);
    expect(bedDays * 24).toBeCloseTo(408.5, 0);
    const [a, b] = profiles;
    const { removed, added } = differences[0]!;
    expect(a!.calls - removed.length + added.length).toBe(b!.calls);
    expect(removed.length).toBeGreaterThan(0);
    expect(removed.filter(physiological).filter(({ reason }) => reason === 'not-raised')).toEqual([]);
    expect(shares.filter(({ isTop }) => isTop)).toHaveLength(2);
  }, 60_000);
});

describe('npm run vigil -- replay --profile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-compare-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const recording = join(import.meta.dirname, '../../simulators/recordings/bidmc_13_Numerics.csv');
  const shipped = join(import.meta.dirname, '../alarms/profiles/smart-delay.json');
  const run = (...args: string[]) => {
    const { code: status, out: stdout, err: stderr } = runProgram('processors/replay/main.ts', args);
    return { status, stdout, stderr };
  };

  it('compares as text, as JSON and as a page', () => {
    const two = ['--profile', 'adult', '--profile', shipped];
    expect(run(...two, recording)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^1 patients/),
    });
    const page = join(folder, 'page.html');
    const json = JSON.parse(run(...two, '--json', '--html', page, recording).stdout);
    expect(json.profiles.map(({ name }: { name: string }) => name)).toEqual(['adult', shipped]);
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>/);
  }, 60_000);

  it('takes captures beside recordings, also of a device without a patient', () => {
    const capture = join(import.meta.dirname, '../../tests/alarms/device-without-a-patient.ndjson');
    const { status, stdout, stderr } = run('--profile', 'adult', '--profile', shipped, capture, recording);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^2 patients/);
  }, 60_000);

  it.each<[string, () => string[], RegExp]>([
    ['no recording', () => ['--profile', 'adult'], /No recording is named/],
    ['an unknown profile', () => ['--profile', 'child', recording], /child is neither "adult" nor a file/],
    ['an empty recording', () => ['--profile', 'adult', file('empty.csv', '')], /is empty/],
    [
      'a recording without rows',
      () => ['--profile', 'adult', file('head.csv', 'Time [s], HR, PULSE, RESP, SpO2\n')],
      /holds no readings/,
    ],
    ['no recording at all', () => ['--profile', 'adult', file('letter.txt', 'Dear all')], /neither a recording/],
    [
      'a bad line of a capture',
      () => ['--profile', 'adult', file('bad.ndjson', '{"at":\n')],
      /line 1 is no JSON object/,
    ],
    ['a file that is not there', () => ['--profile', 'adult', join(folder, 'none.csv')], /cannot be read \(ENOENT\)/],
    ['the same name twice', () => ['--profile', 'adult', recording, recording], /Two files have the name/],
    [
      'a bad label',
      () => ['--profile', 'adult', '--labels', file('l.json', '['), recording],
      /is refused:\n {2}it is not JSON/,
    ],
    [
      'a profile for nobody here',
      () => ['--profile', file('nobody.json', '{"version":"1"}'), recording],
      /has no profile for adult patients/,
    ],
    ['an option without --profile', () => ['--json', recording], /need --profile/],
  ])(
    'says what is wrong: %s',
    (_name, args, message) => {
      const { status, stdout, stderr } = run(...args());
      expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: expect.stringMatching(message) });
    },
    60_000,
  );
});
