/**
 * Revokes the certificate of a service. Kafka's brokers do not check CRLs. So after each revocation the service gets another name in Kafka
 * (`gateway`, then `gateway.2`). The new name gets the permissions, and the old name loses them at once, even on open connections.
 * Vigil's own clients check the CRL when they connect to a server.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { principals } from '../contracts/topics.ts';
import { type IssuedCertificate, livingOf, type Register, type RevocationReason } from './core/register.ts';
import { serviceCertificates } from './core/wanted.ts';
import { issueCrl } from './crl.ts';
import { writeAtomic } from './files.ts';
import type { Pair } from './issue.ts';
import { entryOf, readRegister, record, serialOf } from './register.ts';
import { factsOf, readPair } from './stored.ts';

/** The Kafka client that creates topics and access control lists. No service uses it. */
const kafkaAdmin = 'admin';
/** All identities that connect to Kafka, except the broker itself. Each identity is also the name of its files. */
export const serviceClients: readonly string[] = [kafkaAdmin, ...principals];
/** The names of the services in `revoke --service`. */
export const serviceNames: readonly string[] = serviceCertificates(serviceClients, []).map(({ file }) => file);

export const principalsFile = 'principals.json';

/** Returns each service's name in Kafka, from `certs/principals.json`. A service that the file does not list keeps its own name. */
export function readPrincipals(certsDir: string): (service: string) => string {
  const path = join(certsDir, principalsFile);
  if (!existsSync(path)) return (service) => service;
  let names: Readonly<Record<string, unknown>>;
  try {
    names = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new VigilError('certificate-invalid', `${path} is no table of names: npm run certs writes it anew.`, {
      cause,
    });
  }
  return (service) => (typeof names[service] === 'string' ? names[service] : service);
}

/** Returns each service's name in Kafka, from the register: its number rises with each revoked certificate of the service. */
export function principalsOf({ issued, revoked }: Register): (service: string) => string {
  const ended = new Map<string, number>();
  for (const serial of revoked.keys()) {
    const service = issued.get(serial)?.deviceId;
    if (service !== undefined) ended.set(service, (ended.get(service) ?? 0) + 1);
  }
  return (service) => (ended.has(service) ? `${service}.${1 + (ended.get(service) ?? 0)}` : service);
}

/** Writes the table of names if it changed. */
export function writePrincipals(certsDir: string): void {
  const principalOf = principalsOf(readRegister(certsDir, 'ca'));
  const names = Object.fromEntries(['kafka', ...serviceClients].map((service) => [service, principalOf(service)]));
  const text = `${JSON.stringify(names, null, 2)}\n`;
  const path = join(certsDir, principalsFile);
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeAtomic(path, text, 0o600);
}

/** Adds the certificates of services to the register that were issued before the register existed. */
export function enterServices(certsDir: string, authority: Pair, nowMs: number): void {
  const { issued } = readRegister(certsDir, 'ca');
  const entries = serviceNames.flatMap((file) => {
    const pair = readPair(certsDir, file);
    if (pair === undefined || issued.has(serialOf(pair.certificate))) return [];
    return factsOf(pair, authority.certificate).issuedByOurs ? [entryOf(pair.certificate, file, 'made', nowMs)] : [];
  });
  record(certsDir, entries, 'ca');
}

/**
 * Revokes a service's certificates and issues the CRL of the services. `ensureCertificates` then makes a new key and certificate.
 * @param service the name of its files: `gateway`, `web-server`
 * @returns the revoked certificates
 * @throws VigilError `not-found`
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
      `"${service}" is no service: name one of ${serviceNames.join(', ')}. A device is revoked without --service.`,
    );
  }
  const authority = readPair(certsDir, 'ca');
  if (authority === undefined) {
    throw new VigilError(
      'certificate-invalid',
      `${certsDir} holds no authority of the services yet: npm run certs makes it.`,
    );
  }
  enterServices(certsDir, authority, nowMs);
  const ended = livingOf(readRegister(certsDir, 'ca'), service, nowMs);
  record(
    certsDir,
    ended.map(({ serial }) => ({ event: 'revoked', atMs: nowMs, serial, reason })),
    'ca',
  );
  await issueCrl(certsDir, authority, nowMs, 'ca');
  return ended;
}
