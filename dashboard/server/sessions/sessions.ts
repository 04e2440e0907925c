/**
 * Sessions: made at login, judged at each request, ended by logout. The list of logged-out sessions comes from the
 * audit trail.
 */
import { randomBytes } from 'node:crypto';
import { sessionMaxMs } from '../../../log/audit/sessions.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Viewer } from '../core/rights.ts';
import { type Claims, claimsAt, judgeSession, renewAfterMs } from '../core/session-rules.ts';
import { fingerprintOf, sessionMark, type Tokens } from './token.ts';

/** Sessions whose last work this process remembers; past it the oldest are judged by their token alone. */
const rememberedMax = 20_000;

/**
 * Sessions of one account at once, at this dashboard (ours). The account's screens, 36 of them, are all at work, so the
 * session that gives way shows no screen: there is room for 28 stations more of an account that a ward shares.
 */
export const sessionsPerAccountMax = 64;

export type LiveSession = {
  readonly viewer: Viewer;
  readonly claims: Claims;
  /** Replacement token for the cookie when the request's token is old; otherwise undefined. */
  readonly renewed: string | undefined;
};

export type Sessions = {
  /** Makes a token for an account that has just logged in. */
  start(userId: string): Promise<{ token: string; claims: Claims } | undefined>;
  /**
   * Ends the sessions of the account that have been idle longest, if this session is one too many.
   * @returns those that it ended
   */
  makeRoomFor(claims: Claims): readonly Claims[];
  /** Returns the session of a token, if it still holds. Counts as work of the session. */
  read(token: string): Promise<LiveSession | undefined>;
  /**
   * Returns the viewer as the account is now; undefined once the session has ended. For connections that stay open
   * longer than a request.
   */
  recheck(claims: Claims): Viewer | undefined;
  /** @param mark of `sessionMark` */
  revoke(mark: string, atMs: number): void;
  /**
   * Whether the screens of a session are locked. The audit trail has it, too: so it holds in every process and after a
   * restart.
   * @param mark of `sessionMark`
   */
  setLocked(mark: string, isLocked: boolean): void;
  /** Ends for good the sessions of the account that had begun by then, whatever becomes of the account. */
  endBefore(userId: string, atMs: number): void;
  /** Sessions that were at work here within the idle time. */
  atWork(): number;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createSessions(accounts: Pick<Accounts, 'get'>, tokens: Tokens, now: () => number): Sessions {
  /** By mark; the session that has been idle longest is first. */
  const liveAt = new Map<string, { readonly claims: Claims; readonly atMs: number }>();
  const revoked = new Map<string, number>();
  /** Marks of locked sessions, the longest locked first. */
  const locked = new Set<string>();
  /** When the sessions of an account were last ended, by user. */
  const endedAt = new Map<string, number>();

  const isRevoked = ({ userId, startedAtMs }: Claims, mark: string) =>
    revoked.has(mark) || startedAtMs <= (endedAt.get(userId) ?? Number.NEGATIVE_INFINITY);

  function viewerOf(userId: string): { viewer: Viewer; fingerprint: string } | undefined {
    const account = accounts.get(userId);
    if (!account || account.disabled) return undefined;
    const { name, role, wards } = account;
    return { viewer: { userId, name, role, wards }, fingerprint: fingerprintOf(account) };
  }

  function holds(claims: Claims, account: { fingerprint: string } | undefined, mark: string, nowMs: number): boolean {
    const atMs = liveAt.get(mark)?.atMs ?? 0;
    return judgeSession(claims, account, atMs, isRevoked(claims, mark), nowMs) === 'holds';
  }

  function noteWork(claims: Claims, mark: string, nowMs: number): void {
    liveAt.delete(mark);
    liveAt.set(mark, { claims, atMs: nowMs });
    if (liveAt.size > rememberedMax) liveAt.delete(liveAt.keys().next().value!);
  }

  function revoke(mark: string, atMs: number): void {
    revoked.set(mark, atMs);
    // A session that was logged out this long ago has ended by its age.
    for (const [old, oldAtMs] of revoked) {
      if (now() - oldAtMs <= sessionMaxMs) break;
      revoked.delete(old);
    }
  }

  function recheck(claims: Claims): Viewer | undefined {
    const nowMs = now();
    const found = viewerOf(claims.userId);
    const mark = sessionMark(claims.sessionId);
    if (!holds(claims, found, mark, nowMs)) return undefined;
    noteWork(claims, mark, nowMs);
    return found && (locked.has(mark) ? { ...found.viewer, locked: true } : found.viewer);
  }

  return {
    recheck,
    revoke,
    atWork() {
      const nowMs = now();
      return [...liveAt].filter(([mark, { claims }]) => holds(claims, viewerOf(claims.userId), mark, nowMs)).length;
    },
    makeRoomFor(claims) {
      const nowMs = now();
      const { userId } = claims;
      noteWork(claims, sessionMark(claims.sessionId), nowMs);
      const account = viewerOf(userId);
      const own = [...liveAt].flatMap(([mark, one]) =>
        one.claims.userId === userId && holds(one.claims, account, mark, nowMs) ? [one.claims] : [],
      );
      const gone = own.slice(0, Math.max(0, own.length - sessionsPerAccountMax));
      for (const { sessionId } of gone) revoke(sessionMark(sessionId), nowMs);
      return gone;
    },
    async start(userId) {
      const found = viewerOf(userId);
      if (!found) return undefined;
      const nowMs = now();
      const claims = {
        userId,
        sessionId: randomBytes(32).toString('base64url'),
        startedAtMs: nowMs,
        seenAtMs: nowMs,
        fingerprint: found.fingerprint,
      };
      return { token: await tokens.sign(claims), claims };
    },
    async read(token) {
      const nowMs = now();
      const signed = await tokens.verify(token, nowMs);
      const claims = signed && claimsAt(signed, nowMs);
      const viewer = claims && recheck(claims);
      if (!claims || !viewer) return undefined;
      const old = claims !== signed || nowMs - claims.seenAtMs > renewAfterMs;
      return { viewer, claims, renewed: old ? await tokens.sign({ ...claims, seenAtMs: nowMs }) : undefined };
    },
    setLocked(mark, isLocked) {
      locked.delete(mark);
      if (isLocked) locked.add(mark);
      if (locked.size > rememberedMax) locked.delete(locked.keys().next().value!);
    },
    endBefore(userId, atMs) {
      // A time ahead of the clock would end sessions that have not begun yet.
      const byMs = Math.min(atMs, now());
      if (byMs > (endedAt.get(userId) ?? Number.NEGATIVE_INFINITY)) endedAt.set(userId, byMs);
    },
  };
}
