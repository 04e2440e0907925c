/** The CRLs: `certs/device-ca.crl`, which the gateway reads again within seconds, and `certs/ca.crl` of the services. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VigilError } from '../contracts/errors.ts';
import { type RevocationList, readRevocationLists } from '../process/crl.ts';
import { crlRenewalMs, listedIn, type Register } from './core/register.ts';
import type { AuthorityName } from './core/wanted.ts';
import { writeAtomic } from './files.ts';
import { type Pair, signCrl } from './issue.ts';
import { readRegister } from './register.ts';

export const crlFiles: Readonly<Record<AuthorityName, string>> = { 'device-ca': 'device-ca.crl', ca: 'ca.crl' };
/** Others may revoke at the same moment; so often we issue again until ours lists what they wrote. */
const tries = 10;

/**
 * Issues the CRL from the register. Two that do so at once end with a list that has the revocations of both: each looks at the
 * register again after it has written.
 */
export async function issueCrl(
  directory: string,
  authority: Pair,
  nowMs: number,
  of: AuthorityName = 'device-ca',
): Promise<RevocationList> {
  const path = join(directory, crlFiles[of]);
  for (let i = 0; i < tries; i += 1) {
    const last = readCrl(path, authority);
    const lastMs = shownMs(last, nowMs);
    const listed = listedIn(readRegister(directory, of), lastMs);
    const seconds = BigInt(Math.floor(nowMs / 1000));
    // From the clock, so that the number rises also when the former list was lost.
    const number = last?.number !== undefined && last.number >= seconds ? last.number + 1n : seconds;
    writeAtomic(path, await signCrl(listed, number, authority, nowMs), 0o600);
    const written = readCrl(path, authority);
    if (written && listsAll(written, readRegister(directory, of), lastMs)) return written;
  }
  throw new VigilError('conflict', `${path} was written by others all the time: try again.`);
}

/** Why the CRL must be issued anew, or undefined where it stays as it is. */
export function crlReason(
  directory: string,
  authority: Pair,
  nowMs: number,
  of: AuthorityName = 'device-ca',
): 'missing' | 'expires' | 'other-authority' | 'revoked' | undefined {
  const path = join(directory, crlFiles[of]);
  if (!existsSync(path)) return 'missing';
  const crl = readCrl(path, authority);
  if (crl === undefined) return 'other-authority';
  if (!listsAll(crl, readRegister(directory, of), shownMs(crl, nowMs))) return 'revoked';
  return (crl.nextUpdateMs ?? 0) - nowMs < crlRenewalMs ? 'expires' : undefined;
}

/**
 * When a list last showed what is revoked. A list of a time to come was issued by a clock that was ahead: what ends before that time is
 * still good, and would be let in again.
 */
function shownMs(last: RevocationList | undefined, nowMs: number): number {
  return Math.min(last?.thisUpdateMs ?? 0, nowMs);
}

function listsAll({ serials }: RevocationList, register: Register, lastMs: number): boolean {
  return listedIn(register, lastMs).every(({ serial }) => serials.has(serial));
}

/** Undefined where there is none of this authority's. */
function readCrl(path: string, authority: Pair): RevocationList | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return readRevocationLists(readFileSync(path), [authority.certificate]).get(0);
  } catch (error) {
    if (error instanceof VigilError) return undefined;
    throw error;
  }
}
