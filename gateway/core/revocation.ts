/** Decides whether a device's certificate is valid now, and whether a changed CRL file may replace the CRL in use. */
import type { RevocationList } from '../../process/crl.ts';

/** The data of a client's certificate that TLS reports. */
export type CertificateFacts = {
  /**
   * Index in the client CA file of the authority that issued the certificate; -1 if no authority of the file issued it
   * directly.
   */
  readonly issuer: number;
  /** Serial number in the form that `serialKey` of process/crl.ts returns. */
  readonly serial: string;
  /** End of the certificate (notAfter), ms since 1970. */
  readonly endMs: number;
};

/** The lists by the index of their authority in the client CA file. */
export type RevocationLists = ReadonlyMap<number, RevocationList>;

export type CertificateFault = 'expired' | 'revoked' | 'no-crl';

/** The reason strings that are sent to the client. */
export const certificateRefusals = {
  expired: 'The client certificate has expired.',
  revoked: 'The client certificate is revoked.',
  'no-crl': 'The gateway has no CRL of the authority that issued the client certificate.',
} as const satisfies Record<CertificateFault, string>;

/**
 * Returns why a certificate is not valid; undefined if it is valid. A list is used even after the time of its next
 * update. Without the list, the gateway would have to accept revoked devices or to disconnect every device of the
 * hospital.
 * @param lists the revocation lists; undefined if revocation is not checked
 */
export function certificateFault(
  facts: CertificateFacts,
  lists: RevocationLists | undefined,
  nowMs: number,
): CertificateFault | undefined {
  if (facts.endMs <= nowMs) return 'expired';
  if (lists === undefined) return undefined;
  const list = lists.get(facts.issuer);
  if (list === undefined) return 'no-crl';
  return list.serials.has(facts.serial) ? 'revoked' : undefined;
}

/**
 * Returns why the lists of a changed file must not replace the lists in use; undefined if the new lists may replace
 * them. If somebody put an old list back, by mistake or as an attack, revoked devices could connect again.
 */
export function replacementFault(listsInUse: RevocationLists, newLists: RevocationLists): string | undefined {
  for (const [issuer, listInUse] of listsInUse) {
    const newList = newLists.get(issuer);
    if (newList === undefined) return 'The file no longer has the CRL of one of the authorities.';
    if (listInUse.number !== undefined) {
      if (newList.number === undefined)
        return `The new CRL has no number, but the CRL in use has number ${listInUse.number}.`;
      const hasSameTime = newList.number === listInUse.number && newList.thisUpdateMs === listInUse.thisUpdateMs;
      if (newList.number < listInUse.number)
        return `The new CRL has number ${newList.number}, which is lower than ${listInUse.number}, the number of the CRL in use.`;
      if (newList.number === listInUse.number && !(hasSameTime && hasSameSerials(listInUse, newList))) {
        return `The new CRL differs from the CRL in use, but has the same number ${listInUse.number}.`;
      }
    } else if (newList.number === undefined && newList.thisUpdateMs < listInUse.thisUpdateMs) {
      return 'The new CRL was issued before the CRL in use.';
    }
  }
  return undefined;
}

function hasSameSerials(listInUse: RevocationList, newList: RevocationList): boolean {
  return (
    listInUse.serials.size === newList.serials.size &&
    [...listInUse.serials].every((serial) => newList.serials.has(serial))
  );
}

/**
 * Returns the earliest time of a next update among the lists, ms since 1970; undefined if no list names such a time.
 */
export function earliestNextUpdateMs(lists: RevocationLists): number | undefined {
  const times = [...lists.values()].flatMap(({ nextUpdateMs }) => nextUpdateMs ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
}
