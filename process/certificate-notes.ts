/** The notes about certificates in the answer of `/healthz`. Pure. */

import { formatInstant } from '../contracts/time.ts';
import type { CertificateEnd } from './certificate-files.ts';

/**
 * @param ending those that end soon or have ended (`endingSoon`) @param nowMs by the machine's clock, ms since 1970
 * @param fails whether the process fails once this one has ended
 */
export function certificateNotes(
  ending: readonly CertificateEnd[],
  nowMs: number,
  fails: (end: CertificateEnd) => boolean,
): { readonly lines: readonly string[]; readonly isFailing: boolean } {
  const lines = ending.map(({ name, use, endMs }) => {
    const what = use === 'crl' ? `the list ${name}` : `certificate ${name}`;
    const end = use === 'crl' ? 'was due anew at' : endMs <= nowMs ? 'ended at' : 'ends at';
    return `${what} ${end} ${formatInstant(endMs)}`;
  });
  return { lines, isFailing: ending.some((end) => end.endMs <= nowMs && fails(end)) };
}
