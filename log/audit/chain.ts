/**
 * The audit trail's chain: each record of one process names the hash of the one before and is signed with the key of its writer, so
 * that no record can be changed, taken out or put in unnoticed. A cut at the end is found by the anchors (audit-anchor.ts).
 */
import type { auditWriters } from '../../contracts/audit-actions.ts';
import { canonicalJson } from '../../contracts/canonical.ts';
import type { AnyAuditRecord, AuditRecord } from '../../contracts/messages/records.ts';

/** base64url of SHA-256; comes in, for this file is pure. */
export type Hash = (text: string) => string;

/** `prev` of a process's first record. */
export const chainStart = '';

export type AuditWriter = (typeof auditWriters)[number];

export type AuditEvent = Omit<AuditRecord, 'at' | 'boot' | 'n' | 'prev' | 'hash' | 'writer' | 'key' | 'sig'>;

export type ChainHead = { readonly boot: string; readonly n: number; readonly hash: string };

/** Signs as one writer. */
export type Signer = { readonly writer: AuditWriter; readonly key: string; readonly sign: (text: string) => string };

/** What is signed: the hash covers the record, the prefix keeps the signature from meaning anything else. */
export const signedText = (hash: string) => `vigil audit record 2 ${hash}`;

/** The next record of a chain. */
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
 * `changed`: other content than was written. `removed`: records between others are missing. `cut`: records at an end are missing.
 * `moved`: not in the order of writing. `added`: one too many. `forged`: not signed by who may sign it, or of no session of the actor.
 * `unsigned`: without a signature where there must be one. `backdated`: an earlier time than it can be. `unreadable`: it does not open.
 * `anchors`: the file of anchors is not as it was written.
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
