/** Whether a device's certificate is good now, and whether a new CRL may take the place of the one before. */
import type { RevocationList } from '../../process/crl.ts';

/** What TLS said of a client's certificate. */
export type CertificateFacts = {
  /** Which of the authorities in the client CA file has issued it; -1: none of them directly. */
  readonly issuer: number;
  /** As `serialKey` of process/crl.ts writes it. */
  readonly serial: string;
  /** Its notAfter, ms since 1970. */
  readonly endMs: number;
};

/** By the index of the authority in the client CA file. */
export type RevocationLists = ReadonlyMap<number, RevocationList>;

export type CertificateFault = 'expired' | 'revoked' | 'no-crl';

/** What the client is told. */
export const certificateWords = {
  expired: 'The client certificate has expired.',
  revoked: 'The client certificate is revoked.',
  'no-crl': 'There is no CRL of the authority that issued the client certificate.',
} as const satisfies Record<CertificateFault, string>;

/**
 * Why a certificate is not good, or undefined if it is. A list past its next update is gone by all the same: to know little is
 * no reason to let in whom we know to be revoked, nor to throw out every device of a hospital.
 * @param lists undefined: revocation is not checked
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
 * Why the lists of a changed file must not replace those before, or undefined if they may: an old list, put back by mistake or
 * by somebody who has it, would let revoked devices in again.
 */
export function replacementFault(before: RevocationLists, after: RevocationLists): string | undefined {
  for (const [issuer, old] of before) {
    const next = after.get(issuer);
    if (next === undefined) return 'It lacks the CRL of an authority that it had before.';
    if (old.number !== undefined) {
      if (next.number === undefined) return 'It has no CRL number; the one before had.';
      const same = next.number === old.number && next.thisUpdateMs === old.thisUpdateMs;
      if (next.number < old.number) return `Its number ${next.number} is lower than ${old.number} of the one before.`;
      if (next.number === old.number && !(same && sameSerials(old, next))) {
        return `It is another list with the number of the one before, ${old.number}.`;
      }
    } else if (next.number === undefined && next.thisUpdateMs < old.thisUpdateMs) {
      return 'It was issued before the one before.';
    }
  }
  return undefined;
}

function sameSerials(old: RevocationList, next: RevocationList): boolean {
  return old.serials.size === next.serials.size && [...old.serials].every((serial) => next.serials.has(serial));
}

/** When the first of the lists is past its next update, ms since 1970; undefined if none says when. */
export function nextUpdateOf(lists: RevocationLists): number | undefined {
  const times = [...lists.values()].flatMap(({ nextUpdateMs }) => nextUpdateMs ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
}
