/**
 * Signs and verifies the token of a session, a JWT (RFC 7519, HS256) in the cookie. The server stores no sessions, and
 * sessions stay valid after a restart.
 */
import { createHash } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { VigilError } from '../../../contracts/errors.ts';
import { displayUnusedMsMax, sessionMsMax } from '../../../contracts/session-limits.ts';
import type { Claims } from '../core/session-rules.ts';

const issuer = 'vigil-dashboard';
const keyBytesMin = 32;

export type Tokens = {
  sign(claims: Claims): Promise<string>;
  /** Returns the claims of a valid token; undefined for every other token. */
  verify(token: string, nowMs: number): Promise<Claims | undefined>;
};

/**
 * @param secret the key, base64url, at least 256 bits
 * @throws VigilError `settings-invalid` if the key is too short
 */
export function createTokens(secret: string): Tokens {
  const key = Buffer.from(secret, 'base64url');
  if (key.length < keyBytesMin) {
    throw new VigilError(
      'settings-invalid',
      `The file that VIGIL_SESSION_KEY_FILE names has fewer than ${keyBytesMin} bytes (base64url).`,
    );
  }
  return {
    sign: ({ userId, sessionId, startedAtMs, seenAtMs, fingerprint, station }) =>
      new SignJWT({
        seen: seenAtMs,
        start: startedAtMs,
        fp: fingerprint,
        ...(station !== undefined && { st: station }),
      })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer(issuer)
        .setSubject(userId)
        .setJti(sessionId)
        .setExpirationTime(
          Math.ceil((station === undefined ? startedAtMs + sessionMsMax : seenAtMs + displayUnusedMsMax) / 1000),
        )
        .sign(key),
    async verify(token, nowMs) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          issuer,
          currentDate: new Date(nowMs),
          requiredClaims: ['sub', 'jti', 'exp'],
        });
        const { sub, jti, start, seen, fp, st } = payload;
        if (typeof sub !== 'string' || typeof jti !== 'string' || typeof fp !== 'string') return undefined;
        if (typeof start !== 'number' || typeof seen !== 'number') return undefined;
        if (st !== undefined && typeof st !== 'string') return undefined;
        const station = st === undefined ? {} : { station: st };
        return { userId: sub, sessionId: jti, startedAtMs: start, seenAtMs: seen, fingerprint: fp, ...station };
      } catch {
        return undefined;
      }
    },
  };
}

/** Returns the digest of an account's password hash and epoch, for the token. A new hash or epoch ends the sessions. */
export function fingerprintOf({
  password,
  epoch = '',
}: {
  readonly password: string;
  readonly epoch?: string | undefined;
}): string {
  return createHash('sha256').update(`${password}${epoch}`).digest('base64url').slice(0, 22);
}

/** Returns the mark of a session for the audit trail: a hash, because the trail must not have the secret session id. */
export function sessionMark(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('base64url').slice(0, 22);
}
