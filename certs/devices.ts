/**
 * Issues certificates of devices from their requests (a device keeps its private key), and revokes certificates of
 * devices.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { type RevocationList, serialKey } from '../process/crl.ts';
import {
  certificatesToRevoke,
  type IssuedCertificate,
  keyFault,
  type Register,
  type RevocationReason,
  revocationReasons,
  validCertificatesOf,
} from './core/register.ts';
import { deviceCertificate } from './core/wanted.ts';
import { issueCrl } from './crl.ts';
import { checkDeviceId, deviceAuthority, recordStoredDevices } from './ensure.ts';
import { ensurePrivateDirectory, writeAtomic } from './files.ts';
import { signCertificate } from './issue.ts';
import { entryOf, readRegister, recordEntries } from './register.ts';
import { readRequest, requestBytesMax } from './request.ts';
import { serviceNames } from './services.ts';

export type EnrolledDevice = { readonly certificate: string; readonly entry: IssuedCertificate; readonly file: string };

/**
 * Issues a certificate from a request.
 * @param renew whether to issue the certificate even if the device has a valid certificate; then both are valid
 * @param out path of a second copy of the certificate, besides the file in `certs/enrolled/`. An existing file at `out`
 * is overwritten only if the file contains a certificate
 * @throws VigilError `certificate-invalid` (the request, the register, or the device authority), `settings-invalid` (a
 * name or a file), `conflict` (a valid certificate exists), `no-space`
 */
export async function enrol(options: {
  readonly stateDir: string;
  readonly csrFile: string;
  readonly out: string | undefined;
  readonly renew: boolean;
  readonly nowMs: number;
}): Promise<EnrolledDevice> {
  const { csrFile, out, nowMs } = options;
  const directory = join(options.stateDir, 'certs');
  const authority = deviceAuthority(directory);
  const { commonName: deviceId, spki, keySha256 } = await readRequest(readRequestFile(csrFile));
  checkDeviceId(deviceId);
  checkOutputFile(out);
  recordStoredDevices(directory, authority, nowMs);
  const register = readRegister(directory);
  const fault = keyFault(register, deviceId, keySha256);
  if (fault !== undefined) throw new VigilError('certificate-invalid', `The request is refused: ${fault}.`);
  const [validCertificate] = validCertificatesOf(register, deviceId, nowMs);
  if (validCertificate && !options.renew) {
    const until = new Date(validCertificate.notAfterMs).toISOString().slice(0, 10);
    throw new VigilError(
      'conflict',
      `${deviceId} has a certificate until ${until} (serial ${validCertificate.serial}): add --renew if the request is from the same device, or revoke this certificate first.`,
    );
  }
  const certificate = await signCertificate(deviceCertificate(deviceId), spki, authority, nowMs);
  const entry = entryOf(certificate, deviceId, 'request', nowMs);
  recordEntries(directory, [entry]);
  ensurePrivateDirectory(join(directory, 'enrolled'));
  const enrolledFile = join(directory, 'enrolled', `${deviceId}.pem`);
  for (const file of [enrolledFile, ...(out === undefined ? [] : [out])]) writeAtomic(file, certificate, 0o644);
  return { certificate, entry, file: out ?? enrolledFile };
}

/**
 * Revokes the device's certificates and issues the CRL. Running gateways end the device's sessions within seconds.
 * @param serial serial number of the only certificate to revoke, in the notation of the register or of openssl
 * @returns the certificates that this call revoked
 * @throws VigilError `not-found` if the device never had a certificate, or never had a certificate with this serial
 * number; `settings-invalid` (the device id or a file), `certificate-invalid` (the register or the device authority),
 * `conflict` (other processes wrote the CRL again and again), `no-space`
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
  recordStoredDevices(directory, authority, nowMs);
  const register = readRegister(directory);
  const serial = options.serial === undefined ? undefined : serialKey(options.serial.replaceAll(':', ''));
  const candidates = [...register.issued.values()].filter(
    (certificate) => certificate.deviceId === deviceId && (serial === undefined || certificate.serial === serial),
  );
  if (candidates.length === 0) throw unknownCertificate(register, deviceId, serial);
  const toRevoke = certificatesToRevoke(register, deviceId).filter((certificate) => candidates.includes(certificate));
  recordEntries(
    directory,
    toRevoke.map((certificate) => ({ event: 'revoked', atMs: nowMs, serial: certificate.serial, reason })),
  );
  await issueCrl(directory, authority, nowMs);
  return toRevoke;
}

/**
 * Revokes certificates by their serial numbers alone, because a restored register may not name their devices. Issues
 * the CRL.
 * @param serials serial numbers in hexadecimal, without colons
 * @returns the number of certificates that were not revoked before, and the CRL
 * @throws VigilError `settings-invalid` if a text is not a serial number; other errors as `revoke`, except `not-found`
 */
export async function revokeAgain(options: {
  readonly stateDir: string;
  readonly serials: readonly string[];
  readonly nowMs: number;
}): Promise<{ readonly newlyRevoked: number; readonly crl: RevocationList }> {
  const { serials, nowMs } = options;
  const invalid = serials.find((serial) => !/^[0-9a-fA-F]{1,40}$/.test(serial));
  if (invalid !== undefined)
    throw new VigilError('settings-invalid', `"${invalid}" is not a serial number: use 1 to 40 hexadecimal digits.`);
  const directory = join(options.stateDir, 'certs');
  const authority = deviceAuthority(directory);
  recordStoredDevices(directory, authority, nowMs);
  const { revoked } = readRegister(directory);
  const newSerials = [...new Set(serials.map(serialKey))].filter((serial) => !revoked.has(serial));
  recordEntries(
    directory,
    newSerials.map((serial) => ({ event: 'revoked', atMs: nowMs, serial, reason: revocationReasons[0] })),
  );
  return { newlyRevoked: newSerials.length, crl: await issueCrl(directory, authority, nowMs) };
}

/**
 * Returns the error for a certificate that is not in the register. The error has a hint about what the person may have
 * meant.
 */
function unknownCertificate({ issued }: Register, deviceId: string, serial: string | undefined): VigilError {
  const missingText = serial === undefined ? 'no certificate of' : `no certificate ${serial} of`;
  const owner = serial === undefined ? undefined : issued.get(serial)?.deviceId;
  const hint =
    owner !== undefined
      ? `this certificate belongs to ${owner}`
      : serviceNames.includes(deviceId)
        ? `${deviceId} is a service of Vigil; to revoke its certificate, add --service`
        : '`npm run certs -- list` prints all certificates';
  return new VigilError('not-found', `The register has ${missingText} ${deviceId}: ${hint}.`);
}

function readRequestFile(path: string): Buffer {
  try {
    const { size } = statSync(path);
    return size > requestBytesMax ? Buffer.alloc(requestBytesMax + 1) : readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new VigilError('settings-invalid', `Cannot read ${path} (${code}).`, { cause });
  }
}

function checkOutputFile(out: string | undefined): void {
  if (out === undefined || !existsSync(out)) return;
  if (statSync(out).isFile() && readFileSync(out, 'latin1').startsWith('-----BEGIN CERTIFICATE-----')) return;
  throw new VigilError('settings-invalid', `${out} exists and is not a certificate: name another file for --out.`);
}
