/** Creates and renews the certificates and secrets of a state folder. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { visibleText } from '../contracts/text.ts';
import { deviceIdPattern } from '../contracts/topics.ts';
import type { Register } from './core/register.ts';
import { authorityNeedsRenewal, type RenewalReason, renewalReason } from './core/renewal.ts';
import {
  type AuthorityName,
  authorities,
  deviceCertificate,
  type ExtraName,
  namesToKeep,
  parseExtraName,
  serviceCertificates,
  type WantedCertificate,
} from './core/wanted.ts';
import { crlFiles, crlReason, issueCrl } from './crl.ts';
import { ensurePrivateDirectory, writeAtomic } from './files.ts';
import { recordFingerprints, requireRecordedKeys } from './fingerprints.ts';
import { issueAuthority, issueLeaf, type Pair, renewAuthority } from './issue.ts';
import { entryOf, readRegister, recordEntries, serialOf } from './register.ts';
import { ensureSecrets } from './secrets.ts';
import { principalsOf, recordStoredServices, serviceClients, writePrincipals } from './services.ts';
import { factsOf, readKey, readPair, writePair } from './stored.ts';

export type WrittenFile = { readonly file: string; readonly reason: RenewalReason | 'revoked' };

export type EnsureOptions = {
  /** The state folder, with the certificates in `certs/` and the other secrets in `secrets/`. */
  readonly stateDir: string;
  /**
   * Ids of devices that must have a certificate. Existing certificates of other devices are renewed too, if they are
   * not revoked.
   */
  readonly devices?: readonly string[];
  /**
   * Whether each device of `devices` gets a new certificate if its certificate is revoked. Only a person may set this
   * option.
   */
  readonly replaceRevoked?: boolean;
  /**
   * Further host names of the servers: `gateway=mqtt.example`. A name without a server belongs to the gateway and the
   * dashboard.
   */
  readonly names?: readonly string[];
  /** Milliseconds since 1970. */
  readonly nowMs: number;
};

/**
 * Creates missing secrets. Issues each certificate and CRL that is missing, expires soon, or has the wrong content, and
 * replaces a revoked certificate of a service. Then writes the tables that depend on the certificates, if their content
 * changed.
 * @returns the secrets, certificates and CRLs that were written, each with the reason; a secret always has the reason
 * `missing`
 * @throws VigilError `settings-invalid` (an invalid name, or a folder that is not writable), `certificate-invalid` (a
 * broken file, or a recorded key that is missing or different), `conflict` (other processes wrote a CRL again and
 * again), `no-space`
 */
export async function ensureCertificates(options: EnsureOptions): Promise<WrittenFile[]> {
  const directory = join(options.stateDir, 'certs');
  const namedDevices = options.devices ?? [];
  const names = (options.names ?? []).map(readExtraName);
  for (const id of namedDevices) checkDeviceId(id);
  ensurePrivateDirectory(options.stateDir);
  requireRecordedKeys(options.stateDir);
  ensurePrivateDirectory(directory);
  ensurePrivateDirectory(join(directory, 'devices'));
  const issued: WrittenFile[] = ensureSecrets(join(options.stateDir, 'secrets')).map((name) => ({
    file: `secrets/${name}`,
    reason: 'missing',
  }));
  const pairs = {
    ca: await ensureAuthority(directory, 'ca', options.nowMs, issued),
    'device-ca': await ensureAuthority(directory, 'device-ca', options.nowMs, issued),
  };
  const devices = new Set([...namedDevices, ...storedDevices(directory)]);
  recordStoredServices(directory, pairs.ca, options.nowMs);
  const serviceRegister = readRegister(directory, 'ca');
  for (const wanted of serviceCertificates(serviceClients, names, principalsOf(serviceRegister))) {
    await ensureLeaf(directory, wanted, pairs.ca, serviceRegister, options.nowMs, issued);
  }
  writePrincipals(directory);
  await ensureDevices(directory, [...devices], namedDevices, pairs['device-ca'], options, issued);
  for (const authority of ['ca', 'device-ca'] as const) {
    const reason = crlReason(directory, pairs[authority], options.nowMs, authority);
    if (reason === undefined) continue;
    await issueCrl(directory, pairs[authority], options.nowMs, authority);
    issued.push({ file: `certs/${crlFiles[authority]}`, reason });
  }
  recordFingerprints(options.stateDir);
  return issued;
}

/**
 * Returns the device authority with its key.
 * @throws VigilError `certificate-invalid` if the authority does not exist yet
 */
export function deviceAuthority(directory: string): Pair {
  const pair = readPair(directory, 'device-ca');
  if (pair) return pair;
  throw new VigilError(
    'certificate-invalid',
    `${directory} does not contain the device authority yet: \`npm run certs\` creates it.`,
  );
}

/**
 * Adds the devices' certificates on disk to the register, if the register does not list them yet. An older version of
 * Vigil issued such certificates.
 */
export function recordStoredDevices(directory: string, authority: Pair, nowMs: number): void {
  const { issued } = readRegister(directory);
  const entries = storedDevices(directory).flatMap((id) => {
    const pair = readPair(directory, `devices/${id}`);
    if (pair === undefined || issued.has(serialOf(pair.certificate))) return [];
    return factsOf(pair, authority.certificate).isIssuedByUs ? [entryOf(pair.certificate, id, 'made', nowMs)] : [];
  });
  recordEntries(directory, entries);
}

async function ensureAuthority(
  directory: string,
  name: AuthorityName,
  nowMs: number,
  issued: WrittenFile[],
): Promise<Pair> {
  const storedPair = readPair(directory, name);
  if (storedPair === undefined) {
    // If the certificate is missing but its key exists, a new certificate for this key keeps the old signatures valid.
    const key = readKey(directory, name);
    const pair = key
      ? await renewAuthority(authorities[name], key, nowMs)
      : await issueAuthority(authorities[name], nowMs);
    writePair(directory, name, pair);
    issued.push({ file: `certs/${name}`, reason: 'missing' });
    return pair;
  }
  const facts = factsOf(storedPair, storedPair.certificate);
  const file = join(directory, `${name}.pem`);
  if (!facts.isKeyRight || !facts.isIssuedByUs) {
    throw new VigilError(
      'certificate-invalid',
      `${file} and its key do not belong together: restore both files from a backup, or delete both.`,
    );
  }
  if (!authorityNeedsRenewal(facts, nowMs)) return storedPair;
  const renewed = await renewAuthority(authorities[name], storedPair.key, nowMs);
  writeAtomic(file, renewed.certificate, 0o644);
  issued.push({ file: `certs/${name}`, reason: 'expires' });
  return renewed;
}

async function ensureLeaf(
  directory: string,
  wanted: WantedCertificate,
  authority: Pair,
  register: Register,
  nowMs: number,
  issued: WrittenFile[],
): Promise<void> {
  const storedPair = readPair(directory, wanted.file);
  const facts = storedPair === undefined ? undefined : factsOf(storedPair, authority.certificate);
  const isRevoked = storedPair !== undefined && register.revoked.has(serialOf(storedPair.certificate));
  const reason = isRevoked ? 'revoked' : renewalReason(facts, wanted, nowMs);
  if (reason === undefined) return;
  // A renewed certificate keeps the names that an operator gave in an earlier run.
  const names = [...new Set([...wanted.names, ...(facts?.isIssuedByUs ? namesToKeep(wanted, facts.names) : [])])];
  const pair = await issueLeaf({ ...wanted, names }, authority, nowMs);
  recordEntries(directory, [entryOf(pair.certificate, wanted.file, 'made', nowMs)], 'ca');
  writePair(directory, wanted.file, pair);
  issued.push({ file: `certs/${wanted.file}`, reason });
}

/** Maximum number of certificates that are added to the register with one write to the disk. */
const batchSizeMax = 500;

/**
 * Issues the devices' certificates and adds them to the register. A revoked certificate is not renewed when it expires.
 */
async function ensureDevices(
  directory: string,
  devices: readonly string[],
  namedIds: readonly string[],
  authority: Pair,
  { nowMs, replaceRevoked = false }: EnsureOptions,
  issued: WrittenFile[],
): Promise<void> {
  recordStoredDevices(directory, authority, nowMs);
  const { revoked } = readRegister(directory);
  let batch: { readonly wanted: WantedCertificate; readonly pair: Pair; readonly reason: WrittenFile['reason'] }[] = [];
  const writeBatch = () => {
    recordEntries(
      directory,
      batch.map(({ wanted, pair }) => entryOf(pair.certificate, wanted.commonName, 'made', nowMs)),
    );
    for (const { wanted, pair, reason } of batch) {
      writePair(directory, wanted.file, pair);
      issued.push({ file: `certs/${wanted.file}`, reason });
    }
    batch = [];
  };
  for (const id of devices) {
    const wanted = deviceCertificate(id);
    const storedPair = readPair(directory, wanted.file);
    const isRevoked = storedPair !== undefined && revoked.has(serialOf(storedPair.certificate));
    if (isRevoked && !(replaceRevoked && namedIds.includes(id))) continue;
    const facts = storedPair === undefined ? undefined : factsOf(storedPair, authority.certificate);
    const reason = isRevoked ? 'revoked' : renewalReason(facts, wanted, nowMs);
    if (reason === undefined) continue;
    batch.push({ wanted, reason, pair: await issueLeaf(wanted, authority, nowMs) });
    if (batch.length >= batchSizeMax) writeBatch();
  }
  writeBatch();
}

function storedDevices(directory: string): string[] {
  return readdirSync(join(directory, 'devices'))
    .filter((file) => file.endsWith('.pem'))
    .map((file) => file.slice(0, -'.pem'.length))
    .filter((id) => deviceIdPattern.test(id));
}

/** Throws VigilError `settings-invalid` if a text is not a device id. */
export function checkDeviceId(id: string): void {
  if (deviceIdPattern.test(id) && id !== '.' && id !== '..') return;
  throw new VigilError(
    'settings-invalid',
    `"${visibleText(id)}" is not a device id: a device id has 1 to 64 letters, digits, dots, underscores or hyphens.`,
  );
}

function readExtraName(text: string): ExtraName {
  const name = parseExtraName(text);
  if (name !== undefined) return name;
  throw new VigilError(
    'settings-invalid',
    `"${visibleText(text)}" is not valid: use a host name or an address, or for one server gateway=NAME, dashboard=NAME, kafka=NAME or influxdb=NAME. A server cannot have the name of another server.`,
  );
}
