/** Runs `replay --profile A --profile B`: reads the profiles, recordings and labels, and writes the comparison. */

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

export type CompareRequest = {
  /** `adult`, or paths of files with profiles. */
  readonly profiles: readonly string[];
  /** Paths of recordings and captures. */
  readonly files: readonly string[];
  /** Path of the labels. */
  readonly labels?: string | undefined;
  /** The ward whose profile judges all patients. */
  readonly ward?: string | undefined;
  /** Whether the comparison is printed as JSON. */
  readonly json?: boolean | undefined;
  /** Path of the page to write. */
  readonly html?: string | undefined;
};

/** Compares profiles, and returns the text to print. @throws Error with a message for the user */
export function compareFiles(request: CompareRequest): string {
  const { files, ward = null, html } = request;
  const profiles = request.profiles.map((name) => ({ name, profile: profileOfName(name) }));
  if (files.length === 0) throw new Error('Name at least one recording or capture.');
  const stays = files.map((path) => stayOf(path, ward));
  const names = stays.map(({ patient }) => patient);
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate !== undefined)
    throw new Error(`Two files have the name ${duplicate}. Rename one file, because the name identifies the patient.`);
  checkProfiles(profiles, stays);
  const { labels, faults } = request.labels === undefined ? noLabels : readLabels(readText(request.labels), stays);
  if (faults.length > 0) throw new Error(`${request.labels} is refused:\n  ${faults.join('\n  ')}`);
  const comparison = compareProfiles(hash, profiles, stays, labels);
  if (html !== undefined) writePage(html, comparisonPage(comparison, stays));
  if (request.json) return `${JSON.stringify(comparison, null, 2)}\n`;
  return `${comparisonText(comparison)}${html === undefined ? '' : `\nThe page is ${html}.\n`}`;
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
 * Throws an error if a profile file has no profile for a patient. Otherwise the alarms of the built-in profile would
 * appear under the name of the file. A device without a patient is allowed, because the alarm processor uses the
 * built-in profile for such a device too.
 */
function checkProfiles(profiles: readonly NamedProfile[], stays: readonly Stay[]): void {
  for (const file of profiles) {
    if (file.name === 'adult') continue;
    const missing = stays.find(
      (stay) => stay.category !== 'unassigned' && profileOfStay(file, stay)?.source.origin === 'built-in',
    );
    if (missing === undefined) continue;
    const { category, ward, patient } = missing;
    const place = ward === null ? 'without a ward' : `in the ward ${ward}`;
    throw new Error(
      `${file.name} has no profile for ${category} patients ${place} (${patient}). Choose a ward of the file with --ward.`,
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
