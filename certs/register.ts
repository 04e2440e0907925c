/** The register of the device authority on disk: `certs/devices.jsonl`, one line for each certificate issued or revoked. */
import { createHash, X509Certificate } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { serialKey } from '../contracts/crl.ts';
import { VigilError } from '../contracts/errors.ts';
import { type IssuedCertificate, parseRegister, type Register, type RegisterEntry } from './core/register.ts';
import { guarded } from './files.ts';

const fileName = 'devices.jsonl';

/** @throws VigilError `certificate-invalid` where the file is not what we wrote */
export function readRegister(directory: string): Register {
  const path = join(directory, fileName);
  const register = parseRegister(existsSync(path) ? readFileSync(path, 'utf8') : '');
  if (register) return register;
  throw new VigilError('certificate-invalid', `${path} has a line that is none of Vigil's: restore it from a backup.`);
}

/** Writes entries down and flushes them: before a certificate is handed out, so that none exists which cannot be revoked. */
export function record(directory: string, entries: readonly RegisterEntry[]): void {
  if (entries.length === 0) return;
  const path = join(directory, fileName);
  guarded(path, () => {
    const text = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    // A line that a crash has cut short was never handed out, and must not swallow the next one.
    const whole = text.lastIndexOf('\n') + 1;
    if (whole < text.length) truncateSync(path, whole);
    const file = openSync(path, 'a', 0o600);
    try {
      writeSync(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  });
}

/** A certificate as the register knows it. */
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

/** A certificate's serial number as the register has it. */
export function serialOf(certificatePem: string): string {
  return serialKey(new X509Certificate(certificatePem).serialNumber);
}

export function keySha256(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('base64url');
}
