/** Reads and writes pairs on disk. A pair is a certificate and its private key, in two files. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import type { CertificateFacts } from './core/renewal.ts';
import type { Purpose } from './core/wanted.ts';
import { makeFilePrivate, writeAtomic } from './files.ts';
import type { Pair } from './issue.ts';

/**
 * @returns undefined if the certificate or its key is missing
 * @throws VigilError `certificate-invalid` if the certificate or the key cannot be read or parsed
 */
export function readPair(directory: string, file: string): Pair | undefined {
  const certificate = readIfExists(join(directory, `${file}.pem`));
  const key = readIfExists(join(directory, `${file}.key`));
  if (certificate === undefined || key === undefined) return undefined;
  makeFilePrivate(join(directory, `${file}.key`));
  parse(join(directory, `${file}.pem`), 'certificate', () => new X509Certificate(certificate));
  parse(join(directory, `${file}.key`), 'private key', () => createPrivateKey(key));
  return { certificate, key };
}

/**
 * Reads the key of a pair, even if the certificate is missing.
 * @throws VigilError `certificate-invalid` if the file contains no key
 */
export function readKey(directory: string, file: string): string | undefined {
  const path = join(directory, `${file}.key`);
  const key = readIfExists(path);
  if (key !== undefined) parse(path, 'private key', () => createPrivateKey(key));
  return key;
}

/**
 * Writes a pair: first the key, then the certificate. If the process crashes between the two writes, the next run sees
 * that the key does not fit the certificate, and replaces the pair.
 */
export function writePair(directory: string, file: string, pair: Pair): void {
  writeAtomic(join(directory, `${file}.key`), pair.key, 0o600);
  writeAtomic(join(directory, `${file}.pem`), pair.certificate, 0o644);
}

/**
 * Returns facts about a pair: the content of the certificate, whether our authority signed the certificate, and whether
 * the key fits.
 */
export function factsOf(pair: Pair, authorityCertificate: string): CertificateFacts {
  const certificate = new X509Certificate(pair.certificate);
  const authority = new X509Certificate(authorityCertificate);
  return {
    commonName: /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? '',
    notBeforeMs: Date.parse(certificate.validFrom),
    notAfterMs: Date.parse(certificate.validTo),
    names: namesOf(certificate),
    purposes: purposesOf(certificate),
    isIssuedByUs: certificate.checkIssued(authority) && certificate.verify(authority.publicKey),
    isKeyRight: certificate.checkPrivateKey(createPrivateKey(pair.key)),
  };
}

/** Returns the names and addresses for which a certificate is valid. */
export function namesOf(certificate: X509Certificate): string[] {
  const text = certificate.subjectAltName;
  if (text === undefined) return [];
  return text.split(', ').map((entry) => shortAddress(entry.replace(/^(?:DNS|IP Address):/, '')));
}

/** Shortens an IPv6 address: OpenSSL prints `0:0:0:0:0:0:0:1` for our `::1`. */
function shortAddress(name: string): string {
  return name.includes(':') ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name;
}

const purposeOids: Readonly<Record<string, Purpose>> = { '1.3.6.1.5.5.7.3.1': 'server', '1.3.6.1.5.5.7.3.2': 'client' };

function purposesOf(certificate: X509Certificate): Purpose[] {
  return (certificate.keyUsage ?? []).flatMap((oid) => purposeOids[oid] ?? []);
}

function readIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    throw new VigilError('certificate-invalid', `Cannot read ${path} (${code}).`, { cause });
  }
}

function parse(path: string, kind: string, read: () => unknown): void {
  try {
    read();
  } catch (cause) {
    throw new VigilError(
      'certificate-invalid',
      `${path} does not contain a ${kind}: delete this file, and Vigil creates a new one.`,
      {
        cause,
      },
    );
  }
}
