/** Issues certificates for the peers in the tests of channels. */
import { issueAuthority, issueLeaf, type Pair } from '../../certs/issue.ts';

/** The authority of the hospital in the tests. */
export const hospitalCa: Pair = await issueAuthority('Test hospital', Date.now());

/** Issues the certificate of a peer. @param names host names and addresses of the peer */
export function peerCertificate(names: readonly string[], authority: Pair = hospitalCa): Promise<Pair> {
  return issueLeaf(
    { file: 'peer', commonName: 'peer', authority: 'ca', purposes: ['server'], names },
    authority,
    Date.now(),
  );
}
