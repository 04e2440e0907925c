/** Tests the default limits on real recordings: the number of alarms, and that no known event is missed. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { limitGroups } from '../../contracts/parameters.ts';
import { alarmHash as hash } from '../alarms/alarm-hash.ts';
import { adultProfile, type Profile } from '../alarms/core/profile.ts';
import { readRecording } from './recording.ts';
import { sumOf, type Tally, tableHead, tableLine, tally, withLimits } from './tally.ts';

/** A long timeout, because the machine may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const folder = join(import.meta.dirname, '../../simulators/recordings');
const recordings = readdirSync(folder)
  .filter((name) => /Numerics\.csv$|\.psv$|_1min\.csv$/.test(name))
  .map((name) => ({ name, readings: readRecording(readFileSync(join(folder, name), 'utf8'), 0)! }));
const run = (profile: Profile, which = /./): Tally =>
  sumOf(recordings.filter(({ name }) => which.test(name)).map(({ readings }) => tally(hash, profile, readings)));

const delayed = (delayMs: number): Profile =>
  withLimits(adultProfile, Object.fromEntries(limitGroups.map((group) => [group, { delayMs }])));

describe('the adult ward profile on the bundled recordings', () => {
  it('a longer delay never gives more alarms, and the test prints the alarms per bed-hour', () => {
    const bedside = /bidmc/;
    const variants: [string, Profile][] = [
      ['adult ward profile', adultProfile],
      ['without delay', delayed(0)],
      ['delay 15 s', delayed(15_000)],
      ['SpO2 88, 15 s', withLimits(adultProfile, { SpO2: { low: 88, delayMs: 15_000 } })],
      ['HR high 130', withLimits(adultProfile, { HR: { high: 130 } })],
    ];
    process.stdout.write(`${tableHead}\n`);
    for (const { name, readings } of recordings)
      process.stdout.write(`${tableLine(name, tally(hash, adultProfile, readings))}\n`);
    for (const [name, profile] of variants)
      process.stdout.write(`${tableLine(`bedside, ${name}`, run(profile, bedside))}\n`);
    const all = (profile: Profile) => Object.values(run(profile, bedside).byPriority).reduce((a, b) => a + b, 0);
    expect(all(adultProfile)).toBeLessThanOrEqual(all(delayed(0)));
    expect(all(delayed(15_000))).toBeLessThanOrEqual(all(adultProfile));
  });

  it('with the adult ward profile, a RESP of 0 raises an apnoea alarm; a missing value counts neither as too low nor as 0', () => {
    // In file 13, RESP is missing for 146 s, and then 0 for 220 s.
    const thirteen = run(adultProfile, /bidmc_13/).byCondition;
    expect(thirteen.get('apnoea')).toBeGreaterThanOrEqual(1);
    expect(thirteen.get('RR.no-data')).toBeGreaterThanOrEqual(1);
    // In file 19, SpO2 is missing again and again, but never below its limit.
    const nineteen = run(adultProfile, /bidmc_19/).byCondition;
    expect([...nineteen.keys()]).toEqual(['SpO2.intermittent', 'SpO2.no-data']);
    // In the recording of 32 h, 0 means that the value is missing, so there is no asystole.
    expect(run(adultProfile, /s00001/).byCondition.has('asystole')).toBe(false);
  });
});

describe('readRecording', () => {
  it.each<[string, string, number | undefined]>([
    ['undefined for an unknown format', 'a,b\n1,2\n', undefined],
    ['undefined for an empty text', '', undefined],
    ['no readings for a head without rows', 'Time [s], HR, PULSE, RESP, SpO2\n', 0],
    ['a reading for a row with missing values', 'Time [s], HR, PULSE, RESP, SpO2\n0, NaN, 80, 0, 97\n', 1],
  ])('readRecording returns %s', (_name, text, count) => {
    expect(readRecording(text, 0)?.length).toBe(count);
  });

  it('readRecording keeps a real 0, and marks a missing value as invalid', () => {
    const [first] = readRecording('Time [s], HR, PULSE, RESP, SpO2\n-1, NaN, 80, 0, 97\n', 5_000)!;
    expect(first?.time).toBe(4_000);
    expect(first?.values).toMatchObject([{ validity: 'invalid' }, { value: 80 }, { value: 0 }, { value: 97 }]);
  });
});
