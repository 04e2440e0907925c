/** The default limits on real recordings: how many alarms they cause, and that they miss nothing. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { limitGroups } from '../../contracts/parameters.ts';
import { alarmHash as hash } from '../alarms/alarm-hash.ts';
import { adultProfile, type Profile } from '../alarms/core/profile.ts';
import { readRecording } from './recording.ts';
import { changed, heading, line, type Tally, tally, together } from './tally.ts';

/** Generous: the machine may be busy. */
vi.setConfig({ testTimeout: 120_000 });

const folder = join(import.meta.dirname, '../../simulators/recordings');
const recordings = readdirSync(folder)
  .filter((name) => /Numerics\.csv$|\.psv$|_1min\.csv$/.test(name))
  .map((name) => ({ name, readings: readRecording(readFileSync(join(folder, name), 'utf8'), 0)! }));
const run = (profile: Profile, which = /./): Tally =>
  together(recordings.filter(({ name }) => which.test(name)).map(({ readings }) => tally(hash, profile, readings)));

const delayed = (delayMs: number): Profile =>
  changed(adultProfile, Object.fromEntries(limitGroups.map((group) => [group, { delayMs }])));

describe('the adult ward profile on the recordings that ship', () => {
  it('tells its alarms per bed-hour, and what other limits would have done', () => {
    const bedside = /bidmc/;
    const variants: [string, Profile][] = [
      ['adult ward profile', adultProfile],
      ['without delay', delayed(0)],
      ['delay 15 s', delayed(15_000)],
      ['SpO2 88, 15 s', changed(adultProfile, { SpO2: { low: 88, delayMs: 15_000 } })],
      ['HR high 130', changed(adultProfile, { HR: { high: 130 } })],
    ];
    process.stdout.write(`${heading}\n`);
    for (const { name, readings } of recordings)
      process.stdout.write(`${line(name, tally(hash, adultProfile, readings))}\n`);
    for (const [name, profile] of variants)
      process.stdout.write(`${line(`bedside, ${name}`, run(profile, bedside))}\n`);
    const all = (profile: Profile) => Object.values(run(profile, bedside).byPriority).reduce((a, b) => a + b, 0);
    expect(all(adultProfile)).toBeLessThanOrEqual(all(delayed(0)));
    expect(all(delayed(15_000))).toBeLessThanOrEqual(all(adultProfile));
  });

  it('finds the breathing that stopped, and takes the missing for missing', () => {
    // File 13: RESP is missing for 146 s, then 0 for 220 s.
    const thirteen = run(adultProfile, /bidmc_13/).byCondition;
    expect(thirteen.get('apnoea')).toBeGreaterThanOrEqual(1);
    expect(thirteen.get('RR.no-data')).toBeGreaterThanOrEqual(1);
    // File 19: SpO2 is lost again and again; never below its limit.
    const nineteen = run(adultProfile, /bidmc_19/).byCondition;
    expect([...nineteen.keys()]).toEqual(['SpO2.intermittent', 'SpO2.no-data']);
    // In the stay of 32 h 0 means "no value": no asystole in it.
    expect(run(adultProfile, /s00001/).byCondition.has('asystole')).toBe(false);
  });
});

describe('reading a recording', () => {
  const table: [string, string, number | undefined][] = [
    ['another format', 'a,b\n1,2\n', undefined],
    ['nothing', '', undefined],
    ['no rows', 'Time [s], HR, PULSE, RESP, SpO2\n', 0],
    ['missing values', 'Time [s], HR, PULSE, RESP, SpO2\n0, NaN, 80, 0, 97\n', 1],
  ];
  for (const [name, text, readings] of table) it(name, () => expect(readRecording(text, 0)?.length).toBe(readings));

  it('keeps a real 0 and says what is missing', () => {
    const [first] = readRecording('Time [s], HR, PULSE, RESP, SpO2\n-1, NaN, 80, 0, 97\n', 5_000)!;
    expect(first?.time).toBe(4_000);
    expect(first?.values).toMatchObject([{ validity: 'invalid' }, { value: 80 }, { value: 0 }, { value: 97 }]);
  });
});
