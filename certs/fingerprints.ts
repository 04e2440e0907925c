/**
 * Records the fingerprints of the keys with which Vigil's data were written. With them, the start finds out if a key was lost or replaced.
 * With a new key, enrolled devices could not connect, old records could not be opened, and every patient would get another pseudonym.
 */
import { createHash, createHmac, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { services } from '../contracts/topics.ts';
import { privateDirectory, writeAtomic } from './files.ts';

/** The fingerprint of each key, by the path of its file below the state folder. Nobody can find the key from the fingerprint. */
export type KeyPrints = Readonly<Record<string, string>>;
export type RecordedKeys = {
  /** How often an operator has run `accept-lost-keys`. */
  readonly epoch: number;
  readonly keys: KeyPrints;
};

const recordFile = 'secrets/fingerprints.json';

type Read = (path: string) => string;
const publicPrint = (key: KeyObject) =>
  createHash('sha256')
    .update(createPublicKey(key).export({ type: 'spki', format: 'der' }))
    .digest('base64url');
const pem: Read = (path) => publicPrint(createPrivateKey(readFileSync(path, 'utf8')));
const jwk: Read = (path) =>
  publicPrint(createPrivateKey({ key: JSON.parse(readFileSync(path, 'utf8')), format: 'jwk' }));
/** The key itself has 256 random bits, so nobody can find it from the hash. */
const random: Read = (path) => {
  const key = readFileSync(path, 'utf8').trim();
  if (key === '') throw new Error('empty');
  return createHmac('sha256', key).update('vigil key fingerprint').digest('base64url');
};

const kept: Readonly<Record<string, Read>> = {
  'certs/ca.key': pem,
  'certs/device-ca.key': pem,
  'secrets/pseudonym.key': random,
  ...Object.fromEntries(services.map((role) => [`secrets/reader-${role}.jwk`, jwk])),
};

/** Returns the fingerprints of the existing keys. Leaves out a file without a valid key, which the code that uses the file reports. */
export function printsOf(stateDir: string): KeyPrints {
  const found = Object.entries(kept).flatMap(([file, print]) => {
    const path = join(stateDir, file);
    if (!existsSync(path)) return [];
    try {
      return [[file, print(path)]];
    } catch {
      return [];
    }
  });
  return Object.fromEntries(found);
}

/** Reads the recorded fingerprints. @returns undefined if there are none yet. @throws VigilError `certificate-invalid` */
export function readRecorded(stateDir: string): RecordedKeys | undefined {
  const path = join(stateDir, recordFile);
  if (!existsSync(path)) return undefined;
  const recorded = parseRecorded(readFileSync(path, 'utf8'));
  if (recorded) return recorded;
  throw new VigilError('certificate-invalid', `${path} does not hold what Vigil wrote there: restore it.`);
}

/** Parses the recorded fingerprints. @returns undefined if the text is no such record */
export function parseRecorded(text: string): RecordedKeys | undefined {
  try {
    const { epoch, keys } = JSON.parse(text) as { epoch?: unknown; keys?: unknown };
    if (!Number.isSafeInteger(epoch) || keys === null || typeof keys !== 'object' || Array.isArray(keys))
      return undefined;
    if (Object.values(keys).some((print) => typeof print !== 'string')) return undefined;
    return { epoch: epoch as number, keys: keys as KeyPrints };
  } catch {
    return undefined;
  }
}

/** Returns the files of `recorded` that are missing now or have another key. */
export function differing(recorded: KeyPrints, present: KeyPrints): string[] {
  return Object.keys(recorded).filter((file) => recorded[file] !== present[file]);
}

/**
 * Checks that every recorded key still exists. Runs before any new key is made.
 * @throws VigilError `certificate-invalid` with the files to restore
 */
export function requireRecordedKeys(stateDir: string): void {
  const recorded = readRecorded(stateDir);
  if (!recorded) return;
  const present = printsOf(stateDir);
  const wrong = differing(recorded.keys, present).filter((file) => present[file] || !existsSync(join(stateDir, file)));
  if (wrong.length === 0) return;
  const faults = wrong.map((file) => `${file} ${present[file] ? 'is another key' : 'is missing'}`).join(', ');
  throw new VigilError('certificate-invalid', `${faults}. ${remedy(stateDir)}`);
}

/** Returns sentences that tell an operator what to do about missing keys. */
export function remedy(stateDir: string): string {
  return (
    `The data were written with the keys that were there before: restore them from the backup of ${stateDir}. ` +
    'If they are lost for good, npm run certs -- accept-lost-keys makes new ones. Data that only the lost keys can open ' +
    'stay closed. If device-ca.key is lost, devices must be enrolled anew.'
  );
}

/** Records the present keys; the next start requires them. Runs after everything was made. */
export function recordKeys(stateDir: string): void {
  const recorded = readRecorded(stateDir);
  const keys = printsOf(stateDir);
  const isKnown = recorded && Object.keys(keys).every((file) => recorded.keys[file] === keys[file]);
  if (!isKnown) write(stateDir, { epoch: recorded?.epoch ?? 0, keys: { ...recorded?.keys, ...keys } });
}

/** Records the present keys instead of the lost keys, at the request of an operator. @returns the files of the lost keys */
export function acceptLostKeys(stateDir: string): string[] {
  const recorded = readRecorded(stateDir);
  const present = printsOf(stateDir);
  const lost = differing(recorded?.keys ?? {}, present);
  write(stateDir, { epoch: (recorded?.epoch ?? 0) + 1, keys: present });
  return lost;
}

function write(stateDir: string, recorded: RecordedKeys): void {
  privateDirectory(join(stateDir, 'secrets'));
  writeAtomic(join(stateDir, recordFile), `${JSON.stringify(recorded, null, 2)}\n`, 0o600);
}
