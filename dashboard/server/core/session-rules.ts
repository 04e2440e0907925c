/**
 * Decides whether a session is still valid. Pure: the token's claims, the account as it is now, and the time are
 * arguments.
 */

import { displayUnusedMsMax, sessionMsMax } from '../../../contracts/session-limits.ts';
import { atMostNow } from '../../../contracts/steady-time.ts';

/**
 * A session without a request and without a live connection ends after this time. For a wall display,
 * `displayUnusedMsMax` applies instead.
 */
export const sessionIdleMs = 30 * 60_000;
/** If a token's `seenAtMs` is older than this, the answer to the request brings a new token. */
export const renewAfterMs = 60_000;

export type Claims = {
  readonly userId: string;
  /** 256 random bits: the id of this session. */
  readonly sessionId: string;
  /** Time of the login, ms since 1970. */
  readonly startedAtMs: number;
  /** Time of the request for which the token was made, ms since 1970. */
  readonly seenAtMs: number;
  /** A digest of the account's password hash and epoch, so that a new password or a new epoch ends all sessions. */
  readonly fingerprint: string;
  /**
   * Only for a wall display: the id of the browser that logged in (sessions/stations.ts). No other browser can use the
   * session.
   */
  readonly station?: string;
};

/**
 * Returns the claims with times that are not later than `nowMs`. A time in the future means that the clock was set back
 * after the claims were written.
 */
export function claimsAt(claims: Claims, nowMs: number): Claims {
  const startedAtMs = atMostNow(claims.startedAtMs, nowMs);
  const seenAtMs = atMostNow(claims.seenAtMs, nowMs);
  return startedAtMs === claims.startedAtMs && seenAtMs === claims.seenAtMs
    ? claims
    : { ...claims, startedAtMs, seenAtMs };
}

export type Verdict = 'valid' | 'too-old' | 'idle' | 'revoked' | 'account-changed';

/** What decides about a session of an account. `isDisplay`: the account is the account of a wall display. */
export type SessionAccount = { readonly fingerprint: string; readonly isDisplay?: boolean };

/**
 * Judges a session.
 * @param account undefined if the account does not exist or is disabled
 * @param liveAtMs time of the session's last request or open live connection in this process; 0 if it had neither
 */
export function judgeSession(
  claims: Claims,
  account: SessionAccount | undefined,
  liveAtMs: number,
  revoked: boolean,
  nowMs: number,
): Verdict {
  if (revoked) return 'revoked';
  if (account === undefined || account.fingerprint !== claims.fingerprint) return 'account-changed';
  const unusedMs = nowMs - Math.max(claims.seenAtMs, liveAtMs);
  if (account.isDisplay) {
    // The account became an account of a display only after the login, so the session names no browser.
    if (claims.station === undefined) return 'account-changed';
    return unusedMs >= displayUnusedMsMax ? 'idle' : 'valid';
  }
  // The account is no wall display any more. Anybody in front of the screen could use the new rights of the account.
  if (claims.station !== undefined) return 'account-changed';
  if (nowMs - claims.startedAtMs >= sessionMsMax) return 'too-old';
  if (unusedMs >= sessionIdleMs) return 'idle';
  return 'valid';
}
