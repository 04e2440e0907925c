/**
 * Checks whether the actor of an audit record was logged in: the record names a session, and an earlier record must be
 * the login of this session. All records of one person are in one partition. Handles the records of each partition in
 * their order. Pure.
 */

import type { AnyAuditRecord } from '../../contracts/messages/records.ts';
import { sessionMsMax } from '../../contracts/session-limits.ts';
import { formatInstant, parseInstant } from '../../contracts/time.ts';
import { type AuditWriter, isSigned } from './chain.ts';
import type { RecordVerdict } from './rules.ts';

/** A request from before the end of a session may be recorded at most this long after the end. */
const recordDelayMsMax = 5 * 60_000;
/** Maximum number of sessions that are remembered. If there are more, the oldest login is forgotten. */
const sessionsMax = 200_000;

type Login = { readonly userId: string; readonly writer: AuditWriter; readonly atMs: number; endedAtMs: number };

/** Returns the session in a login or logout record of an older version, which did not sign records. */
export function sessionOfOlder({ detail = '' }: AnyAuditRecord): string | undefined {
  return detail.startsWith('session ') ? detail.slice('session '.length) : undefined;
}

/**
 * Creates a check of sessions.
 * @param fromMs time of the first records that are read. No login record is required for a session that may have begun
 * before this time
 */
export function createSessionCheck(fromMs = Number.NEGATIVE_INFINITY) {
  const logins = new Map<string, Login>();

  function remember(session: string, { actor: { userId }, at }: AnyAuditRecord, writer: AuditWriter): void {
    if (logins.has(session)) return;
    logins.set(session, { userId, writer, atMs: parseInstant(at) ?? 0, endedAtMs: Number.POSITIVE_INFINITY });
    if (logins.size > sessionsMax) logins.delete(logins.keys().next().value!);
  }

  /**
   * Remembers the login in an unsigned record, because the session may go on after an update to a version with
   * signatures.
   */
  function rememberOlder(record: AnyAuditRecord): void {
    const session = record.action === 'login' ? sessionOfOlder(record) : undefined;
    if (session !== undefined) remember(session, record, 'dashboard');
  }

  function faultOf(record: AnyAuditRecord): string | undefined {
    if (!isSigned(record) || record.session === undefined) return undefined;
    const { session, writer, action, actor } = record;
    const atMs = parseInstant(record.at) ?? 0;
    const login = logins.get(session);
    if (action === 'login') {
      if (login && login.userId !== actor.userId) return `names a session of ${login.userId}`;
      remember(session, record, writer);
      return undefined;
    }
    // The session of a wall display lasts while the display is used. So its login may be older than the records that
    // are read.
    const isDisplay = 'role' in actor && actor.role === 'display';
    if (!login) {
      if (isDisplay) return undefined;
      if (atMs - sessionMsMax - recordDelayMsMax < fromMs) return undefined;
      return `names a session of ${actor.userId} without an earlier record of its login`;
    }
    if (login.userId !== actor.userId)
      return `names ${actor.userId} as the actor, but its session is of ${login.userId}`;
    if (login.writer !== writer) return `names a session whose login another writer recorded (${login.writer})`;
    if (!isDisplay && atMs > login.atMs + sessionMsMax + recordDelayMsMax)
      return `names a session that began at ${formatInstant(login.atMs)}, which was longer ago than a session lasts`;
    if (atMs > login.endedAtMs + recordDelayMsMax)
      return `names a session that was logged out at ${formatInstant(login.endedAtMs)}`;
    if (action === 'logout') login.endedAtMs = Math.min(login.endedAtMs, atMs);
    return undefined;
  }

  return {
    /** Returns the verdict on a record, after its session was checked. A `bad` verdict stays as it is. */
    judge(record: AnyAuditRecord, verdict: RecordVerdict): RecordVerdict {
      if (verdict.kind === 'bad') return verdict;
      if (verdict.kind === 'older') rememberOlder(record);
      const why = faultOf(record);
      return why === undefined ? verdict : { kind: 'bad', fault: 'forged', why };
    },
  };
}
