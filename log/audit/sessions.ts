/**
 * Checks whether the named actor was logged in. Each record of a person names the session that acted, and the login of that session must
 * be on record before it. Pure. Records come in the order of the log, by partition: all records of one person are in one.
 */

import type { AnyAuditRecord } from '../../contracts/messages/records.ts';
import { formatInstant, parseInstant } from '../../contracts/time.ts';
import { type AuditWriter, isSigned } from './chain.ts';
import type { RecordVerdict } from './rules.ts';

/** A session ends after this time, even if it is used: a shift. */
export const sessionMaxMs = 12 * 60 * 60_000;
/** A request from shortly before the end of a session may be recorded this long after it. */
const graceMs = 5 * 60_000;
/** Sessions that are remembered; above it the oldest login is forgotten. */
const sessionsMax = 200_000;

type Known = { readonly userId: string; readonly writer: AuditWriter; readonly atMs: number; endedAtMs: number };

/** Returns the session of a login or logout from before records were signed. */
export function sessionOfOlder({ detail = '' }: AnyAuditRecord): string | undefined {
  return detail.startsWith('session ') ? detail.slice('session '.length) : undefined;
}

/**
 * @param fromMs the reading begins with records of this time. If a session may have begun before it, its login is not required
 */
export function createSessionCheck(fromMs = Number.NEGATIVE_INFINITY) {
  const logins = new Map<string, Known>();

  function remember(session: string, { actor: { userId }, at }: AnyAuditRecord, writer: AuditWriter): void {
    if (logins.has(session)) return;
    logins.set(session, { userId, writer, atMs: parseInstant(at) ?? 0, endedAtMs: Number.POSITIVE_INFINITY });
    if (logins.size > sessionsMax) logins.delete(logins.keys().next().value!);
  }

  /** A person who was logged in during the update to signed records goes on working with that session. */
  function takeOlder(record: AnyAuditRecord): void {
    const session = record.action === 'login' ? sessionOfOlder(record) : undefined;
    if (session !== undefined) remember(session, record, 'dashboard');
  }

  function faultOf(record: AnyAuditRecord): string | undefined {
    if (!isSigned(record) || record.session === undefined) return undefined;
    const { session, writer, action, actor } = record;
    const atMs = parseInstant(record.at) ?? 0;
    const login = logins.get(session);
    if (action === 'login') {
      if (login && login.userId !== actor.userId) return `names a session that is of ${login.userId}`;
      remember(session, record, writer);
      return undefined;
    }
    if (!login) {
      if (atMs - sessionMaxMs - graceMs < fromMs) return undefined;
      return `names a session of ${actor.userId} of which no login is on record before it`;
    }
    if (login.userId !== actor.userId) return `says that ${actor.userId} acted, and its session is of ${login.userId}`;
    if (login.writer !== writer) return `names a session that began at another writer (${login.writer})`;
    if (atMs > login.atMs + sessionMaxMs + graceMs)
      return `names a session that began at ${formatInstant(login.atMs)} and had ended by its age`;
    if (atMs > login.endedAtMs + graceMs)
      return `names a session that was logged out at ${formatInstant(login.endedAtMs)}`;
    if (action === 'logout') login.endedAtMs = Math.min(login.endedAtMs, atMs);
    return undefined;
  }

  return {
    /** Returns the verdict on a record with no other fault. */
    judge(record: AnyAuditRecord, verdict: RecordVerdict): RecordVerdict {
      if (verdict.kind === 'bad') return verdict;
      if (verdict.kind === 'older') takeOlder(record);
      const why = faultOf(record);
      return why === undefined ? verdict : { kind: 'bad', fault: 'forged', why };
    },
  };
}
