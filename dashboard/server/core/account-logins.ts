/**
 * Finds the last login and the number of open sessions of each account in the audit trail. The audit trail has the
 * logins at all dashboards. Pure.
 */
import { displayUnusedMsMax, sessionMsMax } from '../../../contracts/session-limits.ts';
import { isSigned } from '../../../log/audit/chain.ts';
import { endsSessions } from './account-changes.ts';
import type { AuditedRecord } from './audit-filter.ts';

export type Logins = { readonly lastLoginMs: number; readonly openSessions: number };

/**
 * Returns the logins of each account.
 * @param records the records of the group `accounts`, from the oldest to the newest
 */
export function loginsOf(records: readonly AuditedRecord[], nowMs: number): Map<string, Logins> {
  const lastLoginMs = new Map<string, number>();
  const open = new Map<string, Set<string>>();
  for (const { record, atMs, verified } of records) {
    // A forged record shows no login and ends no session.
    if (!verified || !isSigned(record)) continue;
    const { userId } = record.actor;
    if (record.action === 'login') {
      lastLoginMs.set(userId, atMs);
      // The session of a wall display ends only if the display is not used for 30 days. The server reads no older
      // records.
      const isDisplay = 'role' in record.actor && record.actor.role === 'display';
      if (record.session === undefined || nowMs - atMs >= (isDisplay ? displayUnusedMsMax : sessionMsMax)) continue;
      const sessions = open.get(userId) ?? new Set();
      open.set(userId, sessions.add(record.session));
    } else if (record.action === 'logout' && record.session !== undefined) open.get(userId)?.delete(record.session);
    else if (record.account !== undefined && endsSessions(record)) open.delete(record.account);
  }
  return new Map(
    [...lastLoginMs].map(([userId, ms]) => [userId, { lastLoginMs: ms, openSessions: open.get(userId)?.size ?? 0 }]),
  );
}
