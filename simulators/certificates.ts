/** The client certificates of devices, and what to do if one is missing. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';

export type Identity = { readonly cert: Buffer; readonly key: Buffer };

/** Returns the device ids without a certificate or key in the folder. */
function missingCertificates(folder: string, deviceIds: readonly string[]): string[] {
  return deviceIds.filter((id) => !existsSync(join(folder, `${id}.pem`)) || !existsSync(join(folder, `${id}.key`)));
}

/** @throws VigilError `certificate-invalid` if a file cannot be read */
export function loadIdentity(folder: string, deviceId: string): Identity {
  return { cert: readPem(join(folder, `${deviceId}.pem`)), key: readPem(join(folder, `${deviceId}.key`)) };
}

/** @throws VigilError `certificate-invalid` if the file cannot be read */
export function readPem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new VigilError('certificate-invalid', `${path} cannot be read; npm run certs makes it.`, { cause });
  }
}

/**
 * Makes sure that every device has a certificate. Issues missing ones if the development CA is beside the folder. Otherwise it fails, and
 * the error names the command that issues them.
 * @param issue the operator asked for it; without the CA that is its own error
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
  const still = missingCertificates(folder, missing);
  if (still.length > 0) throw new VigilError('certificate-invalid', missingText(folder, still, false));
  return missing.length;
}

function missingText(folder: string, missing: readonly string[], issue: boolean): string {
  const some = missing.slice(0, 3).join(' ');
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  const why = issue ? ' and the development CA is not beside it' : '';
  return `${folder} has no certificate for ${some}${more}${why}: npm run certs -- device ${some}${more === '' ? '' : ' ...'}`;
}

/** Certificates belong to another house, so this runs that house's command line. */
function runCerts(stateDir: string, devices: readonly string[]): Promise<void> {
  const main = join(import.meta.dirname, '..', 'certs', 'main.ts');
  const child = spawn(process.execPath, [main, '--state', stateDir, 'device', ...devices], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-500);
  });
  child.on('error', reject);
  child.on('close', (code) => {
    if (code === 0) resolve();
    else reject(new VigilError('certificate-invalid', said.trim() || `npm run certs ended with ${code}.`));
  });
  return promise;
}
