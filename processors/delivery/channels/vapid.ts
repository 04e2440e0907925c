/**
 * Makes the token that names the sender to a push service (VAPID, RFC 8292): a JWT, signed with the hospital's own key.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { VigilError } from '../../../contracts/errors.ts';

/** Life of a token. RFC 8292, 2, allows 24 h. Vigil uses half of this, because clocks may differ. */
const lifeMs = 12 * 3_600_000;
/** Each token is used for an hour, because it takes time to sign a new token. */
const useMs = 3_600_000;
const originsMax = 1_000;

export type Vapid = {
  /**
   * Returns the value of the header `Authorization` for a push service.
   * @param origin of the endpoint, for instance `https://push.example`
   */
  authorization(origin: string): Promise<string>;
  readonly publicKey: string;
};

/**
 * @param jwkText private P-256 JWK
 * @param subject `mailto:` or `https:` address of the hospital; empty for none
 * @throws VigilError `settings-invalid` if the text is not a private P-256 JWK
 */
export function createVapid(jwkText: string, subject: string, now: () => number): Vapid {
  const { privateKey, publicKey } = readKey(jwkText);
  const tokens = new Map<string, { readonly atMs: number; readonly header: string }>();

  return {
    publicKey,
    async authorization(origin) {
      const stored = tokens.get(origin);
      const ageMs = stored ? now() - stored.atMs : Number.NaN;
      if (stored && ageMs >= 0 && ageMs < useMs) return stored.header;
      const atMs = now();
      const token = await new SignJWT(subject === '' ? {} : { sub: subject })
        .setProtectedHeader({ typ: 'JWT', alg: 'ES256' })
        .setAudience(origin)
        .setExpirationTime(Math.floor((atMs + lifeMs) / 1_000))
        .sign(privateKey);
      if (tokens.size >= originsMax) tokens.clear();
      const header = `vapid t=${token}, k=${publicKey}`;
      tokens.set(origin, { atMs, header });
      return header;
    },
  };
}

function readKey(jwkText: string) {
  try {
    const privateKey = createPrivateKey({ key: JSON.parse(jwkText), format: 'jwk' });
    const { crv, x, y } = createPublicKey(privateKey).export({ format: 'jwk' });
    if (crv !== 'P-256') throw new Error('another curve');
    const point = Buffer.concat([Buffer.of(4), Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')]);
    return { privateKey, publicKey: point.toString('base64url') };
  } catch (cause) {
    throw new VigilError(
      'settings-invalid',
      'The file that VIGIL_PUSH_KEYS_FILE names does not contain a private P-256 JWK.',
      { cause },
    );
  }
}
