import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommandHere } from '../../process/command.testing.ts';
import { runProgram } from '../../tests/program.ts';
import { adultProfile, type Profile } from '../alarms/core/profile.ts';
import type { LimitsByGroup } from '../alarms/core/profile-table.ts';
import { env } from '../bed.testing.ts';
import { replayCommand } from './command.ts';
import { compareProfiles, type NamedProfile } from './compare.ts';
import { comparisonText } from './compare-text.ts';
import { callMs } from './core/calls.ts';
import { latencyMs, readLabels } from './labels.ts';
import { proposedLimitOf } from './outliers.ts';
import { comparisonPage } from './page.ts';
import { callsOf, readStay, type Stay } from './stays.ts';
import { withLimits } from './tally.ts';

type Row = { readonly HR?: number; readonly SpO2?: number };
/** Makes a recording with one row for each second. A value that is left out is normal. */
function stayOf(patient: string, rows: readonly Row[]): Stay {
  const lines = rows.map(({ HR = 80, SpO2 = 97 }, n) => `${n}, ${HR}, NaN, 16, ${SpO2}`);
  const result = readStay(patient, `Time [s], HR, PULSE, RESP, SpO2\n${lines.join('\n')}\n`, null);
  if ('fault' in result) throw new Error(result.fault);
  return result;
}
const rows = (seconds: number, row: Row = {}): Row[] => Array.from({ length: seconds }, () => row);
const namedProfile = (name: string, profile: Profile): NamedProfile => ({ name, profile: () => profile });
const adult = namedProfile('adult', adultProfile);
const otherProfile = (changes: LimitsByGroup) => namedProfile('other', withLimits(adultProfile, changes));
const compareWithAdult = (b: NamedProfile, ...stays: Stay[]) => compareProfiles(env.hash, [adult, b], stays, []);
/** Excludes technical calls, such as the calls about the pulse, which is missing in all rows. */
const physiological = ({ call }: { readonly call: { readonly kind: string } }) => call.kind === 'physiological';
const explanations = (list: ReturnType<typeof compareWithAdult>['differences'][number]['removed']) =>
  list.filter(physiological).map(({ call, reason, words }) => [call.condition, reason, words]);

describe('callsOf', () => {
  it('callsOf returns the onset, the time of the call, and the end of each call', () => {
    const twice = stayOf('a', [
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
    // The values are inside the limit from seconds 30 and 65 on. A call ends after 5 s inside the limit.
    expect(calls.map(({ endMs }) => endMs! >= 30_000 && endMs! <= 70_000)).toEqual([true, true]);
    expect(callMs(calls[0]!)).toBe(calls[0]!.endMs! - 16_000);
  });

  it('callsOf returns no end for a call that lasts at the end of the recording', () => {
    const calls = callsOf(env, stayOf('a', [...rows(5), ...rows(20, { HR: 130 })]));
    expect(calls.find(({ condition }) => condition === 'HR.high')).toMatchObject({ endMs: null, limit: 120 });
  });
});

describe('the explanation of a missing call', () => {
  const stayWithHighRate = (seconds: number, HR: number) =>
    stayOf('a', [...rows(10), ...rows(seconds, { HR }), ...rows(120)]);

  it('the explanation names the moved limit and the worst value', () => {
    const { removed, added } = compareWithAdult(otherProfile({ HR: { high: 130 } }), stayWithHighRate(20, 125))
      .differences[0]!;
    expect(explanations(removed)).toEqual([
      ['HR.high', 'limit-moved', 'the limit is 130, and the worst value was 125'],
    ]);
    expect(added).toEqual([]);
  });

  it('the explanation names a longer delay and the duration of the breach', () => {
    const { removed } = compareWithAdult(otherProfile({ HR: { delayMs: 15_000 } }), stayWithHighRate(11, 125))
      .differences[0]!;
    expect(explanations(removed)).toEqual([['HR.high', 'delay', 'beyond 120 for at most 10 s, and the delay is 15 s']]);
  });

  it('the explanation names the longest breach if each value inside the limit starts the delay again', () => {
    const wave = [...rows(8, { HR: 126 }), ...rows(2, { HR: 119 })];
    const flapping = stayOf('a', [...rows(10), ...wave, ...wave, ...wave, ...rows(120)]);
    const { removed } = compareWithAdult(otherProfile({ HR: { delayMs: 10_000 } }), flapping).differences[0]!;
    expect(explanations(removed)).toEqual([['HR.high', 'delay', 'beyond 120 for at most 7 s, and the delay is 10 s']]);
    expect(removed.find(physiological)!.atMs).toBe(10_000);
  });

  it('the explanation names an alarm of the same cause that calls instead', () => {
    const { removed, added } = compareWithAdult(
      otherProfile({ HR: { high: 110, extremeHigh: 124 } }),
      stayWithHighRate(20, 130),
    ).differences[0]!;
    expect(explanations(removed)).toEqual([
      ['HR.high', 'other-calls', 'HR.extreme-high (high) has the same cause and calls instead'],
    ]);
    expect(explanations(added)).toEqual([
      ['HR.extreme-high', 'other-calls', 'HR.high (medium) has the same cause and calls instead'],
    ]);
  });

  it('the explanation names an alarm of the same condition that began earlier', () => {
    const wave = [...rows(20, { HR: 130 }), ...rows(10, { HR: 115 })];
    const flapping = stayOf('a', [...rows(10), ...wave, ...wave, ...rows(120)]);
    const { removed } = compareWithAdult(otherProfile({ HR: { high: 110 } }), flapping).differences[0]!;
    expect(explanations(removed)).toEqual([['HR.high', 'goes-on', 'part of one HR.high alarm that began at 0:00:10']]);
  });

  it('the explanation names a limit that is switched off', () => {
    const off: Profile = {
      ...adultProfile,
      groups: { ...adultProfile.groups, HR: { off: 'a test', extremeHigh: 140 } },
    };
    const { removed } = compareWithAdult(namedProfile('off', off), stayWithHighRate(20, 130)).differences[0]!;
    expect(explanations(removed)).toEqual([['HR.high', 'off', 'HR.high is switched off']]);
  });

  it('a call under both profiles has the difference of its times instead of an explanation', () => {
    const [late] = compareWithAdult(otherProfile({ HR: { delayMs: 15_000 } }), stayWithHighRate(40, 125)).differences;
    expect(late).toMatchObject({ removed: [], added: [], later: 1, laterMsMax: 9_000, sooner: 0, otherPriority: 0 });
    const [soon] = compareWithAdult(otherProfile({ HR: { delayMs: 2_000 } }), stayWithHighRate(40, 125)).differences;
    expect(soon).toMatchObject({ later: 0, sooner: 1, soonerMsMax: 4_000 });
  });

  it('an added call is explained by the moved limit too', () => {
    const { removed, added } = compareWithAdult(otherProfile({ HR: { high: 110 } }), stayWithHighRate(20, 115))
      .differences[0]!;
    expect(removed).toEqual([]);
    expect(explanations(added)).toEqual([['HR.high', 'limit-moved', 'the limit is 120, and the worst value was 115']]);
  });
});

describe('compareProfiles', () => {
  const quiet = stayOf('quiet', rows(600));
  const loud = stayOf('loud', [
    ...rows(10),
    ...rows(20, { HR: 125 }),
    ...rows(60),
    ...rows(20, { HR: 126 }),
    ...rows(120),
  ]);

  it('compareProfiles counts the calls by parameter, priority and duration', () => {
    const { bedDays, profiles } = compareWithAdult(otherProfile({ HR: { high: 130 } }), quiet, loud);
    expect(bedDays * 86_400).toBeCloseTo(600 + 230);
    const [a, b] = profiles;
    const hr = (profileSummary: typeof a) =>
      profileSummary!.byParameter.find((row) => row.parameter === 'HR' && !row.technical);
    expect(hr(a)).toMatchObject({ high: 0, medium: 2, low: 0 });
    expect(hr(b)).toBeUndefined();
    expect(a!.perBedDay).toBeCloseTo(a!.calls / bedDays);
    expect(a!.durations.reduce((x, y) => x + y)).toBe(a!.calls);
    expect(a!.byPriority.high + a!.byPriority.medium + a!.byPriority.low).toBe(a!.calls);
  });

  it('compareProfiles names the patient with the most calls, and the smallest change of a limit that halves the calls', () => {
    const calls = callsOf(env, loud);
    // The first breach has the value 125, and the second has 126. So a limit of 126 would leave no call.
    expect(proposedLimitOf(env.hash, adultProfile, loud, calls)).toEqual({
      ...{ condition: 'HR.high', calls: 2, from: 120, to: 125, left: 1 },
    });
    const { shares } = compareWithAdult(otherProfile({}), quiet, loud);
    expect(shares.map(({ patient, isTop }) => [patient, isTop])).toEqual([
      ['loud', true],
      ['quiet', false],
    ]);
    expect(shares.at(-1)!.cumulative).toBe(1);
  });

  const twice = (SpO2: number) => {
    const burst = [...rows(60, { SpO2 }), ...rows(60)];
    return stayOf('a', [...rows(10), ...burst, ...burst]);
  };
  it.each([
    ['a limit as low as the extreme limit if this is enough', 85, 'SpO2.low', 90, 85, 0],
    ['no extreme limit below the least allowed', 59, 'SpO2.extreme-low', 85, null, null],
  ])('proposedLimitOf proposes %s', (_name, value, condition, from, to, left) => {
    const patient = twice(value);
    const fit = proposedLimitOf(env.hash, adultProfile, patient, callsOf(env, patient));
    expect(fit).toEqual({ condition, calls: 2, from, to, left });
  });

  it('proposedLimitOf proposes no limit for a single call', () => {
    const once = stayOf('a', [...rows(10), ...rows(60, { SpO2: 88 }), ...rows(90)]);
    expect(proposedLimitOf(env.hash, adultProfile, once, callsOf(env, once))).toBeUndefined();
  });

  it('comparisonPage escapes the markup in a file name, and comparisonText names the reason of a removed call', () => {
    const evil = stayOf('<img src=x onerror=alert(1)>"', [...rows(10), ...rows(20, { HR: 125 }), ...rows(120)]);
    const compared = compareWithAdult(otherProfile({ HR: { high: 130 } }), evil);
    const page = comparisonPage(compared, [evil]);
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;');
    expect(page).not.toMatch(/<img|<script|https?:\/\//);
    expect(page.match(/<svg /g)!.length).toBeGreaterThanOrEqual(5);
    expect(comparisonText(compared)).toContain('Calls in A that are not in B: 1. Reasons: the limit was moved (1).');
  });
});

describe('labelled events', () => {
  const patient = stayOf('a.csv', [...rows(10), ...rows(30, { SpO2: 88 }), ...rows(120)]);
  const label = (more: object) => JSON.stringify([{ patient: 'a.csv', at: 10, name: 'desaturation', ...more }]);

  it.each([
    ['the time to any call if the label names no parameter', {}, 10_000],
    ['the time to a call of the parameter', { parameter: 'SpO2' }, 10_000],
    ['the time to a call of the condition', { condition: 'SpO2.low' }, 10_000],
    ['0 if a call had begun before the event', { at: 30 }, 0],
    ['null if no call comes in time', { until: 15 }, null],
    ['null if only another parameter calls', { parameter: 'HR' }, null],
  ])('latencyMs returns %s', (_name, more, expected) => {
    const { labels, faults } = readLabels(label(more), [patient]);
    expect(faults).toEqual([]);
    expect(latencyMs(labels[0]!, callsOf(env, patient))).toBe(expected);
  });

  it('comparisonText has MISSED for an event that a profile misses', () => {
    const { labels } = readLabels(label({}), [patient]);
    const compared = compareProfiles(env.hash, [adult, otherProfile({ SpO2: { low: 87 } })], [patient], labels);
    expect(compared.labels[0]!.latencyMs).toEqual([10_000, null]);
    expect(comparisonText(compared)).toContain('desaturation: A 10.0 s, B MISSED');
  });

  it.each([
    ['no JSON', '[', /not JSON/],
    ['an unknown patient', label({ patient: 'b.csv' }), /no recording or capture of the patient b\.csv/],
    ['a time outside the recording', label({ at: 1e6 }), /"at" is outside/],
    ['a text that is not a time', label({ at: 'soon' }), /must be seconds from the start/],
    ['an end before the event', label({ until: 5 }), /"until" is before/],
    ['an unknown member', label({ colour: 'red' }), /^\/0/],
  ])('readLabels refuses %s', (_name, text, fault) => {
    const { labels, faults } = readLabels(text, [patient]);
    expect(labels).toEqual([]);
    expect(faults[0]).toMatch(fault);
  });
});

describe('compareProfiles on the bundled recordings', () => {
  const folder = join(import.meta.dirname, '../../simulators/recordings');
  const stays = readdirSync(folder)
    .filter((name) => /Numerics\.csv$|\.psv$|_1min\.csv$/.test(name))
    .map((name) => readStay(name, readFileSync(join(folder, name), 'utf8'), null) as Stay);
  const lax = otherProfile({ HR: { high: 130 }, RR: { high: 35, low: 7 }, SpO2: { low: 88 } });

  it('every removed physiological call is explained, and the numbers of removed and added calls fit the sums', () => {
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
  const run = async (...args: string[]) => {
    const { code: status, out: stdout, err: stderr } = await runCommandHere(replayCommand, args);
    return { status, stdout, stderr };
  };

  it('npm run vigil -- replay --profile prints the comparison as text or JSON, and writes a page', async () => {
    const two = ['--profile', 'adult', '--profile', shipped];
    expect(await run(...two, recording)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^Patients: 1\./),
    });
    const page = join(folder, 'page.html');
    const json = JSON.parse((await run(...two, '--json', '--html', page, recording)).stdout);
    expect(json.profiles.map(({ name }: { name: string }) => name)).toEqual(['adult', shipped]);
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>/);
  }, 60_000);

  it('npm run vigil -- replay --profile compares captures and recordings together, including a capture of a device without a patient', async () => {
    const capture = join(import.meta.dirname, '../../tests/alarms/device-without-a-patient.ndjson');
    const { status, stdout, stderr } = await run('--profile', 'adult', '--profile', shipped, capture, recording);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Patients: 2\./);
  }, 60_000);

  it.each<[string, () => string[], RegExp]>([
    ['no file', () => ['--profile', 'adult'], /Name at least one recording or capture/],
    ['an unknown profile', () => ['--profile', 'child', recording], /child is neither "adult" nor a file/],
    ['an empty recording', () => ['--profile', 'adult', file('empty.csv', '')], /is empty/],
    [
      'a recording without rows',
      () => ['--profile', 'adult', file('head.csv', 'Time [s], HR, PULSE, RESP, SpO2\n')],
      /has no readings/,
    ],
    [
      'a text that is not a recording',
      () => ['--profile', 'adult', file('letter.txt', 'Dear all')],
      /neither a recording/,
    ],
    [
      'a capture with an invalid line',
      () => ['--profile', 'adult', file('bad.ndjson', '{"at":\n')],
      /bad\.ndjson cannot be read: line 1: The line is not a JSON object\./,
    ],
    ['a missing file', () => ['--profile', 'adult', join(folder, 'none.csv')], /cannot be read \(ENOENT\)/],
    ['two files with the same name', () => ['--profile', 'adult', recording, recording], /Two files have the name/],
    [
      'labels that are not JSON',
      () => ['--profile', 'adult', '--labels', file('l.json', '['), recording],
      /is refused:\n {2}the file is not JSON/,
    ],
    [
      'a file without a profile for the patient',
      () => ['--profile', file('nobody.json', '{"version":"1"}'), recording],
      /has no profile for adult patients/,
    ],
    ['an option without --profile', () => ['--json', recording], /need --profile/],
  ])(
    'explains the fault and exits with 1 for %s',
    async (_name, args, message) => {
      const { status, stdout, stderr } = await run(...args());
      expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: expect.stringMatching(message) });
    },
    60_000,
  );

  it('processors/replay/main.ts runs the command with its arguments, and ends with the exit code of the command', async () => {
    const program = 'processors/replay/main.ts';
    expect(runProgram(program, ['--help'])).toEqual(await runCommandHere(replayCommand, ['--help']));
    const { code, out, err } = runProgram(program, ['--json', recording]);
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: expect.stringMatching(/need --profile/) });
  });
});
