/**
 * The chain of the audit trail: each record has the hash of the process's former record, and is signed with the key of
 * its writer. So without this key, nobody can change or insert a record unnoticed, or remove a record before the last.
 * Anchors reveal if records at the end were removed (anchor.ts).
 */
import type { auditWriters } from '../../contracts/audit-actions.ts';
import { canonicalJson } from '../../contracts/canonical.ts';
import type { AnyAuditRecord, AuditRecord } from '../../contracts/messages/records.ts';

/** Returns base64url of SHA-256. */
export type Hash = (text: string) => string;

/** `prev` of a process's first record. */
export const chainStart = '';

export type AuditWriter = (typeof auditWriters)[number];

export type AuditEvent = Omit<AuditRecord, 'at' | 'boot' | 'n' | 'prev' | 'hash' | 'writer' | 'key' | 'sig'>;

export type ChainHead = { readonly boot: string; readonly n: number; readonly hash: string };

/** The signing key of one writer. */
export type Signer = { readonly writer: AuditWriter; readonly key: string; readonly sign: (text: string) => string };

/**
 * Returns the text that is signed for a record with this hash. The prefix makes sure that the signature is not valid
 * for other texts.
 */
export const signedText = (hash: string) => `vigil audit record 2 ${hash}`;

/** Creates the next record of a chain. */
export function createNextRecord(
  head: ChainHead,
  event: AuditEvent,
  at: string,
  hash: Hash,
  signer: Signer,
): AuditRecord {
  const { writer, key } = signer;
  const hashed = { ...event, at, boot: head.boot, n: head.n + 1, prev: head.hash, writer, key };
  const ownHash = hash(canonicalJson(hashed));
  return { ...hashed, hash: ownHash, sig: signer.sign(signedText(ownHash)) };
}

export const isSigned = (record: AnyAuditRecord): record is AuditRecord => 'sig' in record;

/** Returns whether a record's own hash is right. */
export function isHashRight(record: AnyAuditRecord, hash: Hash): boolean {
  const { hash: ownHash, ...rest } = record;
  const { sig: _sig, ...hashed } = rest as Partial<AuditRecord>;
  return hash(canonicalJson(hashed)) === ownHash;
}

/**
 * `changed`: a record's content was changed. `removed`: records in the middle are missing. `cut`: records at the
 * beginning or the end are missing. `moved`: records are not in the order of writing. `added`: there is a second record
 * with the same number. `forged`: the signer may not write the record, or the session in the record is not a session of
 * the actor. `unsigned`: the record must have a signature and has none. `backdated`: the time of the record is earlier
 * than possible. `unreadable`: the record cannot be opened. `anchors`: the file of anchors was changed.
 */
export type AuditFaultKind =
  | 'changed'
  | 'removed'
  | 'cut'
  | 'moved'
  | 'added'
  | 'forged'
  | 'unsigned'
  | 'backdated'
  | 'unreadable'
  | 'anchors';
export type AuditFault = { readonly kind: AuditFaultKind; readonly text: string };
