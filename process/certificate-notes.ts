/** The notes about certificates in the answer of `/healthz`. Pure. */

import { formatInstant } from '../contracts/time.ts';
import type { CertificateEnd } from './certificate-files.ts';

/**
 * Returns a line for each certificate or CRL, and whether the process is failing because of an ended certificate.
 * @param ending the certificates and CRLs that end soon or have ended (`certificatesEndingSoon`)
 * @param nowMs current time of the machine's clock, ms since 1970
 * @param isNeeded returns whether the process needs this certificate for its work
 */
export function certificateNotes(
  ending: readonly CertificateEnd[],
  nowMs: number,
  isNeeded: (end: CertificateEnd) => boolean,
): { readonly lines: readonly string[]; readonly isFailing: boolean } {
  const lines = ending.map(({ name, use, endMs }) => {
    const subject = use === 'crl' ? `the revocation list ${name}` : `certificate ${name}`;
    const endText = use === 'crl' ? 'should have been renewed by' : endMs <= nowMs ? 'ended at' : 'ends at';
    return `${subject} ${endText} ${formatInstant(endMs)}`;
  });
  return { lines, isFailing: ending.some((end) => end.endMs <= nowMs && isNeeded(end)) };
}
