/** Brings a state folder's certificates and secrets to what they should be: makes, renews, and keeps. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { deviceIdPattern, services } from '../contracts/topics.ts';
import { authorityNeedsRenewal, type RenewalReason, renewalReason } from './core/renewal.ts';
import {
  type AuthorityName,
  authorities,
  deviceCertificate,
  isHostName,
  serviceCertificates,
  type WantedCertificate,
} from './core/wanted.ts';
import { privateDirectory, writeAtomic } from './files.ts';
import { issueAuthority, issueLeaf, type Pair, renewAuthority } from './issue.ts';
import { ensureSecrets } from './secrets.ts';
import { factsOf, readPair, writePair } from './stored.ts';

export type Issued = { readonly file: string; readonly reason: RenewalReason };

export type EnsureOptions = {
  /** The state folder; certificates go to `certs/` in it and other secrets to `secrets/`. */
  readonly stateDir: string;
  /** Devices that must have a certificate; those that have one already are renewed in any case. */
  readonly devices?: readonly string[];
  /** Further host names of the servers. */
  readonly names?: readonly string[];
  /** Milliseconds since 1970. */
  readonly nowMs: number;
};

/** The Kafka client that creates topics and access control lists. No service runs as this one. */
export const kafkaAdmin = 'admin';

/**
 * Makes or renews everything that is missing, expires within 30 days, or lacks a wanted name; keeps the rest as it is.
 * @returns what was issued and why; empty when nothing had to be done
 * @throws VigilError `settings-invalid` (bad name, folder not writable), `certificate-invalid` (a broken file), `no-space`
 */
export async function ensureCertificates(options: EnsureOptions): Promise<Issued[]> {
  const directory = join(options.stateDir, 'certs');
  const asked = options.devices ?? [];
  const names = options.names ?? [];
  for (const id of asked) checkDeviceId(id);
  for (const name of names) checkHostName(name);
  privateDirectory(options.stateDir);
  privateDirectory(directory);
  privateDirectory(join(directory, 'devices'));
  const issued: Issued[] = ensureSecrets(join(options.stateDir, 'secrets')).map((name) => ({
    file: `secrets/${name}`,
    reason: 'missing',
  }));
  const pairs = {
    ca: await ensureAuthority(directory, 'ca', options.nowMs, issued),
    'device-ca': await ensureAuthority(directory, 'device-ca', options.nowMs, issued),
  };
  const devices = new Set([...asked, ...storedDevices(directory)]);
  const wanted = [...serviceCertificates([kafkaAdmin, ...services], names), ...[...devices].map(deviceCertificate)];
  for (const one of wanted) await ensureLeaf(directory, one, pairs[one.authority], options.nowMs, issued);
  return issued;
}

async function ensureAuthority(directory: string, name: AuthorityName, nowMs: number, issued: Issued[]): Promise<Pair> {
  const stored = readPair(directory, name);
  if (stored === undefined) {
    const pair = await issueAuthority(authorities[name], nowMs);
    writePair(directory, name, pair);
    issued.push({ file: `certs/${name}`, reason: 'missing' });
    return pair;
  }
  const facts = factsOf(stored, stored.certificate);
  const file = join(directory, `${name}.pem`);
  if (!facts.keyFits || !facts.issuedByOurs) {
    throw new VigilError(
      'certificate-invalid',
      `${file} and its key do not belong together: restore them or delete both.`,
    );
  }
  if (!authorityNeedsRenewal(facts, nowMs)) return stored;
  const renewed = await renewAuthority(authorities[name], stored.key, nowMs);
  writeAtomic(file, renewed.certificate, 0o644);
  issued.push({ file: `certs/${name}`, reason: 'expires' });
  return renewed;
}

async function ensureLeaf(
  directory: string,
  wanted: WantedCertificate,
  authority: Pair,
  nowMs: number,
  issued: Issued[],
): Promise<void> {
  const stored = readPair(directory, wanted.file);
  const facts = stored === undefined ? undefined : factsOf(stored, authority.certificate);
  const reason = renewalReason(facts, wanted, nowMs);
  if (reason === undefined) return;
  // A renewal keeps the names that an earlier run was asked for.
  const names = [...new Set([...wanted.names, ...(facts?.issuedByOurs ? facts.names : [])])];
  writePair(directory, wanted.file, await issueLeaf({ ...wanted, names }, authority, nowMs));
  issued.push({ file: `certs/${wanted.file}`, reason });
}

function storedDevices(directory: string): string[] {
  return readdirSync(join(directory, 'devices'))
    .filter((file) => file.endsWith('.pem'))
    .map((file) => file.slice(0, -'.pem'.length))
    .filter((id) => deviceIdPattern.test(id));
}

function checkDeviceId(id: string): void {
  if (deviceIdPattern.test(id) && id !== '.' && id !== '..') return;
  throw new VigilError(
    'settings-invalid',
    `"${id}" is no device id: it has 1 to 64 letters, digits, dots, underscores or hyphens.`,
  );
}

function checkHostName(name: string): void {
  if (!isHostName(name)) throw new VigilError('settings-invalid', `"${name}" is neither a host name nor an address.`);
}
