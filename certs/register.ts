/**
 * The registers of the authorities on disk, one line per issued or revoked certificate: `certs/devices.jsonl`,
 * `certs/services.jsonl`.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { serialKey } from '../process/crl.ts';
import {
  type IssuedCertificate,
  isWholeLine,
  parseRegister,
  type Register,
  type RegisterEntry,
} from './core/register.ts';
import type { AuthorityName } from './core/wanted.ts';
import { callWrite } from './files.ts';

/** The file of each authority's register, in `certs/`. */
export const registerFiles: Readonly<Record<AuthorityName, string>> = {
  'device-ca': 'devices.jsonl',
  ca: 'services.jsonl',
};

/** Reads a register. @throws VigilError `certificate-invalid` if the file contains a line that Vigil did not write */
export function readRegister(directory: string, authorityName: AuthorityName = 'device-ca'): Register {
  const path = join(directory, registerFiles[authorityName]);
  const register = parseRegister(existsSync(path) ? readFileSync(path, 'utf8') : '');
  if (register) return register;
  throw new VigilError(
    'certificate-invalid',
    `${path} contains a line that Vigil did not write: restore the file from a backup.`,
  );
}

/**
 * Appends entries to the register on disk. Runs before a certificate is given to anybody, so that every certificate can
 * be revoked.
 */
export function recordEntries(
  directory: string,
  entries: readonly RegisterEntry[],
  authorityName: AuthorityName = 'device-ca',
): void {
  if (entries.length === 0) return;
  const path = join(directory, registerFiles[authorityName]);
  callWrite(path, () => {
    const content = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    // A crash may have cut the last line short. A certificate is handed out, and a revocation is reported, only after
    // its line was written. So nobody relies on a line that is cut short, and the line is removed. If only the newline
    // is missing, `readRegister` already uses the line, so the line stays.
    const wholeLinesBytes = content.lastIndexOf('\n') + 1;
    const isCut = wholeLinesBytes < content.length;
    const lacksNewline = isCut && isWholeLine(content.toString('utf8', wholeLinesBytes));
    if (isCut && !lacksNewline) truncateSync(path, wholeLinesBytes);
    const file = openSync(path, 'a', 0o600);
    try {
      const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      writeSync(file, lacksNewline ? `\n${lines}` : lines);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  });
}

/**
 * Returns the register entry of a certificate.
 * @param deviceId the device id; in the register of the services, the name of the service
 */
export function entryOf(
  certificatePem: string,
  deviceId: string,
  origin: IssuedCertificate['origin'],
  nowMs: number,
): IssuedCertificate {
  const certificate = new X509Certificate(certificatePem);
  return {
    event: 'issued',
    atMs: nowMs,
    deviceId,
    serial: serialKey(certificate.serialNumber),
    notAfterMs: Date.parse(certificate.validTo),
    keySha256: keySha256(certificate.publicKey.export({ type: 'spki', format: 'der' })),
    origin,
  };
}

/** Returns a certificate's serial number in the register's form. */
export function serialOf(certificatePem: string): string {
  return serialKey(new X509Certificate(certificatePem).serialNumber);
}

/** Returns the SHA-256 of a public key, base64url. */
export function keySha256(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('base64url');
}
