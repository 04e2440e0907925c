/** Chooses the certificate of this server about which the screens warn. */

import { formatInstant } from '../../../contracts/time.ts';
import type { CertificateEnd } from '../../../process/certificate-files.ts';
import type { Health } from '../../protocol/live.ts';

/**
 * Returns the certificate that expires first; CRLs are not considered.
 * @param ending certificates and CRLs that expire soon or have expired
 * @param nowMs the time of the machine's clock, because TLS checks certificates by this clock
 */
export function judgeCertificates(ending: readonly CertificateEnd[], nowMs: number): Health['certificate'] {
  const [first] = ending.filter(({ use }) => use !== 'crl').toSorted((a, b) => a.endMs - b.endMs);
  return first && { name: first.name, at: formatInstant(first.endMs), ended: first.endMs <= nowMs };
}
