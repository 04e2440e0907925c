/** Makes the secrets that are not certificates: reader keys, keys that sign the audit trail, passwords, the pseudonym key, the session key. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { services } from '../contracts/topics.ts';
import { type AuditKeys, auditSigners, thumbprint } from '../log/audit/keys.ts';
import { keepPrivate, privateDirectory, writeAtomic } from './files.ts';

/** 256 random bits each, base64url. */
const randomSecrets = [
  'pseudonym.key',
  'session.key',
  'influx-admin.password',
  'influx-trends.password',
  'influx-dashboard.password',
] as const;

/**
 * Makes missing secrets and keeps existing ones: with a new pseudonym key or reader key, older records would be unreadable.
 * @returns the names of the files made
 */
export function ensureSecrets(directory: string): string[] {
  privateDirectory(directory);
  const made: string[] = [];
  for (const name of randomSecrets) {
    if (ensureFile(join(directory, name), () => `${randomBytes(32).toString('base64url')}\n`)) made.push(name);
  }
  const keys: object[] = [];
  for (const role of services) {
    const name = `reader-${role}.jwk`;
    if (ensureFile(join(directory, name), () => newReaderKey(role))) made.push(name);
    keys.push(publicReaderKey(join(directory, name), role));
  }
  if (keepFile(join(directory, 'readers.json'), { keys })) made.push('readers.json');
  return [...made, ...ensureAuditKeys(directory)];
}

/** Makes the audit keys. The file of public keys keeps the replaced ones, so that their signatures still verify. */
function ensureAuditKeys(directory: string): string[] {
  const made: string[] = [];
  const path = join(directory, 'audit-keys.json');
  const keys: AuditKeys['keys'][number][] = existsSync(path) ? [...readAuditKeys(path).keys] : [];
  for (const owner of auditSigners) {
    const name = `audit-${owner}.jwk`;
    if (ensureFile(join(directory, name), () => newAuditKey(owner))) made.push(name);
    const key = publicAuditKey(join(directory, name), owner);
    if (!keys.some(({ kid }) => kid === key.kid)) keys.push(key);
  }
  if (keepFile(path, { keys })) made.push('audit-keys.json');
  return made;
}

/** Writes the file if its content changes. @returns whether it was written */
function keepFile(path: string, content: object): boolean {
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
    throw new VigilError('certificate-invalid', `${path} is no set of public keys: restore it from a backup.`, {
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
    throw new VigilError('certificate-invalid', `${path} is not the private Ed25519 JWK of ${owner}: restore it.`, {
      cause,
    });
  }
}

function ensureFile(path: string, content: () => string): boolean {
  if (existsSync(path)) {
    keepPrivate(path);
    if (readFileSync(path, 'utf8').trim() === '') {
      throw new VigilError(
        'certificate-invalid',
        `${path} is empty: restore it, or delete it if nothing was sealed yet.`,
      );
    }
    return false;
  }
  writeAtomic(path, content(), 0o600);
  return true;
}

/** RFC 7517 members that tell a JOSE library the purpose of the key. */
function labels(role: string): { kid: string; alg: string; use: string } {
  return { kid: role, alg: 'ECDH-ES+A256KW', use: 'enc' };
}

function newReaderKey(role: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return `${JSON.stringify({ ...privateKey.export({ format: 'jwk' }), ...labels(role) })}\n`;
}

function publicReaderKey(path: string, role: string): object {
  try {
    const jwk = JSON.parse(readFileSync(path, 'utf8'));
    if (jwk.kid !== role || jwk.crv !== 'P-256') throw new Error('another key');
    const publicKey = createPublicKey(createPrivateKey({ key: jwk, format: 'jwk' }));
    return { ...publicKey.export({ format: 'jwk' }), ...labels(role) };
  } catch (cause) {
    throw new VigilError('certificate-invalid', `${path} is not the private P-256 JWK of ${role}: restore it.`, {
      cause,
    });
  }
}
