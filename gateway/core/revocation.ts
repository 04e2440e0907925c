/** Decides whether a device's certificate is valid now, and whether a new CRL may replace the one before. */
import type { RevocationList } from '../../process/crl.ts';

/** What TLS reports about a client's certificate. */
export type CertificateFacts = {
  /** Which of the authorities in the client CA file issued it; -1: none of them directly. */
  readonly issuer: number;
  /** In the form that `serialKey` of process/crl.ts returns. */
  readonly serial: string;
  /** Its notAfter, ms since 1970. */
  readonly endMs: number;
};

/** By the index of the authority in the client CA file. */
export type RevocationLists = ReadonlyMap<number, RevocationList>;

export type CertificateFault = 'expired' | 'revoked' | 'no-crl';

/** What the client hears. */
export const certificateRefusals = {
  expired: 'The client certificate has expired.',
  revoked: 'The client certificate is revoked.',
  'no-crl': 'There is no CRL of the authority that issued the client certificate.',
} as const satisfies Record<CertificateFault, string>;

/**
 * Returns why a certificate is not valid; undefined if it is valid. A list after its next update is still used: an outdated list is no
 * reason to let in revoked devices, or to disconnect every device of a hospital.
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
 * Returns why the lists of a changed file must not replace the lists before; undefined if they may. An old list, put back by mistake or
 * by an attacker, would let revoked devices in again.
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

/** Returns when the first of the lists is due for its next update, ms since 1970; undefined if no list says when. */
export function nextUpdateOf(lists: RevocationLists): number | undefined {
  const times = [...lists.values()].flatMap(({ nextUpdateMs }) => nextUpdateMs ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
}
