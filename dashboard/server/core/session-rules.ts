/** When a session still holds. Pure: the token's claims, the account as it is now, and the clock come in. */

import { notAhead } from '../../../contracts/steady-time.ts';
import { sessionMaxMs } from '../../../log/audit/sessions.ts';

/** A session without a request and without a live connection ends after this time. */
export const sessionIdleMs = 30 * 60_000;
/** A token whose `seenAtMs` is older than this is replaced with the answer. */
export const renewAfterMs = 60_000;

export type Claims = {
  readonly userId: string;
  /** 256 random bits: the id of this session. */
  readonly sessionId: string;
  /** Login, ms since 1970. */
  readonly startedAtMs: number;
  /** The last request when the token was made. */
  readonly seenAtMs: number;
  /** A digest of the account's password hash: a new password ends all sessions. */
  readonly fingerprint: string;
};

/**
 * Returns the claims as the present clock would have stated them: a session that began ahead of it began before the
 * clock was set back.
 */
export function claimsAt(claims: Claims, nowMs: number): Claims {
  const startedAtMs = notAhead(claims.startedAtMs, nowMs);
  const seenAtMs = notAhead(claims.seenAtMs, nowMs);
  return startedAtMs === claims.startedAtMs && seenAtMs === claims.seenAtMs
    ? claims
    : { ...claims, startedAtMs, seenAtMs };
}

export type Verdict = 'holds' | 'too-old' | 'idle' | 'revoked' | 'account-changed';

/**
 * @param liveAtMs when this process last saw the session at work (a request or an open live connection); 0 if it never
 *   did
 * @param account undefined if it does not exist or is disabled
 */
export function judgeSession(
  claims: Claims,
  account: { readonly fingerprint: string } | undefined,
  liveAtMs: number,
  revoked: boolean,
  nowMs: number,
): Verdict {
  if (revoked) return 'revoked';
  if (account === undefined || account.fingerprint !== claims.fingerprint) return 'account-changed';
  if (nowMs - claims.startedAtMs >= sessionMaxMs) return 'too-old';
  if (nowMs - Math.max(claims.seenAtMs, liveAtMs) >= sessionIdleMs) return 'idle';
  return 'holds';
}
