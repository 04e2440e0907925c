import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import { adultProfile, profileOfLimits } from './core/profile.ts';
import { profileOf } from './core/profile-table.ts';
import { readProfiles } from './profiles-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-profiles-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function profiles(content: unknown) {
  const path = join(folder, 'profiles.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return profileOf(readProfiles(path));
}

describe('limit profiles of a hospital', () => {
  it('without a file: adults, and devices without a patient as adults; no child as an adult', () => {
    const profile = profileOf(readProfiles(''));
    expect([profile('adult', 'ICU'), profile('unassigned', null)]).toEqual([adultProfile, adultProfile]);
    expect([profile('paediatric', 'ICU'), profile('neonatal', null)]).toEqual([undefined, undefined]);
  });

  it('by ward, then by hospital', () => {
    const neonatal = { HR: { low: 100, high: 180 } };
    const profile = profiles({ hospital: { neonatal }, wards: { CCU: { adult: { HR: { high: 110 } } } } });
    expect(profile('neonatal', 'CCU')).toEqual(profileOfLimits(neonatal));
    expect(profile('adult', 'CCU')).toEqual(profileOfLimits({ HR: { high: 110 } }));
    expect(profile('adult', 'ICU')).toEqual(adultProfile);
    expect(profile('paediatric', 'CCU')).toBeUndefined();
    expect(profile('adult', 'constructor')).toEqual(adultProfile);
  });

  for (const [name, content] of [
    ['no JSON', '{'],
    ['another shape', { wards: [] }],
    ['a ward that shows as another', { wards: { 'ICU\u202e': {} } }],
    ['an unknown category', { hospital: { elderly: {} } }],
    ['an unknown group', { hospital: { adult: { Pulse: { high: 1 } } } }],
    ['a delay past 30 s', { hospital: { adult: { HR: { delayMs: 30_001 } } } }],
    ['crossing limits', { wards: { ICU: { adult: { HR: { low: 120, high: 50 } } } } }],
    ['an extreme inside the plain limit', { hospital: { adult: { HR: { high: 120, extremeHigh: 110 } } } }],
    ['limits of no body', { hospital: { adult: { SpO2: { low: 101 } } } }],
  ] as const)
    it(`refuses ${name} with one sentence`, () => {
      expect(() => profiles(content)).toThrow(VigilError);
      expect(() => profiles(content)).toThrow(/VIGIL_LIMIT_PROFILES_FILE[^\n]*\.$/);
    });
});
