/**
 * The audit trail's chain: each record of one process names the hash of the one before, so that none can be changed, taken out or
 * put in without the next one telling. What only the last record's absence would tell, the chain cannot know.
 */

import { canonicalJson } from './canonical.ts';
import type { AuditRecord } from './messages/records.ts';

/** base64url of SHA-256; comes in, for this file is pure. */
export type Hash = (text: string) => string;

/** `prev` of a process's first record. */
export const chainStart = '';

export type AuditEvent = Omit<AuditRecord, 'at' | 'boot' | 'n' | 'prev' | 'hash'>;

export type ChainHead = { readonly boot: string; readonly n: number; readonly hash: string };

/** The next record of a chain. */
export function linkRecord(head: ChainHead, event: AuditEvent, at: string, hash: Hash): AuditRecord {
  const open = { ...event, at, boot: head.boot, n: head.n + 1, prev: head.hash };
  return { ...open, hash: hash(canonicalJson(open)) };
}

/** Whether a record's own hash is right. */
export function hashIsRight(record: AuditRecord, hash: Hash): boolean {
  const { hash: said, ...open } = record;
  return hash(canonicalJson(open)) === said;
}
