/** Issues certificates of devices from their requests (a device keeps its private key), and revokes certificates of devices. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { type RevocationList, serialKey } from '../process/crl.ts';
import {
  type IssuedCertificate,
  keyFault,
  livingOf,
  type Register,
  type RevocationReason,
  revocationReasons,
} from './core/register.ts';
import { deviceCertificate } from './core/wanted.ts';
import { issueCrl } from './crl.ts';
import { checkDeviceId, deviceAuthority, enterStored } from './ensure.ts';
import { privateDirectory, writeAtomic } from './files.ts';
import { certify } from './issue.ts';
import { entryOf, readRegister, record } from './register.ts';
import { readRequest, requestBytesMax } from './request.ts';
import { serviceNames } from './services.ts';

export type Enrolled = { readonly certificate: string; readonly entry: IssuedCertificate; readonly file: string };

/**
 * Issues a certificate from a request.
 * @param renew whether the device may already have a valid certificate, which then stays valid, too
 * @param out a second file for the certificate, beside the one in `certs/enrolled/`. An existing file is overwritten only if it has a
 *   certificate
 * @throws VigilError `certificate-invalid` (the request), `settings-invalid` (a name or a file), `conflict` (a valid certificate exists)
 */
export async function enrol(options: {
  readonly stateDir: string;
  readonly csrFile: string;
  readonly out: string | undefined;
  readonly renew: boolean;
  readonly nowMs: number;
}): Promise<Enrolled> {
  const { csrFile, out, nowMs } = options;
  const directory = join(options.stateDir, 'certs');
  const authority = deviceAuthority(directory);
  const { commonName: deviceId, spki, keySha256 } = await readRequest(readSmall(csrFile));
  checkDeviceId(deviceId);
  checkOut(out);
  enterStored(directory, authority, nowMs);
  const register = readRegister(directory);
  const fault = keyFault(register, deviceId, keySha256);
  if (fault !== undefined) throw new VigilError('certificate-invalid', `The request is refused: ${fault}.`);
  const [living] = livingOf(register, deviceId, nowMs);
  if (living && !options.renew) {
    const until = new Date(living.notAfterMs).toISOString().slice(0, 10);
    throw new VigilError(
      'conflict',
      `${deviceId} has a certificate until ${until} (serial ${living.serial}): say --renew if the same device asks again, or revoke it first.`,
    );
  }
  const certificate = await certify(deviceCertificate(deviceId), spki, authority, nowMs);
  const entry = entryOf(certificate, deviceId, 'request', nowMs);
  record(directory, [entry]);
  privateDirectory(join(directory, 'enrolled'));
  const kept = join(directory, 'enrolled', `${deviceId}.pem`);
  for (const file of [kept, ...(out === undefined ? [] : [out])]) writeAtomic(file, certificate, 0o644);
  return { certificate, entry, file: out ?? kept };
}

/**
 * Revokes the device's certificates and issues the CRL. Running gateways end its sessions within seconds.
 * @param serial revokes only this certificate; as the register or openssl writes it
 * @returns the certificates that are revoked and have not expired; empty if all were revoked before
 * @throws VigilError `not-found`: the device never had a certificate, or never had this one
 */
export async function revoke(options: {
  readonly stateDir: string;
  readonly deviceId: string;
  readonly serial: string | undefined;
  readonly reason: RevocationReason;
  readonly nowMs: number;
}): Promise<readonly IssuedCertificate[]> {
  const { deviceId, reason, nowMs } = options;
  checkDeviceId(deviceId);
  const directory = join(options.stateDir, 'certs');
  const authority = deviceAuthority(directory);
  enterStored(directory, authority, nowMs);
  const register = readRegister(directory);
  const serial = options.serial === undefined ? undefined : serialKey(options.serial.replaceAll(':', ''));
  const had = [...register.issued.values()].filter(
    (certificate) => certificate.deviceId === deviceId && (serial === undefined || certificate.serial === serial),
  );
  if (had.length === 0) throw unknownCertificate(register, deviceId, serial);
  const ended = livingOf(register, deviceId, nowMs).filter((certificate) => had.includes(certificate));
  record(
    directory,
    ended.map((certificate) => ({ event: 'revoked', atMs: nowMs, serial: certificate.serial, reason })),
  );
  await issueCrl(directory, authority, nowMs);
  return ended;
}

/**
 * Revokes certificates by their serial numbers alone, because a restored register may not list them. Issues the CRL.
 * @param serials in the form of Kafka's record of them, or of openssl
 * @returns the number of certificates that were not revoked before, and the CRL
 * @throws VigilError `settings-invalid`: a text is no serial number
 */
export async function revokeAgain(options: {
  readonly stateDir: string;
  readonly serials: readonly string[];
  readonly nowMs: number;
}): Promise<{ readonly again: number; readonly crl: RevocationList }> {
  const { serials, nowMs } = options;
  const wrong = serials.find((serial) => !/^[0-9a-fA-F]{1,40}$/.test(serial));
  if (wrong !== undefined) throw new VigilError('settings-invalid', `"${wrong}" is no serial number (hexadecimal).`);
  const directory = join(options.stateDir, 'certs');
  const authority = deviceAuthority(directory);
  enterStored(directory, authority, nowMs);
  const { revoked } = readRegister(directory);
  const again = [...new Set(serials.map(serialKey))].filter((serial) => !revoked.has(serial));
  record(
    directory,
    again.map((serial) => ({ event: 'revoked', atMs: nowMs, serial, reason: revocationReasons[0] })),
  );
  return { again: again.length, crl: await issueCrl(directory, authority, nowMs) };
}

/** Makes the error for a certificate that the register does not list. Its hint says what the person may have meant. */
function unknownCertificate({ issued }: Register, deviceId: string, serial: string | undefined): VigilError {
  const what = serial === undefined ? 'no certificate of' : `no certificate ${serial} of`;
  const owner = serial === undefined ? undefined : issued.get(serial)?.deviceId;
  const hint =
    owner !== undefined
      ? `it is one of ${owner}`
      : serviceNames.includes(deviceId)
        ? `it is a service of Vigil; to revoke its certificate, add --service`
        : 'npm run certs -- list says which there are';
  return new VigilError('not-found', `The register has ${what} ${deviceId}: ${hint}.`);
}

function readSmall(path: string): Buffer {
  try {
    const { size } = statSync(path);
    return size > requestBytesMax ? Buffer.alloc(requestBytesMax + 1) : readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new VigilError('settings-invalid', `Cannot read ${path} (${code}).`, { cause });
  }
}

function checkOut(out: string | undefined): void {
  if (out === undefined || !existsSync(out)) return;
  if (statSync(out).isFile() && readFileSync(out, 'latin1').startsWith('-----BEGIN CERTIFICATE-----')) return;
  throw new VigilError('settings-invalid', `${out} exists and holds no certificate: name another file for --out.`);
}
