/**
 * Issues the CRLs: `certs/device-ca.crl` for the devices, and `certs/ca.crl` for the services. The gateway reads a
 * changed `device-ca.crl` within seconds.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { type RevocationList, readRevocationLists } from '../process/crl.ts';
import { certificatesToList, crlRenewalMs, type Register } from './core/register.ts';
import type { AuthorityName } from './core/wanted.ts';
import { writeAtomic } from './files.ts';
import { type Pair, signCrl } from './issue.ts';
import { readRegister } from './register.ts';

export const crlFiles: Readonly<Record<AuthorityName, string>> = { 'device-ca': 'device-ca.crl', ca: 'ca.crl' };
/**
 * Maximum number of attempts to issue a CRL. If another process revokes a certificate at the same moment, the CRL must
 * be issued again.
 */
const attemptsMax = 10;

/**
 * Issues the CRL from the register. Another call may add a revocation at the same time. So each call reads the register
 * again after it has written the CRL. If the written CRL lacks a revocation, the call issues the next CRL.
 */
export async function issueCrl(
  directory: string,
  authority: Pair,
  nowMs: number,
  authorityName: AuthorityName = 'device-ca',
): Promise<RevocationList> {
  const path = join(directory, crlFiles[authorityName]);
  for (let i = 0; i < attemptsMax; i += 1) {
    const lastCrl = readCrl(path, authority);
    const lastMs = issueTimeOf(lastCrl, nowMs);
    const revokedCertificates = certificatesToList(readRegister(directory, authorityName), lastMs);
    const seconds = BigInt(Math.floor(nowMs / 1000));
    // The number is taken from the clock, so that the next number is higher even if the former CRL was lost.
    const number = lastCrl?.number !== undefined && lastCrl.number >= seconds ? lastCrl.number + 1n : seconds;
    writeAtomic(path, await signCrl(revokedCertificates, number, authority, nowMs), 0o600);
    const writtenCrl = readCrl(path, authority);
    if (writtenCrl && listsAll(writtenCrl, readRegister(directory, authorityName), lastMs)) return writtenCrl;
  }
  throw new VigilError('conflict', `Other processes wrote ${path} at the same time, ${attemptsMax} times: try again.`);
}

/** Returns why a new CRL must be issued; undefined if the CRL on disk can stay. */
export function crlReason(
  directory: string,
  authority: Pair,
  nowMs: number,
  authorityName: AuthorityName = 'device-ca',
): 'missing' | 'expires' | 'other-authority' | 'revoked' | undefined {
  const path = join(directory, crlFiles[authorityName]);
  if (!existsSync(path)) return 'missing';
  const crl = readCrl(path, authority);
  if (crl === undefined) return 'other-authority';
  if (!listsAll(crl, readRegister(directory, authorityName), issueTimeOf(crl, nowMs))) return 'revoked';
  return (crl.nextUpdateMs ?? 0) - nowMs < crlRenewalMs ? 'expires' : undefined;
}

/**
 * Returns the time at which the last CRL was issued. If this time is in the future, the clock was ahead when the last
 * CRL was issued. Then returns `nowMs`: a revoked certificate that ends between `nowMs` and that future time is still
 * valid, so it must stay on the list.
 */
function issueTimeOf(last: RevocationList | undefined, nowMs: number): number {
  return Math.min(last?.thisUpdateMs ?? 0, nowMs);
}

function listsAll({ serials }: RevocationList, register: Register, lastMs: number): boolean {
  return certificatesToList(register, lastMs).every(({ serial }) => serials.has(serial));
}

/** Reads the CRL; undefined if the file is missing, or this authority did not sign it. */
function readCrl(path: string, authority: Pair): RevocationList | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return readRevocationLists(readFileSync(path), [authority.certificate]).get(0);
  } catch (error) {
    if (error instanceof VigilError) return undefined;
    throw error;
  }
}
