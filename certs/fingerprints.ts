/**
 * Records the fingerprints of the keys with which Vigil's data were written. At each start, Vigil compares the keys
 * with their fingerprints, to find out if a key was lost or replaced. With a new authority, enrolled devices could not
 * connect. With new reader keys, nobody could decrypt old records. With a new pseudonym key, all pseudonyms would
 * change.
 */
import { createHash, createHmac, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { services } from '../contracts/topics.ts';
import { ensurePrivateDirectory, writeAtomic } from './files.ts';

/**
 * The fingerprint of each key. The name is the path of the key's file below the state folder. Nobody can find the key
 * from the fingerprint.
 */
export type KeyFingerprints = Readonly<Record<string, string>>;
export type RecordedFingerprints = {
  /** How often an operator has run `accept-lost-keys`. */
  readonly epoch: number;
  readonly keys: KeyFingerprints;
};

const recordFile = 'secrets/fingerprints.json';

type ReadFingerprint = (path: string) => string;
const publicKeyFingerprint = (key: KeyObject) =>
  createHash('sha256')
    .update(createPublicKey(key).export({ type: 'spki', format: 'der' }))
    .digest('base64url');
const pemFingerprint: ReadFingerprint = (path) => publicKeyFingerprint(createPrivateKey(readFileSync(path, 'utf8')));
const jwkFingerprint: ReadFingerprint = (path) =>
  publicKeyFingerprint(createPrivateKey({ key: JSON.parse(readFileSync(path, 'utf8')), format: 'jwk' }));
/** A key has 256 random bits, so nobody can find the key from its hash. */
const randomKeyFingerprint: ReadFingerprint = (path) => {
  const key = readFileSync(path, 'utf8').trim();
  if (key === '') throw new Error('empty');
  return createHmac('sha256', key).update('vigil key fingerprint').digest('base64url');
};

const fingerprintReaders: Readonly<Record<string, ReadFingerprint>> = {
  'certs/ca.key': pemFingerprint,
  'certs/device-ca.key': pemFingerprint,
  'secrets/pseudonym.key': randomKeyFingerprint,
  ...Object.fromEntries(services.map((role) => [`secrets/reader-${role}.jwk`, jwkFingerprint])),
};

/**
 * Returns the fingerprints of the existing keys. Leaves out a file without a valid key, because the code that uses the
 * file throws the error.
 */
export function fingerprintsOf(stateDir: string): KeyFingerprints {
  const prints = Object.entries(fingerprintReaders).flatMap(([file, readFingerprint]) => {
    const path = join(stateDir, file);
    if (!existsSync(path)) return [];
    try {
      return [[file, readFingerprint(path)]];
    } catch {
      return [];
    }
  });
  return Object.fromEntries(prints);
}

/**
 * Reads the recorded fingerprints.
 * @returns undefined if there is no file yet
 * @throws VigilError `certificate-invalid`
 */
export function readRecordedFingerprints(stateDir: string): RecordedFingerprints | undefined {
  const path = join(stateDir, recordFile);
  if (!existsSync(path)) return undefined;
  const recorded = parseRecordedFingerprints(readFileSync(path, 'utf8'));
  if (recorded) return recorded;
  throw new VigilError('certificate-invalid', `${path} does not contain what Vigil wrote: restore it from a backup.`);
}

/** Parses the recorded fingerprints. @returns undefined if the text is not valid */
export function parseRecordedFingerprints(text: string): RecordedFingerprints | undefined {
  try {
    const { epoch, keys } = JSON.parse(text) as { epoch?: unknown; keys?: unknown };
    if (!Number.isSafeInteger(epoch) || keys === null || typeof keys !== 'object' || Array.isArray(keys))
      return undefined;
    if (Object.values(keys).some((print) => typeof print !== 'string')) return undefined;
    return { epoch: epoch as number, keys: keys as KeyFingerprints };
  } catch {
    return undefined;
  }
}

/** Returns the files of `recorded` whose key in `current` is missing or different. */
export function lostOrReplacedKeys(recorded: KeyFingerprints, current: KeyFingerprints): string[] {
  return Object.keys(recorded).filter((file) => recorded[file] !== current[file]);
}

/**
 * Checks that the file of every recorded key exists and contains no other key. A file without a valid key is not
 * reported here (`fingerprintsOf`). Must run before any new key is created.
 * @throws VigilError `certificate-invalid`; the message names the files to restore
 */
export function requireRecordedKeys(stateDir: string): void {
  const recorded = readRecordedFingerprints(stateDir);
  if (!recorded) return;
  const current = fingerprintsOf(stateDir);
  const lostFiles = lostOrReplacedKeys(recorded.keys, current).filter(
    (file) => current[file] || !existsSync(join(stateDir, file)),
  );
  if (lostFiles.length === 0) return;
  const faults = lostFiles.map((file) => `${file} ${current[file] ? 'contains another key' : 'is missing'}`).join(', ');
  throw new VigilError('certificate-invalid', `${faults}. ${remedyText(stateDir)}`);
}

/** Returns the sentences for the operator: what to do about lost keys. */
export function remedyText(stateDir: string): string {
  return (
    `Vigil's data were written with the former keys: restore them from the backup of ${stateDir}. ` +
    'If you have no backup, `npm run certs -- accept-lost-keys` creates new keys, but data that need the lost keys can ' +
    'never be read again. If device-ca.key is lost, all devices must be enrolled again.'
  );
}

/**
 * Records the fingerprints of the current keys. The next start requires these keys. Must run after all files were
 * written.
 */
export function recordFingerprints(stateDir: string): void {
  const recorded = readRecordedFingerprints(stateDir);
  const keys = fingerprintsOf(stateDir);
  const areAllRecorded = recorded && Object.keys(keys).every((file) => recorded.keys[file] === keys[file]);
  if (!areAllRecorded) writeRecord(stateDir, { epoch: recorded?.epoch ?? 0, keys: { ...recorded?.keys, ...keys } });
}

/**
 * Records the fingerprints of the current keys, at the request of an operator. The new fingerprints replace those of
 * the lost keys.
 * @returns the files of the lost keys
 */
export function acceptLostKeys(stateDir: string): string[] {
  const recorded = readRecordedFingerprints(stateDir);
  const current = fingerprintsOf(stateDir);
  const lostFiles = lostOrReplacedKeys(recorded?.keys ?? {}, current);
  writeRecord(stateDir, { epoch: (recorded?.epoch ?? 0) + 1, keys: current });
  return lostFiles;
}

function writeRecord(stateDir: string, recorded: RecordedFingerprints): void {
  ensurePrivateDirectory(join(stateDir, 'secrets'));
  writeAtomic(join(stateDir, recordFile), `${JSON.stringify(recorded, null, 2)}\n`, 0o600);
}
