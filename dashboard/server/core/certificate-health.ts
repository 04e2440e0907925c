/** What the screens show of this server's certificates that end. */

import { formatInstant } from '../../../contracts/time.ts';
import type { CertificateEnd } from '../../../process/certificate-files.ts';
import type { Health } from '../../protocol/live.ts';

/**
 * @param ending certificates that end soon or have ended
 * @param nowMs by the machine's clock, which certificates follow
 */
export function judgeCertificates(ending: readonly CertificateEnd[], nowMs: number): Health['certificate'] {
  const [first] = ending.filter(({ use }) => use !== 'crl').toSorted((a, b) => a.endMs - b.endMs);
  return first && { name: first.name, at: formatInstant(first.endMs), ended: first.endMs <= nowMs };
}
