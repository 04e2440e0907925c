/**
 * Revokes the certificate of a service. Kafka's brokers do not check CRLs. So after each revocation the service gets a
 * new name in Kafka (`gateway`, then `gateway.2`). The new name gets the permissions. The old name loses the
 * permissions immediately, even on open connections. Vigil's own clients check the CRL when they connect to a server.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { principals } from '../contracts/topics.ts';
import { certificatesToRevoke, type IssuedCertificate, type Register, type RevocationReason } from './core/register.ts';
import { serviceCertificates } from './core/wanted.ts';
import { issueCrl } from './crl.ts';
import { writeAtomic } from './files.ts';
import type { Pair } from './issue.ts';
import { entryOf, readRegister, recordEntries, serialOf } from './register.ts';
import { factsOf, readPair } from './stored.ts';

/** The Kafka client that creates topics and access control lists. No service uses it. */
const kafkaAdmin = 'admin';
/** All identities that connect to Kafka, except the broker itself. Each identity is also the name of its files. */
export const serviceClients: readonly string[] = [kafkaAdmin, ...principals];
/** The names of the services in `revoke --service`. */
export const serviceNames: readonly string[] = serviceCertificates(serviceClients, []).map(({ file }) => file);

export const principalsFile = 'principals.json';

/**
 * Returns a function that finds the name of a service in Kafka. The names are in `certs/principals.json`. For a service
 * that the file does not list, the function returns the name unchanged.
 */
export function readPrincipals(certsDir: string): (service: string) => string {
  const path = join(certsDir, principalsFile);
  if (!existsSync(path)) return (service) => service;
  let names: Readonly<Record<string, unknown>>;
  try {
    names = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new VigilError(
      'certificate-invalid',
      `${path} is not a table of names: run \`npm run certs\` to write it again.`,
      {
        cause,
      },
    );
  }
  return (service) => (typeof names[service] === 'string' ? names[service] : service);
}

/**
 * Returns a function that finds the name of a service in Kafka. The number in the name rises with each revoked
 * certificate of the service.
 */
export function principalsOf({ issued, revoked }: Register): (service: string) => string {
  const revokedCounts = new Map<string, number>();
  for (const serial of revoked.keys()) {
    const service = issued.get(serial)?.deviceId;
    if (service !== undefined) revokedCounts.set(service, (revokedCounts.get(service) ?? 0) + 1);
  }
  return (service) => (revokedCounts.has(service) ? `${service}.${1 + (revokedCounts.get(service) ?? 0)}` : service);
}

/** Writes the table of names if it changed. */
export function writePrincipals(certsDir: string): void {
  const principalOf = principalsOf(readRegister(certsDir, 'ca'));
  const names = Object.fromEntries(['kafka', ...serviceClients].map((service) => [service, principalOf(service)]));
  const text = `${JSON.stringify(names, null, 2)}\n`;
  const path = join(certsDir, principalsFile);
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeAtomic(path, text, 0o600);
}

/**
 * Adds the services' certificates on disk to the register, if the register does not list them yet. An older version of
 * Vigil issued such certificates.
 */
export function recordStoredServices(certsDir: string, authority: Pair, nowMs: number): void {
  const { issued } = readRegister(certsDir, 'ca');
  const entries = serviceNames.flatMap((file) => {
    const pair = readPair(certsDir, file);
    if (pair === undefined || issued.has(serialOf(pair.certificate))) return [];
    return factsOf(pair, authority.certificate).isIssuedByUs ? [entryOf(pair.certificate, file, 'made', nowMs)] : [];
  });
  recordEntries(certsDir, entries, 'ca');
}

/**
 * Revokes a service's certificates and issues the CRL of the services. A later `ensureCertificates` creates a new key
 * and certificate.
 * @param service the name of the service's files: `gateway`, `web-server`
 * @returns the revoked certificates
 * @throws VigilError `not-found` if no service has this name, `certificate-invalid` if the authority does not exist yet
 * or a file is broken, `conflict` if other processes wrote the CRL again and again, `settings-invalid` or `no-space` if
 * a file cannot be written
 */
export async function revokeService(options: {
  readonly stateDir: string;
  readonly service: string;
  readonly reason: RevocationReason;
  readonly nowMs: number;
}): Promise<readonly IssuedCertificate[]> {
  const { service, reason, nowMs } = options;
  const certsDir = join(options.stateDir, 'certs');
  if (!serviceNames.includes(service)) {
    throw new VigilError(
      'not-found',
      `"${service}" is not a service: name one of ${serviceNames.join(', ')}. To revoke a device, leave out --service.`,
    );
  }
  const authority = readPair(certsDir, 'ca');
  if (authority === undefined) {
    throw new VigilError(
      'certificate-invalid',
      `${certsDir} does not contain the authority of the services yet: \`npm run certs\` creates it.`,
    );
  }
  recordStoredServices(certsDir, authority, nowMs);
  const toRevoke = certificatesToRevoke(readRegister(certsDir, 'ca'), service);
  recordEntries(
    certsDir,
    toRevoke.map(({ serial }) => ({ event: 'revoked', atMs: nowMs, serial, reason })),
    'ca',
  );
  await issueCrl(certsDir, authority, nowMs, 'ca');
  return toRevoke;
}
