/** Judges one audit record by itself. Pure. check.ts judges how records follow each other. */
import { operatorActions } from '../../contracts/audit-actions.ts';
import type { AnyAuditRecord } from '../../contracts/messages/records.ts';
import type { AuditFaultKind } from './chain.ts';
import { type AuditWriter, type Hash, hashIsRight, isSigned, signedText } from './chain.ts';

/** Whether the key signed the text; `unknown` if no such key of that writer is known. */
export type Verify = (writer: AuditWriter, key: string, text: string, sig: string) => 'right' | 'wrong' | 'unknown';

/** The actions that the operator's key signs. The dashboard records everything that a person does at a screen. */
const signedByOperator: readonly AnyAuditRecord['action'][] = [
  'login',
  'login-failed',
  'access-denied',
  ...operatorActions,
];
/** The actions that the dashboard's key does not sign. */
const notAtScreens: readonly AnyAuditRecord['action'][] = operatorActions;

/** The actions of records without a logged-in person. */
const withoutSession: readonly AnyAuditRecord['action'][] = [
  'login-failed',
  'access-denied',
  'account-created',
  'account-changed',
  'account-disabled',
  'account-enabled',
  'account-removed',
];

/** The writer and the process that sealed a record, according to its envelope. */
export type Sealed = { readonly writer: string; readonly boot: string };

/** A reader's verdict on a record. `older`: it is from before records were signed. */
export type RecordVerdict =
  | { readonly kind: 'signed' | 'older' }
  | { readonly kind: 'bad'; readonly fault: AuditFaultKind; readonly why: string };

/**
 * Judges one record by itself: its hash, its signature, and whether its writer may write such a record.
 * @param sealed from its envelope; undefined in tests that have no envelope
 */
export function judgeRecord(
  record: AnyAuditRecord,
  sealed: Sealed | undefined,
  hash: Hash,
  verify: Verify,
): RecordVerdict {
  const bad = (why: string, fault: AuditFaultKind = 'forged'): RecordVerdict => ({ kind: 'bad', fault, why });
  if (!hashIsRight(record, hash)) return bad('was changed: its hash does not fit', 'changed');
  if (sealed && sealed.boot !== record.boot) return bad('was sealed by another process than it says');
  if (!isSigned(record)) return { kind: 'older' };
  const { writer, key, sig, action, session, actor } = record;
  if (sealed && sealed.writer !== writer) return bad(`says that ${writer} wrote it, and ${sealed.writer} did`);
  switch (verify(writer, key, signedText(record.hash), sig)) {
    case 'unknown':
      return bad(`is signed with a key that is not known as one of ${writer}`);
    case 'wrong':
      return bad('was not signed by its writer: its signature does not fit');
    case 'right':
      break;
  }
  if (writer === 'operator' && !signedByOperator.includes(action))
    return bad(`is of ${action}, which the operator's command line never does`);
  if (writer === 'dashboard' && notAtScreens.includes(action))
    return bad(`is of ${action}, which nobody does at a screen`);
  if (session === undefined && !isOfNobody(record)) return bad(`says that ${actor.userId} acted, and names no session`);
  return { kind: 'signed' };
}

/** Whether a record names no person: a refused request of somebody who is not logged in, or a change of accounts. */
function isOfNobody({ action, actor }: AnyAuditRecord): boolean {
  return withoutSession.includes(action) && !('role' in actor);
}
