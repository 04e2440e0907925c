/**
 * Judges an audit record alone: hash, signature, and rights of its writer. check.ts judges the order of records. Pure.
 */
import { operatorActions } from '../../contracts/audit-actions.ts';
import type { AnyAuditRecord } from '../../contracts/messages/records.ts';
import type { AuditFaultKind } from './chain.ts';
import { type AuditWriter, type Hash, isHashRight, isSigned, signedText } from './chain.ts';

/** Returns whether the signature is right; `unknown` if the key is not a known key of that writer. */
export type Verify = (writer: AuditWriter, key: string, text: string, sig: string) => 'right' | 'wrong' | 'unknown';

/** The actions that the operator's key may sign. */
export const operatorMaySign = [
  'login',
  'login-failed',
  'access-denied',
  'alarm-explained',
  'strip-viewed',
  'alarms-reviewed',
  'reach-added',
  'reach-removed',
  ...operatorActions,
] as const;
/** The actions that the dashboard's key may not sign. */
const dashboardMayNotSign: readonly AnyAuditRecord['action'][] = operatorActions;

/** The actions that may be recorded without a session. */
const actionsWithoutSession: readonly AnyAuditRecord['action'][] = [
  'login-failed',
  'access-denied',
  'account-created',
  'account-changed',
  'account-disabled',
  'account-enabled',
  'account-removed',
];

/** The writer and the process (`boot`) in the header of a record's envelope. */
export type EnvelopeWriter = { readonly writer: string; readonly boot: string };

/** The verdict on a record. `older`: the record is from a version that did not sign records. */
export type RecordVerdict =
  | { readonly kind: 'signed' | 'older' }
  | { readonly kind: 'bad'; readonly fault: AuditFaultKind; readonly why: string };

/**
 * Judges a record alone: its hash, its signature, and whether its writer may write such a record.
 * @param envelope writer and process in the record's envelope; undefined in tests without an envelope
 */
export function judgeRecord(
  record: AnyAuditRecord,
  envelope: EnvelopeWriter | undefined,
  hash: Hash,
  verify: Verify,
): RecordVerdict {
  const badRecord = (why: string, fault: AuditFaultKind = 'forged'): RecordVerdict => ({ kind: 'bad', fault, why });
  if (!isHashRight(record, hash)) return badRecord('was changed: its hash does not fit', 'changed');
  if (envelope && envelope.boot !== record.boot) return badRecord('names another process than the one that sealed it');
  if (!isSigned(record)) return { kind: 'older' };
  const { writer, key, sig, action, session, actor } = record;
  if (envelope && envelope.writer !== writer)
    return badRecord(`names ${writer} as its writer, but ${envelope.writer} sealed it`);
  switch (verify(writer, key, signedText(record.hash), sig)) {
    case 'unknown':
      return badRecord(`is signed with a key that is not a known key of ${writer}`);
    case 'wrong':
      return badRecord('was not signed by its writer: its signature does not fit');
    case 'right':
      break;
  }
  if (writer === 'operator' && !(operatorMaySign as readonly AnyAuditRecord['action'][]).includes(action))
    return badRecord(`records ${action}, which the operator's command line never does`);
  if (writer === 'dashboard' && dashboardMayNotSign.includes(action))
    return badRecord(`records ${action}, which nobody can do at a screen`);
  if (session === undefined && !needsNoSession(record))
    return badRecord(`names ${actor.userId} as the actor, but no session`);
  return { kind: 'signed' };
}

/**
 * Returns whether a record needs no session: true for a refused request without a login, and for a change of accounts.
 */
function needsNoSession({ action, actor }: AnyAuditRecord): boolean {
  return actionsWithoutSession.includes(action) && !('role' in actor);
}
