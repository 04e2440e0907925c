/**
 * The audit trail's chain: each record of one process names the hash of the one before and is signed with the key of its writer. So no
 * record can be changed, removed or inserted unnoticed. The anchors show a cut at the end (anchor.ts).
 */
import type { auditWriters } from '../../contracts/audit-actions.ts';
import { canonicalJson } from '../../contracts/canonical.ts';
import type { AnyAuditRecord, AuditRecord } from '../../contracts/messages/records.ts';

/** base64url of SHA-256. A parameter, because this file is pure. */
export type Hash = (text: string) => string;

/** `prev` of a process's first record. */
export const chainStart = '';

export type AuditWriter = (typeof auditWriters)[number];

export type AuditEvent = Omit<AuditRecord, 'at' | 'boot' | 'n' | 'prev' | 'hash' | 'writer' | 'key' | 'sig'>;

export type ChainHead = { readonly boot: string; readonly n: number; readonly hash: string };

/** Signs as one writer. */
export type Signer = { readonly writer: AuditWriter; readonly key: string; readonly sign: (text: string) => string };

/** Returns the text to sign. The hash covers the record. The prefix prevents the use of the signature for anything else. */
export const signedText = (hash: string) => `vigil audit record 2 ${hash}`;

/** Makes the next record of a chain. */
export function linkRecord(head: ChainHead, event: AuditEvent, at: string, hash: Hash, signer: Signer): AuditRecord {
  const { writer, key } = signer;
  const open = { ...event, at, boot: head.boot, n: head.n + 1, prev: head.hash, writer, key };
  const own = hash(canonicalJson(open));
  return { ...open, hash: own, sig: signer.sign(signedText(own)) };
}

export const isSigned = (record: AnyAuditRecord): record is AuditRecord => 'sig' in record;

/** Whether a record's own hash is right. */
export function hashIsRight(record: AnyAuditRecord, hash: Hash): boolean {
  const { hash: said, ...rest } = record;
  const { sig: _, ...open } = rest as Partial<AuditRecord>;
  return hash(canonicalJson(open)) === said;
}

/**
 * `changed`: the content differs from what was written. `removed`: records between others are missing. `cut`: records at an end are
 * missing. `moved`: not in the order of writing. `added`: one too many. `forged`: the signer may not write it, or the session is not the
 * actor's. `unsigned`: without a signature that it must have. `backdated`: its time is earlier than possible. `unreadable`: it does not
 * open. `anchors`: the file of anchors is not as it was written.
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
