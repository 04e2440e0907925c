/** `replay --profile A --profile B`: reads the profiles, recordings and labels, and writes the comparison. */

import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { VigilError } from '../../contracts/errors.ts';
import { alarmHash as hash } from '../alarms/alarm-hash.ts';
import { builtInProfiles, profileOf } from '../alarms/core/profile-table.ts';
import { readProfiles } from '../alarms/profiles-file.ts';
import { compareProfiles, type NamedProfile, profileOfStay } from './compare.ts';
import { comparisonText } from './compare-text.ts';
import { readLabels } from './labels.ts';
import { comparisonPage } from './page.ts';
import { readStay, type Stay } from './stays.ts';

export type Asked = {
  /** `adult`, or files of profiles. */
  readonly profiles: readonly string[];
  /** Recordings and captures. */
  readonly files: readonly string[];
  readonly labels?: string | undefined;
  /** Judges all patients by the profile of this ward. */
  readonly ward?: string | undefined;
  readonly json?: boolean | undefined;
  readonly html?: string | undefined;
};

/** Compares, and returns the text to print. @throws Error with a sentence for the person who asked */
export function compareFiles(asked: Asked): string {
  const profiles = asked.profiles.map((name) => ({ name, profile: profileOfName(name) }));
  if (asked.files.length === 0) throw new Error('No recording is named.');
  const stays = asked.files.map((path) => stayOf(path, asked.ward ?? null));
  const names = stays.map(({ patient }) => patient);
  const twice = names.find((name, n) => names.indexOf(name) !== n);
  if (twice !== undefined) throw new Error(`Two files have the name ${twice}: a patient is known by it.`);
  checkProfiles(profiles, stays);
  const { labels, faults } = asked.labels === undefined ? noLabels : readLabels(readText(asked.labels), stays);
  if (faults.length > 0) throw new Error(`${asked.labels} is refused:\n  ${faults.join('\n  ')}`);
  const comparison = compareProfiles(hash, profiles, stays, labels);
  if (asked.html !== undefined) writePage(asked.html, comparisonPage(comparison, stays));
  if (asked.json) return `${JSON.stringify(comparison, null, 2)}\n`;
  return `${comparisonText(comparison)}${asked.html === undefined ? '' : `\nThe page is ${asked.html}.\n`}`;
}

const noLabels = { labels: [], faults: [] };

function profileOfName(name: string): NamedProfile['profile'] {
  if (name === 'adult') return profileOf(builtInProfiles);
  try {
    return profileOf(readProfiles(name));
  } catch (error) {
    if (!(error instanceof VigilError)) throw error;
    const [, ...faults] = error.message.split('\n');
    throw new Error(`The profile ${name} is neither "adult" nor a file of profiles:\n${faults.join('\n')}`);
  }
}

/**
 * Refuses a profile file that has nothing for a patient: it would show the built-in profile's alarms under its own name. A device without a
 * patient is allowed, because a hospital also uses the built-in profile there.
 */
function checkProfiles(profiles: readonly NamedProfile[], stays: readonly Stay[]): void {
  for (const named of profiles) {
    if (named.name === 'adult') continue;
    const without = stays.find(
      (stay) => stay.category !== 'unassigned' && profileOfStay(named, stay)?.source.origin === 'built-in',
    );
    if (without === undefined) continue;
    const { category, ward, patient } = without;
    const where = ward === null ? 'in no ward' : `in the ward ${ward}`;
    throw new Error(
      `${named.name} has no profile for ${category} patients ${where} (${patient}). --ward names another.`,
    );
  }
}

function stayOf(path: string, ward: string | null): Stay {
  const stay = readStay(basename(path), readText(path), ward);
  if ('fault' in stay) throw new Error(`${path} ${stay.fault}`);
  return stay;
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${path} cannot be read (${codeOf(error)}).`);
  }
}

function writePage(path: string, page: string): void {
  try {
    writeFileSync(path, page);
  } catch (error) {
    throw new Error(`${path} cannot be written (${codeOf(error)}).`);
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'unknown';
