/**
 * Creates the secrets that are not certificates: reader keys, keys that sign the audit trail, passwords, the pseudonym
 * key, the session key, the keys of Web Push.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { services } from '../contracts/topics.ts';
import { type AuditKeys, auditSigners, thumbprint } from '../log/audit/keys.ts';
import { ensurePrivateDirectory, makeFilePrivate, writeAtomic } from './files.ts';

/** Names of the files that contain 256 random bits each, base64url. */
const randomSecrets = [
  'pseudonym.key',
  'session.key',
  'influx-admin.password',
  'influx-trends.password',
  'influx-dashboard.password',
] as const;

/**
 * Creates missing secrets. Keeps existing secrets: without the old keys nobody could read the old records.
 * @returns the names of the files that were written
 */
export function ensureSecrets(directory: string): string[] {
  ensurePrivateDirectory(directory);
  const writtenFiles: string[] = [];
  for (const name of randomSecrets) {
    if (ensureFile(join(directory, name), () => `${randomBytes(32).toString('base64url')}\n`)) writtenFiles.push(name);
  }
  const keys: object[] = [];
  for (const role of services) {
    const name = `reader-${role}.jwk`;
    if (ensureFile(join(directory, name), () => newReaderKey(role))) writtenFiles.push(name);
    keys.push(publicReaderKey(join(directory, name), role));
  }
  if (updateFile(join(directory, 'readers.json'), { keys })) writtenFiles.push('readers.json');
  return [...writtenFiles, ...ensureAuditKeys(directory), ...ensurePushKeys(directory)];
}

/**
 * Creates the keys of Web Push (VAPID, RFC 8292): `push.jwk` for the delivery process, and `push-public.key` for pages.
 * A subscription of a browser is valid only for one public key. If the key changes, each person must add her or his
 * phone again.
 */
function ensurePushKeys(directory: string): string[] {
  const path = join(directory, 'push.jwk');
  const writtenFiles = ensureFile(path, newPushKey) ? ['push.jwk'] : [];
  const text = `${publicPushKey(path)}\n`;
  const publicPath = join(directory, 'push-public.key');
  if (existsSync(publicPath) && readFileSync(publicPath, 'utf8') === text) return writtenFiles;
  writeAtomic(publicPath, text, 0o600);
  return [...writtenFiles, 'push-public.key'];
}

function newPushKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return `${JSON.stringify({ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' })}\n`;
}

/** Returns the public key in the form for browsers: an uncompressed point, base64url (RFC 8292, 3.2). */
function publicPushKey(path: string): string {
  try {
    const jwk = JSON.parse(readFileSync(path, 'utf8'));
    if (jwk.crv !== 'P-256' || jwk.use !== 'sig') throw new Error('another key');
    const { x, y } = createPublicKey(createPrivateKey({ key: jwk, format: 'jwk' })).export({ format: 'jwk' });
    return Buffer.concat([Buffer.of(4), Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')]).toString(
      'base64url',
    );
  } catch (cause) {
    throw new VigilError(
      'certificate-invalid',
      `${path} is not the private P-256 JWK of Web Push: restore it from a backup, or delete it; then each person must add her or his phone again.`,
      { cause },
    );
  }
}

/**
 * Creates missing audit keys. `audit-keys.json` keeps the public keys of former audit keys, so that old signatures can
 * still be checked.
 */
function ensureAuditKeys(directory: string): string[] {
  const writtenFiles: string[] = [];
  const path = join(directory, 'audit-keys.json');
  const keys: AuditKeys['keys'][number][] = existsSync(path) ? [...readAuditKeys(path).keys] : [];
  for (const owner of auditSigners) {
    const name = `audit-${owner}.jwk`;
    if (ensureFile(join(directory, name), () => newAuditKey(owner))) writtenFiles.push(name);
    const key = publicAuditKey(join(directory, name), owner);
    if (!keys.some(({ kid }) => kid === key.kid)) keys.push(key);
  }
  if (updateFile(path, { keys })) writtenFiles.push('audit-keys.json');
  return writtenFiles;
}

/**
 * Writes the file if its content changes.
 * @returns whether the file was written
 */
function updateFile(path: string, content: object): boolean {
  const text = `${JSON.stringify(content, null, 2)}\n`;
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  writeAtomic(path, text, 0o600);
  return true;
}

function readAuditKeys(path: string): AuditKeys {
  try {
    const set = JSON.parse(readFileSync(path, 'utf8')) as AuditKeys;
    if (!Array.isArray(set.keys)) throw new Error('no keys');
    return set;
  } catch (cause) {
    throw new VigilError('certificate-invalid', `${path} is not a set of public keys: restore it from a backup.`, {
      cause,
    });
  }
}

function newAuditKey(owner: string): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return `${JSON.stringify({ ...privateKey.export({ format: 'jwk' }), use: 'sig', owner })}\n`;
}

function publicAuditKey(path: string, owner: string): AuditKeys['keys'][number] {
  try {
    const jwk = JSON.parse(readFileSync(path, 'utf8')) as AuditKeys['keys'][number];
    if (jwk.crv !== 'Ed25519' || jwk.owner !== owner) throw new Error('another key');
    const key = createPublicKey(createPrivateKey({ key: jwk, format: 'jwk' })).export({ format: 'jwk' });
    return { ...key, use: 'sig', owner, kid: thumbprint(key) };
  } catch (cause) {
    throw new VigilError(
      'certificate-invalid',
      `${path} is not the private Ed25519 JWK of ${owner}: restore it from a backup.`,
      {
        cause,
      },
    );
  }
}

function ensureFile(path: string, content: () => string): boolean {
  if (existsSync(path)) {
    makeFilePrivate(path);
    if (readFileSync(path, 'utf8').trim() === '') {
      throw new VigilError(
        'certificate-invalid',
        `${path} is empty: restore it from a backup, or delete it if Vigil has stored no data yet.`,
      );
    }
    return false;
  }
  writeAtomic(path, content(), 0o600);
  return true;
}

/** Returns the members of a JWK (RFC 7517) that name the key and its purpose. */
function readerKeyLabels(role: string): { kid: string; alg: string; use: string } {
  return { kid: role, alg: 'ECDH-ES+A256KW', use: 'enc' };
}

function newReaderKey(role: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return `${JSON.stringify({ ...privateKey.export({ format: 'jwk' }), ...readerKeyLabels(role) })}\n`;
}

function publicReaderKey(path: string, role: string): object {
  try {
    const jwk = JSON.parse(readFileSync(path, 'utf8'));
    if (jwk.kid !== role || jwk.crv !== 'P-256') throw new Error('another key');
    const publicKey = createPublicKey(createPrivateKey({ key: jwk, format: 'jwk' }));
    return { ...publicKey.export({ format: 'jwk' }), ...readerKeyLabels(role) };
  } catch (cause) {
    throw new VigilError(
      'certificate-invalid',
      `${path} is not the private P-256 JWK of ${role}: restore it from a backup.`,
      {
        cause,
      },
    );
  }
}
