/** The keys of the audit trail's writers: Ed25519 (RFC 8032), as JWKs (RFC 8037). */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { JWK } from 'jose';
import { auditWriters } from '../../contracts/audit-actions.ts';
import { canonicalJson } from '../../contracts/canonical.ts';
import { VigilError } from '../../contracts/errors.ts';
import type { AuditWriter, Signer } from './chain.ts';
import type { Verify } from './rules.ts';

/** The owners of signing keys: the writers of the trail, and the witness, which signs its anchors. */
export const auditSigners = [...auditWriters, 'witness'] as const;
export type AuditSigner = (typeof auditSigners)[number];

/**
 * A JWK set of public keys. `owner` is a service or the witness; `kid` is the thumbprint of the key. Replaced keys stay
 * in the set.
 */
export type AuditKeys = { readonly keys: readonly (JWK & { readonly owner?: string })[] };

export type PublicKeys = {
  readonly verify: Verify;
  readonly verifyAnchor: (key: string, text: string, sig: string) => 'right' | 'wrong' | 'unknown';
};

/** Returns the thumbprint of RFC 7638. For the required members, RFC 7638 and RFC 8785 have the same canonical form. */
export function thumbprint({ crv, kty, x }: JWK): string {
  return createHash('sha256').update(canonicalJson({ crv, kty, x })).digest('base64url');
}

/** Reads a private signing key. @throws VigilError `settings-invalid` if the text is not a private Ed25519 JWK */
export function readAuditKey(
  jwkText: string,
  setting: string,
): { readonly key: string; readonly sign: (text: string) => string } {
  try {
    const jwk = JSON.parse(jwkText) as JWK;
    if (jwk.crv !== 'Ed25519') throw new Error('another curve');
    const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
    const key = thumbprint(createPublicKey(privateKey).export({ format: 'jwk' }));
    return { key, sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url') };
  } catch (cause) {
    throw new VigilError('settings-invalid', `The file that ${setting} names does not contain a private Ed25519 JWK.`, {
      cause,
    });
  }
}

/** Reads the private key of a writer. @throws VigilError `settings-invalid` */
export function readSigner(jwkText: string, writer: AuditWriter): Signer {
  return { writer, ...readAuditKey(jwkText, 'VIGIL_AUDIT_KEY_FILE') };
}

/**
 * Reads the public keys of all signers.
 * @throws VigilError `settings-invalid` if the text is not a JWK set of public keys, or if a key has an unknown owner
 */
export function readPublicKeys(text: string): PublicKeys {
  const keysByName = new Map<string, KeyObject>();
  try {
    for (const jwk of (JSON.parse(text) as AuditKeys).keys) {
      if (!auditSigners.includes(jwk.owner as AuditSigner)) throw new Error('a key has an unknown owner');
      keysByName.set(`${jwk.owner} ${thumbprint(jwk)}`, createPublicKey({ key: jwk, format: 'jwk' }));
    }
  } catch (cause) {
    throw new VigilError('settings-invalid', 'The file that VIGIL_AUDIT_KEYS_FILE names is not a set of public keys.', {
      cause,
    });
  }
  const verifySignature = (owner: AuditSigner, key: string, text: string, sig: string) => {
    const publicKey = keysByName.get(`${owner} ${key}`);
    if (!publicKey) return 'unknown' as const;
    return verify(null, Buffer.from(text), publicKey, Buffer.from(sig, 'base64url'))
      ? ('right' as const)
      : ('wrong' as const);
  };
  return { verify: verifySignature, verifyAnchor: (key, text, sig) => verifySignature('witness', key, text, sig) };
}
