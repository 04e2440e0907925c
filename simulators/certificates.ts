/** Reads the client certificates of devices, and issues missing certificates with the development CA. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';

export type Identity = { readonly cert: Buffer; readonly key: Buffer };

/** Returns the device ids without a certificate or key in the folder. */
function missingCertificates(folder: string, deviceIds: readonly string[]): string[] {
  return deviceIds.filter((id) => !existsSync(join(folder, `${id}.pem`)) || !existsSync(join(folder, `${id}.key`)));
}

/**
 * Reads the certificate and the key of a device.
 * @throws VigilError `certificate-invalid` if a file cannot be read
 */
export function loadIdentity(folder: string, deviceId: string): Identity {
  return { cert: readPem(join(folder, `${deviceId}.pem`)), key: readPem(join(folder, `${deviceId}.key`)) };
}

/** @throws VigilError `certificate-invalid` if the file cannot be read */
export function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new VigilError('certificate-invalid', `${path} cannot be read. "npm run certs" creates it.`, { cause });
  }
}

/**
 * Makes sure that every device has a certificate. Issues missing certificates if the development CA is beside the
 * folder.
 * @param issue whether the operator gave the option --issue
 * @returns the number of issued certificates
 * @throws VigilError `certificate-invalid` if certificates are missing and cannot be issued; the message names the
 * command that issues them
 */
export async function ensureIdentities(folder: string, deviceIds: readonly string[], issue: boolean): Promise<number> {
  const missing = missingCertificates(folder, deviceIds);
  if (missing.length === 0) return 0;
  const certsFolder = dirname(folder);
  const canIssue =
    basename(folder) === 'devices' &&
    basename(certsFolder) === 'certs' &&
    existsSync(join(certsFolder, 'device-ca.key'));
  if (!canIssue) throw new VigilError('certificate-invalid', missingText(folder, missing, issue));
  await runCerts(dirname(certsFolder), missing);
  const stillMissing = missingCertificates(folder, missing);
  if (stillMissing.length > 0) throw new VigilError('certificate-invalid', missingText(folder, stillMissing, false));
  return missing.length;
}

function missingText(folder: string, missing: readonly string[], issue: boolean): string {
  const firstIds = missing.slice(0, 3).join(' ');
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  const why = issue ? ', and the development CA is not beside this folder' : '';
  return `${folder} has no certificate for ${firstIds}${more}${why}. Issue it with: npm run certs -- device ${firstIds}${more === '' ? '' : ' ...'}`;
}

/** Issues certificates with the command line of certs/, because the code of certs/ must not be imported here. */
function runCerts(stateDir: string, devices: readonly string[]): Promise<void> {
  const main = join(import.meta.dirname, '..', 'certs', 'main.ts');
  const child = spawn(process.execPath, [main, '--state', stateDir, 'device', ...devices], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let stderrText = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderrText = (stderrText + chunk.toString()).slice(-500);
  });
  child.on('error', reject);
  child.on('close', (code) => {
    if (code === 0) resolve();
    else
      reject(
        new VigilError('certificate-invalid', stderrText.trim() || `"npm run certs" ended with exit code ${code}.`),
      );
  });
  return promise;
}
