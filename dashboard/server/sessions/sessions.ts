/**
 * Creates sessions at login, checks them at each request, and ends them at logout. The logouts of other processes, and
 * the logouts from before a restart, come from the audit trail.
 */
import { randomBytes } from 'node:crypto';
import { displayUnusedMsMax } from '../../../contracts/session-limits.ts';
import type { Account, Accounts } from '../accounts/accounts.ts';
import { isDisplay, type Viewer } from '../core/rights.ts';
import { type Claims, claimsAt, judgeSession, renewAfterMs, type SessionAccount } from '../core/session-rules.ts';
import { fingerprintOf, sessionMark, type Tokens } from './token.ts';

/**
 * Maximum number of sessions whose last use is remembered. For further sessions, only the times in their tokens count.
 */
const rememberedMax = 20_000;

/** Maximum number of remembered logouts, each about 100 bytes. If there are more, the oldest is forgotten. */
const revokedMax = 500_000;

/**
 * Maximum number of sessions of one account at this dashboard (ours). An account has at most 36 open screens, and the
 * session that was idle for longest is ended first. So a session that is ended for this reason has no open screen, even
 * if a whole ward shares the account.
 */
export const sessionsPerAccountMax = 64;

export type LiveSession = {
  readonly viewer: Viewer;
  readonly claims: Claims;
  /** Replacement token for the cookie when the request's token is old; otherwise undefined. */
  readonly renewed: string | undefined;
};

export type Sessions = {
  /**
   * Creates a session for an account that has just logged in. The session of a wall display is bound to the browser
   * `station`. Returns undefined if the account is unknown or disabled.
   */
  startSession(userId: string, station?: string): Promise<{ token: string; claims: Claims } | undefined>;
  /**
   * Ends the account's sessions that were idle for longest, if this session exceeds the maximum of the account.
   * @returns the ended sessions
   */
  makeRoomFor(claims: Claims): readonly Claims[];
  /**
   * Returns the session of a token if the session is still valid. Counts as use of the session.
   * @param station the id of the browser that sent the token. A session that is bound to another browser is not valid
   */
  read(token: string, station?: string): Promise<LiveSession | undefined>;
  /**
   * Returns the viewer with the account's present rights; undefined if the session has ended. Used for live
   * connections. Counts as use of the session.
   */
  recheck(claims: Claims): Viewer | undefined;
  /**
   * Ends a session.
   * @param mark the mark of the session (`sessionMark`)
   */
  revoke(mark: string, atMs: number): void;
  /**
   * Notes whether the screens of a session are locked. Other processes, and this process after a restart, read the lock
   * from the audit trail.
   * @param mark the mark of the session (`sessionMark`)
   */
  setLocked(mark: string, isLocked: boolean): void;
  /** Permanently ends the account's sessions that began at `atMs` or before. */
  endBefore(userId: string, atMs: number): void;
  /** Returns the number of valid sessions that were used at this process. */
  countInUse(): number;
};

/** Returns the rights of an account as it is now. */
export function viewerOfAccount({ userId, name, role, wards, oneTimePasswordUntil, ownsSound }: Account): Viewer {
  const mustChange = oneTimePasswordUntil !== undefined && ({ mustChangePassword: true } as const);
  return { userId, name, role, wards, ...mustChange, ...(ownsSound && { ownsSound }) };
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createSessions(accounts: Pick<Accounts, 'get'>, tokens: Tokens, now: () => number): Sessions {
  /** The last use of each session, by mark. The session that was idle for longest is first. */
  const lastUseOf = new Map<string, { readonly claims: Claims; readonly atMs: number }>();
  const revoked = new Map<string, number>();
  /** Marks of locked sessions, in the order of locking. */
  const locked = new Set<string>();
  /** The time of the last `endBefore` for each user. */
  const endedUntilMsOf = new Map<string, number>();

  const isRevoked = ({ userId, startedAtMs }: Claims, mark: string) =>
    revoked.has(mark) || startedAtMs <= (endedUntilMsOf.get(userId) ?? Number.NEGATIVE_INFINITY);

  function viewerOf(userId: string): (SessionAccount & { readonly viewer: Viewer }) | undefined {
    const account = accounts.get(userId);
    if (!account || account.disabled) return undefined;
    return { viewer: viewerOfAccount(account), fingerprint: fingerprintOf(account), isDisplay: isDisplay(account) };
  }

  function isValid(claims: Claims, account: SessionAccount | undefined, mark: string, nowMs: number): boolean {
    const atMs = lastUseOf.get(mark)?.atMs ?? 0;
    return judgeSession(claims, account, atMs, isRevoked(claims, mark), nowMs) === 'valid';
  }

  function noteUse(claims: Claims, mark: string, nowMs: number): void {
    lastUseOf.delete(mark);
    lastUseOf.set(mark, { claims, atMs: nowMs });
    if (lastUseOf.size > rememberedMax) lastUseOf.delete(lastUseOf.keys().next().value!);
  }

  function revoke(mark: string, atMs: number): void {
    revoked.set(mark, atMs);
    // A session that was logged out so long ago would also have ended without the logout, because nobody used it.
    for (const [oldMark, oldAtMs] of revoked) {
      if (now() - oldAtMs <= displayUnusedMsMax && revoked.size <= revokedMax) break;
      revoked.delete(oldMark);
    }
  }

  function recheck(claims: Claims): Viewer | undefined {
    const nowMs = now();
    const account = viewerOf(claims.userId);
    const mark = sessionMark(claims.sessionId);
    if (!isValid(claims, account, mark, nowMs)) return undefined;
    noteUse(claims, mark, nowMs);
    return account && (locked.has(mark) ? { ...account.viewer, locked: true } : account.viewer);
  }

  return {
    recheck,
    revoke,
    countInUse() {
      const nowMs = now();
      return [...lastUseOf].filter(([mark, { claims }]) => isValid(claims, viewerOf(claims.userId), mark, nowMs))
        .length;
    },
    makeRoomFor(claims) {
      const nowMs = now();
      const { userId } = claims;
      noteUse(claims, sessionMark(claims.sessionId), nowMs);
      const account = viewerOf(userId);
      const ofAccount = [...lastUseOf].flatMap(([mark, session]) =>
        session.claims.userId === userId && isValid(session.claims, account, mark, nowMs) ? [session.claims] : [],
      );
      const endedSessions = ofAccount.slice(0, Math.max(0, ofAccount.length - sessionsPerAccountMax));
      for (const { sessionId } of endedSessions) revoke(sessionMark(sessionId), nowMs);
      return endedSessions;
    },
    async startSession(userId, station) {
      const account = viewerOf(userId);
      if (!account) return undefined;
      const nowMs = now();
      const claims = {
        userId,
        sessionId: randomBytes(32).toString('base64url'),
        startedAtMs: nowMs,
        seenAtMs: nowMs,
        fingerprint: account.fingerprint,
        ...(account.isDisplay && station !== undefined && { station }),
      };
      return { token: await tokens.sign(claims), claims };
    },
    async read(token, station) {
      const nowMs = now();
      const signed = await tokens.verify(token, nowMs);
      if (signed?.station !== undefined && signed.station !== station) return undefined;
      const claims = signed && claimsAt(signed, nowMs);
      const viewer = claims && recheck(claims);
      if (!claims || !viewer) return undefined;
      const isOld = claims !== signed || nowMs - claims.seenAtMs > renewAfterMs;
      return { viewer, claims, renewed: isOld ? await tokens.sign({ ...claims, seenAtMs: nowMs }) : undefined };
    },
    setLocked(mark, isLocked) {
      locked.delete(mark);
      if (isLocked) locked.add(mark);
      if (locked.size > rememberedMax) locked.delete(locked.keys().next().value!);
    },
    endBefore(userId, atMs) {
      // A time in the future would end sessions that have not begun yet.
      const endedUntilMs = Math.min(atMs, now());
      if (endedUntilMs > (endedUntilMsOf.get(userId) ?? Number.NEGATIVE_INFINITY))
        endedUntilMsOf.set(userId, endedUntilMs);
    },
  };
}
